"""What the Python API shares within this process. It has no other module-level state.

`camrec.open` and `camrec.cameras` are functions without an object. Two cells of a notebook that
call them must reach the same station, and get the same `Camera` for the same session. Hence this
module keeps

- the backend of this process: there is none until a call needs it, and none after `stop`;
- the `Camera` objects, each for as long as someone else refers to it.

`lock` guards both. A thread that opens a camera holds it, so an address is opened only once, and
`stop` waits until the camera is open. It is an `RLock` because `stop` is also called at exit, in a
thread that may hold it.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from camrec.api.local import LocalBackend
from camrec.process import at_exit

if TYPE_CHECKING:
    from camrec.api.camera import Camera

lock = threading.RLock()
# By the id of the backend, which lives as long as its cameras, and the session's id.
camera_objects: WeakValueDictionary[tuple[int, str], Camera] = WeakValueDictionary()
_local_backend: LocalBackend | None = None


def local_backend() -> LocalBackend:
    """Return the backend of this process, which is started on first use and stopped at exit."""
    global _local_backend
    with lock:
        if _local_backend is None:
            _local_backend = LocalBackend(lock)
            _stop_at_exit()
        return _local_backend


def stop() -> None:
    """Save the running recordings, and close everything that was opened in this process.

    Cameras of a `Connection` are not affected. The next call starts again.
    """
    global _local_backend
    with lock:
        if _local_backend is not None:
            _local_backend.stop()
            _local_backend = None


@cache
def _stop_at_exit() -> None:
    at_exit(stop)
