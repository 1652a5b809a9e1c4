"""The whole: composes the rooms from the settings, and starts and stops them in order."""

from camrec.station.station import Station, shared_station

__all__ = ["Station", "shared_station"]
