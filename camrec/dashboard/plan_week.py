"""What the page with the plans shows: the plans, and one week of their occurrences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

from camrec.camera_registry import KnownCamera
from camrec.clock import NS_PER_SECOND
from camrec.dashboard.plan_recorded import find_lacking
from camrec.dashboard.rounded_figures import round_two_digits
from camrec.dashboard.wire_types import (
    DiskForecastFields,
    FreeAfterRow,
    NightRow,
    OnceRow,
    PlanCameraRow,
    PlanOccurrenceRow,
    PlanPreviewFields,
    PlanRow,
    PlanWeekFields,
)
from camrec.library import VideoFile
from camrec.planning import (
    ENDLESS_NS,
    CalendarEntry,
    Coordinates,
    DiskForecast,
    PlanCalendar,
    WallClock,
    find_sun_event,
    parse_place,
    plan_to_json,
)
from camrec.recording import RecordingState
from camrec.session import OPEN_SESSION_STATES
from camrec.station import Station

WEEK_DAYS = 7
FORECAST_WEEKS = 4
LOSS_NS = WEEK_DAYS * 86_400 * NS_PER_SECOND

_EPOCH = datetime(1970, 1, 1)
_ONE_DAY = timedelta(days=1)


def plan_rows(station: Station) -> list[PlanRow]:
    """Return all plans, the oldest first."""
    plans, rows = station.plans, []
    for entry in plans.all():
        # A plan without a break starts now, which would be another time at each call.
        start = None if entry.plan.always else plans.next_start(entry)
        next_wall = None if start is None else _wall_ms(start, plans.clock)
        rows.append(PlanRow(plan_id=entry.plan_id, plan=plan_to_json(entry.plan), next=next_wall))
    return rows


def read_plan_week(station: Station, first: date | None, language: str) -> PlanWeekFields:
    """Read a week. This blocks while the disk is read.

    first : its first day; None: this week's Monday.
    """
    plans, clock = station.plans, station.plans.clock
    now = station.clock.utc_ns()
    today = clock.day_of(now)
    if first is None:
        first = today - timedelta(days=today.weekday())
    cameras = station.known_cameras.all()  # once: they may change meanwhile
    names = {each.camera_id: each.name for each in cameras}
    videos = {each.filename: each for each in station.library.videos()}
    # What began on the evening before may go on in the week.
    week = plans.calendar(first - _ONE_DAY, first + timedelta(days=WEEK_DAYS - 1))
    coming = plans.calendar(today - _ONE_DAY, today + timedelta(weeks=FORECAST_WEEKS))
    shown_now = clock.shown_at(now)
    return {
        "first": _day_ms(first),
        "now": _wall_ms(now, clock),
        "zone": _zone_name(station.config.timezone, shown_now, clock),
        "utc_offset": _utc_offset_minutes(now, shown_now),
        "cameras": _cameras(station, cameras),
        "once": _scheduled(station, names),
        "occurrences": [
            _occurrence(each, names, clock, language, videos) for each in week.occurrences
        ],
        "free_after": _free_after(week.disk, first),
        "nights": list(_nights(first, plans.place, clock)),
        "recording_until": _recording_until(coming.occurrences, clock),
        "keeps_awake": station.config.keep_awake and station.config.keep_awake_for_plans,
        "place": list(station.config.place),
        "has_keyring": station.config.keyring,
        "disk": _disk(coming, names, clock, station.recordings.disk.deletes_oldest),
    }


def _cameras(station: Station, cameras: Iterable[KnownCamera]) -> list[PlanCameraRow]:
    """Return the cameras that a plan may record, the open ones first, as on the live page."""
    rates = {}
    for session in station.cameras.sessions():
        rate = station.recordings.estimate_disk([session]).file_bit_rate / 8
        rates[session.camera_id] = round_two_digits(rate) if rate > 0 else None
    known = [
        each
        for each in cameras
        if each.camera_id in rates or not station.known_cameras.needs_password(each)
    ]
    order = {camera_id: number for number, camera_id in enumerate(rates)}
    known.sort(key=lambda each: order.get(each.camera_id, len(order)))
    return [
        {
            "camera_id": each.camera_id,
            "name": each.name,
            "rate": rates.get(each.camera_id),
            "has_password": each.has_secret,
        }
        for each in known
    ]


def _scheduled(station: Station, names: Mapping[str, str]) -> list[OnceRow]:
    clock = station.plans.clock
    found = [
        each
        for each in station.recordings.listed()
        if each.state is RecordingState.SCHEDULED
        and each.start_at is not None
        and each.plan_id is None
    ]
    return [
        {
            "recording_id": each.recording_id,
            "name": names.get(each.camera_id, ""),
            "starts_at": _wall_ms(each.started_at, clock),
            "duration": each.duration,
        }
        for each in sorted(found, key=lambda each: each.started_at)
    ]


def _occurrence(
    entry: CalendarEntry,
    names: Mapping[str, str],
    clock: WallClock,
    language: str,
    videos: Mapping[str, VideoFile],
) -> PlanOccurrenceRow:
    is_endless = entry.ends_at >= ENDLESS_NS
    return {
        "plan_id": entry.plan_id,
        "camera_id": entry.camera_id,
        "name": names.get(entry.camera_id, ""),
        "starts_at": _wall_ms(entry.starts_at, clock),
        "ends_at": None if is_endless else _wall_ms(entry.ends_at, clock),
        "began_at": None if entry.began_at is None else _wall_ms(entry.began_at, clock),
        "is_late": entry.reason is not None and entry.reason.kind != "plan_made",
        "state": entry.state,
        "reason": "" if entry.reason is None else entry.reason.text(language),
        "cause": "" if entry.reason is None else entry.reason.code,
        "stopped_at": None if entry.stopped_at is None else _wall_ms(entry.stopped_at, clock),
        "lacking": [
            (_wall_ms(start, clock), _wall_ms(end, clock))
            for start, end in find_lacking(entry, videos)
        ],
        "filenames": list(entry.filenames),
    }


def _recording_until(entries: Iterable[CalendarEntry], clock: WallClock) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in entries:
        if each.state == "recording" and each.plan_id is not None:
            end = _wall_ms(each.ends_at, clock)
            found[each.plan_id] = max(end, found.get(each.plan_id, end))
    return found


def _disk(
    calendar: PlanCalendar, names: Mapping[str, str], clock: WallClock, deletes_oldest: bool
) -> DiskForecastFields:
    full_at, stops_at = calendar.disk.full_at, calendar.disk.stops_at
    lost = cut = 0
    if stops_at is not None:
        for each in calendar.occurrences:
            if each.state == "impossible":
                lost += stops_at <= each.starts_at < min(stops_at + LOSS_NS, each.ends_at)
            elif each.state in ("planned", "recording"):
                cut += each.starts_at < stops_at < each.ends_at
    return {
        "full_at": None if full_at is None else _wall_ms(full_at, clock),
        "deletes_oldest": deletes_oldest,
        "deleted": calendar.disk.deleted_count,
        "deletes_new": calendar.disk.deletes_new,
        "stops_at": None if stops_at is None else _wall_ms(stops_at, clock),
        "weeks": FORECAST_WEEKS,
        "unmeasured": sorted(names.get(each, "") for each in calendar.disk.unmeasured),
        "lost": lost,
        "cut": cut,
    }


def _free_after(disk: DiskForecast, first: date) -> list[FreeAfterRow]:
    """Return nothing if a camera is not counted: what is free would be said too large."""
    if disk.unmeasured:
        return []
    return [{"day": _day_ms(day), "bytes": free} for day, free in disk.free_after if day >= first]


def _nights(first: date, place: Coordinates | None, clock: WallClock) -> Iterator[NightRow]:
    if place is None:
        return
    for number in range(WEEK_DAYS):
        day = first + timedelta(days=number)
        rise = find_sun_event("sunrise", place, day, clock.zone)
        fall = find_sun_event("sunset", place, day, clock.zone)
        yield {
            "day": _day_ms(day),
            "sunrise": _moment_ms(rise, clock) if isinstance(rise, datetime) else None,
            "sunset": _moment_ms(fall, clock) if isinstance(fall, datetime) else None,
        }


def _zone_name(setting: str, shown_now: datetime, clock: WallClock) -> str:
    return setting or shown_now.replace(tzinfo=clock.zone).tzname() or ""


def _utc_offset_minutes(now: int, shown_now: datetime) -> int:
    utc = datetime.fromtimestamp(now // NS_PER_SECOND, timezone.utc).replace(tzinfo=None)
    return round((shown_now - utc).total_seconds() / 60)


def _moment_ms(moment: datetime, clock: WallClock) -> float:
    return _wall_ms(int(moment.timestamp()) * NS_PER_SECOND, clock)


def _wall_ms(moment: int, clock: WallClock) -> float:
    return (clock.shown_at(moment) - _EPOCH) / timedelta(milliseconds=1)


def _day_ms(day: date) -> float:
    return (day - _EPOCH.date()) / timedelta(milliseconds=1)


def read_plan_preview(
    station: Station, plan_id: str | None, changes: Mapping[str, object], place: Sequence[float]
) -> PlanPreviewFields:
    """Read what a plan would do that is being typed. This blocks while the disk is read.

    place : where the sun rises and sets; empty: as in the settings.
    """
    plans, clock = station.plans, station.plans.clock
    open_ids = {
        each.camera_id for each in station.cameras.sessions() if each.state in OPEN_SESSION_STATES
    }
    found = plans.preview(plan_id, changes, parse_place(place), open_ids)
    first = found.first
    is_endless = first is not None and first.ends_at >= ENDLESS_NS
    return {
        "now": _wall_ms(station.clock.utc_ns(), clock),
        "starts_at": None if first is None else _wall_ms(first.starts_at, clock),
        "ends_at": None if first is None or is_endless else _wall_ms(first.ends_at, clock),
        "full_at": None if found.full_at is None else _wall_ms(found.full_at, clock),
        "is_measured": found.is_measured,
        "open_at_once": found.open_at_once,
        "max_sessions": station.config.max_sessions,
    }
