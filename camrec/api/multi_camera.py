"""Recordings of several cameras that start at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from camrec.api.camera import Camera
from camrec.api.recording import Recording
from camrec.api.video import Video
from camrec.errors import CamrecError


def record_together(cameras: Sequence[Camera], duration: int) -> list[Video]:
    """Record several cameras from the same moment on, and wait for their videos.

    The moment is as soon as all recordings are stored on the disk. Each video starts with the
    frame that its camera showed then. `align` finds the frames that belong together.

    Parameters
    ----------
    cameras
        Cameras of one camrec; each is live and not being recorded.
    duration
        Whole seconds, 1 to 86400.

    Returns
    -------
    The videos, in the order of the cameras.

    Raises
    ------
    InputError
        ``bad_duration``: no camera is recorded, as with the next two errors.
    StateError
        ``session_not_live``, ``already_recording``.
    DiskError
        ``disk_full``.
    CamrecError
        One video could not be saved; the others are.
    """
    if not cameras:
        return []
    backend = cameras[0]._backend
    started = backend.record_together([each.session_id for each in cameras], duration)
    recordings = [Recording(backend, each) for each in started]
    for each in recordings:
        with suppress(CamrecError):  # raised below, when all have ended
            each.wait()
    return [each.wait() for each in recordings]
