"""Stops a child in steps: politely first, then by force, with a pause after each step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class StopStep(Enum):
    """One way to make a child end."""

    CLOSE_STDIN = "close stdin"
    INTERRUPT = "interrupt"
    TERMINATE = "terminate"
    KILL = "kill"


# Each step with the seconds to wait for the child's end before the next step.
StopSequence = tuple[tuple[StopStep, float], ...]

_FORCED_STOP_SEQUENCE: StopSequence = ((StopStep.TERMINATE, 1.0), (StopStep.KILL, 5.0))
# For a server without state: MediaMTX, go2rtc.
SERVER_STOP_SEQUENCE: StopSequence = ((StopStep.INTERRUPT, 2.0), *_FORCED_STOP_SEQUENCE)
# An FFmpeg that reads its stdin ends, and finishes its file, when its stdin is closed.
STDIN_STOP_SEQUENCE: StopSequence = (
    (StopStep.CLOSE_STDIN, 10.0),
    (StopStep.INTERRUPT, 3.0),
    *_FORCED_STOP_SEQUENCE,
)


class Stoppable(Protocol):
    """A child that `run_stop_sequence` can stop."""

    def request_stop(self, step: StopStep) -> bool:
        """Perform one step, without waiting; returns False if it is impossible here."""

    def wait(self, timeout: float) -> bool:
        """Wait `timeout` seconds at most; return whether the child has ended."""


@dataclass(frozen=True)
class StopResult:
    """How a stop sequence went.

    ended_by : the step that ended the child; None if it still runs.
    ignored : the steps before that the child did not obey.
    """

    ended_by: StopStep | None
    ignored: tuple[StopStep, ...] = ()


def run_stop_sequence(child: Stoppable, sequence: StopSequence) -> StopResult:
    """Perform step after step until the child has ended; skip those that are impossible here."""
    ignored: tuple[StopStep, ...] = ()
    for step, seconds in sequence:
        if not child.request_stop(step):
            continue
        if child.wait(seconds):
            return StopResult(step, ignored)
        ignored += (step,)
    return StopResult(None, ignored)
