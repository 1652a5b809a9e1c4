"""Several cameras recorded as one."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.face.camera import Camera
from camrec.face.recording import Recording
from camrec.face.video import Video


def record_together(cameras: Sequence[Camera], duration: int) -> list[Video]:
    """Record several cameras from the same moment on, and wait for their videos.

    Each video begins with the picture that its camera showed at that moment, which comes as soon as
    the disk has all of them noted; `align` tells which of their pictures belong together.

    Parameters
    ----------
    cameras
        Of this process, each live and not being recorded.
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
    station = cameras[0]._home.station
    begun = station.record_together([each._session.session_id for each in cameras], duration)
    recordings = [Recording(station, each) for each in begun]
    for each in begun:
        each.wait()
    return [each.wait() for each in recordings]
