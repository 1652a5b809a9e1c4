"""Which way each camera comes to us, where that is not the usual one; kept over restarts."""

from __future__ import annotations

import json
import logging
import os
import threading
from enum import Enum
from pathlib import Path

from camrec.sources import Source

log = logging.getLogger(__name__)

MAX_CAMERAS = 200


class Route(Enum):
    """How an RTSP camera comes to MediaMTX."""

    DIRECT = "direct"
    RELAY = "relay"
    UDP = "udp"  # direct, RTP over UDP


class Routes:
    """The routes that worked where the direct one did not, by address without credential.

    Parameters
    ----------
    file
        Where they are kept; None: in memory.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[str, Route] | None = None

    def route(self, source: Source) -> Route:
        with self._lock:
            return self._read().get(source.url, Route.DIRECT)

    def remember(self, source: Source, route: Route) -> None:
        """The one that works, DIRECT forgets what was known; a file that fails is logged."""
        with self._lock:
            known = self._read()
            if known.get(source.url, Route.DIRECT) is route:
                return
            known.pop(source.url, None)
            if route is not Route.DIRECT:
                known[source.url] = route
            while len(known) > MAX_CAMERAS:
                del known[next(iter(known))]
            self._write(known)

    def _read(self) -> dict[str, Route]:
        if self._known is None:
            self._known = {}
            if self._file is not None and self._file.exists():
                try:
                    told = json.loads(self._file.read_text("utf-8"))
                    self._known = {str(url): Route(name) for url, name in told.items()}
                except (OSError, ValueError, AttributeError) as error:
                    log.warning("the routes to cameras cannot be read: %s", error)
        return self._known

    def _write(self, known: dict[str, Route]) -> None:
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        try:
            told = {url: route.value for url, route in known.items()}
            fresh.write_text(json.dumps(told, indent=2), "utf-8")
            os.replace(fresh, self._file)
        except OSError as error:
            log.warning("the routes to cameras cannot be written: %s", error)
