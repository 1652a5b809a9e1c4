"""Measures the delays of cameras that film the coded clock, and stores them with the cameras.

camrec records them for ten seconds, and reads the clock on the frames of the videos: so a delay is
that of the times that videos have, by whatever clock dates them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from camrec import schema
from camrec.annotations import NO_DETAILS
from camrec.api import RemoteBackend, RemoteCamera, RemoteRecording, RemoteVideo
from camrec.calibration import ClockReader, DelayEstimate, NoDelay, TimedReading, estimate_delay
from camrec.cli.console import CONSOLE_LANGUAGE, cli_text, print_message, recording_progress_bar
from camrec.cli.remote_recording import PROGRESS_POLL_INTERVAL_S
from camrec.clock import NS_PER_SECOND, monotonic_s
from camrec.errors import CamrecError
from camrec.frames import VideoFrames
from camrec.receipt import VideoUtcSource

CALIBRATION_DURATION_S = 10
SNAPSHOT_INTERVAL_S = 0.5
# In these a camera's own clock dates no frames yet, but may do so soon.
UNJUDGED_CLOCK_STATES = frozenset({"arrival", "set"})


@dataclass(frozen=True)
class CameraResult:
    """What was measured of one camera.

    camera_id : its id; None if it could not be opened.
    name : its name; if it could not be opened, its address without credentials.
    seconds, uncertainty : its delay; None if it could not be measured.
    utc_source : what dated its frames: "arrival" or "camera".
    frames : how many frames showed the clock.
    error : why it was not measured, or not stored.
    """

    camera_id: str | None
    name: str
    seconds: float | None = None
    uncertainty: float | None = None
    utc_source: str | None = None
    frames: int = 0
    error: str | None = None


def wait_for_clock(cameras: Sequence[RemoteCamera], wait: int) -> list[RemoteCamera]:
    """Wait until all cameras see the coded clock, and return those that do after `wait` seconds.

    If a camera's own clock may date its frames, wait until it is known whether it does: the delay
    is to be that of later videos. A camera that never reports a time does not become known.
    """
    seeing: list[RemoteCamera] = []
    unjudged: list[RemoteCamera] = []
    end = monotonic_s() + wait
    while True:
        for camera in cameras:
            if camera not in seeing and _sees_clock(camera):
                seeing.append(camera)
                print_message(cli_text("calibrate.seen", name=camera.name))
                if _is_clock_unjudged(camera):
                    unjudged.append(camera)
                    print_message(cli_text("calibrate.not_judged", name=camera.name))
        unjudged = [camera for camera in unjudged if _is_clock_unjudged(camera)]
        if (len(seeing) == len(cameras) and not unjudged) or monotonic_s() >= end:
            return seeing
        time.sleep(SNAPSHOT_INTERVAL_S)


def measure_delays(
    running: RemoteBackend,
    cameras: Sequence[RemoteCamera],
    folder: Path,
    refresh_ns: Callable[[], float],
) -> list[CameraResult]:
    """Record all cameras at the same time, and read their videos, which are then deleted.

    Parameters
    ----------
    running
        The camrec that has the cameras, and stores their delays.
    folder
        Its videos folder.
    refresh_ns
        Returns how long the screen shows an image. It is called after the recording, because the
        page needs some seconds to measure that.
    """
    results: list[CameraResult] = []
    recorded: list[tuple[RemoteCamera, RemoteRecording]] = []
    try:
        for camera in cameras:
            try:
                name = cli_text("calibrate.video")
                recording = camera.record(CALIBRATION_DURATION_S, name, NO_DETAILS)
                recorded.append((camera, recording))
            except CamrecError as error:
                results.append(refuse(camera, error.text(CONSOLE_LANGUAGE)))
        if recorded:
            _show_progress([recording for _, recording in recorded])
        for camera, recording in recorded:
            try:
                recording.wait(None)
                video = recording.videos()[0]
                estimate = _read_video(folder / video.filename, video, refresh_ns())
                source = "arrival" if video.receipt is None else video.receipt.utc_source
                results.append(store_delay(running, camera, source, estimate))
            except CamrecError as error:
                results.append(refuse(camera, error.text(CONSOLE_LANGUAGE)))
    finally:
        for _, recording in recorded:
            _discard(running, recording)
    return results


def refuse(camera: RemoteCamera, error: str) -> CameraResult:
    """The result for a camera whose delay was not measured."""
    return CameraResult(camera.camera_id, camera.name, error=error)


def _sees_clock(camera: RemoteCamera) -> bool:
    try:
        _, jpeg = camera.snapshot()
    except CamrecError:  # it sends no frames at the moment, or was closed
        return False
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return grey is not None and ClockReader().read(grey.astype(np.uint8, copy=False)) is not None


def _is_clock_unjudged(camera: RemoteCamera) -> bool:
    """Whether the camera's own clock is wanted, and dates no frames only because it is checked."""
    try:
        info = camera.info()
    except CamrecError:
        return False
    is_open = info.state in ("live", "stale")
    return is_open and _wants_own_clock(info) and info.clock.state in UNJUDGED_CLOCK_STATES


def _wants_own_clock(info: schema.SessionReply) -> bool:
    return info.clock.uncertainty is not None


def _show_progress(recordings: Sequence[RemoteRecording]) -> None:
    """Show how long the recordings still take. Returns when all have ended, saved or not."""
    with recording_progress_bar() as progress:
        task = progress.add_task(
            cli_text("calibrate.measuring"), total=CALIBRATION_DURATION_S, size=""
        )
        for recording in recordings:
            with suppress(CamrecError):  # raised again for its camera
                while not recording.wait(PROGRESS_POLL_INTERVAL_S):
                    progress.update(task, completed=recording.latest_info.elapsed)
        progress.update(task, completed=CALIBRATION_DURATION_S)


def _read_video(path: Path, video: RemoteVideo, refresh_ns: float) -> DelayEstimate | NoDelay:
    utc_map = () if video.receipt is None else video.receipt.utc_map
    reader, readings = ClockReader(), []
    for taken_at, rgb in VideoFrames(path, video.started_at, None, utc_map).frames():
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        reading = reader.read(grey.astype(np.uint8, copy=False))
        if reading is not None:
            readings.append(TimedReading(int(taken_at.astype(np.int64)), *reading))
    return estimate_delay(readings, refresh_ns)


def store_delay(
    running: RemoteBackend,
    camera: RemoteCamera,
    source: VideoUtcSource,
    estimate: DelayEstimate | NoDelay,
) -> CameraResult:
    """Store the delay with the camera, and return it. If it cannot be stored, `error` says so.

    source : what dated the frames of the video from which it was estimated.
    """
    if isinstance(estimate, NoDelay):
        return refuse(camera, cli_text(f"calibrate.{estimate.name.lower()}"))
    result = CameraResult(
        camera.camera_id,
        camera.name,
        round(estimate.delay_ns / NS_PER_SECOND, 6),
        round(estimate.uncertainty_ns / NS_PER_SECOND, 6),
        "arrival" if source == "arrival" else "camera",
        estimate.reading_count,
    )
    delay = {
        "seconds": result.seconds,
        "uncertainty": result.uncertainty,
        "utc_source": result.utc_source,
    }
    path = f"/cameras/{camera.camera_id}"
    try:
        running.client.patch_model(schema.CameraReply, path, {"delay": delay})
    except CamrecError as error:
        is_built_in = error.code == "camera_built_in"
        text = cli_text("calibrate.built_in") if is_built_in else error.text(CONSOLE_LANGUAGE)
        return replace(result, error=text)
    if source == "arrival" and _wants_own_clock(camera.latest_info):
        print_message(cli_text("calibrate.by_arrival_only", name=camera.name))
    return result


def _discard(running: RemoteBackend, recording: RemoteRecording) -> None:
    """End a recording if it still runs, and delete its video."""
    with suppress(CamrecError):
        recording.stop()
        filename = recording.info().filename
        if filename is not None:
            running.client.delete(f"/videos/{quote(filename)}")
