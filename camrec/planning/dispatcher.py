"""Decides at each moment what plans need: which cameras are open, and what is recorded.

It compares what the plans ask for with what is there, and orders the difference. So it does not
matter what happened in between: a crash, a sleep, a clock that was set.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND
from camrec.planning.camera_decision import JOIN_AHEAD_NS, OPEN_AHEAD_NS, CameraDecision
from camrec.planning.due_window import ENDLESS_NS, DueWindow, WindowFinder
from camrec.planning.facts import CLOSED_STATES, PlanEntry, StationFacts
from camrec.planning.occurrence_records import OccurrenceRecords
from camrec.planning.orders import CloseCamera, OpenCamera, PlanOrder
from camrec.planning.plan_state import OccurrenceRecord, PlanRun, PlanState
from camrec.planning.sun import Coordinates
from camrec.planning.wall_clock import WallClock

RETRY_NS = 5 * NS_PER_SECOND
# A camera may lock an account after several wrong passwords.
RETRY_LOGIN_NS = 15 * 60 * NS_PER_SECOND
LOGIN_FAILURES = frozenset({"camera_wrong_password", "camera_asks_login"})
AFTER_ORDERS_NS = NS_PER_SECOND
MAX_WAIT_NS = 12 * 3600 * NS_PER_SECOND


@dataclass(frozen=True)
class PlanDecision:
    """What follows from one look at the facts.

    orders : carry them out in this order, after `state` and `paused_plans` are on the disk.
    state : what to pass the next time.
    paused_plans : plans that are paused from now on.
    must_save : whether `state` or a plan has changed so that it must be on the disk.
    wake_at : look at the facts again at this time at the latest, UTC nanoseconds.
    """

    orders: tuple[PlanOrder, ...]
    state: PlanState
    paused_plans: frozenset[str]
    must_save: bool
    wake_at: int


class PlanDispatcher:
    """Turns plans and facts into orders. It has no clock, no thread and no file of its own.

    Call `decide` at each change of a camera, a recording, a plan or the disk, and at `wake_at`.
    """

    def __init__(
        self,
        clock: WallClock,
        place: Coordinates | None,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._finder = WindowFinder(clock, place)
        self._new_id = new_id
        # When opening and recording each camera was tried the last time.
        self._opened_at: dict[str, int] = {}
        self._started_at: dict[str, int] = {}

    def set_place(self, place: Coordinates | None) -> None:
        """From the next look on the sun is that of another place."""
        self._finder = self._finder.at(place)

    def decide(
        self, now: int, entries: Sequence[PlanEntry], state: PlanState, facts: StationFacts
    ) -> PlanDecision:
        """Decide what happens at `now`, UTC nanoseconds.

        Parameters
        ----------
        entries
            All plans. Of two that start at once, the first one describes the recording.
        """
        self._forget_the_future(now)
        before = state
        if now < state.reckoned_at:
            state = state.set_back(now, now + OPEN_AHEAD_NS)
        windows = self._find_windows(now, entries, state)
        records = _records_by_camera(now, state, facts)
        decisions = self._decide_cameras(now, windows, records, state, facts)
        paused = frozenset().union(*(each.paused_plans for each in decisions.values()))
        orders = [order for each in decisions.values() for order in each.orders]
        opened = self._open_and_close(now, decisions, state.opened, facts, orders)
        new_state = PlanState(
            records=(
                *(record for found in records.values() for record in found.all()),
                *(record for record in state.records if not _is_decided(record, now)),
            ),
            past=state.past,
            runs=tuple(run for each in decisions.values() for run in each.runs.values()),
            opened=opened,
            reckoned_at=now,
        ).sorted_out()
        return PlanDecision(
            tuple(orders),
            new_state,
            paused,
            must_save=bool(paused) or _differ(new_state, before),
            wake_at=self._wake_at(now, windows, decisions, facts, bool(orders)),
        )

    def _decide_cameras(
        self,
        now: int,
        windows: defaultdict[str, list[DueWindow]],
        records: defaultdict[str, OccurrenceRecords],
        state: PlanState,
        facts: StationFacts,
    ) -> dict[str, CameraDecision]:
        """Decide for each camera; the one whose occurrence started first comes first."""
        runs: defaultdict[str, list[PlanRun]] = defaultdict(list)
        for run in state.runs:
            runs[run.camera_id].append(run)
        decisions: dict[str, CameraDecision] = {}
        paused: set[str] = set()
        cameras = {*windows, *records, *runs, *state.opened}
        for camera_id in sorted(cameras, key=lambda each: (_first_start(windows[each]), each)):
            decision = CameraDecision(
                camera_id,
                now,
                [
                    each
                    for each in windows[camera_id]
                    if each.starts_at <= now + OPEN_AHEAD_NS and each.entry.plan_id not in paused
                ],
                records[camera_id],
                runs[camera_id],
                facts,
                self._new_id,
                may_start=now - self._started_at.get(camera_id, 0) >= RETRY_NS,
            )
            decision.decide()
            paused |= decision.paused_plans
            if decision.start_is_ordered:
                self._started_at[camera_id] = now
            decisions[camera_id] = decision
        return decisions

    def _find_windows(
        self, now: int, entries: Sequence[PlanEntry], state: PlanState
    ) -> defaultdict[str, list[DueWindow]]:
        """By camera: what is not over, and what was not when this was last decided."""
        since = min(state.reckoned_at or now, now)
        recorded = {each.key for each in state.records if each.state == "recording"}
        windows: defaultdict[str, list[DueWindow]] = defaultdict(list)
        for window in self._finder.find(entries, since, now, recorded):
            windows[window.camera_id].append(window)
        return windows

    def _open_and_close(
        self,
        now: int,
        decisions: dict[str, CameraDecision],
        opened_before: tuple[str, ...],
        facts: StationFacts,
        orders: list[PlanOrder],
    ) -> tuple[str, ...]:
        """Order cameras to be opened and closed; return those that are open for a plan."""
        opened = {each for each in opened_before if facts.camera(each).state != "closed"}
        free_sessions = facts.free_sessions
        for camera_id, decision in decisions.items():
            camera = facts.camera(camera_id)
            is_needed = bool(decision.windows_until(now + OPEN_AHEAD_NS))
            if camera.state not in CLOSED_STATES or not is_needed:
                idle = not is_needed and not decision.is_recording and not camera.is_needed
                if idle and camera_id in opened:
                    orders.append(CloseCamera(camera_id))
            elif free_sessions <= 0:
                decision.obstruct("no_session")
            else:
                decision.obstruct("camera")
                if now >= self._may_open_at(camera_id, camera.failure):
                    orders.append(OpenCamera(camera_id))
                    self._opened_at[camera_id] = now
                    opened.add(camera_id)
                    free_sessions -= 1
        return tuple(sorted(opened))

    def _may_open_at(self, camera_id: str, failure: str) -> int:
        pause = RETRY_LOGIN_NS if failure in LOGIN_FAILURES else RETRY_NS
        return self._opened_at.get(camera_id, -pause) + pause

    def _forget_the_future(self, now: int) -> None:
        """If the clock was set back, nothing was tried yet."""
        for tried in (self._opened_at, self._started_at):
            for camera_id in [each for each, moment in tried.items() if moment > now]:
                del tried[camera_id]

    def _wake_at(
        self,
        now: int,
        windows: defaultdict[str, list[DueWindow]],
        decisions: dict[str, CameraDecision],
        facts: StationFacts,
        is_ordered: bool,
    ) -> int:
        """When something changes by time alone."""
        moments = {now + MAX_WAIT_NS}
        for each in (window for found in windows.values() for window in found):
            moments |= {each.starts_at - OPEN_AHEAD_NS, each.starts_at - JOIN_AHEAD_NS}
            moments |= {each.starts_at, each.ends_at}
        for camera_id, decision in decisions.items():
            camera = facts.camera(camera_id)
            moments |= {(each.ends_at or ENDLESS_NS) - JOIN_AHEAD_NS for each in camera.recordings}
            moments |= decision.ends()
            moments.add(self._may_open_at(camera_id, camera.failure))
            if decision.is_waiting:
                moments.add(now + RETRY_NS)
        if is_ordered:
            moments.add(now + AFTER_ORDERS_NS)
        return min(each for each in moments if each > now)


def _records_by_camera(
    now: int, state: PlanState, facts: StationFacts
) -> defaultdict[str, OccurrenceRecords]:
    """The records of each camera, without those of the future, which wait for their time."""
    records: defaultdict[str, OccurrenceRecords] = defaultdict(
        lambda: OccurrenceRecords((), facts.outages)
    )
    by_camera = defaultdict(list)
    for record in state.records:
        if _is_decided(record, now):
            by_camera[record.camera_id].append(record)
    for camera_id, found in by_camera.items():
        records[camera_id] = OccurrenceRecords(found, facts.outages)
    return records


def _is_decided(record: OccurrenceRecord, now: int) -> bool:
    """False for one of the future: the clock was set back since."""
    return record.starts_at <= now + OPEN_AHEAD_NS


def _first_start(windows: Iterable[DueWindow]) -> int:
    return min((each.starts_at for each in windows), default=ENDLESS_NS)


def _differ(one: PlanState, other: PlanState) -> bool:
    same_time = one.model_copy(update={"reckoned_at": other.reckoned_at})
    return same_time != other
