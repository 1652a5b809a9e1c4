"""State machines: an enum, a table of allowed transitions, one method that changes the state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Generic, TypeVar

from camrec.callbacks import Callbacks

StateT = TypeVar("StateT", bound=Enum)


class InvalidTransition(RuntimeError):
    """A transition that the table does not allow: a defect in camrec, not a user's error."""


class StateMachine(Generic[StateT]):
    """A state with its table of allowed transitions.

    changed : emitted with the old and the new state after each transition, outside the lock, in
        the thread that made the transition.

    Parameters
    ----------
    initial
        The first state.
    transitions
        The states that may follow each state. A state without an entry is final.
    """

    def __init__(self, initial: StateT, transitions: Mapping[StateT, frozenset[StateT]]) -> None:
        self._state = initial
        self._transitions = transitions
        self._condition = threading.Condition()
        self.changed: Callbacks[[StateT, StateT]] = Callbacks()

    @property
    def state(self) -> StateT:
        """The state now."""
        return self._state

    def transition(self, new: StateT, *, only_from: StateT | None = None) -> bool:
        """Change the state to `new` and emit `changed`; False if the state stays the same.

        only_from : change the state only if it is this one now.

        Raises
        ------
        InvalidTransition
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
        """Block until `until(state)` is true; False if `timeout` seconds passed first."""
        with self._condition:
            return self._condition.wait_for(lambda: until(self._state), timeout)
