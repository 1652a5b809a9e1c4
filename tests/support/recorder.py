"""A camrec in its own process, to be killed: opens cameras, records them, and prints the ids.

    python recorder.py '{"folder", "programs": [MediaMTX, go2rtc, FFmpeg], "cameras": {name: URL},
                         "seconds", "again", "video_length"}'

With a `video_length` in seconds it records until it is stopped, in videos of that length, which may
be shorter than users may ask for. Started again on the same folder, it continues. It prints a line
of JSON for each recording that it started or continued; with `again`, another recording follows
each one. When the folder contains a file `STOP_FILE`, or when its parent has ended, it starts no
more: it stops the running ones, or with `again` waits for them. It does not read its stdin for
this: on Windows a thread that waits at a pipe blocks every other use of it, such as the start of a
child that inherits it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import psutil

from camrec.config import Config
from camrec.errors import CamrecError
from camrec.recording import RecordingState
from camrec.session import Session, SessionState
from camrec.station import Station, video_length

CHECK_INTERVAL_S = 0.1  # seconds between two checks
STOP_FILE = "stop"
ENDED = (RecordingState.SAVED, RecordingState.FAILED)


def config(folder: Path, programs: list[str]) -> Config:
    mediamtx, go2rtc, ffmpeg = programs
    return Config(
        mediamtx_path=mediamtx,
        go2rtc_path=go2rtc,
        ffmpeg_path=ffmpeg,
        mediamtx_port=0,
        go2rtc_port=0,
        max_sessions=8,
        bin_dir=folder / "bin",
        videos_dir=folder / "videos",
    )


class Recorder:
    """Records each camera, once or again and again."""

    def __init__(
        self,
        station: Station,
        cameras: dict[str, str],
        seconds: int,
        again: bool,
        video_length: int | None = None,
    ) -> None:
        self._station = station
        self._cameras = cameras
        self._seconds = seconds
        self._again = again
        self._video_length = video_length
        self._told: set[str] = set()

    def step(self) -> None:
        sessions = {session.name: session for session in self._station.cameras.sessions()}
        self._tell()
        for name, url in self._cameras.items():
            session = sessions.get(name)
            if session is None:
                self._station.cameras.begin_open(url, name)
            elif session.state is SessionState.FAILED:
                self._station.cameras.close(session.session_id)
            elif session.state is SessionState.LIVE and self._wanted(session):
                try:
                    self._start(session.session_id)
                except CamrecError as error:  # the camera went away at this moment
                    print(error, file=sys.stderr)
        self._tell()

    @property
    def running(self) -> bool:
        return any(each.state not in ENDED for each in self._station.recordings.all())

    def _start(self, session_id: str) -> None:
        length = self._video_length
        seconds = self._seconds if length is None else None
        self._station.recordings.start(session_id, seconds, video_length=length)

    def _wanted(self, session: Session) -> bool:
        of_it = [r for r in self._station.recordings.all() if r.session_id == session.session_id]
        return not of_it or (self._again and all(each.state in ENDED for each in of_it))

    def _tell(self) -> None:
        for each in self._station.recordings.all():
            if each.recording_id not in self._told:
                self._told.add(each.recording_id)
                told = [each.name, each.session_id, each.recording_id, each.ends_at]
                print(json.dumps(told), flush=True)


def main() -> None:
    given = json.loads(sys.argv[1])
    folder, parent = Path(given["folder"]), psutil.Process(os.getppid())
    with Station(config(folder, given["programs"])) as station:
        length = given.get("video_length")
        video_length.MIN_VIDEO_LENGTH_S = length or video_length.MIN_VIDEO_LENGTH_S
        recorder = Recorder(station, given["cameras"], given["seconds"], given["again"], length)
        while not (folder / STOP_FILE).exists() and parent.is_running():
            recorder.step()
            time.sleep(CHECK_INTERVAL_S)
        while given["again"] and recorder.running:
            time.sleep(CHECK_INTERVAL_S)


if __name__ == "__main__":
    main()
