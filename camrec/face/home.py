"""This process's own station, which the first camera starts."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING

from camrec.config import Config
from camrec.station import Station
from camrec.web import LocalServer

if TYPE_CHECKING:
    from camrec.face.camera import Camera

lock = threading.RLock()
_home: Home | None = None


class Home:
    """This process's own station, on free ports, with a server for what a browser shows."""

    def __init__(self) -> None:
        config = Config.load(mediamtx_port=0, go2rtc_port=0)
        self.station = Station(config).start()
        self.server = LocalServer(self.station)
        self.cameras: dict[str, Camera] = {}

    def stop(self) -> None:
        self.server.stop()
        self.station.stop()


def home() -> Home:
    """The one of this process: started on first use, stopped at exit."""
    global _home
    with lock:
        if _home is None:
            _home = Home()
            atexit.register(stop)
        return _home


def stop() -> None:
    """Save what is being recorded and end everything that was opened here."""
    global _home
    with lock:
        if _home is not None:
            atexit.unregister(stop)
            _home.stop()
            _home = None
