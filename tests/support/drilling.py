"""Faults that hit real cameras, proxies and FFmpegs, and what each one costs."""

from __future__ import annotations

import contextlib
import itertools
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from camrec.config import Config
from camrec.errors import StateError
from camrec.receipt import Receipt
from camrec.recording import RecordingState
from camrec.session import Session
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.stopping import kill
from support.studio import shown
from support.truth import Camera, places, sent
from support.units_made import until

RATE = 15
STRUCK = 4  # seconds after Record was pressed
AWAY = 3  # seconds that a camera stays away
AFTER = 7  # seconds that are recorded after its return


@dataclass(frozen=True)
class Figures:
    """What a fault cost.

    lost : seconds of frames that the camera sent and that are not in the file.
    away : seconds of the file without frames.
    time_error : ms, the largest error of an interval between two frames.
    gap_error : ms, the largest error of the length of a gap.
    """

    lost: float
    away: float
    time_error: float
    gap_error: float
    parts: int
    readable: bool


HEAD = f"{'fault':25} lost s  away s  time ms   gap ms  parts  readable"


def row(name: str, each: Figures) -> str:
    return (
        f"{name:25} {each.lost:6.2f} {each.away:7.2f} {each.time_error:8.3f}"
        f" {each.gap_error:8.2f} {each.parts:6} {'yes' if each.readable else 'NO':>9}"
    )


def settings(binaries, folder: Path) -> Config:
    return binaries.config(folder, max_sessions=8)


def kill_ffmpeg(station: Station, session: Session, camera: object) -> None:
    folder = session.recording.recording_id
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # one of another recording may just have ended
            if any(folder in word for word in child.cmdline()):
                child.kill()


def drop(station: Station, session: Session, camera: object) -> None:
    camera.kill()


def back(station: Station, session: Session, camera: object) -> None:
    camera.start()


def freeze(station: Station, session: Session, camera: object) -> None:
    camera.freeze()


def kill_proxy(station: Station, session: Session, camera: object) -> None:
    proxy = station.mediamtx if session.kind == "rtsp" else station.go2rtc
    kill(proxy.pid)


def second_camrec(station: Station, session: Session, camera: object) -> None:
    with pytest.raises(StateError) as refused:
        Station(station.config).start()
    assert refused.value.code == "folder_taken"


def nothing(station: Station, session: Session, camera: object) -> None:
    pass


SMALL = {"rate": RATE, "size": (320, 180)}
RTSP = {"audio": "aac", **SMALL}
# name: camera, the fault, what comes after, seconds that it may cost.
CAMERA_FAULTS = {
    "FFmpeg killed": (lambda: RtspCamera(**RTSP), kill_ffmpeg, nothing, 0.5),
    "FFmpeg killed, MJPEG": (lambda: MjpegCamera(**SMALL), kill_ffmpeg, nothing, 0.5),
    "camera dropped and back": (lambda: RtspCamera(**RTSP), drop, back, 8),
    "camera frozen for good": (lambda: RtspCamera(**RTSP), freeze, nothing, 0.5),
    "silent sound": (
        lambda: RtspCamera(**RTSP, sound_until=0),
        nothing,
        nothing,
        0,
    ),
    "a second camrec": (lambda: RtspCamera(**SMALL), second_camrec, nothing, 0),
}
PROXY_FAULTS = {
    "MediaMTX killed": (lambda: RtspCamera(**RTSP), kill_proxy, nothing, 6),
    "go2rtc killed": (lambda: MjpegCamera(**SMALL), kill_proxy, nothing, 6),
}


def strike(
    station: Station, faults: dict, away: float = AWAY, after: float = AFTER
) -> dict[str, Figures]:
    """What each of `faults` costs a camera of its own; a lost one returns after `away` seconds."""
    length = int(STRUCK + away + after)
    with ExitStack() as stack:
        cameras = {n: stack.enter_context(made()) for n, (made, *_) in faults.items()}
        sessions = {
            name: station.cameras.open(camera.url, name) for name, camera in cameras.items()
        }
        recordings = {
            n: station.recordings.start(s.session_id, length) for n, s in sessions.items()
        }
        for step, at in ((1, STRUCK), (2, STRUCK + away)):
            until(lambda at=at: min(each.elapsed for each in recordings.values()) >= at)
            for name, fault in faults.items():
                fault[step](station, sessions[name], cameras[name])
        found = {}
        for name, recording in recordings.items():
            assert recording.wait(length + 30), name
            assert recording.state is RecordingState.SAVED, (name, recording.error)
            receipt = recording.receipts[0]
            assert receipt.ended == "time", name
            video = station.library.folder / recording.filename
            found[name] = measured(cameras[name], video, receipt)
    return found


def measured(camera: Camera, video: Path, receipt: Receipt) -> Figures:
    """Compare the file with the camera's own log, in which numbers may start again."""
    times, numbers = shown(video)
    log = sent(camera)
    found = places(numbers, log)
    distances, lengths = [], []
    for (one, before), (other, after) in itertools.pairwise(zip(times, found, strict=True)):
        apart = float(other - one)
        by_ours = (log[after].moment - log[before].moment) / 1e9
        by_its_own = (log[after].clock - log[before].clock) / 1e9
        if (
            abs(by_ours - by_its_own) > 1 or apart > 1
        ):  # where the camera was started again, so was its clock
            lengths.append(abs(apart - by_ours))
        else:
            distances.append(abs(apart - by_its_own))
    end = log[found[0]].moment + receipt.duration * 1e9
    wanted = {place for place in range(found[0], len(log)) if log[place].moment < end - 1e8}
    return Figures(
        lost=len(wanted - set(found)) / RATE,
        away=sum(gap.duration for gap in receipt.gaps),
        time_error=1000 * max(distances),
        gap_error=1000 * max(lengths, default=0.0),
        parts=receipt.parts,
        readable=receipt.playable and len(times) == receipt.frames,
    )
