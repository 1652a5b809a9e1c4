"""When the computer is kept awake. The lock is a stand-in: a real one needs processes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND
from camrec.recording import RecordingState
from camrec.station import PlansChanged, RecordingChanged, SettingsChanged
from camrec.station.keep_awake import KeepAwake, needs_computer_awake
from camrec.wake_lock import WakeLockError
from support.units_made import until

NOW = 10**18


@dataclass
class MadeRecording:
    """What is asked of a recording."""

    state: RecordingState
    started_at: int = NOW


@pytest.mark.parametrize(
    ("state", "seconds_ahead", "needed"),
    [
        (RecordingState.WRITING, 0, True),
        (RecordingState.WAITING, 0, True),
        (RecordingState.FINALISING, 0, True),
        (RecordingState.SAVED, 0, False),
        (RecordingState.FAILED, 0, False),
        (RecordingState.SCHEDULED, 600, True),
        (RecordingState.SCHEDULED, 601, False),
    ],
)
def test_the_computer_is_needed_from_ten_minutes_before_a_recording_until_it_ended(
    state, seconds_ahead, needed
):
    recording = MadeRecording(state, NOW + seconds_ahead * NS_PER_SECOND)
    assert needs_computer_awake([recording], NOW) is needed


@dataclass
class MadeLock:
    """A lock that remembers what was asked of it, and by which threads."""

    refusal: str = ""
    calls: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def acquire(self) -> None:
        self._note("acquire")
        if self.refusal:
            raise WakeLockError(self.refusal)

    def release(self) -> None:
        self._note("release")

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.threads.add(threading.get_ident())


@dataclass
class Scene:
    lock: MadeLock
    recordings: list[MadeRecording]
    changed: Callbacks
    keep_awake: KeepAwake

    def change(self, state: RecordingState) -> None:
        self.recordings[:] = [MadeRecording(state)]
        self.changed.emit(RecordingChanged("id"))


@pytest.fixture
def scene(clock):
    lock, recordings, changed = MadeLock(), [], Callbacks()
    keep_awake = KeepAwake(clock, lambda: recordings, changed, lock)
    yield Scene(lock, recordings, changed, keep_awake)
    keep_awake.stop()


def test_the_lock_is_held_from_the_start_of_a_recording_until_it_was_saved(scene):
    scene.keep_awake.start()
    scene.change(RecordingState.WRITING)
    until(lambda: scene.lock.calls == ["acquire"])
    scene.change(RecordingState.FINALISING)
    scene.change(RecordingState.SAVED)
    until(lambda: scene.lock.calls == ["acquire", "release"])
    assert len(scene.lock.threads) == 1
    assert threading.get_ident() not in scene.lock.threads


def test_the_lock_is_released_when_the_station_stops(scene):
    scene.recordings.append(MadeRecording(RecordingState.WRITING))
    scene.keep_awake.start()
    until(lambda: scene.lock.calls == ["acquire"])
    scene.keep_awake.stop()
    assert scene.lock.calls == ["acquire", "release"]


def test_a_system_that_grants_no_lock_is_named_once_in_the_log(scene, caplog):
    caplog.set_level("INFO", "camrec")
    scene.lock.refusal = "no power manager"
    scene.keep_awake.start()
    for count in (1, 2):
        scene.change(RecordingState.WRITING)
        until(lambda count=count: scene.lock.calls.count("acquire") == count)
        scene.change(RecordingState.SAVED)
        until(lambda count=count: scene.lock.calls.count("release") == count)
    assert [each.getMessage() for each in caplog.records] == [
        "the computer cannot be asked to stay awake: no power manager"
    ]


def test_the_lock_is_held_from_ten_minutes_before_a_plan(clock):
    lock, changed, starts = MadeLock(), Callbacks(), [None]
    keep_awake = KeepAwake(clock, lambda: (), changed, lock, lambda: starts[0])
    keep_awake.start()
    try:
        starts[0] = clock.utc_ns() + 590 * NS_PER_SECOND
        changed.emit(PlansChanged())
        until(lambda: lock.calls == ["acquire"])
        starts[0] = clock.utc_ns() + 3600 * NS_PER_SECOND
        changed.emit(PlansChanged())
        until(lambda: lock.calls == ["acquire", "release"])
    finally:
        keep_awake.stop()


def test_the_settings_say_for_how_long_the_lock_is_held(clock):
    lock, changed, policy = MadeLock(), Callbacks(), ["recordings"]
    next_week = clock.utc_ns() + 7 * 86_400 * NS_PER_SECOND
    keep_awake = KeepAwake(clock, lambda: (), changed, lock, lambda: next_week, lambda: policy[0])
    keep_awake.start()
    try:
        for chosen, calls in (("plans", 1), ("recordings", 2), ("plans", 3), ("never", 4)):
            policy[0] = chosen
            changed.emit(SettingsChanged())
            until(lambda calls=calls: len(lock.calls) == calls)
        assert lock.calls == ["acquire", "release"] * 2
    finally:
        keep_awake.stop()
