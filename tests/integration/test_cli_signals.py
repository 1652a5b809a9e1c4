"""A camrec that records gets a signal: it saves, says why, and leaves nothing behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from camrec.receipt import Receipt
from support.at_once import at_once
from support.cameras.mjpeg import MjpegCamera
from support.command_line import receipts, start
from support.forked import start_python
from support.stopping import STOP_EVENTS, python_environment, send_stop
from support.units_made import until
from support.victim import alive
from support.wire import Wire

pytestmark = pytest.mark.spread

no_terminals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGHUP and no pseudo terminals of POSIX"
)


def folder_for(place: Path, asked: str) -> Path:
    """A working folder for one of several cases, with the settings of `place`."""
    own = place / asked
    own.mkdir()
    shutil.copy(place / "config.yaml", own)
    return own


def written(place) -> int:
    return sum(part.stat().st_size for part in place.glob("videos/.parts/*/part-1.mp4"))


def family(child: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(child.pid).children(recursive=True)


@at_once("asked", list(STOP_EVENTS))
def test_serve_saves_its_recordings_when_a_signal_ends_it(place, asked):
    place = folder_for(place, asked)
    with MjpegCamera(rate=15) as camera, start(place, "serve", "--no-browser") as child:
        try:
            wire = Wire(child.stdout.readline().strip().rstrip("/"))
            session = wire.post("/session/open", {"url": camera.url}).json()
            asking = {"session_id": session["session_id"], "duration": 600}
            promised = wire.post("/record/start", asking).json()
            until(lambda: written(place) > 50_000)
            children = family(child)
        finally:
            send_stop(child, asked)
            _, err = child.communicate(timeout=60)
    assert child.returncode == 0 and "Traceback" not in err, err
    [note] = (place / "videos").glob("[!.]*.json")
    receipt = Receipt.read(note)
    assert (receipt.recording_id, receipt.ended) == (promised["recording_id"], "shutdown")
    assert receipt.playable and receipt.gaps == [] and receipt.frames > 5
    assert len(children) == 2 and not any(alive(each) for each in children)
    assert list((place / "videos" / ".journal").iterdir()) == []
    assert list((place / "videos" / ".parts").iterdir()) == []


@at_once("asked", list(STOP_EVENTS))
def test_record_saves_what_it_has_when_a_signal_ends_it(place, asked):
    place = folder_for(place, asked)
    with (
        MjpegCamera(rate=15) as camera,
        start(place, "record", camera.url, "--duration", "600") as child,
    ):
        until(lambda: written(place) > 50_000)
        children = family(child)
        send_stop(child, asked)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 0 and "Traceback" not in err, err
    [receipt] = receipts(out)
    assert receipt.ended == STOP_EVENTS[asked]
    assert receipt.playable and receipt.gaps == [] and receipt.frames > 5
    assert len(children) == 2 and not any(alive(each) for each in children)
    assert list((place / "videos" / ".journal").iterdir()) == []


SCRIPT = """
import sys, time, camrec
camrec.save_when_ended()
camera = camrec.open(sys.argv[1])
camera.record(600)
while True:
    time.sleep(0.1)
"""


@at_once("asked", list(STOP_EVENTS))
def test_a_script_that_asked_for_it_saves_when_it_is_ended_from_outside(place, asked):
    place = folder_for(place, asked)
    with (
        MjpegCamera(rate=15) as camera,
        start_python(
            *("-c", SCRIPT, camera.url),
            cwd=place,
            env=python_environment(),
            stderr=subprocess.PIPE,
        ) as child,
    ):
        until(lambda: written(place) > 50_000)
        children = family(child)
        send_stop(child, asked)
        _, err = child.communicate(timeout=60)
    assert b"Error" not in err, err
    [note] = (place / "videos").glob("[!.]*.json")
    assert Receipt.read(note).playable
    assert not any(alive(each) for each in children)


def record_after(before: str, *arguments: str) -> list[str]:
    """Python's arguments for ``camrec record``, after a piece of Python in the same process."""
    code = f"import sys; {before}; from camrec.cli import main; main()"
    return ["-c", code, "record", *arguments, "--duration", "600"]


@no_terminals
def test_camrec_under_nohup_outlives_its_terminal(place):
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with (
        MjpegCamera(rate=15) as camera,
        start_python(
            *record_after(ignoring, camera.url), cwd=place, env=python_environment(), **silent
        ) as child,
    ):
        until(lambda: written(place) > 50_000)
        child.send_signal(signal.SIGHUP)
        before = written(place)
        until(lambda: written(place) > before + 50_000)
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
    [note] = (place / "videos").glob("[!.]*.json")
    assert Receipt.read(note).ended == "shutdown"


@no_terminals
def test_a_terminal_that_is_closed_takes_no_recording(place):
    """Besides the signal, every print fails from then on."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    leading = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}

    def watched() -> bool:
        while select.select([ours], [], [], 0)[0]:
            os.read(ours, 65536)
        return sum(part.stat().st_size for part in place.rglob("part-1.mp4")) > 50_000

    with MjpegCamera(rate=15) as camera:
        child = subprocess.Popen(
            [sys.executable, *record_after(leading, camera.url, "--output", "a.mp4")],
            cwd=place,
            env=python_environment(TERM="xterm"),
            **terminal,
        )
        with child:
            os.close(theirs)
            until(watched)
            os.close(ours)
            assert child.wait(60) == 0
    receipt = Receipt.read(place / "a.json")
    assert receipt.ended == "shutdown" and receipt.playable
    assert {each.name for each in place.iterdir()} == {"a.json", "a.mp4", "bin", "config.yaml"}
