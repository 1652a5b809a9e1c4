"""camrec is killed while events are marked: none that was acknowledged is lost."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from camrec.annotations import EVENT_LOG_FILENAME, EventLog
from camrec.station import Station
from support import recorder
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.forked import start_python
from support.marking import marking
from support.stopping import kill, python_environment
from support.units_made import until

pytestmark = [pytest.mark.busy, pytest.mark.spread]
MAKERS = 100  # events in flight
KILLS, KILLS_OF_ANOTHER = 4, 2
# Adds events in 100 threads until it is killed, and prints the id of each that is stored.
WRITER = f"""
import sys, threading
from pathlib import Path
from camrec.annotations import EventLog, create_event
log = EventLog(Path(sys.argv[1]), "aa")
def add():
    while True:
        event = create_event(0, {{"text": "x" * 100}}, "test")
        log.add(event)
        sys.stdout.write(event.id + "\\n")
        sys.stdout.flush()
for _ in range({MAKERS}):
    threading.Thread(target=add, daemon=True).start()
sys.stdin.read()
"""


def test_ten_kills_of_a_process_that_adds_events_lose_none_that_was_acknowledged(tmp_path):
    path = tmp_path / "events.jsonl"
    random_moments = random.Random(1)
    stored: set[str] = set()
    for _ in range(10):
        child = start_python(
            "-c",
            WRITER,
            str(path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=python_environment(),
        )
        for _ in range(random_moments.randrange(1, 300)):
            stored.add(child.stdout.readline().strip())
        time.sleep(random_moments.uniform(0, 0.005))
        child.kill()
        *rest, torn = child.stdout.read().split("\n")
        child.wait()
        child.stdin.close()
        child.stdout.close()
        stored |= {*rest, torn} if len(torn) == 16 else set(rest)
        known = {each.id for each in EventLog(path, "aa").events()}
        assert stored <= known
    assert len(stored) > 300


class Maker(threading.Thread):
    """Marks events over one connection, until the server is gone.

    stored : the ids of the events that were acknowledged.
    """

    def __init__(self, host: str, acknowledged: Callable[[], None]) -> None:
        super().__init__()
        self.stored: list[str] = []
        self._host = host
        self._acknowledged = acknowledged

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            while True:
                connection.request("POST", "/events", json.dumps({"text": "pressed"}))
                reply = connection.getresponse()
                body = reply.read()
                if reply.status == 201:
                    self.stored += [each["id"] for each in json.loads(body)["events"]]
                    self._acknowledged()
        except (OSError, http.client.HTTPException):
            pass  # it was killed
        finally:
            connection.close()


@pytest.mark.slow(60)
def test_kills_within_5_ms_after_a_response_lose_no_event(tmp_path, binaries):
    programs = [binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg]
    random_moments = random.Random(2)
    stored: set[str] = set()
    recording_id = ""
    with MjpegCamera() as camera:
        for _ in range(KILLS):
            with marking(tmp_path, programs, camera.url) as (child, wire, recording_id):
                answered, wanted = threading.Semaphore(0), random_moments.randrange(1, 150)
                makers = [Maker(wire.host, answered.release) for _ in range(MAKERS)]
                for each in makers:
                    each.start()
                for _ in range(wanted):
                    assert answered.acquire(timeout=60)
                time.sleep(random_moments.uniform(0, 0.005))
                kill(child.pid)
                for each in makers:
                    each.join()
            stored |= {event_id for each in makers for event_id in each.stored}
            log = tmp_path / "videos" / ".parts" / recording_id / EVENT_LOG_FILENAME
            assert stored <= {each.id for each in EventLog(log, recording_id).events()}
        assert len(stored) >= KILLS
        with Station(recorder.config(tmp_path, [str(each) for each in programs])) as station:
            saved = station.recordings.stop(recording_id=recording_id)
            [receipt] = [each.receipt for each in station.library.videos()]
            assert stored <= {each.id for each in receipt.events}
            assert saved.event_log.count == len(receipt.events)
            assert not log.exists()
    assert list((tmp_path / "videos" / ".journal").iterdir()) == []


@pytest.mark.slow(60)
@pytest.mark.parametrize(
    ("program", "kind"),
    [("ffmpeg", MjpegCamera), ("go2rtc", MjpegCamera), ("mediamtx", RtspCamera)],
)
def test_kills_of_another_process_lose_no_event(tmp_path, binaries, program, kind):
    programs = [binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg]
    random_moments = random.Random(3)
    killed = getattr(binaries, program)
    with (
        kind(rate=10) as camera,
        marking(tmp_path, programs, camera.url) as (child, wire, recording_id),
    ):
        answered = threading.Semaphore(0)
        makers = [Maker(wire.host, answered.release) for _ in range(MAKERS)]
        for each in makers:
            each.start()
        camrec = psutil.Process(child.pid)
        for _ in range(KILLS_OF_ANOTHER):
            until(lambda: children(camrec, killed), 60)
            victims = children(camrec, killed)
            for _ in range(random_moments.randrange(1, 150)):
                assert answered.acquire(timeout=60)
            time.sleep(random_moments.uniform(0, 0.005))
            for pid in victims:
                kill(pid)
        kill(child.pid)
        for each in makers:
            each.join()
    stored = {event_id for each in makers for event_id in each.stored}
    log = tmp_path / "videos" / ".parts" / recording_id / EVENT_LOG_FILENAME
    assert stored <= {each.id for each in EventLog(log, recording_id).events()}
    assert len(stored) >= 10


def children(camrec: psutil.Process, program: Path) -> list[int]:
    """The pids of the processes of `program` that camrec has started."""
    found = []
    for each in camrec.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if each.cmdline()[:1] == [str(program)]:
                found.append(each.pid)
    return found
