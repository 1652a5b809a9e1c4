"""``camrec plans``, and ``camrec record`` at a time or without an end."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from support.cameras.mjpeg import MjpegCamera
from support.command_line import place as place
from support.command_line import receipts, run_all, start
from support.stopping import python_command, python_environment, send_stop

pytestmark = pytest.mark.spread

URL = "rtsp://lea:canary-word@camera/stream"


def plans(output: str) -> list[dict[str, Any]]:
    return json.loads(output)["plans"]


def test_plans_are_listed_added_paused_resumed_and_removed_without_a_running_camrec(place):
    hours = ("--days", "mon,tue", "--start", "08:00", "--end", "18:00")
    sun = ("--start", "sunset-30m", "--duration", "7200", "--until", "2199-12-24")
    added, named, broken, without_place, always, listed, table = run_all(
        place,
        ("plans", "add", URL, *hours, "--name", "Nest", "--detail", "subject=A17"),
        ("plans", "add", "camera", "--start", "10:00", "--end", "09:00"),
        ("plans", "add", "camera", "--start", "sunset-half", "--end", "09:00"),
        ("plans", "add", "camera", *sun),
        ("plans", "add", "camera", "--always"),
        ("plans", "list", "--json"),
        ("plans",),
    )
    assert added[0] == named[0] == always[0] == table[0] == 0
    assert (broken[0], without_place[0]) == (2, 1) and "place" in without_place[2]
    first, second, third = plans(listed[1])
    assert (first["days"], first["start"], first["end"]) == (["mon", "tue"], "08:00", "18:00")
    assert (first["name"], first["details"]) == ("Nest", {"subject": "A17"})
    assert first["cameras"] == second["cameras"] == third["cameras"]
    assert len(second["days"]) == 7 and third["always"] and third["days"] == []
    assert first["plan_id"] in table[1] and "camera" in table[1]
    paused, listed, resumed, removed, unknown, rest = run_all(
        place,
        ("plans", "pause", first["plan_id"]),
        ("plans", "--json"),
        ("plans", "resume", first["plan_id"]),
        ("plans", "remove", second["plan_id"]),
        ("plans", "remove", second["plan_id"]),
        ("plans", "list", "--json"),
    )
    assert paused[0] == resumed[0] == removed[0] == 0
    assert [each["enabled"] for each in plans(listed[1])] == [False, True, True]
    assert unknown[0] == 1 and second["plan_id"] in unknown[2]
    assert [each["plan_id"] for each in plans(rest[1])] == [first["plan_id"], third["plan_id"]]


def test_a_recording_without_a_duration_ends_with_q(place):
    with MjpegCamera() as camera:
        done = subprocess.run(
            python_command("-m", "camrec", "record", camera.url, "--detail", "trial=3"),
            cwd=place,
            env=python_environment(LC_ALL="C", COLUMNS="200"),
            input="x\nq\n",
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    (receipt,) = receipts(done.stdout)
    assert (receipt.asked, receipt.ended, receipt.video_number) == (None, "stopped", 1)
    assert receipt.details == {"trial": "3"}


def test_a_recording_that_waits_says_so_and_ctrl_c_cancels_it(place):
    at = datetime.now(timezone.utc) + timedelta(hours=2)
    arguments = ("record", "", "--duration", "5", "--at", f"{at:%Y-%m-%dT%H:%M:00Z}")
    with MjpegCamera(rate=10) as camera:
        arguments = (arguments[0], camera.url, *arguments[2:])
        with start(place, *arguments) as child:
            try:
                lines = [child.stderr.readline()]
                while lines[-1] and "Ctrl+C cancels" not in lines[-1]:
                    lines.append(child.stderr.readline())
            finally:
                send_stop(child, "SIGINT")
                _, err = child.communicate(timeout=60)
    assert "Begins at" in lines[-1] and "(in 1\N{NO-BREAK SPACE}h" in lines[-1]
    assert child.returncode == 130, err
    assert "cancelled before it began" in err and "ERROR" not in err


def test_a_start_that_is_none_and_a_file_without_an_end_are_refused(place):
    at, output = run_all(
        place,
        ("record", "rtsp://127.0.0.1/", "--duration", "1", "--at", "noon"),
        ("record", "rtsp://127.0.0.1/", "--output", "a.mp4"),
    )
    assert (at[0], output[0]) == (2, 2)
    assert "noon" in at[2] and "--duration" in output[2]
    assert not (place / "a.mp4").exists()
