"""Plans: when they record, what follows from it at each moment, and the file that keeps them.

Nothing here opens a camera or starts a recording: `PlanDispatcher` says what has to be done.
"""

from camrec.plans.disk_forecast import DiskForecast, PlannedSpan, forecast_disk
from camrec.plans.dispatcher import PlanDispatcher, Reckoning
from camrec.plans.due_window import ENDLESS_NS
from camrec.plans.facts import (
    CameraFacts,
    CameraState,
    EndedRecording,
    Outage,
    PlanEntry,
    RunningRecording,
    StationFacts,
)
from camrec.plans.occurrences import Occurrence, occurrences
from camrec.plans.orders import (
    CancelRecording,
    CloseCamera,
    EndRecording,
    MoveEnd,
    OpenCamera,
    PlanOrder,
    StartPlannedRecording,
)
from camrec.plans.plan import (
    MAX_PLAN_CAMERAS,
    MAX_SUN_OFFSET_S,
    MAX_UNTIL,
    WEEKDAYS,
    Plan,
    SunStart,
    require_place,
    wrong_plan_cameras,
)
from camrec.plans.plan_calendar import (
    CalendarEntry,
    CalendarFacts,
    PlanCalendar,
    build_calendar,
    next_start,
)
from camrec.plans.plan_file import PLAN_FILE_NAME, PlanFile
from camrec.plans.plan_json import change_plan, parse_plan, plan_to_json
from camrec.plans.plan_state import Delay, OccurrenceRecord, PlanRun, PlanState
from camrec.plans.plan_store import MAX_PLANS, PlanStore
from camrec.plans.sun import Coordinates, find_sun_event, parse_place
from camrec.plans.wall_clock import WallClock, find_timezone

__all__ = [
    "ENDLESS_NS",
    "MAX_PLANS",
    "MAX_PLAN_CAMERAS",
    "MAX_SUN_OFFSET_S",
    "MAX_UNTIL",
    "PLAN_FILE_NAME",
    "WEEKDAYS",
    "CalendarEntry",
    "CalendarFacts",
    "CameraFacts",
    "CameraState",
    "CancelRecording",
    "CloseCamera",
    "Coordinates",
    "Delay",
    "DiskForecast",
    "EndRecording",
    "EndedRecording",
    "MoveEnd",
    "Occurrence",
    "OccurrenceRecord",
    "OpenCamera",
    "Outage",
    "Plan",
    "PlanCalendar",
    "PlanDispatcher",
    "PlanEntry",
    "PlanFile",
    "PlanOrder",
    "PlanRun",
    "PlanState",
    "PlanStore",
    "PlannedSpan",
    "Reckoning",
    "RunningRecording",
    "StartPlannedRecording",
    "StationFacts",
    "SunStart",
    "WallClock",
    "build_calendar",
    "change_plan",
    "find_sun_event",
    "find_timezone",
    "forecast_disk",
    "next_start",
    "occurrences",
    "parse_place",
    "parse_plan",
    "plan_to_json",
    "require_place",
    "wrong_plan_cameras",
]
