"""Plans: when they record, what follows from it at each moment, and the file that keeps them.

Nothing here opens a camera or starts a recording: `PlanDispatcher` says what has to be done.
"""

from camrec.planning.begun_days import BegunDay, find_begun_days
from camrec.planning.camera_decision import OPEN_AHEAD_NS
from camrec.planning.disk_forecast import DiskForecast, PlannedSpan, StoredVideos, forecast_disk
from camrec.planning.dispatcher import PlanDecision, PlanDispatcher
from camrec.planning.due_window import ENDLESS_NS
from camrec.planning.facts import (
    CameraFacts,
    CameraState,
    EndedRecording,
    Outage,
    OutageKind,
    PlanEntry,
    RunningRecording,
    StationFacts,
)
from camrec.planning.occurrence_reason import OccurrenceReason
from camrec.planning.occurrences import Occurrence, occurrences
from camrec.planning.open_at_once import most_open_at_once
from camrec.planning.orders import (
    CancelRecording,
    CloseCamera,
    EndRecording,
    MoveEnd,
    OpenCamera,
    PlanOrder,
    StartPlannedRecording,
)
from camrec.planning.plan import (
    MAX_PLAN_CAMERAS,
    MAX_SUN_OFFSET_S,
    MAX_UNTIL,
    WEEKDAYS,
    RecordingPlan,
    SunStart,
    require_place,
    wrong_plan_cameras,
)
from camrec.planning.plan_calendar import (
    CalendarEntry,
    CalendarFacts,
    PlanCalendar,
    build_calendar,
    next_start,
)
from camrec.planning.plan_file import PLAN_FILE_NAME, PlanFile
from camrec.planning.plan_json import change_plan, parse_plan, plan_to_json
from camrec.planning.plan_state import Delay, OccurrenceRecord, PlanRun, PlanState
from camrec.planning.plan_store import MAX_PLANS, PlanStore
from camrec.planning.sun import Coordinates, find_sun_event, parse_place
from camrec.planning.time_of_day import parse_time_of_day
from camrec.planning.wall_clock import WallClock, find_timezone

__all__ = [
    "ENDLESS_NS",
    "MAX_PLANS",
    "MAX_PLAN_CAMERAS",
    "MAX_SUN_OFFSET_S",
    "MAX_UNTIL",
    "OPEN_AHEAD_NS",
    "PLAN_FILE_NAME",
    "WEEKDAYS",
    "BegunDay",
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
    "OccurrenceReason",
    "OccurrenceRecord",
    "OpenCamera",
    "Outage",
    "OutageKind",
    "PlanCalendar",
    "PlanDecision",
    "PlanDispatcher",
    "PlanEntry",
    "PlanFile",
    "PlanOrder",
    "PlanRun",
    "PlanState",
    "PlanStore",
    "PlannedSpan",
    "RecordingPlan",
    "RunningRecording",
    "StartPlannedRecording",
    "StationFacts",
    "StoredVideos",
    "SunStart",
    "WallClock",
    "build_calendar",
    "change_plan",
    "find_begun_days",
    "find_sun_event",
    "find_timezone",
    "forecast_disk",
    "most_open_at_once",
    "next_start",
    "occurrences",
    "parse_place",
    "parse_plan",
    "parse_time_of_day",
    "plan_to_json",
    "require_place",
    "wrong_plan_cameras",
]
