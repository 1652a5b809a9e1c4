"""Life cycles: an enum, a table of allowed moves, and one function that moves and tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Generic, TypeVar

from camrec.callbacks import Signal

S = TypeVar("S", bound=Enum)


class ForbiddenMove(RuntimeError):
    """A move that the table does not allow: a defect in camrec, not a user's error."""


class Machine(Generic[S]):
    """A state with its table of moves.

    `changed` is emitted with (old, new) after each move, outside the lock, in the mover's thread.
    """

    def __init__(self, initial: S, moves: Mapping[S, frozenset[S]]) -> None:
        self._state = initial
        self._moves = moves
        self._condition = threading.Condition()
        self.changed = Signal()

    @property
    def state(self) -> S:
        return self._state

    def move(self, new: S, *, only_from: S | None = None) -> bool:
        """Go to `new` and tell; staying is no move (False).

        With `only_from`, a machine that is elsewhere stays where it is (False).

        Raises
        ------
        ForbiddenMove
            The table does not allow it.
        """
        with self._condition:
            old = self._state
            if old is new or (only_from is not None and old is not only_from):
                return False
            if new not in self._moves.get(old, frozenset()):
                raise ForbiddenMove(f"{old.name} -> {new.name}")
            self._state = new
            self._condition.notify_all()
        self.changed.emit(old, new)
        return True

    def wait(self, until: Callable[[S], bool], timeout: float | None = None) -> bool:
        """Block until `until(state)` is true; False when `timeout` seconds passed first."""
        with self._condition:
            return self._condition.wait_for(lambda: until(self._state), timeout)
