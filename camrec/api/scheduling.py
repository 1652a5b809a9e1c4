"""Recordings of cameras that need not be open."""

from __future__ import annotations

from datetime import datetime

from camrec.api.backend import Backend
from camrec.api.events import DetailValues, to_details
from camrec.api.process_state import local_backend
from camrec.api.recording import Recording
from camrec.api.start_time import to_start_ns


def schedule(
    camera_id: str,
    start_at: datetime,
    duration: int | None,
    name: str | None = None,
    *,
    details: DetailValues | None = None,
    video_length: int | None = None,
) -> Recording:
    """Schedule a recording of a camera that need not be open, and return at once.

    If the camera is closed, it is opened 90 s before, and closed after the recording when nobody
    uses it. Until then it counts as open, so it keeps its address.

    Parameters
    ----------
    camera_id
        The id of a camera that camrec knows: `Camera.id`.
    start_at, duration, name, details, video_length
        As for `Camera.record`.

    Raises
    ------
    InputError
        As `Camera.record`.
    NotFoundError
        ``no_camera``: camrec knows no camera with this id.
    CameraError
        ``camera_wrong_password``: its password is not known any more. Open it first.
    DiskError
        ``disk_full``: there is too little disk space for this duration.
    """
    return schedule_recording(
        local_backend(), camera_id, start_at, duration, name, details, video_length
    )


def schedule_recording(
    backend: Backend,
    camera_id: str,
    start_at: datetime,
    duration: int | None,
    name: str | None,
    details: DetailValues | None,
    video_length: int | None,
) -> Recording:
    """See `schedule`."""
    handle = backend.schedule(
        camera_id, duration, name, to_details(details), video_length, to_start_ns(start_at)
    )
    return Recording(backend, handle)
