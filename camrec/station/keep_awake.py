"""Keeps the computer awake while something is recorded or will be soon."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Literal

from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND, Clock
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording, RecordingState
from camrec.station.changes import (
    PlansChanged,
    RecordingChanged,
    SettingsChanged,
    StationChange,
)
from camrec.wake_lock import WakeLock, WakeLockError

log = logging.getLogger(__name__)

# plans: at any time while a plan is active, too.
AwakePolicy = Literal["never", "recordings", "plans"]

AWAKE_BEFORE_START_NS = 600 * NS_PER_SECOND
# A waiting thread does not notice that the clock was set, or that the computer slept.
CHECK_INTERVAL_S = 60.0


class KeepAwake:
    """Holds a wake lock from ten minutes before a plan or a scheduled recording until its end.

    A thread of its own talks to the system, so that a recording never waits for that. It releases
    the lock when the last recording was saved. If the system grants no lock, one line of the log
    says so, and the next recording tries again.

    Parameters
    ----------
    recordings
        Returns all recordings, also those that ended.
    changed
        The changes of the station.
    lock
        The lock of this computer.
    find_next_plan
        Returns when the next plan begins, UTC nanoseconds; None: no plan does.
    policy
        Returns when the settings allow the lock.
    """

    def __init__(
        self,
        clock: Clock,
        recordings: Callable[[], Iterable[AnyRecording]],
        changed: Callbacks[[StationChange]],
        lock: WakeLock,
        find_next_plan: Callable[[], int | None] = lambda: None,
        policy: Callable[[], AwakePolicy] = lambda: "recordings",
    ) -> None:
        self._clock = clock
        self._recordings = recordings
        self._lock = lock
        self._find_next_plan = find_next_plan
        self._policy = policy
        self._is_wanted = False
        self._has_told = False
        self._stopping = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keep awake", daemon=True)
        changed.connect(self._on_change)

    def start(self) -> None:
        """Start to watch the recordings, also those that are there already."""
        self._thread.start()

    def stop(self) -> None:
        """Release the lock and end the thread. Does nothing if it was not started."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _on_change(self, change: StationChange) -> None:
        if isinstance(change, (RecordingChanged, PlansChanged, SettingsChanged)):
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            is_needed = self._is_needed(self._clock.utc_ns())
            if is_needed and not self._is_wanted:
                self._acquire()
            elif self._is_wanted and not is_needed:
                self._lock.release()
            self._is_wanted = is_needed
            self._wake.wait(CHECK_INTERVAL_S)
            self._wake.clear()
        self._lock.release()

    def _is_needed(self, now: int) -> bool:
        policy = self._policy()
        if policy == "never":
            return False
        if needs_computer_awake(self._recordings(), now):
            return True
        start = self._find_next_plan()
        return start is not None and (policy == "plans" or start - now <= AWAKE_BEFORE_START_NS)

    def _acquire(self) -> None:
        try:
            self._lock.acquire()
        except WakeLockError as error:
            if not self._has_told:
                log.info("the computer cannot be asked to stay awake: %s", error)
            self._has_told = True


def needs_computer_awake(recordings: Iterable[AnyRecording], utc_ns: int) -> bool:
    """Whether one of the recordings runs, or starts within ten minutes of `utc_ns`."""
    return any(
        each.state not in ENDED_RECORDING_STATES
        and (
            each.state is not RecordingState.SCHEDULED
            or each.started_at - utc_ns <= AWAKE_BEFORE_START_NS
        )
        for each in recordings
    )
