"""How a child is stopped: politely first, then harder, each rung with its seconds."""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class StopStep(Enum):
    """One way of asking a child to end."""

    CLOSE_STDIN = "close stdin"
    QUIT = "q"
    INTERRUPT = "interrupt"
    TERMINATE = "terminate"
    KILL = "kill"


StopSequence = tuple[tuple[StopStep, float], ...]

_FORCED_STOP_SEQUENCE: StopSequence = ((StopStep.TERMINATE, 1.0), (StopStep.KILL, 5.0))
# A server that holds no state: MediaMTX, go2rtc.
SERVER_STOP_SEQUENCE: StopSequence = ((StopStep.INTERRUPT, 2.0), *_FORCED_STOP_SEQUENCE)
# An FFmpeg that is fed through its stdin ends, and closes its file, at the end of what it is fed.
STDIN_STOP_SEQUENCE: StopSequence = (
    (StopStep.CLOSE_STDIN, 10.0),
    (StopStep.INTERRUPT, 3.0),
    *_FORCED_STOP_SEQUENCE,
)
# An FFmpeg that reads something else listens for a key on its stdin.
QUIT_KEY_STOP_SEQUENCE: StopSequence = (
    (StopStep.QUIT, 5.0),
    (StopStep.INTERRUPT, 3.0),
    *_FORCED_STOP_SEQUENCE,
)


class Stoppable(Protocol):
    """What the ladder needs of a child."""

    def ask(self, rung: StopStep) -> None: ...
    def wait(self, timeout: float) -> bool: ...


def run_stop_sequence(child: Stoppable, ladder: StopSequence) -> StopStep | None:
    """Take rung after rung until the child has ended; the last one taken, None if none ended it."""
    for rung, seconds in ladder:
        child.ask(rung)
        if child.wait(seconds):
            return rung
    return None
