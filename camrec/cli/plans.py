"""``camrec plans`` lists, adds, pauses, resumes and removes plans.

If a camrec runs with the videos folder, it makes the change. Otherwise the change is made in the
folder, and counts when camrec is started.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from typer import BadParameter

from camrec import schema
from camrec.annotations import Details
from camrec.api import RemoteBackend
from camrec.cli import log_setup
from camrec.cli.cameras import choose_camera, folder_or_running, known_cameras
from camrec.cli.console import cli_text, err, make_table, print_json, print_message, print_table
from camrec.cli.remote_recording import find_running_camrec
from camrec.clock import iso_to_utc_ns
from camrec.config import Config
from camrec.planning import WEEKDAYS, PlanEntry, WallClock, find_timezone
from camrec.replies import describe_plan
from camrec.station import Station

_SUN_PATTERN = re.compile(r"(sunrise|sunset)(?:([+-]\d{1,4})m)?")


def list_plans(config: Config, *, as_json: bool) -> None:
    """Print the plans, the oldest first."""
    log_setup.set_up_logging(config.log_level, err)
    running = find_running_camrec(config) if config.videos.is_dir() else None
    if running is not None:
        plans = list(running.plans())
    else:
        station = Station(config)
        station.plans.store.load()
        plans = [_describe(station, each) for each in station.plans.all()]
    if as_json:
        print_json(schema.PlanListReply(plans=plans).model_dump(mode="json"))
        return
    names = {each.camera_id: each.name for each in known_cameras(config)}
    clock = WallClock(find_timezone(config.timezone))
    table = make_table("plans.id", "plans.cameras", "plans.when", "plans.next")
    for plan in plans:
        cameras = ", ".join(names.get(each, each) for each in plan.cameras)
        table.add_row(plan.plan_id, cameras, _describe_when(plan), _describe_next(plan, clock))
    print_table(table)


def add_plan(
    config: Config,
    cameras: Sequence[str],
    *,
    days: str | None,
    start: str | None,
    end: str | None,
    duration: int | None,
    always: bool,
    until: str | None,
    name: str | None,
    details: Details,
) -> None:
    """Add a plan, and print its id. A camera is named by its id, its name or its address."""
    log_setup.set_up_logging(config.log_level, err)
    every_day = None if always else ",".join(WEEKDAYS)
    given: dict[str, object] = {
        "days": _split_days(days or every_day),
        "start": _parse_start(start),
        "end": end,
        "duration": duration,
        "always": always,
        "until": until,
        "name": name,
        "details": dict(details),
    }
    values = {key: value for key, value in given.items() if value is not None}
    values["cameras"] = _find_cameras(config, cameras)
    with _plans(config) as target:
        plan = target.add(values)
        print_message(cli_text("plans.added", plan=plan.plan_id, when=_describe_when(plan)))
        if isinstance(target, _FolderPlans):
            print_message(cli_text("plans.not_running"))


def enable_plan(config: Config, plan_id: str, *, enabled: bool) -> None:
    """Pause or resume a plan."""
    log_setup.set_up_logging(config.log_level, err)
    with _plans(config) as target:
        target.enable(plan_id, enabled)
    key = "plans.resumed" if enabled else "plans.paused_now"
    print_message(cli_text(key, plan=plan_id))


def remove_plan(config: Config, plan_id: str) -> None:
    """Remove a plan. Its videos stay."""
    log_setup.set_up_logging(config.log_level, err)
    with _plans(config) as target:
        target.remove(plan_id)
    print_message(cli_text("plans.removed", plan=plan_id))


class _FolderPlans:
    """The plans of a videos folder that no camrec uses."""

    def __init__(self, config: Config) -> None:
        self._station = Station(config)
        self._station.plans.load()

    def add(self, values: dict[str, object]) -> schema.PlanReply:
        return _describe(self._station, self._station.plans.add(values))

    def enable(self, plan_id: str, enabled: bool) -> None:
        self._station.plans.change(plan_id, {"enabled": enabled})

    def remove(self, plan_id: str) -> None:
        self._station.plans.remove(plan_id)


class _RunningPlans:
    """The plans of a running camrec."""

    def __init__(self, running: RemoteBackend) -> None:
        self._running = running

    def add(self, values: dict[str, object]) -> schema.PlanReply:
        return self._running.add_plan(values)

    def enable(self, plan_id: str, enabled: bool) -> None:
        self._running.change_plan(plan_id, {"enabled": enabled})

    def remove(self, plan_id: str) -> None:
        self._running.delete_plan(plan_id)


@contextmanager
def _plans(config: Config) -> Iterator[_FolderPlans | _RunningPlans]:
    with folder_or_running(config, create=True) as running:
        yield _FolderPlans(config) if running is None else _RunningPlans(running)


def _describe(station: Station, entry: PlanEntry) -> schema.PlanReply:
    return describe_plan(entry, station.plans.next_start(entry))


def _find_cameras(config: Config, given: Sequence[str]) -> list[str]:
    """The ids of cameras that are named by id or name; addresses stay as they are."""
    listed = known_cameras(config)
    found = []
    for each in given:
        is_listed = any(each in (camera.camera_id, camera.name) for camera in listed)
        found.append(choose_camera(listed, each).camera_id if is_listed else each)
    return found


def _split_days(days: str | None) -> list[str] | None:
    return None if days is None else [each.strip() for each in days.split(",")]


def _parse_start(start: str | None) -> str | dict[str, object] | None:
    """A time of day, or ``sunset-30m``. Raises BadParameter."""
    if start is None or not start.startswith("sun"):
        return start
    found = _SUN_PATTERN.fullmatch(start)
    if found is None:
        raise BadParameter(cli_text("plans.bad_start", start=start))
    return {"sun": found[1], "offset": 60 * int(found[2] or 0)}


def _describe_when(plan: schema.PlanReply) -> str:
    if plan.always:
        return cli_text("plans.always")
    start = plan.start
    if isinstance(start, schema.SunStartReply):
        minutes = f"{start.offset / 60:+g}m" if start.offset else ""
        start = f"{start.sun}{minutes}"
    end = f"{plan.duration} s" if plan.end is None else plan.end
    days = "" if len(plan.days) == len(WEEKDAYS) else f"{','.join(plan.days)} "
    return f"{days}{start} \N{EN DASH} {end}"


def _describe_next(plan: schema.PlanReply, clock: WallClock) -> str:
    if not plan.enabled:
        return cli_text("plans.paused")
    if plan.next is None:
        return ""
    return f"{clock.shown_at(iso_to_utc_ns(plan.next)):%Y-%m-%d %H:%M}"
