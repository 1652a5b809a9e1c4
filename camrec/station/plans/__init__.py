"""The plans of a station: who changes them, what their calendar says, and what lets them record.

What they ask for at a moment is decided in `camrec.planning`.
"""

from camrec.station.plans.calendar_facts import PlanFacts
from camrec.station.plans.outages import PlanOutages
from camrec.station.plans.planned_cameras import PlannedCameras
from camrec.station.plans.planned_recordings import PlannedRecordings
from camrec.station.plans.runner import PlanRunner
from camrec.station.plans.sessions import PlanSessions
from camrec.station.plans.station_facts import StationFactsReader
from camrec.station.plans.station_plans import StationPlans, wrong_calendar_day

__all__ = [
    "PlanFacts",
    "PlanOutages",
    "PlanRunner",
    "PlanSessions",
    "PlannedCameras",
    "PlannedRecordings",
    "StationFactsReader",
    "StationPlans",
    "wrong_calendar_day",
]
