"""A script as a user of the Python API writes it. mypy checks it, nobody runs it.

`tests/integration/test_types.py` runs mypy with the strict settings of pyproject.toml. A
``type: ignore`` marks a mistake that mypy must find: if it finds none, it reports the comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas
from typing_extensions import assert_type

import camrec
from camrec.receipt import Gap, Receipt


def record(url: str) -> camrec.Video:
    with camrec.open(url, "Door") as camera:
        assert_type(camera, camrec.Camera)
        assert_type(camera.id, str)
        assert_type(camera.session_id, str)
        assert_type(camera.name, str)
        assert_type(camera.state, str)
        assert_type(camera.clock.uncertainty, float | None)
        if camera.delay is not None:
            assert_type(camera.delay.seconds, float)
        assert_type(camera.snapshot(), tuple[np.datetime64, npt.NDArray[np.uint8]])
        recording = camera.record(60, name="Door", details={"subject": "A17", "trial": 3})
        assert_type(recording.mark("light on", value=2, length=0.5), camrec.Event)
        assert_type(camrec.mark(at=np.datetime64("now")), list[camrec.Event])
        assert_type(recording, camrec.Recording)
        later = datetime.now(timezone.utc) + timedelta(hours=1)
        assert_type(camera.record(60, start_at=later), camrec.Recording)
        assert_type(recording.state, str)
        assert_type(recording.progress, float)
        assert_type(recording.elapsed, float)
        assert_type(camera.recording, camrec.Recording | None)
        assert_type(camera.recordings(), list[camrec.Recording])
        try:
            return recording.wait(timeout=90)
        except TimeoutError:
            return recording.stop()


async def wait(recording: camrec.Recording) -> camrec.Video:
    video = await recording
    assert_type(video, camrec.Video)
    return video


def read(video: camrec.Video) -> None:
    assert_type(video.path, Path)
    assert_type(video.started_at, np.datetime64)
    assert_type(video.duration, float)
    assert_type(video.gaps, Sequence[Gap])
    assert_type(video.receipt, Receipt | None)
    assert_type(video.details, dict[str, str])
    assert_type(video.events(), pandas.DataFrame)
    event = video.mark(1.5, "looks up", value="left")
    assert_type(event.at, datetime)
    for event, frames in video.around("looks up", 1, 1):
        assert_type(event.length, float | None)
        for _, frame in frames:
            assert_type(frame, npt.NDArray[np.uint8])
    times = video.times()
    assert_type(times, npt.NDArray[np.datetime64])
    for position in (0, 1.5, times[0], video.started_at):
        time, frame = video.frame(position)
        assert_type(time, np.datetime64)
        assert_type(frame, npt.NDArray[np.uint8])
    for _, frame in video.frames(0, 100, step=10):
        assert_type(frame, npt.NDArray[np.uint8])
    video.close()


def compare(folder: Path) -> pandas.DataFrame:
    library = camrec.videos(folder)
    assert_type(library, camrec.Library)
    assert_type(library[0], camrec.Video)
    assert_type(library[:2], camrec.Library)
    assert_type([video.duration for video in library], list[float])
    assert_type(library.to_dataframe(), pandas.DataFrame)
    table = camrec.align(library[:2], 0.02, calibrated=True)
    assert_type(table, pandas.DataFrame)
    return table


def use_another_camrec(url: str) -> list[camrec.Video]:
    with camrec.connect(url, token="a token") as connection:
        assert_type(connection, camrec.Connection)
        cameras = connection.cameras()
        assert_type(cameras, list[camrec.Camera])
        assert_type(connection.videos(), camrec.Library)
        later = datetime.now(timezone.utc) + timedelta(hours=1)
        assert_type(camrec.record_together(cameras, 10, start_at=later), list[camrec.Video])
        return camrec.record_together(cameras, 10)


def handle_errors() -> str:
    try:
        camrec.open_demo()
    except camrec.StateError as error:
        assert_type(error.code, str)
        return error.text("fr")
    except (camrec.CameraError, camrec.ServiceError) as error:
        return str(error)
    finally:
        camrec.stop()
    return ""


def make_mistakes(camera: camrec.Camera, video: camrec.Video) -> None:
    camera.record("60")  # type: ignore[arg-type]  # a duration is a number
    video.frame("first")  # type: ignore[arg-type]  # no position
    video.duration = 3.0  # type: ignore[misc]  # read-only
    camrec.align(video, 0.1)  # type: ignore[arg-type]  # one video is no sequence of videos
    camrec.nothing()  # type: ignore[attr-defined]  # no such name
