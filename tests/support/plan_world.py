"""Cameras, recordings, crashes and sleeps as plans meet them, in simulated time.

A stand-in for a station: a year cannot be waited for. Orders of the dispatcher are carried out as
the station would, and each recording remembers in which seconds it got frames.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from camrec.planning import (
    CameraFacts,
    CancelRecording,
    CloseCamera,
    Coordinates,
    EndedRecording,
    EndRecording,
    MoveEnd,
    OpenCamera,
    Outage,
    PlanDispatcher,
    PlanEntry,
    PlanOrder,
    PlanState,
    RecordingPlan,
    RunningRecording,
    StartPlannedRecording,
    StationFacts,
    WallClock,
)

SECOND = 10**9
OPENING_NS = 3 * SECOND
OPENING_TIMEOUT_NS = 15 * SECOND
RESTART_NS = 5 * SECOND  # after a kill in the middle of orders


class CamrecIsKilled(Exception):
    """A kill in the middle of carrying out orders."""


@dataclass
class WorldCamera:
    """A camera. It answers unless it `is_down`."""

    state: str = "closed"
    is_down: bool = False
    is_needed: bool = False
    failure: str = ""
    opening_since: int = 0
    refuses: str = ""  # the code of the error with which each opening fails at once


@dataclass
class WorldRecording:
    """A recording; `spans` has the times in which it got frames."""

    recording_id: str
    camera_id: str
    begins_at: int
    ends_at: int | None
    plan_id: str | None = None
    follows: str | None = None
    began_at: int | None = None
    ended: EndedRecording | None = None
    spans: list[list[int]] = field(default_factory=list)
    is_writing: bool = False


class PlanWorld:
    """Everything around a dispatcher. `run_until` lets time pass. Times are UTC nanoseconds."""

    def __init__(
        self, now: int, clock: WallClock, place: Coordinates | None = None, max_sessions: int = 3
    ) -> None:
        self.now = now
        self.is_disk_full = False
        self.max_sessions = max_sessions
        self.cameras: dict[str, WorldCamera] = {}
        self.recordings: dict[str, WorldRecording] = {}
        self.current: dict[str, WorldRecording] = {}  # those that are not over
        self.outages: list[Outage] = []
        self.orders: list[tuple[int, PlanOrder]] = []
        self.entries: list[PlanEntry] = []
        self.on_disk = PlanState(reckoned_at=now)
        self.is_running = True
        self.kill_before_order: int | None = None
        self.decisions = 0
        self._clock, self._place = clock, place
        self._ids = itertools.count(1)
        self._script: list[tuple[int, int, Callable[[], None]]] = []
        self._script_ids = itertools.count()
        self._down_since = 0
        self._is_asleep = False
        self._start_camrec()

    # What the test does.

    def camera(self, camera_id: str) -> WorldCamera:
        return self.cameras.setdefault(camera_id, WorldCamera())

    def add_plan(self, plan: RecordingPlan, plan_id: str | None = None) -> PlanEntry:
        entry = PlanEntry(plan_id or f"plan{len(self.entries) + 1}", plan, self.now)
        self.entries.append(entry)
        for camera_id in plan.cameras:
            self.camera(camera_id)
        return entry

    def change_plan(
        self, plan_id: str, plan: RecordingPlan | None, counts_from: int | None = None
    ) -> None:
        """Replace a plan, or remove it."""
        self.entries = [
            PlanEntry(plan_id, plan, counts_from or each.counts_from)
            if plan is not None and each.plan_id == plan_id
            else each
            for each in self.entries
            if plan is not None or each.plan_id != plan_id
        ]

    def at(self, moment: int, action: Callable[[], object]) -> None:
        """Do something at a moment."""
        heapq.heappush(self._script, (moment, next(self._script_ids), action))

    def record_by_hand(self, camera_id: str, seconds: int | None) -> str:
        self.camera(camera_id).state = "ready"
        ends_at = None if seconds is None else self.now + seconds * SECOND
        recording_id = f"hand{next(self._ids)}"
        self._begin(WorldRecording(recording_id, camera_id, self.now, ends_at))
        return recording_id

    def stop(self, camera_id: str) -> None:
        """A person presses Stop."""
        for each in list(self.current.values()):
            if each.camera_id == camera_id and each.began_at is not None:
                self._end(each, self.now, is_by_person=True)

    def break_recording(self, camera_id: str) -> None:
        """A recording ends by an error."""
        for each in list(self.current.values()):
            if each.camera_id == camera_id and each.began_at is not None:
                self._end(each, self.now)

    def kill(self) -> None:
        """Kill camrec. Its recordings continue when it is started again."""
        if self.is_running:
            self.is_running = False
            self._down_since = self.now
            for camera in self.cameras.values():
                camera.state = "closed"
            self._write()

    def restart(self, kind: str = "not_running") -> None:
        """Start camrec again, if it was killed."""
        if not self.is_running and not self._is_asleep:
            self.outages.append(Outage(kind, self._down_since, self.now))
            self._start_camrec()
            self._resume()

    def sleep(self) -> None:
        """Let the computer sleep. A camrec that was killed is started when it wakes."""
        if self.is_running:
            self.is_running = False
            self._is_asleep = True
            self._down_since = self.now
            self._write()

    def wake(self) -> None:
        if not self._is_asleep:
            self.restart()
        else:
            self._is_asleep = False
            self.outages.append(Outage("asleep", self._down_since, self.now))
            self.is_running = True
            for camera in self.cameras.values():
                if camera.state != "closed":
                    self._open(camera)
            self._resume(reopens=False)

    # What happened.

    def recorded(self, camera_id: str) -> list[tuple[int, int]]:
        """When frames of a camera were recorded, in order. It may never be twice at once."""
        spans = sorted(
            (start, end)
            for each in self.recordings.values()
            if each.camera_id == camera_id
            for start, end in each.spans
            if end > start
        )
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert start >= end, f"{camera_id} was recorded twice at {start}"
        return spans

    def planned_recordings(self, camera_id: str) -> list[WorldRecording]:
        return [
            each
            for each in self.recordings.values()
            if each.camera_id == camera_id and each.plan_id and each.began_at is not None
        ]

    # Time.

    def run_until(self, moment: int) -> None:
        while True:
            wake_at = self._step()
            coming = [wake_at, moment, *(each for each, _, _ in self._script[:1])]
            coming += [each for each in self._own_events() if each > self.now]
            self.now = min(each for each in coming if each > self.now or each == moment)
            if self.now >= moment:
                self.now = moment
                self._step()
                return

    def _step(self) -> int:
        """Everything that happens now. Returns when the dispatcher wants to look again."""
        while self._script and self._script[0][0] <= self.now:
            heapq.heappop(self._script)[2]()
        wake_at = self.now + 10**18
        if self.is_running:
            self._pass_time()
            for _ in range(10):
                wake_at, has_orders = self._decide()
                if not has_orders or not self.is_running:
                    break
        self._write()
        return wake_at if self.is_running else self.now + 10**18

    def _own_events(self) -> list[int]:
        if not self.is_running:
            return []
        moments = []
        for camera in self.cameras.values():
            if camera.state == "opening":
                moments.append(camera.opening_since + OPENING_NS)
                moments.append(camera.opening_since + OPENING_TIMEOUT_NS)
        for each in self.current.values():
            if each.began_at is None:
                moments.append(each.begins_at)
            elif each.ends_at is not None:
                moments.append(each.ends_at)
        return moments

    def _pass_time(self) -> None:
        for camera in self.cameras.values():
            if camera.state == "opening":
                waited = self.now - camera.opening_since
                if waited >= OPENING_NS and not camera.is_down:
                    camera.state, camera.failure = "ready", ""
                elif waited >= OPENING_TIMEOUT_NS:
                    camera.state, camera.failure = "closed", "camera_no_answer"
            elif camera.state == "ready" and camera.is_down:
                self._open(camera)
        for each in list(self.current.values()):
            if each.ends_at is not None and each.ends_at <= self.now and each.began_at is not None:
                self._end(each, each.ends_at)
        for each in list(self.current.values()):
            if each.began_at is None and each.begins_at <= self.now:
                self._begin(each)

    def _decide(self) -> tuple[int, bool]:
        self.decisions += 1
        decision = self._dispatcher.decide(self.now, self.entries, self.state, self._facts())
        self.state = decision.state
        for plan_id in decision.paused_plans:
            (entry,) = (each for each in self.entries if each.plan_id == plan_id)
            self.change_plan(plan_id, replace(entry.plan, enabled=False))
        if decision.must_save:
            self.on_disk = self.state
        try:
            for order in decision.orders:
                self._carry_out(order)
        except CamrecIsKilled:
            self.kill()
            self.at(self.now + RESTART_NS, self.restart)
        return decision.wake_at, bool(decision.orders)

    def _facts(self) -> StationFacts:
        ended = {
            each: self.recordings[each].ended
            for each in self.state.open_recording_ids()
            if each in self.recordings and self.recordings[each].ended is not None
        }
        cameras = {}
        for camera_id, camera in self.cameras.items():
            found = tuple(
                RunningRecording(each.recording_id, each.began_at, each.ends_at)
                for each in self.current.values()
                if each.camera_id == camera_id
            )
            cameras[camera_id] = CameraFacts(camera.state, found, camera.is_needed, camera.failure)
        is_open = sum(each.state != "closed" for each in self.cameras.values())
        free = self.max_sessions - is_open
        return StationFacts(cameras, free, self.is_disk_full, tuple(self.outages[-5:]), ended)

    # Orders.

    def _carry_out(self, order: PlanOrder) -> None:
        if self.kill_before_order is not None:
            if self.kill_before_order == 0:
                self.kill_before_order = None
                raise CamrecIsKilled
            self.kill_before_order -= 1
        self.orders.append((self.now, order))
        if isinstance(order, OpenCamera):
            camera = self.cameras[order.camera_id]
            assert camera.state == "closed"
            if camera.refuses:
                camera.failure = camera.refuses
            else:
                self._open(camera)
        elif isinstance(order, CloseCamera):
            assert not any(each.camera_id == order.camera_id for each in self.current.values())
            self.cameras[order.camera_id].state = "closed"
        elif isinstance(order, StartPlannedRecording):
            assert self.cameras[order.camera_id].state == "ready" or order.begins_at is not None
            recording = WorldRecording(
                order.recording_id,
                order.camera_id,
                order.begins_at or self.now,
                order.ends_at,
                order.plan_id,
                order.follows,
            )
            self.recordings[order.recording_id] = recording
            self.current[order.recording_id] = recording
            if order.begins_at is None:
                self._begin(recording)
        elif isinstance(order, MoveEnd):
            self.current[order.recording_id].ends_at = order.ends_at
        elif isinstance(order, (CancelRecording, EndRecording)):
            self._end(self.current[order.recording_id], self.now)

    def _open(self, camera: WorldCamera) -> None:
        camera.state, camera.opening_since = "opening", self.now

    def _begin(self, recording: WorldRecording) -> None:
        recording.began_at = self.now
        self.recordings[recording.recording_id] = recording
        self.current[recording.recording_id] = recording
        self._write()

    def _end(self, recording: WorldRecording, at: int, is_by_person: bool = False) -> None:
        if recording.is_writing:
            recording.spans[-1][1] = at
            recording.is_writing = False
        recording.ended = EndedRecording(recording.began_at, at, is_by_person)
        del self.current[recording.recording_id]

    def _write(self) -> None:
        """Recordings get frames while their cameras send, and camrec runs."""
        for each in self.current.values():
            camera = self.cameras[each.camera_id]
            writes = (
                self.is_running
                and each.began_at is not None
                and camera.state == "ready"
                and not camera.is_down
            )
            if writes and not each.is_writing:
                each.spans.append([self.now, self.now])
            elif (each.is_writing and not writes) or writes:
                each.spans[-1][1] = self.now
            each.is_writing = writes

    def _start_camrec(self) -> None:
        self.is_running = True
        stored = self.on_disk.model_dump_json(exclude_defaults=True)
        self.state = PlanState.model_validate_json(stored)
        self._dispatcher = PlanDispatcher(
            self._clock, self._place, lambda: f"recording{next(self._ids)}"
        )

    def _resume(self, reopens: bool = True) -> None:
        """As the journal does: what is not over goes on, and the rest is saved."""
        for each in list(self.current.values()):
            if each.ends_at is not None and each.ends_at <= self.now:
                self._end(each, each.ends_at)
            elif reopens and self.cameras[each.camera_id].state == "closed":
                self._open(self.cameras[each.camera_id])
