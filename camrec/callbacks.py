"""Telling others without being hurt by them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)


class Callbacks:
    """Calls every connected function; one that raises is logged and stops nobody else.

    Functions are called in the thread that emits: they hand over and return, they do not work.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: tuple[Callable[..., Any], ...] = ()

    def connect(self, callback: Callable[..., Any]) -> Callable[[], None]:
        """Call `callback` on every emit from now on; the answer disconnects it (once or often)."""
        with self._lock:
            self._callbacks = (*self._callbacks, callback)

        def disconnect() -> None:
            with self._lock:
                self._callbacks = tuple(each for each in self._callbacks if each is not callback)

        return disconnect

    def emit(self, *args: Any) -> None:
        for callback in self._callbacks:
            try:
                callback(*args)
            except Exception:
                log.exception("a subscriber failed")

    def __len__(self) -> int:
        return len(self._callbacks)
