"""The alerts of a station: what watches it, what is noted, and how others are told.

What is an alert is decided in `camrec.alerts`.
"""

from camrec.station.alerts.station_alerts import StationAlerts

__all__ = ["StationAlerts"]
