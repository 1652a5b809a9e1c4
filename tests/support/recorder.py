"""A camrec in its own process, to be killed: opens cameras, records them, and notes the ids.

    python recorder.py '{"folder", "programs": [MediaMTX, go2rtc, FFmpeg], "cameras": {name: URL},
                         "seconds", "again", "video_length", "timezone", "begun"}'

With a `video_length` in seconds it records until it is stopped, in videos of that length, which may
be shorter than users may ask for. With a `timezone` as well, it does not start them itself: it adds
a plan "always" for each camera over HTTP, and the plans go by that time zone. Started again on the
same folder, it continues. It adds a line of JSON to the file `begun` for each recording that was
started or continued; with `again`, another recording follows each one. When the folder contains a
file `STOP_FILE`, or when its parent has ended, it starts no more: it stops the running ones, or
with `again` waits for them. It uses no pipes for all this: on Windows a thread that waits at a pipe
blocks every other use of it, such as the start of a child that inherits it, and a pipe that
something else inherited does not end with camrec.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil

from camrec.config import Config
from camrec.errors import CamrecError
from camrec.planning import plan
from camrec.recording import RecordingState
from camrec.session import Session, SessionState
from camrec.station import Station, video_length
from support.wire import Wire, serving

CHECK_INTERVAL_S = 0.1  # seconds between two checks
STOP_FILE = "stop"
ENDED = (RecordingState.SAVED, RecordingState.FAILED)


def config(folder: Path, programs: list[str], timezone: str = "") -> Config:
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
        timezone=timezone,
    )


class Recorder:
    """Records each camera, once or again and again."""

    def __init__(
        self,
        station: Station,
        cameras: dict[str, str],
        seconds: int,
        again: bool,
        begun: Path,
        video_length: int | None = None,
    ) -> None:
        self._station = station
        self._begun = begun
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
                with self._begun.open("a", encoding="utf-8") as file:
                    file.write(f"\n{json.dumps(told)}\n")  # after a line that a kill cut off


class PlanRecorder(Recorder):
    """Has plans that record the cameras always."""

    def add_plans(self, wire: Wire) -> None:
        """Add a plan for each camera that has none."""
        planned = {each["name"] for each in wire.get("/plans").json()["plans"]}
        for name in self._cameras.keys() - planned:
            body = {"cameras": [self._cameras[name]], "always": True, "name": name}
            reply = wire.post("/plans", {**body, "video_length": self._video_length})
            assert reply.status == 201, reply.body

    def step(self) -> None:
        self._tell()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    given = json.loads(sys.argv[1])
    folder, zone = Path(given["folder"]), given.get("timezone") or ""
    length = given.get("video_length")
    if length:
        video_length.MIN_VIDEO_LENGTH_S = plan.MIN_VIDEO_LENGTH_S = length
    parent = psutil.Process(os.getppid())
    made = PlanRecorder if zone else Recorder
    with ExitStack() as stack:
        settings = config(folder, given["programs"], zone)
        if zone:
            station, wire = stack.enter_context(serving(settings))
        else:
            station = stack.enter_context(Station(settings))
        begun = Path(given["begun"])
        recorder = made(station, given["cameras"], given["seconds"], given["again"], begun, length)
        if zone:
            recorder.add_plans(wire)
        while not (folder / STOP_FILE).exists() and parent.is_running():
            recorder.step()
            time.sleep(CHECK_INTERVAL_S)
        while given["again"] and recorder.running:
            time.sleep(CHECK_INTERVAL_S)


if __name__ == "__main__":
    main()
