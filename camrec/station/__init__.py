"""One complete camrec: creates everything from the settings, starts and stops it in order."""

from camrec.station.built_in_cameras import BUILT_IN_CAMERA_IDS
from camrec.station.changes import (
    AlertsChanged,
    CamerasChanged,
    LibraryChanged,
    PlansChanged,
    ProxyChanged,
    RecordingChanged,
    SessionChanged,
    SettingsChanged,
    StationChange,
)
from camrec.station.plans import wrong_calendar_day
from camrec.station.process_station import shared_station
from camrec.station.station import Station

__all__ = [
    "BUILT_IN_CAMERA_IDS",
    "AlertsChanged",
    "CamerasChanged",
    "LibraryChanged",
    "PlansChanged",
    "ProxyChanged",
    "RecordingChanged",
    "SessionChanged",
    "SettingsChanged",
    "Station",
    "StationChange",
    "shared_station",
    "wrong_calendar_day",
]
