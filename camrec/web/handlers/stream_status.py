"""The status that a viewer of a stream gets once a second (docs/wire.md)."""

from __future__ import annotations

from typing import TypedDict

from camrec.clock import utc_s
from camrec.recording import RUNNING_RECORDING_STATES
from camrec.replies import describe_recording
from camrec.session import Session
from camrec.station import Station

RUNNING_RECORDING_STATE_VALUES = {state.value for state in RUNNING_RECORDING_STATES}


class StreamStatus(TypedDict):
    """The fields of the text message; docs/wire.md says what they mean."""

    now: float
    video_codec: str | None
    width: int | None
    height: int | None
    fps: float
    bit_rate: int
    lost: int
    age: float | None
    usual_distance: float
    waiting_for: str | None
    retries: int
    viewers: int
    recorded: int | None
    recording: dict[str, object] | None
    free_bytes: int
    room_bytes: int
    file_bit_rate: int
    max_seconds: int
    lag: float


def stream_status(session: Session, station: Station, language: str, lag: float) -> StreamStatus:
    """Return the status of a session for one viewer. This reads the disk, so it blocks.

    Parameters
    ----------
    language
        The language of the error of the latest recording.
    lag
        Seconds from sending a frame to this viewer's acknowledgement.
    """
    video, stats, recording = session.feed.video, session.feed.figures(), session.recording
    latest = describe_recording(recording, language) if recording else None
    is_recording = latest is not None and latest.state in RUNNING_RECORDING_STATE_VALUES
    disk = station.recordings.estimate_disk([session])
    return {
        "now": utc_s(),
        "video_codec": video.codec if video else None,
        "width": video.width if video else None,
        "height": video.height if video else None,
        "fps": round(stats.fps, 2),
        "bit_rate": round(stats.bit_rate),
        "lost": stats.lost,
        "age": round(stats.age, 3) if stats.age is not None else None,
        "usual_distance": round(session.feed.frame_interval, 3),
        "waiting_for": session.waiting_for,
        "retries": session.retries,
        "viewers": session.viewers,
        "recorded": latest.bytes if latest and is_recording else None,
        "recording": latest.model_dump() if latest else None,
        "free_bytes": disk.free_bytes,
        "room_bytes": disk.available_bytes,
        "file_bit_rate": round(disk.file_bit_rate),
        "max_seconds": disk.max_seconds,
        "lag": round(lag, 3),
    }
