"""``camrec calibrate``: measures how much later than others each camera dates its frames.

All cameras film one screen that shows a coded clock. camrec records them for ten seconds, and reads
the clock on the frames: so a delay is that of the times that videos have, by whatever clock dates
them.
"""

from __future__ import annotations

import secrets
import threading
import time
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import typer

from camrec import schema
from camrec.annotations import NO_DETAILS
from camrec.api import RemoteBackend, RemoteCamera, RemoteRecording, RemoteVideo
from camrec.calibration import (
    USUAL_REFRESH_NS,
    ClockReader,
    DelayEstimate,
    NoDelay,
    TimedReading,
    estimate_delay,
)
from camrec.cli.console import (
    CONSOLE_LANGUAGE,
    cli_text,
    format_number,
    make_table,
    print_json,
    print_message,
    print_table,
    recording_progress_bar,
)
from camrec.cli.context import running_station
from camrec.cli.remote_recording import (
    PROGRESS_POLL_INTERVAL_S,
    find_running_camrec,
    opened_remotely,
)
from camrec.clock import NS_PER_SECOND, monotonic_s
from camrec.config import Config
from camrec.errors import CamrecError, StateError
from camrec.frames import VideoFrames
from camrec.web import ClockPageServer, LocalServer

RECORDING_S = 10
SNAPSHOT_INTERVAL_S = 0.5


@dataclass(frozen=True)
class CameraResult:
    """What was measured of one camera.

    seconds, uncertainty : its delay; None if it could not be measured.
    utc_source : what dated its frames: "arrival" or "camera".
    frames : how many frames showed the clock.
    error : why it was not measured, or not stored.
    """

    camera_id: str
    name: str
    seconds: float | None = None
    uncertainty: float | None = None
    utc_source: str | None = None
    frames: int = 0
    error: str | None = None


def calibrate(
    urls: Sequence[str], settings: Config, *, wait: int, open_browser: bool, as_json: bool
) -> None:
    """Measure the delays of cameras, store and print them. The exit code is 1 if one has none.

    Parameters
    ----------
    urls
        The cameras; none: those that are open in the camrec that uses the videos folder.
    wait
        Seconds until each camera must see the clock.
    """
    settings.max_sessions = max(settings.max_sessions, len(urls))  # of a camrec of this command
    with ExitStack() as stack:
        running = stack.enter_context(_running_camrec(settings))
        opened = [opened_remotely(running, url, settings, None) for url in urls]
        cameras = [stack.enter_context(each) for each in opened] or running.cameras()
        if not cameras:
            raise typer.BadParameter(cli_text("calibrate.no_cameras"))
        clock_page = stack.enter_context(ClockPageServer(CONSOLE_LANGUAGE))
        print_message(cli_text("calibrate.page", url=clock_page.url))
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(clock_page.url,), daemon=True).start()
        seeing = _wait_for_clock(cameras, wait)
        results = [
            _refuse(camera, cli_text("calibrate.not_seen"))
            for camera in cameras
            if camera not in seeing
        ]
        refresh_ns = clock_page.refresh_ns or USUAL_REFRESH_NS
        results += _measure(running, seeing, settings.videos, refresh_ns)
    _print_results(results, as_json=as_json)
    if any(each.error is not None for each in results):
        raise typer.Exit(1)


@contextmanager
def _running_camrec(settings: Config) -> Iterator[RemoteBackend]:
    """The camrec that uses the videos folder, or one that runs as long as this command."""
    with ExitStack() as stack:
        try:
            station = stack.enter_context(running_station(settings))
        except StateError as error:
            running = find_running_camrec(settings) if error.code == "folder_taken" else None
            if running is None:
                raise
            print_message(cli_text("calibrate.through", url=running.url))
        else:
            # Other users of this computer cannot use its server.
            settings.token = settings.token or secrets.token_urlsafe()
            server = LocalServer(station)
            stack.callback(server.stop)
            running = RemoteBackend(server.root, settings.token)
        yield running


def _wait_for_clock(cameras: Sequence[RemoteCamera], wait: int) -> list[RemoteCamera]:
    """Wait until all cameras see the clock, and return those that do after `wait` seconds."""
    seeing: list[RemoteCamera] = []
    end = monotonic_s() + wait
    while True:
        for camera in cameras:
            if camera not in seeing and _sees_clock(camera):
                seeing.append(camera)
                print_message(cli_text("calibrate.seen", name=camera.name))
        if len(seeing) == len(cameras) or monotonic_s() >= end:
            return seeing
        time.sleep(SNAPSHOT_INTERVAL_S)


def _sees_clock(camera: RemoteCamera) -> bool:
    try:
        _, jpeg = camera.snapshot()
    except StateError:  # it sends no frames at the moment
        return False
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return grey is not None and ClockReader().read(grey.astype(np.uint8, copy=False)) is not None


def _measure(
    running: RemoteBackend, cameras: Sequence[RemoteCamera], folder: Path, refresh_ns: float
) -> list[CameraResult]:
    """Record all cameras at the same time, and read their videos, which are then deleted."""
    recordings: list[RemoteRecording] = []
    results: list[CameraResult] = []
    recorded: list[tuple[RemoteCamera, RemoteRecording]] = []
    try:
        for camera in cameras:
            try:
                recordings.append(
                    camera.record(RECORDING_S, cli_text("calibrate.video"), NO_DETAILS)
                )
                recorded.append((camera, recordings[-1]))
            except CamrecError as error:
                results.append(_refuse(camera, error.text(CONSOLE_LANGUAGE)))
        _show_progress(recordings)
        for camera, recording in recorded:
            try:
                recording.wait(None)
                video = recording.video()
                estimate = _read_video(folder / video.filename, video, refresh_ns)
                results.append(_store(running, camera, video, estimate))
            except CamrecError as error:
                results.append(_refuse(camera, error.text(CONSOLE_LANGUAGE)))
    finally:
        for recording in recordings:
            _discard(running, recording)
    return results


def _show_progress(recordings: Sequence[RemoteRecording]) -> None:
    """Show how long the recordings still take. Returns when all have ended, saved or not."""
    with recording_progress_bar() as progress:
        task = progress.add_task(cli_text("calibrate.measuring"), total=RECORDING_S, size="")
        for recording in recordings:
            with suppress(CamrecError):  # raised again for its camera
                while not recording.wait(PROGRESS_POLL_INTERVAL_S):
                    progress.update(task, completed=recording.latest_info.elapsed)
        progress.update(task, completed=RECORDING_S)


def _read_video(path: Path, video: RemoteVideo, refresh_ns: float) -> DelayEstimate | NoDelay:
    utc_map = () if video.receipt is None else video.receipt.utc_map
    reader, readings = ClockReader(), []
    for taken_at, rgb in VideoFrames(path, video.started_at, None, utc_map).frames():
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        reading = reader.read(grey.astype(np.uint8, copy=False))
        if reading is not None:
            readings.append(TimedReading(int(taken_at.astype(np.int64)), *reading))
    return estimate_delay(readings, refresh_ns)


def _store(
    running: RemoteBackend,
    camera: RemoteCamera,
    video: RemoteVideo,
    estimate: DelayEstimate | NoDelay,
) -> CameraResult:
    """Store the delay with the camera, and return it. If it cannot be stored, `error` says so."""
    if isinstance(estimate, NoDelay):
        return _refuse(camera, cli_text(f"calibrate.{estimate.name.lower()}"))
    source = "arrival" if video.receipt is None else video.receipt.utc_source
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
        return replace(result, error=error.text(CONSOLE_LANGUAGE))
    return result


def _discard(running: RemoteBackend, recording: RemoteRecording) -> None:
    """End a recording if it still runs, and delete its video."""
    with suppress(CamrecError):
        recording.stop()
        filename = recording.info().filename
        if filename is not None:
            running.client.delete(f"/videos/{quote(filename)}")


def _refuse(camera: RemoteCamera, error: str) -> CameraResult:
    return CameraResult(camera.camera_id, camera.name, error=error)


def _print_results(results: Sequence[CameraResult], *, as_json: bool) -> None:
    if as_json:
        print_json({"cameras": [asdict(each) for each in results]})
    else:
        headers = ("camera", "delay", "uncertainty", "dated_by", "frames")
        table = make_table(*(f"calibrate.{name}" for name in headers))
        for each in results:
            if each.seconds is not None and each.uncertainty is not None:
                delay, error = (
                    format_number(1000 * value, 1) for value in (each.seconds, each.uncertainty)
                )
                dated_by = cli_text(f"calibrate.by_{each.utc_source}")
                table.add_row(each.name, f"{delay} ms", f"± {error} ms", dated_by, str(each.frames))
        if table.row_count:
            print_table(table)
    for each in results:
        if each.error is not None:
            print_message(cli_text("calibrate.failed", name=each.name, reason=each.error))
    if any(each.seconds is not None for each in results):
        print_message(cli_text("calibrate.meaning"))
