"""Plans: standing orders to record cameras on some days, from a start to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np

from camrec import schema
from camrec.api.backend import Backend
from camrec.api.camera import Camera
from camrec.api.events import DetailValues, to_details
from camrec.api.process_state import local_backend
from camrec.clock import iso_to_utc_ns
from camrec.errors import NotFoundError
from camrec.station import wrong_calendar_day

# A camera, its id or its address; or several of them.
PlanCameras = Camera | str | Sequence[Camera | str]
# A time of day, or {"sun": "sunset", "offset": -1800}.
PlanStart = str | time | Mapping[str, str | int]


def plan(
    cameras: PlanCameras,
    days: Sequence[str] = (),
    start: PlanStart | None = None,
    end: str | time | None = None,
    *,
    duration: int | None = None,
    always: bool = False,
    video_length: int | None = None,
    until: str | date | None = None,
    enabled: bool = True,
    name: str | None = None,
    details: DetailValues | None = None,
) -> Plan:
    """Record cameras on some days, from a start to an end, until the plan is deleted.

    The plan is on the disk when this returns. It is kept in the videos folder, and carried out
    while camrec runs: in this process, or, for one of `Connection.plan`, in that ``camrec serve``.
    Times of day are those of the setting `timezone`.

    Parameters
    ----------
    cameras
        Cameras, their ids or their addresses. They need not be open: the plan opens them. The
        password in an address is stored as long as a plan names the camera.
    days
        On which it starts: "mon", "tue", "wed", "thu", "fri", "sat", "sun".
    start
        A time of day, such as "08:00"; or ``{"sun": "sunset", "offset": -1800}``, half an hour
        before the sun sets at the `place` of the settings.
    end
        A time of day; if it is not later than the start, it is one of the next day.
    duration
        Whole seconds, at most 86400, instead of `end`.
    always
        True: record without a break, without days and hours.
    video_length
        Whole seconds of each video, as for `Camera.record`; by default 3600 if `always` is set.
    until
        The last day on which it starts, such as "2026-12-24". By default it has no last day.
    enabled
        False: it is paused, until `Plan.resume`.
    name
        The name of its videos; by default that of their camera.
    details
        Names with values that the receipt of each recording keeps, as for `Camera.record`.

    Raises
    ------
    InputError
        ``plan_days``, ``plan_time``, ``plan_end_is_start`` and others: an argument is not valid.
        ``plan_place``: it goes by the sun, and the settings have no place.
    NotFoundError
        ``plan_camera_unknown``: camrec knows no camera with this id.
    StateError
        ``camera_password_unknown``: name the camera by its address. ``plans_full``: there are 100
        plans already.
    ServiceError
        ``folder_unwritable``: the disk cannot be written. The plan is not stored.
    """
    values = plan_values(
        cameras,
        days,
        start,
        end,
        duration=duration,
        always=always,
        video_length=video_length,
        until=until,
        enabled=enabled,
        name=name,
        details=details,
    )
    backend = local_backend()
    return Plan(backend, backend.add_plan(values))


def plans() -> list[Plan]:
    """Return the plans of this process's camrec, the oldest first."""
    backend = local_backend()
    return [Plan(backend, each) for each in backend.plans()]


@dataclass(frozen=True)
class PlanOccurrence:
    """One time that a plan asks for, of one camera.

    camera_id : the id of the camera.
    day : the day on which it starts, a `datetime.date` in the time zone of plans.
    starts_at, ends_at : UTC, datetime64[ns].
    state : "planned", "recording", "recorded", "missed", or "impossible": there is no such time, or
        the disk will be full by then.
    reason : why it will not happen, was missed, began late, was interrupted or stopped, in words;
        empty if all is well.
    filenames : its videos, the earliest first.
    """

    camera_id: str
    day: date
    starts_at: np.datetime64
    ends_at: np.datetime64 | None
    state: str
    reason: str
    filenames: tuple[str, ...]


class Plan:
    """A standing order to record. Every property asks for its present state.

    After `delete`, its properties except `id`, and `pause` and `resume`, raise NotFoundError
    (``no_plan``).
    """

    def __init__(self, backend: Backend, reply: schema.PlanReply) -> None:
        self._backend = backend
        self._id = reply.plan_id

    @property
    def id(self) -> str:
        """The id that the REST API uses."""
        return self._id

    @property
    def cameras(self) -> list[str]:
        """The ids of its cameras."""
        return self._read().cameras

    @property
    def enabled(self) -> bool:
        """Whether it is not paused."""
        return self._read().enabled

    @property
    def name(self) -> str | None:
        """The name of its videos; None: that of their camera."""
        return self._read().name

    @property
    def next(self) -> np.datetime64 | None:
        """When it starts the next time, UTC as datetime64[ns].

        None: it is paused, or does not start within a year. A plan that records without a break
        starts now.
        """
        return _to_datetime64(self._read().next)

    def occurrences(self, from_day: str | date, to_day: str | date) -> list[PlanOccurrence]:
        """Return what it recorded and will record on some days, in order.

        Parameters
        ----------
        from_day, to_day
            Both included: dates, or strings such as "2026-12-24". At most 93 days, and 366 days
            from today.

        Raises
        ------
        InputError
            ``bad_calendar``: these are not such days.
        """
        first, last = _to_date(from_day, "from"), _to_date(to_day, "to")
        found = self._backend.calendar(first, last).occurrences
        return [_to_occurrence(each) for each in found if each.plan_id == self._id]

    def pause(self) -> None:
        """Record nothing more until `resume`. What runs finishes."""
        self._backend.change_plan(self._id, {"enabled": False})

    def resume(self) -> None:
        """Record again. What was over meanwhile is not missed."""
        self._backend.change_plan(self._id, {"enabled": True})

    def delete(self) -> None:
        """Delete the plan. What runs finishes, and the videos stay."""
        self._backend.delete_plan(self._id)

    def _read(self) -> schema.PlanReply:
        return self._backend.plan(self._id)

    def __repr__(self) -> str:
        """Return its days and hours."""
        try:
            return f"<Plan {self._id} {_describe_hours(self._read())}>"
        except NotFoundError:
            return f"<Plan {self._id} deleted>"


def plan_values(
    cameras: PlanCameras,
    days: Sequence[str],
    start: PlanStart | None,
    end: str | time | None,
    *,
    duration: int | None,
    always: bool,
    video_length: int | None,
    until: str | date | None,
    enabled: bool,
    name: str | None,
    details: DetailValues | None,
) -> dict[str, object]:
    """Return the plan as the REST API describes it, without what is not given."""
    listed = [cameras] if isinstance(cameras, (Camera, str)) else list(cameras)
    given: dict[str, object] = {
        "cameras": [each.id if isinstance(each, Camera) else each for each in listed],
        "days": list(days),
        "start": _format_time(start) if isinstance(start, time) else start,
        "end": _format_time(end) if isinstance(end, time) else end,
        "duration": duration,
        "always": always,
        "video_length": video_length,
        "until": until.isoformat() if isinstance(until, date) else until,
        "enabled": enabled,
        "name": name,
        "details": dict(to_details(details)),
    }
    return {key: value for key, value in given.items() if value is not None}


def _format_time(moment: time) -> str:
    return moment.isoformat("seconds")


def _to_date(day: str | date, field: str) -> date:
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise wrong_calendar_day(field) from None


def _to_datetime64(iso: str | None) -> np.datetime64 | None:
    return None if iso is None else np.datetime64(iso_to_utc_ns(iso), "ns")


def _to_occurrence(reply: schema.OccurrenceReply) -> PlanOccurrence:
    return PlanOccurrence(
        camera_id=reply.camera_id,
        day=date.fromisoformat(reply.day),
        starts_at=np.datetime64(iso_to_utc_ns(reply.starts_at), "ns"),
        ends_at=_to_datetime64(reply.ends_at),
        state=reply.state,
        reason="" if reply.reason is None else reply.reason.message,
        filenames=tuple(reply.filenames),
    )


def _describe_hours(reply: schema.PlanReply) -> str:
    paused = "" if reply.enabled else " paused"
    if reply.always:
        return f"always{paused}"
    start = reply.start
    if isinstance(start, schema.SunStartReply):
        start = f"{start.sun}{start.offset:+d}s" if start.offset else start.sun
    end = f"{start} for {reply.duration} s" if reply.end is None else f"{start} to {reply.end}"
    return f"{' '.join(reply.days)} {end}{paused}"
