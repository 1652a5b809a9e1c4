"""An odd camera is opened and recorded by a real station, and compared with what it sent."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import av

from camrec.receipt import Receipt
from camrec.recording import RecordingState
from camrec.station import Station
from support.cameras.raw_http import RawHttpCamera
from support.cameras.raw_rtsp import RawRtspCamera
from support.cameras.replayed import ReplayedCamera

PATIENCE = 60.0  # seconds until a recording that is over is saved
# Frames that were on their way at the start or at the end: half a second, on a busy machine.
LATE_FRAMES = 5
OddCamera = RawRtspCamera | RawHttpCamera | ReplayedCamera


@dataclass(frozen=True)
class Recorded:
    """The result of a recording.

    times : of each frame that the video shows, seconds from its start.
    sent : frames that the camera sent from the first shown one to the end of the recording.
    """

    receipt: Receipt
    path: Path
    times: list[float]
    sent: int

    def has_all(self, left_out: int = 0, late: int = LATE_FRAMES) -> bool:
        """Whether it has as many frames as were sent, but for those of its two ends.

        left_out : frames that are not to be in it, wherever they were.
        """
        return abs(len(self.times) + left_out - self.sent) <= late


def record(station: Station, camera: OddCamera, seconds: int) -> Recorded:
    """Open the camera, record it for `seconds` and close it."""
    session = station.cameras.open(camera.url)
    try:
        await_middle(camera)
        recording = station.recordings.start(session.session_id, seconds)
        assert recording.wait(seconds + PATIENCE)
        apart = time.time_ns() - time.perf_counter_ns()
        assert recording.state is RecordingState.SAVED, recording.error
        (receipt,) = recording.receipts
        path = station.library.folder / recording.filename
        began, ended = recording.started_at - apart, recording.ends_at - apart
        ahead = [each for each in camera.sent if each.at <= began]
        within = [each for each in camera.sent if began < each.at <= ended]
        # The video starts with the frame that was on the screen when the recording was started.
        return Recorded(receipt, path, shown_times(path), len(within) + bool(ahead))
    finally:
        station.cameras.close(session.session_id)


def await_middle(camera: OddCamera) -> None:
    """Wait until the middle between two frames, at most a second.

    A recording that ends while a frame is on its way may have it or not: it depends on the load.
    """
    end = time.perf_counter_ns() + 10**9
    while len(camera.sent) > 1 and time.perf_counter_ns() < end:
        previous, last = camera.sent[-2:]
        age, interval = time.perf_counter_ns() - last.at, last.at - previous.at
        if 0.4 * interval <= age <= 0.6 * interval:
            return
        time.sleep(0.001)


def shown_times(path: Path) -> list[float]:
    """The time of each frame that a player shows, found by decoding the whole file."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        frames = [frame.pts * stream.time_base for frame in file.decode(stream)]
    return [float(at) for at in frames if at >= 0]
