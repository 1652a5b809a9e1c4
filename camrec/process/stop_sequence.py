"""How a child is stopped: politely first, then harder, each rung with its seconds."""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class Rung(Enum):
    """One way of asking a child to end."""

    CLOSE_STDIN = "close stdin"
    QUIT = "q"
    INTERRUPT = "interrupt"
    TERMINATE = "terminate"
    KILL = "kill"


Ladder = tuple[tuple[Rung, float], ...]

_HARDER: Ladder = ((Rung.TERMINATE, 1.0), (Rung.KILL, 5.0))
# A server that holds no state: MediaMTX, go2rtc.
POLITE: Ladder = ((Rung.INTERRUPT, 2.0), *_HARDER)
# An FFmpeg that is fed through its stdin ends, and closes its file, at the end of what it is fed.
FEEDING: Ladder = ((Rung.CLOSE_STDIN, 10.0), (Rung.INTERRUPT, 3.0), *_HARDER)
# An FFmpeg that reads something else listens for a key on its stdin.
QUITTING: Ladder = ((Rung.QUIT, 5.0), (Rung.INTERRUPT, 3.0), *_HARDER)


class Climbed(Protocol):
    """What the ladder needs of a child."""

    def ask(self, rung: Rung) -> None: ...
    def wait(self, timeout: float) -> bool: ...


def climb(child: Climbed, ladder: Ladder) -> Rung | None:
    """Take rung after rung until the child has ended; the last one taken, None if none ended it."""
    for rung, seconds in ladder:
        child.ask(rung)
        if child.wait(seconds):
            return rung
    return None
