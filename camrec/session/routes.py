"""Which way each camera comes to us, where that is not the usual one; kept over restarts."""

from __future__ import annotations

import json
import logging
import os
import threading
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from camrec.camera_address import CameraAddress
from camrec.clock import Clock

log = logging.getLogger(__name__)

MAX_REMEMBERED_ROUTES = 200
ROUTE_RETENTION_DAYS = (
    14  # then the direct way is tried again: the camera may just have been starting up
)
SECONDS_PER_DAY = 86_400


class CameraRoute(Enum):
    """How an RTSP camera comes to MediaMTX."""

    DIRECT = "direct"
    RELAY = "relay"
    UNREAD = "unread"  # by the relay, so that MediaMTX passes on unread what it sends
    UDP = "udp"  # direct, RTP over UDP

    @property
    def is_relayed(self) -> bool:
        return self in (CameraRoute.RELAY, CameraRoute.UNREAD)


@dataclass(frozen=True)
class _KnownRoute:
    """A route, and the day on which it was learned, in days since 1970."""

    route: CameraRoute
    day: int


class CameraRoutes:
    """The routes that worked where the direct one did not, by address without credential.

    Each is forgotten after `ROUTE_RETENTION_DAYS`, and learned again where it is still needed.

    Parameters
    ----------
    file
        Where they are kept; None: in memory.
    """

    def __init__(self, file: Path | None = None, clock: Clock | None = None) -> None:
        self._file = file
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._routes: dict[str, _KnownRoute] | None = None

    def route(self, source: CameraAddress) -> CameraRoute:
        with self._lock:
            return self._find(source.url)

    def remember(self, source: CameraAddress, route: CameraRoute) -> None:
        """The one that works, DIRECT forgets what was known; a file that fails is logged."""
        with self._lock:
            if self._find(source.url) is route:
                return
            known = self._read()
            known.pop(source.url, None)
            if route is not CameraRoute.DIRECT:
                known[source.url] = _KnownRoute(route, self._today())
            while len(known) > MAX_REMEMBERED_ROUTES:
                del known[next(iter(known))]
            self._write(known)

    def _find(self, url: str) -> CameraRoute:
        known = self._read().get(url)
        # A day that is to come was written by a clock that was wrong.
        if known is None or not -1 <= self._today() - known.day < ROUTE_RETENTION_DAYS:
            return CameraRoute.DIRECT
        return known.route

    def _today(self) -> int:
        return self._clock.utc_ns() // 10**9 // SECONDS_PER_DAY

    def _read(self) -> dict[str, _KnownRoute]:
        if self._routes is None:
            self._routes = {}
            if self._file is not None and self._file.exists():
                try:
                    told = json.loads(self._file.read_text("utf-8"))
                    self._routes = {str(url): self._parse(each) for url, each in told.items()}
                except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
                    log.warning("the routes to cameras cannot be read: %s", error)
        return self._routes

    def _parse(self, told: Any) -> _KnownRoute:
        if isinstance(told, str):  # as it was written before the day stood there
            return _KnownRoute(CameraRoute(told), self._today())
        return _KnownRoute(CameraRoute(told["route"]), int(told["day"]))

    def _write(self, known: dict[str, _KnownRoute]) -> None:
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        try:
            told = {
                url: {"route": each.route.value, "day": each.day} for url, each in known.items()
            }
            fresh.write_text(json.dumps(told, indent=2), "utf-8")
            os.replace(fresh, self._file)
        except OSError as error:
            log.warning("the routes to cameras cannot be written: %s", error)
