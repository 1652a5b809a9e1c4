"""The plans in memory and on the disk, with what the dispatcher remembers."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace

from camrec.annotations import NO_DETAILS
from camrec.errors import NotFoundError, StateError
from camrec.planning.dispatcher import PlanDecision
from camrec.planning.facts import PlanEntry
from camrec.planning.plan import RecordingPlan
from camrec.planning.plan_file import PlanFile, PlanFileContent
from camrec.planning.plan_state import PlanState

MAX_PLANS = 100


class PlanStore:
    """All plans. Each change is on the disk when its call returns. For any thread."""

    def __init__(self, file: PlanFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._content = PlanFileContent()
        self._is_unsaved = False  # the disk does not have what is remembered

    def load(self) -> None:
        """Read the file again."""
        with self._lock:
            self._content = self._file.read()

    def entries(self) -> tuple[PlanEntry, ...]:
        """All plans, the oldest first."""
        with self._lock:
            return self._content.entries

    @property
    def state(self) -> PlanState:
        """What the dispatcher remembers."""
        with self._lock:
            return self._content.state

    @property
    def knows_all(self) -> bool:
        """Whether all plans of the file were understood."""
        with self._lock:
            return self._content.is_understood

    def camera_ids(self) -> frozenset[str]:
        """The cameras that plans name. They are not removed, and keep their passwords."""
        return frozenset(camera for each in self.entries() for camera in each.plan.cameras)

    def get(self, plan_id: str) -> PlanEntry:
        """A plan. Raises NotFoundError (``no_plan``)."""
        with self._lock:
            return self._get(plan_id)

    def add(self, plan: RecordingPlan, now: int) -> PlanEntry:
        """Add a plan; `now` is in UTC nanoseconds.

        Raises
        ------
        StateError (``plans_full``), ServiceError (``plans_file_kept``, ``folder_unwritable``)
        """
        with self._lock:
            if len(self._content.entries) >= MAX_PLANS:
                raise StateError("plans_full", most=MAX_PLANS)
            entry = PlanEntry(secrets.token_hex(8), plan, now)
            state = self._content.state
            if not state.reckoned_at:
                state = state.model_copy(update={"reckoned_at": now})
            self._write(
                replace(self._content, entries=(*self._content.entries, entry), state=state)
            )
            return entry

    def change(self, plan_id: str, plan: RecordingPlan, now: int) -> PlanEntry:
        """Replace a plan. Occurrences that its new hours had until now do not count as missed.

        Raises
        ------
        NotFoundError (``no_plan``), ServiceError (``plans_file_kept``, ``folder_unwritable``)
        """
        with self._lock:
            before = self._get(plan_id)
            entry = PlanEntry(plan_id, plan, before.counts_from)
            if plan.enabled and _hours_of(plan) != _hours_of(before.plan):
                entry = replace(entry, counts_from=now)
            self._replace(entry)
            return entry

    def remove(self, plan_id: str) -> None:
        """Remove a plan. What became of its occurrences is still remembered.

        Raises
        ------
        NotFoundError (``no_plan``), ServiceError (``plans_file_kept``, ``folder_unwritable``)
        """
        with self._lock:
            before = self._get(plan_id)
            others = tuple(each for each in self._content.entries if each is not before)
            self._write(replace(self._content, entries=others))

    def save_decision(self, decision: PlanDecision) -> None:
        """Remember what the dispatcher decided. Then carry out its orders.

        If the disk cannot be written, it is remembered in memory, and the next call tries again: a
        recording that is due is more important than a file.

        Raises
        ------
        ServiceError (``plans_file_kept``, ``folder_unwritable``)
        """
        with self._lock:
            content = replace(
                self._content,
                state=decision.state,
                entries=tuple(
                    replace(each, plan=replace(each.plan, enabled=False))
                    if each.plan_id in decision.paused_plans
                    else each
                    for each in self._content.entries
                ),
            )
            is_unsaved = decision.must_save or self._is_unsaved
            self._content, self._is_unsaved = content, is_unsaved
            if is_unsaved:
                self._write(content)

    # These need the lock.

    def _get(self, plan_id: str) -> PlanEntry:
        for each in self._content.entries:
            if each.plan_id == plan_id:
                return each
        raise NotFoundError("no_plan", plan_id=plan_id)

    def _replace(self, entry: PlanEntry) -> None:
        entries = tuple(
            entry if each.plan_id == entry.plan_id else each for each in self._content.entries
        )
        self._write(replace(self._content, entries=entries))

    def _write(self, content: PlanFileContent) -> None:
        """If this fails, nothing has changed."""
        self._file.write(content)
        self._content, self._is_unsaved = content, False


def _hours_of(plan: RecordingPlan) -> RecordingPlan:
    """What decides when a plan records; the rest is left out."""
    return replace(plan, name=None, details=NO_DETAILS, video_length=None)
