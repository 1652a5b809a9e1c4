"""Recordings of several cameras that start at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import overload

from camrec.api.camera import Camera
from camrec.api.events import DetailValues, to_details
from camrec.api.recording import Recording
from camrec.api.start_time import to_start_ns
from camrec.api.video import Video
from camrec.errors import CamrecError


@overload
def record_together(
    cameras: Sequence[Camera],
    duration: int,
    name: str | None = None,
    *,
    start_at: datetime | None = None,
    details: DetailValues | None = None,
    video_length: int | None = None,
) -> list[Video]: ...
@overload
def record_together(
    cameras: Sequence[Camera],
    duration: None,
    name: str | None = None,
    *,
    start_at: datetime | None = None,
    details: DetailValues | None = None,
    video_length: int | None = None,
) -> list[Recording]: ...
def record_together(
    cameras: Sequence[Camera],
    duration: int | None,
    name: str | None = None,
    *,
    start_at: datetime | None = None,
    details: DetailValues | None = None,
    video_length: int | None = None,
) -> list[Video] | list[Recording]:
    """Record several cameras from the same moment on. Wait for their videos if they have an end.

    The recordings start as soon as all of them are registered on the disk, so that they survive a
    crash. Each video starts with the frame that its camera showed at that moment. `align` finds the
    frames that were taken at the same time.

    Parameters
    ----------
    cameras
        Cameras of one camrec. Each must be live, and must not be recording unless `start_at` is
        given.
    duration
        Whole seconds, 1 to 86400; None: until `Recording.stop` of each, in one video after another.
    name
        The name of each video; by default that of its camera.
    start_at
        When they start, as for `Camera.record`. By default now.
    details
        Of each recording, as for `Camera.record`.
    video_length
        Of each video, as for `Camera.record`.

    Returns
    -------
    The videos, in the order of the cameras: of each the first one, if `video_length` is given. If
    `duration` is None, the recordings, at once.

    Raises
    ------
    InputError
        ``bad_duration``, ``bad_video_length``, ``bad_name``, ``bad_start``, ``bad_details``: an
        argument is not valid. No camera is recorded.
    StateError
        ``session_not_live``, ``already_recording``, ``plan_records``: a camera cannot be recorded
        now. No camera is recorded.
    DiskError
        ``disk_full``: there is too little disk space. No camera is recorded.
    CamrecError
        One video could not be saved; the others are saved.
    """
    if not cameras:
        return []
    backend = cameras[0]._backend
    session_ids = [each.session_id for each in cameras]
    started = backend.record_together(
        session_ids, duration, name, to_details(details), video_length, to_start_ns(start_at)
    )
    recordings = [Recording(backend, each) for each in started]
    if duration is None:
        return recordings
    for each in recordings:
        with suppress(CamrecError):  # raised below, when all have ended
            each.wait()
    return [each.wait() for each in recordings]
