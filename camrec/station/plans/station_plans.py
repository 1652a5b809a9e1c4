"""The plans of a station: lists and changes them, and makes their calendar."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta

from camrec.callbacks import Callbacks
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import InputError
from camrec.planning import (
    MAX_PLAN_CAMERAS,
    CalendarFacts,
    Coordinates,
    PlanCalendar,
    PlanEntry,
    PlanStore,
    RecordingPlan,
    WallClock,
    build_calendar,
    change_plan,
    find_timezone,
    next_start,
    parse_place,
    parse_plan,
    require_place,
)
from camrec.station.changes import CamerasChanged, PlansChanged, StationChange
from camrec.station.plans.calendar_facts import PlanFacts
from camrec.station.plans.planned_cameras import NamedCamera, PlannedCameras
from camrec.station.plans.preview import PlanPreview, preview_plan

MAX_CALENDAR_DAYS_AWAY = 366  # from today
MAX_CALENDAR_DAYS = 93


class StationPlans:
    """All plans. Nothing here opens a camera or records. For any thread.

    store : the plans, and what became of their occurrences.
    clock : the wall clock by which plans go.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        store: PlanStore,
        cameras: PlannedCameras,
        facts: PlanFacts,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self.store = store
        self.clock = WallClock(find_timezone(config.timezone))
        self._config = config
        self._utc = clock
        self._cameras = cameras
        self._facts = facts
        self._changed = changed
        self._lock = threading.Lock()  # held while plans and their cameras change

    @property
    def place(self) -> Coordinates | None:
        """Where the sun rises and sets; None: not set."""
        return parse_place(self._config.place)

    def load(self) -> None:
        """Read the plans, and keep the cameras that they name."""
        with self._lock:
            self.store.load()
            self._cameras.match(self.store.camera_ids(), self.store.knows_all)

    def all(self) -> tuple[PlanEntry, ...]:
        """All plans, the oldest first."""
        return self.store.entries()

    def get(self, plan_id: str) -> PlanEntry:
        """A plan. Raises NotFoundError (``no_plan``)."""
        return self.store.get(plan_id)

    def next_start(self, entry: PlanEntry) -> int | None:
        """When a plan starts the next time, UTC nanoseconds; see `camrec.planning.next_start`."""
        return next_start(entry, self._calendar_facts())

    # Changes.

    def add(self, values: Mapping[str, object]) -> PlanEntry:
        """Add a plan. Return once the disk has it.

        Parameters
        ----------
        values
            The plan as JSON. A camera is named by its id or by its address. An address makes the
            camera, which is not opened. Its password is stored as long as a plan names it.

        Raises
        ------
        InputError
            As `parse_plan`, and for a wrong address; ``plan_place``: it goes by the sun, and the
            setting `place` is empty; ``plan_over``: its last day is past.
        NotFoundError
            ``plan_camera_unknown``.
        StateError
            ``plans_full``; ``camera_password_unknown``.
        ServiceError
            ``plans_file_kept``, ``cameras_file_kept``, ``folder_unwritable``, ``keyring_unusable``.
        """
        with self._lock:
            found, values = self._find_cameras(values)
            plan = parse_plan(values)
            require_place(plan, self.place)
            self._require_future(plan)
            entry = self._store(plan, found, None)
        self._report(found)
        return entry

    def change(self, plan_id: str, changes: Mapping[str, object]) -> PlanEntry:
        """Change fields of a plan; ``enabled`` pauses and resumes it. Return once the disk has it.

        The parameters and errors are those of `add`; a null removes a field.

        Raises
        ------
        NotFoundError (``no_plan``)
        """
        with self._lock:
            before = self.store.get(plan_id)
            found, changes = self._find_cameras(changes)
            plan = change_plan(before.plan, changes)
            if plan.enabled and (not before.plan.enabled or plan.start != before.plan.start):
                require_place(plan, self.place)
            if plan.until != before.plan.until:
                self._require_future(plan)
            entry = self._store(plan, found, before)
        self._report(found)
        return entry

    def remove(self, plan_id: str) -> None:
        """Remove a plan. What it records now goes on.

        Raises
        ------
        NotFoundError (``no_plan``), ServiceError (``plans_file_kept``, ``folder_unwritable``)
        """
        with self._lock:
            before = self.store.get(plan_id)
            self.store.remove(plan_id)
            self._release_cameras(before.plan.cameras)
        self._changed.emit(PlansChanged())

    # The calendar.

    def preview(
        self,
        plan_id: str | None,
        values: Mapping[str, object],
        place: Coordinates | None,
        open_ids: Collection[str],
    ) -> PlanPreview:
        """What a plan would do that is not made, or a change that is not made. Nothing changes.

        Parameters
        ----------
        plan_id
            The plan to change; None: a new one.
        place
            Where the sun rises and sets; None: as in the settings.
        open_ids
            The cameras that are open now.

        Raises
        ------
        InputError, NotFoundError
            As `add` and `change`.
        """
        plan = (
            parse_plan(values)
            if plan_id is None
            else change_plan(self.store.get(plan_id).plan, values)
        )
        facts = self._calendar_facts()
        if place is not None:
            facts = replace(facts, place=place)
        return preview_plan(self._facts.complete(facts), plan_id or "", plan, open_ids)

    def calendar(self, from_day: date, to_day: date) -> PlanCalendar:
        """What was, is and will be recorded from `from_day` to `to_day`, both included.

        Raises
        ------
        InputError
            ``bad_calendar``: they are more than `MAX_CALENDAR_DAYS`, or too far away.
        """
        facts = self._calendar_facts()
        today, furthest = facts.clock.day_of(facts.now), timedelta(days=MAX_CALENDAR_DAYS_AWAY)
        if not today - furthest <= from_day <= today + furthest:
            raise wrong_calendar_day("from")
        if not from_day <= to_day < from_day + timedelta(days=MAX_CALENDAR_DAYS):
            raise wrong_calendar_day("to")
        return build_calendar(self._facts.complete(facts), from_day, to_day)

    def _calendar_facts(self) -> CalendarFacts:
        return CalendarFacts(
            now=self._utc.utc_ns(),
            entries=self.store.entries(),
            state=self.store.state,
            clock=self.clock,
            place=self.place,
            free_bytes=0,
            min_free_bytes=self._config.min_free_bytes,
        )

    def _require_future(self, plan: RecordingPlan) -> None:
        """Check that the last day is not past. Raises InputError (``plan_over``)."""
        today = self.clock.day_of(self._utc.utc_ns())
        if plan.until is not None and plan.until < today:
            raise InputError("plan_over", field="until", until=plan.until.isoformat())

    def _report(self, found: list[NamedCamera] | None) -> None:
        if found is not None and any(each.is_new for each in found):
            self._changed.emit(CamerasChanged())
        self._changed.emit(PlansChanged())

    # These need the lock.

    def _find_cameras(
        self, values: Mapping[str, object]
    ) -> tuple[list[NamedCamera] | None, Mapping[str, object]]:
        """The cameras, and `values` with their ids; None if `values` has no list of cameras."""
        references = values.get("cameras")
        if not isinstance(references, list) or len(references) > MAX_PLAN_CAMERAS:
            return None, values  # what is wrong with it is found with the other fields
        if not all(isinstance(each, str) for each in references):
            return None, values
        found = self._cameras.find(references)
        return found, {**values, "cameras": [each.camera_id for each in found]}

    def _store(
        self, plan: RecordingPlan, found: list[NamedCamera] | None, before: PlanEntry | None
    ) -> PlanEntry:
        """Store a valid plan and its cameras; if that fails, nothing has changed."""
        now = self._utc.utc_ns()
        ids = plan.cameras if found is None else self._cameras.keep(found)
        try:
            plan = replace(plan, cameras=ids)
            if before is None:
                entry = self.store.add(plan, now)
            else:
                entry = self.store.change(before.plan_id, plan, now)
        except Exception:
            self._release_cameras(ids)
            new = zip(ids, found or (), strict=False)
            self._cameras.forget(camera_id for camera_id, each in new if each.is_new)
            raise
        if before is not None:
            self._release_cameras(before.plan.cameras)
        return entry

    def _release_cameras(self, camera_ids: tuple[str, ...]) -> None:
        still_planned = self.store.camera_ids()
        self._cameras.release(each for each in camera_ids if each not in still_planned)


def wrong_calendar_day(field: str) -> InputError:
    """The error for a day of a calendar that is no date, or too far away (``bad_calendar``)."""
    return InputError(
        "bad_calendar", field=field, most=MAX_CALENDAR_DAYS, furthest=MAX_CALENDAR_DAYS_AWAY
    )
