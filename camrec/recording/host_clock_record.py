"""What happens to this computer's clock during one recording, for its receipt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from camrec.clock import NS_PER_SECOND, Clock, format_iso
from camrec.host_clock import (
    HostClockError,
    HostClockStep,
    HostClockWatch,
    Sleep,
    read_host_clock_error,
    worse_of,
)
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.warning_list import WarningList

log = logging.getLogger(__name__)

MAX_REPORTED_STEPS = 20  # later ones are added to the last; the log has them all
# Steps in the same direction that are closer are one: a clock that is corrected very fast.
MIN_STEP_INTERVAL_NS = 3 * NS_PER_SECOND


class HostClockRecord:
    """The errors, steps and sleeps of this computer's clock while a recording runs.

    One thread calls `check`, once a second; any thread may read the rest. Frames get no other times
    because of what is noticed: their UTC is that of the start of the recording, plus what the
    monotonic clock says.

    error : how wrong the clock may be, at worst since the recording began; None: not known.
    steps, sleeps : so far.
    """

    def __init__(
        self,
        clock: Clock,
        period: RecordingPeriod,
        recording_id: str,
        read_error: Callable[[], HostClockError | None] = read_host_clock_error,
    ) -> None:
        self._period = period
        self._recording_id = recording_id
        self._watch = HostClockWatch(clock)
        self._read_error = read_error
        self.error = read_error()
        self._stepped_at = period.start
        self.steps: list[HostClockStep] = []
        self.sleeps: list[Sleep] = []

    def check(self) -> bool:
        """Note what happened since the last check. Returns whether the computer slept."""
        error = self._read_error()
        if error is not None and self.error is not None:
            self.error = worse_of(self.error, error)
        sleep, step = self._watch.check()
        if step is not None:
            self._note_step(step)
        if sleep is not None:
            log.warning("recording %s: this computer slept", self._recording_id)
            self.sleeps.append(sleep)
        return sleep is not None

    def add_warnings(self, warnings: WarningList) -> None:
        """Add a warning for each sleep and each step."""
        to_utc = self._period.to_utc
        for sleep in list(self.sleeps):
            warnings.add_sleep(to_utc(sleep.start), to_utc(sleep.end))
        for step in list(self.steps):
            warnings.add_clock_step(to_utc(step.at), _seconds(step))

    def _note_step(self, step: HostClockStep) -> None:
        log.warning(
            "recording %s: this computer's clock was set at %s, by %s s",
            self._recording_id,
            format_iso(self._period.to_utc(step.at)),
            _seconds(step),
        )
        if len(self.steps) >= MAX_REPORTED_STEPS or self._continues(step):
            last = self.steps[-1]
            self.steps[-1] = replace(last, size_ns=last.size_ns + step.size_ns)
        else:
            self.steps.append(step)
        self._stepped_at = step.at

    def _continues(self, step: HostClockStep) -> bool:
        """Whether it belongs to the last step."""
        if not self.steps or step.at - self._stepped_at >= MIN_STEP_INTERVAL_NS:
            return False
        return (self.steps[-1].size_ns > 0) == (step.size_ns > 0)


def _seconds(step: HostClockStep) -> float:
    return round(step.size_ns / NS_PER_SECOND, 3)
