"""One complete camrec: creates everything from the settings, starts and stops it in order."""

from camrec.station.events import (
    LibraryChanged,
    ProxyChanged,
    RecentCamerasChanged,
    RecordingChanged,
    SessionChanged,
    SettingsChanged,
    StationEvent,
)
from camrec.station.process_station import shared_station
from camrec.station.station import Station

__all__ = [
    "LibraryChanged",
    "ProxyChanged",
    "RecentCamerasChanged",
    "RecordingChanged",
    "SessionChanged",
    "SettingsChanged",
    "Station",
    "StationEvent",
    "shared_station",
]
