"""Keeps a computer with Windows, macOS or a Linux desktop awake, with wakepy."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from camrec.wake_lock.wake_lock import WakeLockError

if TYPE_CHECKING:
    from wakepy import Mode

log = logging.getLogger(__name__)


class DesktopLock:
    """See `WakeLock`.

    wakepy calls SetThreadExecutionState on Windows, in a thread that it keeps alive, because the
    request ends with its thread (Microsoft, "SetThreadExecutionState"). On macOS it runs
    caffeinate. On Linux it asks GNOME's session manager or a freedesktop.org power manager over
    the user's D-Bus, each with a timeout of 2 s.
    """

    def __init__(self) -> None:
        self._mode: Mode | None = None

    def acquire(self) -> None:
        """See `WakeLock.acquire`."""
        from wakepy import keep  # only while it is needed

        mode = keep.running(on_fail="pass")
        mode.__enter__()
        if not mode.active:
            mode.__exit__(None, None, None)
            # A long text about every way that wakepy tried, also those of other systems.
            log.debug("%s", mode.result.get_failure_text("inline"))
            raise WakeLockError("no power manager answers")
        self._mode = mode

    def release(self) -> None:
        """See `WakeLock.release`."""
        mode, self._mode = self._mode, None
        if mode is not None:
            mode.__exit__(None, None, None)
