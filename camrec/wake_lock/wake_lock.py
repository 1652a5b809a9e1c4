"""What every way to keep the computer awake has in common."""

from __future__ import annotations

from typing import Protocol


class WakeLockError(Exception):
    """The system cannot be asked, or has refused. The text says why, in English."""


class WakeLock(Protocol):
    """Keeps the computer from falling asleep by itself. The display may turn off.

    A user can still send the computer to sleep, or close the lid. The system releases the lock by
    itself when camrec's process ends for any reason. Acquire and release it in the same thread,
    which may have to wait for seconds.
    """

    def acquire(self) -> None:
        """Ask the system to stay awake.

        Raises
        ------
        WakeLockError
        """

    def release(self) -> None:
        """Let the system sleep again. Does nothing if the lock is not held."""
