"""The one station of a process."""

from __future__ import annotations

import threading

from camrec.config import Config
from camrec.process import at_exit
from camrec.station.station import Station

_lock = threading.Lock()
_station: Station | None = None


def shared_station(config: Config | None = None) -> Station:
    """The station of this process. It starts on the first call and stops at exit.

    config : only the first call uses it; None: the settings file of the working folder.
    """
    global _station
    with _lock:
        if _station is None:
            station = Station(config or Config.load()).start()
            at_exit(station.stop)
            _station = station
        return _station
