"""Chooses how to keep this computer awake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from camrec.wake_lock.desktop_lock import DesktopLock
from camrec.wake_lock.systemd_lock import SystemdLock
from camrec.wake_lock.wake_lock import WakeLock, WakeLockError

SYSTEMD_RUNS = Path("/run/systemd/system")  # exists if systemd started this system: sd_booted(3)


class FirstLock:
    """The first of several locks that the system grants. See `WakeLock`."""

    def __init__(self, locks: Sequence[WakeLock]) -> None:
        self._locks = locks
        self._held: WakeLock | None = None

    def acquire(self) -> None:
        """See `WakeLock.acquire`."""
        reasons = []
        for lock in self._locks:
            try:
                lock.acquire()
            except WakeLockError as error:
                reasons.append(str(error))
            else:
                self._held = lock
                return
        raise WakeLockError("; ".join(reasons))

    def release(self) -> None:
        """See `WakeLock.release`."""
        lock, self._held = self._held, None
        if lock is not None:
            lock.release()


def create_wake_lock() -> WakeLock:
    """The lock of this computer: of its desktop, otherwise of systemd if that runs here."""
    locks: list[WakeLock] = [DesktopLock()]
    if SYSTEMD_RUNS.is_dir():
        locks.append(SystemdLock())
    return FirstLock(locks)
