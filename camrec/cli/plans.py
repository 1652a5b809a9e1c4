"""``camrec plans`` lists, adds, changes, pauses, resumes and removes plans.

If a camrec runs with the videos folder, it makes the change. Otherwise the change is made in the
folder, and counts when camrec is started.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from typer import BadParameter, Exit

from camrec import schema
from camrec.annotations import Details
from camrec.api import RemoteBackend
from camrec.cli import log_setup
from camrec.cli.cameras import choose_camera, folder_or_running, known_cameras
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    err,
    make_table,
    print_error_line,
    print_json,
    print_message,
    print_table,
)
from camrec.cli.remote_recording import find_running_camrec
from camrec.clock import iso_to_utc_ns
from camrec.config import Config
from camrec.errors import InputError, NotFoundError
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
    table = make_table("plans.id", "plans.cameras", "plans.when", "plans.state", "plans.next")
    for plan in plans:
        cameras = ", ".join(names.get(each, each) for each in plan.cameras)
        state = cli_text("plans.active" if plan.enabled else "plans.paused")
        starts = _describe_next(plan, clock) or ""
        table.add_row(plan.plan_id, cameras, _describe_when(plan), state, starts)
    print_table(table)


@dataclass(frozen=True)
class PlanOptions:
    """The options of a plan as they were given; None: it was not given.

    until, name : empty: without it.
    details : all of them.
    """

    days: str | None
    start: str | None
    end: str | None
    duration: int | None
    always: bool
    until: str | None
    name: str | None
    details: Details | None

    @property
    def has_hours(self) -> bool:
        """Whether they say when a plan records."""
        has_end = self.end is not None or self.duration is not None
        return self.always or (self.start is not None and has_end)

    def to_values(self) -> dict[str, object]:
        """The fields of a plan that were given. Raises BadParameter."""
        given: dict[str, object] = {
            "days": _split_days(self.days),
            "start": _parse_start(self.start),
            "end": self.end,
            "duration": self.duration,
            "always": self.always or None,
            "details": None if self.details is None else dict(self.details),
        }
        values = {key: value for key, value in given.items() if value is not None}
        for key, text in (("until", self.until), ("name", self.name)):
            if text is not None:
                values[key] = text or None
        return values


def add_plan(config: Config, cameras: Sequence[str], options: PlanOptions) -> None:
    """Add a plan, and print its id. A camera is named by its id, its name or its address."""
    log_setup.set_up_logging(config.log_level, err)
    if not options.has_hours:
        raise BadParameter(cli_text("plans.no_hours"))
    every_day = {} if options.always else {"days": list(WEEKDAYS)}
    ids, unlisted = _find_cameras(config, cameras)
    values = {**every_day, **options.to_values(), "cameras": ids}
    with _plans(config) as target, _wrong_plan_in_words(unlisted):
        plan = target.add(values)
        print_message(cli_text("plans.added", plan=plan.plan_id, when=_describe_when(plan)))
        if isinstance(target, _FolderPlans):
            print_message(cli_text("plans.not_running"))


def change_plan(config: Config, plan_id: str, cameras: Sequence[str], options: PlanOptions) -> None:
    """Change what was given of a plan, and print when it records now."""
    log_setup.set_up_logging(config.log_level, err)
    values = options.to_values()
    unlisted: list[str] = []
    if cameras:
        values["cameras"], unlisted = _find_cameras(config, cameras)
    if not values:
        raise BadParameter(cli_text("plans.no_change"))
    with (
        _plans(config) as target,
        _unknown_plan_in_words(plan_id),
        _wrong_plan_in_words(unlisted),
    ):
        plan = target.change(plan_id, values)
    print_message(cli_text("plans.changed", plan=plan.plan_id, when=_describe_when(plan)))


def enable_plan(config: Config, plan_id: str, *, enabled: bool) -> None:
    """Pause or resume a plan."""
    log_setup.set_up_logging(config.log_level, err)
    with _plans(config) as target, _unknown_plan_in_words(plan_id):
        plan = target.change(plan_id, {"enabled": enabled})
    clock = WallClock(find_timezone(config.timezone))
    starts = _describe_next(plan, clock)
    if not enabled:
        print_message(cli_text("plans.paused_now", plan=plan_id))
    elif starts is None:
        print_message(cli_text("plans.resumed_without_next", plan=plan_id))
    else:
        print_message(cli_text("plans.resumed", plan=plan_id, next=starts))


def remove_plan(config: Config, plan_id: str) -> None:
    """Remove a plan. Its videos stay."""
    log_setup.set_up_logging(config.log_level, err)
    with _plans(config) as target, _unknown_plan_in_words(plan_id):
        target.remove(plan_id)
    print_message(cli_text("plans.removed", plan=plan_id))


@contextmanager
def _unknown_plan_in_words(plan_id: str) -> Iterator[None]:
    """Say what helps on a command line if there is no such plan."""
    try:
        yield
    except NotFoundError as error:
        if error.code != "no_plan":
            raise
        print_error_line(cli_text("plans.unknown", plan=plan_id))
        raise Exit(1) from None


@contextmanager
def _wrong_plan_in_words(cameras: Sequence[str]) -> Iterator[None]:
    """Say what helps on a command line if a plan is refused.

    cameras : as they were given, those that camrec does not list.

    Raises
    ------
    BadParameter
        An option is wrong.
    """
    try:
        yield
    except (InputError, NotFoundError) as error:
        # What may be an address without a scheme may contain a password, so it is not printed.
        names = [each for each in cameras if not set(each) & set("@:/")]
        if error.code in ("plan_camera_unknown", "plan_cameras") and names:
            print_error_line(cli_text("plans.unknown_camera", camera=names[0]))
            raise Exit(1) from None
        # The options are right if only a setting is missing.
        if error.code == "plan_place" or not error.code.startswith("plan_"):
            raise
        raise BadParameter(error.text(CONSOLE_LANGUAGE)) from None


class _FolderPlans:
    """The plans of a videos folder that no camrec uses."""

    def __init__(self, config: Config) -> None:
        self._station = Station(config)
        self._station.plans.load()

    def add(self, values: dict[str, object]) -> schema.PlanReply:
        return _describe(self._station, self._station.plans.add(values))

    def change(self, plan_id: str, changes: Mapping[str, object]) -> schema.PlanReply:
        return _describe(self._station, self._station.plans.change(plan_id, changes))

    def remove(self, plan_id: str) -> None:
        self._station.plans.remove(plan_id)


class _RunningPlans:
    """The plans of a running camrec."""

    def __init__(self, running: RemoteBackend) -> None:
        self._running = running

    def add(self, values: dict[str, object]) -> schema.PlanReply:
        return self._running.add_plan(values)

    def change(self, plan_id: str, changes: Mapping[str, object]) -> schema.PlanReply:
        return self._running.change_plan(plan_id, changes)

    def remove(self, plan_id: str) -> None:
        self._running.delete_plan(plan_id)


@contextmanager
def _plans(config: Config) -> Iterator[_FolderPlans | _RunningPlans]:
    with folder_or_running(config, create=True) as running:
        yield _FolderPlans(config) if running is None else _RunningPlans(running)


def _describe(station: Station, entry: PlanEntry) -> schema.PlanReply:
    return describe_plan(entry, station.plans.next_start(entry))


def _find_cameras(config: Config, given: Sequence[str]) -> tuple[list[str], list[str]]:
    """The ids of cameras that are named by id or name, and what else was given as it is.

    Returns
    -------
    All of them, and those that are not listed: addresses, built-in cameras, mistakes.
    """
    listed = known_cameras(config)
    found, unlisted = [], []
    for each in given:
        if any(each in (camera.camera_id, camera.name) for camera in listed):
            found.append(choose_camera(listed, each).camera_id)
        else:
            found.append(each)
            unlisted.append(each)
    return found, unlisted


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
    days = ", ".join(cli_text(f"plans.day_{each}") for each in plan.days)
    if len(plan.days) == len(WEEKDAYS):
        days = cli_text("plans.every_day")
    if plan.end is None:
        return cli_text("plans.for_seconds", start=f"{days} {start}", seconds=plan.duration)
    return f"{days} {start} \N{EN DASH} {plan.end}"


def _describe_next(plan: schema.PlanReply, clock: WallClock) -> str | None:
    return (
        None if plan.next is None else f"{clock.shown_at(iso_to_utc_ns(plan.next)):%Y-%m-%d %H:%M}"
    )
