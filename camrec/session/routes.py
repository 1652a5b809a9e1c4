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

from camrec.camera_address import Source
from camrec.clock import Clock

log = logging.getLogger(__name__)

MAX_CAMERAS = 200
KEPT_DAYS = 14  # then the direct way is tried again: the camera may just have been starting up
SECONDS_PER_DAY = 86_400


class Route(Enum):
    """How an RTSP camera comes to MediaMTX."""

    DIRECT = "direct"
    RELAY = "relay"
    UNREAD = "unread"  # by the relay, so that MediaMTX passes on unread what it sends
    UDP = "udp"  # direct, RTP over UDP

    @property
    def is_relayed(self) -> bool:
        return self in (Route.RELAY, Route.UNREAD)


@dataclass(frozen=True)
class _Known:
    """A route, and the day on which it was learned, in days since 1970."""

    route: Route
    day: int


class Routes:
    """The routes that worked where the direct one did not, by address without credential.

    Each is forgotten after `KEPT_DAYS`, and learned again where it is still needed.

    Parameters
    ----------
    file
        Where they are kept; None: in memory.
    """

    def __init__(self, file: Path | None = None, clock: Clock | None = None) -> None:
        self._file = file
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._known: dict[str, _Known] | None = None

    def route(self, source: Source) -> Route:
        with self._lock:
            return self._route(source.url)

    def remember(self, source: Source, route: Route) -> None:
        """The one that works, DIRECT forgets what was known; a file that fails is logged."""
        with self._lock:
            if self._route(source.url) is route:
                return
            known = self._read()
            known.pop(source.url, None)
            if route is not Route.DIRECT:
                known[source.url] = _Known(route, self._today())
            while len(known) > MAX_CAMERAS:
                del known[next(iter(known))]
            self._write(known)

    def _route(self, url: str) -> Route:
        known = self._read().get(url)
        # A day that is to come was written by a clock that was wrong.
        if known is None or not -1 <= self._today() - known.day < KEPT_DAYS:
            return Route.DIRECT
        return known.route

    def _today(self) -> int:
        return self._clock.utc_ns() // 10**9 // SECONDS_PER_DAY

    def _read(self) -> dict[str, _Known]:
        if self._known is None:
            self._known = {}
            if self._file is not None and self._file.exists():
                try:
                    told = json.loads(self._file.read_text("utf-8"))
                    self._known = {str(url): self._parse(each) for url, each in told.items()}
                except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
                    log.warning("the routes to cameras cannot be read: %s", error)
        return self._known

    def _parse(self, told: Any) -> _Known:
        if isinstance(told, str):  # as it was written before the day stood there
            return _Known(Route(told), self._today())
        return _Known(Route(told["route"]), int(told["day"]))

    def _write(self, known: dict[str, _Known]) -> None:
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
