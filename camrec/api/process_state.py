"""The module-level state of the Python API in this process. No other module of `api` has any.

`camrec.open` and `camrec.cameras` are functions, not methods of an object. Two cells of a notebook
that call them must use the same station, and get the same `Camera` for the same session. Therefore
this module keeps

- the backend of this process: there is none until a call needs it, and none after `stop`;
- the `Camera` objects, each as long as anything else refers to it.

`lock` guards both. A thread that opens a camera holds the lock, so an address is opened only once,
and `stop` waits until the camera is open. It is an `RLock` because `stop` is also called at exit,
in a thread that may hold the lock.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from camrec import process
from camrec.api.local import LocalBackend

if TYPE_CHECKING:
    from camrec.api.camera import Camera

lock = threading.RLock()
# The keys are the id() of the backend, which lives as long as its cameras, and the session's id.
camera_objects: WeakValueDictionary[tuple[int, str], Camera] = WeakValueDictionary()
_local_backend: LocalBackend | None = None


def local_backend() -> LocalBackend:
    """Return the backend of this process. It is started on first use and stopped at exit."""
    global _local_backend
    with lock:
        if _local_backend is None:
            _local_backend = LocalBackend(lock)
            _stop_at_exit()
        return _local_backend


def stop() -> None:
    """Save the running recordings, and close everything that was opened in this process.

    Cameras of a `Connection` are not affected. The next call, such as `camrec.open`, starts camrec
    again.
    """
    global _local_backend
    with lock:
        if _local_backend is not None:
            _local_backend.stop()
            _local_backend = None


def save_when_ended() -> None:
    """Let this script save its recordings also when it is ended from outside.

    A script saves at its end and after Ctrl+C. After this call it also saves when it gets SIGTERM
    or SIGHUP (POSIX), at Ctrl+Break, and when the console window is closed or the user logs off
    (Windows, which waits for about 5 s). What is not saved then is saved at the next start of
    camrec.

    Call it once, in the main thread. Signals for which the script has a handler are left alone. It
    is not for notebooks: their kernel has handlers of its own.

    Raises
    ------
    ValueError
        This is not the main thread.
    """
    process.save_when_ended(stop)


@cache
def _stop_at_exit() -> None:
    process.at_exit(stop)
