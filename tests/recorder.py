"""A camrec of its own process, to be killed: opens a camera, records it, and tells the ids."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from camrec.config import Config
from camrec.station import Station


def config(folder: Path, programs: list[str]) -> Config:
    mediamtx, go2rtc, ffmpeg = programs
    return Config(
        mediamtx_path=mediamtx,
        go2rtc_path=go2rtc,
        ffmpeg_path=ffmpeg,
        mediamtx_port=0,
        go2rtc_port=0,
        bin_dir=folder / "bin",
        videos_dir=folder / "videos",
    )


if __name__ == "__main__":
    folder, url, seconds, *programs = sys.argv[1:]
    station = Station(config(Path(folder), programs)).start()
    session = station.open(url, "Door")
    recording = station.record(session.session_id, int(seconds))
    print(json.dumps([session.session_id, recording.recording_id, recording.ends_at]), flush=True)
    threading.Event().wait()
