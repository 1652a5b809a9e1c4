"""A real server as a user starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import yaml

from support.forked import start_python
from support.units_made import until
from support.wire import Wire

ROOT = Path(__file__).parents[2]
UTF8 = {"PYTHONIOENCODING": "utf-8"}


def _stop(child: subprocess.Popen[str]) -> None:
    """Send SIGINT. Windows can send it only to all processes of a console, pytest's too."""
    if sys.platform == "win32":
        child.terminate()
    else:
        child.send_signal(signal.SIGINT)


@contextmanager
def server(command: list[str], folder: Path, binaries, *, forked: bool = True) -> Iterator[Wire]:
    """A real server in a folder of its own; stopped with SIGINT, like Ctrl+C.

    forked : whether Python need not start for it, which is quicker.
    """
    settings = {**binaries.settings, "mediamtx_port": 0, "go2rtc_port": 0, "port": 0}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    options["env"] = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **UTF8}
    if forked and command[0] == sys.executable:
        child = start_python(*command[1:], cwd=folder, **options)
    else:
        child = subprocess.Popen(command, cwd=folder, **options)
    said: list[str] = []
    address: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        for line in child.stdout:
            said.append(line)
            if found := re.search(r"(?:serving on|running at:?) (http://\S+)", line):
                address.append(found[1])
                ready.set()
        ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert ready.wait(60) and address, "".join(said)
        yield Wire(address[0].rstrip("/"))
        _stop(child)
        child.wait(30)
    finally:
        child.kill()
        child.wait()
        listener.join()
        child.stdout.close()
    text = "".join(said)
    assert "Traceback" not in text, text
    assert "canary" not in text, text


def tidy_up(wire: Wire, keep: str | None = None) -> None:
    """End all recordings, and delete all cameras and videos, except the video called `keep`."""
    for session in wire.get("/session/list").json()["sessions"]:
        wire.post("/session/close", {"session_id": session["session_id"]})
    for recording in wire.get("/record/list").json()["recordings"]:
        if recording["state"] == "scheduled":  # of a camera that is closed
            wire.post("/record/stop", {"recording_id": recording["recording_id"]})
    until(lambda: wire.get("/health").json()["recordings"] == 0, 60)
    for camera in wire.get("/cameras").json()["cameras"]:
        wire.ask("DELETE", f"/cameras/{camera['camera_id']}")
    for video in wire.get("/videos").json()["videos"]:
        if video["filename"] != keep:
            wire.ask("DELETE", f"/videos/{quote(video['filename'])}")
