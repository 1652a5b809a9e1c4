"""A plan: a standing order to record cameras on some days, from a start to an end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, get_args

from camrec.annotations import NO_DETAILS, Details
from camrec.camera_address import validate_name
from camrec.errors import InputError
from camrec.planning.sun import Coordinates, SunEvent
from camrec.recording_limits import (
    MAX_DURATION_S,
    MAX_VIDEO_LENGTH_S,
    MIN_DURATION_S,
    MIN_VIDEO_LENGTH_S,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
MAX_PLAN_CAMERAS = 64
MAX_SUN_OFFSET_S = 43_200
# UTC nanoseconds in 63 bits end in the year 2262.
MAX_UNTIL = date(2199, 12, 31)

_CAMERA_ID_PATTERN = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class SunStart:
    """A start by the sun.

    offset : whole seconds from the sunrise or sunset to the start; negative: before it.
    """

    sun: SunEvent
    offset: int = 0


@dataclass(frozen=True)
class RecordingPlan:
    """A valid plan. Creating one that is not valid raises InputError with the field's name.

    cameras : the ids of its cameras.
    days : the days on which it starts, in the order of the week.
    start : the time of day, or the sun.
    end : the time of day; if it is not later than `start`, it is one of the next day.
    duration : seconds, instead of `end`.
    always : record without a break. Such a plan has no days and no hours.
    video_length : seconds of each video of a series; None: the default.
    until : the last day on which it starts, at most `MAX_UNTIL`; None: it is not limited.
    enabled : false: the plan is paused.
    name : what its videos are called; None: the name of their camera.
    details : what is saved with each recording.
    """

    cameras: tuple[str, ...]
    days: tuple[Weekday, ...] = ()
    start: time | SunStart | None = None
    end: time | None = None
    duration: int | None = None
    always: bool = False
    video_length: int | None = None
    until: date | None = None
    enabled: bool = True
    name: str | None = None
    details: Details = NO_DETAILS

    def __post_init__(self) -> None:
        if not _are_distinct(self.cameras, MAX_PLAN_CAMERAS) or not all(
            map(_CAMERA_ID_PATTERN.fullmatch, self.cameras)
        ):
            raise wrong_plan_cameras()
        if self.always:
            self._check_that_it_has_no_hours()
        else:
            self._check_hours()
        if self.video_length is not None:
            _check_number("video_length", self.video_length, MIN_VIDEO_LENGTH_S, MAX_VIDEO_LENGTH_S)
        if self.until is not None and self.until > MAX_UNTIL:
            raise wrong_last_day("until")
        if self.name is not None:
            object.__setattr__(self, "name", validate_name(self.name))

    @property
    def needs_place(self) -> bool:
        """Whether it goes by the sun."""
        return isinstance(self.start, SunStart)

    def _check_that_it_has_no_hours(self) -> None:
        for field in ("days", "start", "end", "duration"):
            if getattr(self, field) not in ((), None):
                raise InputError("plan_always", field=field)

    def _check_hours(self) -> None:
        if not _are_distinct(self.days, len(WEEKDAYS)) or not set(self.days) <= set(WEEKDAYS):
            raise InputError("plan_days", field="days")
        object.__setattr__(self, "days", tuple(sorted(self.days, key=WEEKDAYS.index)))
        if self.start is None:
            raise InputError("plan_time", field="start")
        if isinstance(self.start, SunStart):
            _check_number("start.offset", self.start.offset, -MAX_SUN_OFFSET_S, MAX_SUN_OFFSET_S)
        if (self.end is None) == (self.duration is None):
            raise InputError("plan_length", field="end")
        if self.end is not None and self.end == self.start:
            raise InputError("plan_end_is_start", field="end")
        if self.duration is not None:
            _check_number("duration", self.duration, MIN_DURATION_S, MAX_DURATION_S)


def wrong_plan_cameras() -> InputError:
    """The error for a wrong list of cameras (``plan_cameras``)."""
    return InputError("plan_cameras", field="cameras", most=MAX_PLAN_CAMERAS)


def wrong_last_day(field: str) -> InputError:
    """The error for a last day that is no date, or too late (``plan_until``)."""
    return InputError("plan_until", field=field, latest=MAX_UNTIL.isoformat())


def require_place(plan: RecordingPlan, place: Coordinates | None) -> None:
    """Check that a plan that goes by the sun has a place. Raises InputError (``plan_place``)."""
    if plan.needs_place and place is None:
        raise InputError("plan_place", field="start")


def _are_distinct(values: tuple[str, ...], most: int) -> bool:
    return 1 <= len(values) <= most and len(set(values)) == len(values)


def _check_number(field: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise InputError("plan_number", field=field, lowest=lowest, highest=highest)
