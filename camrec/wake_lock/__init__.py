"""Asks the operating system not to send the computer to sleep."""

from camrec.wake_lock.system_lock import create_wake_lock
from camrec.wake_lock.wake_lock import WakeLock, WakeLockError

__all__ = ["WakeLock", "WakeLockError", "create_wake_lock"]
