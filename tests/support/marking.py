"""A camrec in its own process that records a camera and serves REST, to be killed.

    python marking.py '{"folder", "programs": [MediaMTX, go2rtc, FFmpeg], "camera": URL}'

Started again on the same folder, it continues the recording. It prints the address of its server
and the id of the recording, and ends with its parent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from camrec.station import Station
from camrec.web import LocalServer
from support import recorder
from support.forked import start_python
from support.stopping import python_environment
from support.units_made import until
from support.wire import Wire

LENGTH_S = 3600


@contextmanager
def marking(
    folder: Path, programs: Sequence[Path], camera: str
) -> Iterator[tuple[subprocess.Popen, Wire, str]]:
    """The process, its server and the id of its recording. It is killed at the end."""
    given = {"folder": str(folder), "programs": [str(each) for each in programs], "camera": camera}
    with (folder / "camrec.log").open("ab") as log:
        child = start_python(
            __file__,
            json.dumps(given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=python_environment(),
        )
    try:
        line = child.stdout.readline()
        assert line, (folder / "camrec.log").read_text("utf-8")
        root, recording_id = json.loads(line)
        yield child, Wire(root), recording_id
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def main() -> None:
    given = json.loads(sys.argv[1])
    parent = psutil.Process(os.getppid())
    with Station(recorder.config(Path(given["folder"]), given["programs"])) as station:
        running = station.recordings.all()
        if not running:
            session = station.cameras.open(given["camera"], "Door")
            running = [station.recordings.start(session.session_id, LENGTH_S)]
        [recording] = running
        until(lambda: recording.bytes > 0, 60)
        server = LocalServer(station)
        print(json.dumps([server.root, recording.recording_id]), flush=True)
        while parent.is_running():
            time.sleep(0.1)


if __name__ == "__main__":
    main()
