"""Lists of functions that are called when something happens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, ParamSpec

log = logging.getLogger(__name__)

P = ParamSpec("P")


class Callbacks(Generic[P]):
    """Calls every connected function. If one raises, the error is logged and the others still run.

    The parameters are those of the event: ``Callbacks[[str, int]]`` calls functions that take a
    string and a number. Functions run in the thread that emits, so they must return quickly and
    leave work to a thread of their own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: tuple[Callable[P, object], ...] = ()

    def connect(self, callback: Callable[P, object]) -> Callable[[], None]:
        """Call `callback` on every emit from now on.

        Returns a function that disconnects it. Calling that function again does nothing.
        """
        with self._lock:
            self._callbacks = (*self._callbacks, callback)

        def disconnect() -> None:
            with self._lock:
                self._callbacks = tuple(each for each in self._callbacks if each is not callback)

        return disconnect

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every connected function with these arguments, in this thread."""
        for callback in self._callbacks:
            try:
                callback(*args, **kwargs)
            except Exception:
                log.exception("a callback failed")

    def __len__(self) -> int:
        return len(self._callbacks)
