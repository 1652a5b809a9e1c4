"""Remembers the route to each camera that cannot be reached directly, also after a restart."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypedDict

from camrec import file_system
from camrec.camera_address import CameraAddress
from camrec.clock import Clock

log = logging.getLogger(__name__)

MAX_REMEMBERED_ROUTES = 200
# After this the direct route is tried again: it may have failed only while the camera started.
ROUTE_RETENTION_DAYS = 14
SECONDS_PER_DAY = 86_400


class CameraRoute(Enum):
    """How an RTSP camera's stream reaches MediaMTX.

    DIRECT : MediaMTX connects to the camera.
    RELAY : camrec's relay connects to the camera, and MediaMTX to the relay.
    UNREAD : as RELAY, and MediaMTX passes the video on without reading it.
    UDP : as DIRECT, with RTP over UDP.
    """

    DIRECT = "direct"
    RELAY = "relay"
    UNREAD = "unread"
    UDP = "udp"

    @property
    def is_relayed(self) -> bool:
        """Whether camrec's relay connects to the camera."""
        return self in (CameraRoute.RELAY, CameraRoute.UNREAD)


class _StoredRoute(TypedDict):
    """A route in the file."""

    route: str
    day: int


@dataclass(frozen=True)
class _KnownRoute:
    """A route, and the day on which it was learned, in days since 1970."""

    route: CameraRoute
    day: int


class CameraRoutes:
    """The routes that worked when the direct one failed, by the camera's URL without credential.

    A route is forgotten after `ROUTE_RETENTION_DAYS`, and learned again if it is still needed.

    Parameters
    ----------
    file
        Where the routes are stored; None keeps them in memory.
    """

    def __init__(self, file: Path | None = None, clock: Clock | None = None) -> None:
        self._file = file
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._routes: dict[str, _KnownRoute] | None = None

    def route(self, source: CameraAddress) -> CameraRoute:
        """The route to a camera; DIRECT if none is remembered."""
        with self._lock:
            return self._find(source.url)

    def remember(self, source: CameraAddress, route: CameraRoute) -> None:
        """Remember the route that works. DIRECT removes the remembered route.

        If the file cannot be written, that is logged.
        """
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
        # A day in the future was written when the clock was wrong.
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
                    stored = json.loads(file_system.read_text(self._file))
                    self._routes = {str(url): self._parse(each) for url, each in stored.items()}
                except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
                    log.warning("the routes to cameras cannot be read: %s", error)
        return self._routes

    def _parse(self, stored: str | _StoredRoute) -> _KnownRoute:
        if isinstance(stored, str):  # older versions stored no day
            return _KnownRoute(CameraRoute(stored), self._today())
        return _KnownRoute(CameraRoute(stored["route"]), int(stored["day"]))

    def _write(self, known: dict[str, _KnownRoute]) -> None:
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        try:
            stored = {
                url: _StoredRoute(route=each.route.value, day=each.day)
                for url, each in known.items()
            }
            fresh.write_text(json.dumps(stored, indent=2), "utf-8")
            file_system.replace(fresh, self._file)
        except OSError as error:
            log.warning("the routes to cameras cannot be written: %s", error)
