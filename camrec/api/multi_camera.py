"""Several cameras recorded as one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from camrec.api.camera import Camera
from camrec.api.recording import Recording
from camrec.api.video import Video
from camrec.errors import CamrecError


def record_together(cameras: Sequence[Camera], duration: int) -> list[Video]:
    """Record several cameras from the same moment on, and wait for their videos.

    Each video begins with the frame that its camera showed at that moment, which comes as soon as
    the disk has all of them noted; `align` tells which of their frames belong together.

    Parameters
    ----------
    cameras
        Of one camrec, each live and not being recorded.
    duration
        Whole seconds, 1 to 86400.

    Returns
    -------
    The videos, in the order of the cameras.

    Raises
    ------
    InputError
        ``bad_duration``. None is recorded, as with the next two.
    StateError
        ``session_not_live``, ``already_recording``.
    DiskError
        ``disk_full``.
    CamrecError
        One could not be saved; the others are.
    """
    if not cameras:
        return []
    backend = cameras[0]._backend
    begun = backend.record_together([each._handle for each in cameras], duration)
    recordings = [Recording(backend, each) for each in begun]
    for each in recordings:
        with suppress(CamrecError):  # told below, when all are over
            each.wait()
    return [each.wait() for each in recordings]
