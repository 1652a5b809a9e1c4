"""The alerts of a station: what watches it, where alerts are stored, and who is notified.

What is an alert is decided in `camrec.alerts`.
"""

from camrec.station.alerts.station_alerts import StationAlerts

__all__ = ["StationAlerts"]
