"""Life cycles: an enum, a table of allowed moves, and one function that moves and tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Generic, TypeVar

from camrec.callbacks import Callbacks

StateT = TypeVar("StateT", bound=Enum)


class InvalidTransition(RuntimeError):
    """A move that the table does not allow: a defect in camrec, not a user's error."""


class StateMachine(Generic[StateT]):
    """A state with its table of moves.

    `changed` is emitted with (old, new) after each move, outside the lock, in the mover's thread.
    """

    def __init__(self, initial: StateT, moves: Mapping[StateT, frozenset[StateT]]) -> None:
        self._state = initial
        self._transitions = moves
        self._condition = threading.Condition()
        self.changed = Callbacks()

    @property
    def state(self) -> StateT:
        return self._state

    def transition(self, new: StateT, *, only_from: StateT | None = None) -> bool:
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
            if new not in self._transitions.get(old, frozenset()):
                raise InvalidTransition(f"{old.name} -> {new.name}")
            self._state = new
            self._condition.notify_all()
        self.changed.emit(old, new)
        return True

    def wait(self, until: Callable[[StateT], bool], timeout: float | None = None) -> bool:
        """Block until `until(state)` is true; False when `timeout` seconds passed first."""
        with self._condition:
            return self._condition.wait_for(lambda: until(self._state), timeout)
