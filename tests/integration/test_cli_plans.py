"""``camrec plans``, and ``camrec record`` at a time or without an end."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from support.cameras.mjpeg import MjpegCamera
from support.command_line import place as place
from support.command_line import receipts, run_all, start
from support.forked import run_python
from support.stopping import python_environment, send_stop

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
        ("plans", "add", "camera", "--start", "10h", "--end", "9"),
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
    rows = table[1].splitlines()
    assert rows[0].split() == ["id", "cameras", "when", "state", "next"]
    assert rows[1].startswith(first["plan_id"]) and "mon, tue 08:00" in rows[1]
    assert "every day 10:00" in rows[2] and "active" in rows[2] and "always" in rows[3]
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
    assert f"{first['plan_id']} is resumed; next: 2" in resumed[2]
    assert unknown[0] == 1 and f"no plan {second['plan_id']}. Use an id from `cam" in unknown[2]
    assert [each["plan_id"] for each in plans(rest[1])] == [first["plan_id"], third["plan_id"]]


def test_what_is_given_of_a_plan_changes_and_the_rest_stays(place):
    options = ("--until", "2199-12-24", "--name", "Nest", "--detail", "subject=A17")
    run_all(place, ("plans", "add", "demo-rtsp", *HOURS, *options))
    [(_, listed, _)] = run_all(place, ("plans", "--json"))
    [before] = plans(listed)
    plan = before["plan_id"]
    timed, longer, renamed, other, *refused, listed = run_all(
        place,
        ("plans", "change", plan, "--duration", "90"),
        ("plans", "change", plan, "--end", "19:00", "--days", "sat,sun"),
        ("plans", "change", plan, "--until", "", "--name", "Night"),
        ("plans", "change", plan, "demo-mjpeg", "--detail", "trial=3"),
        ("plans", "change", plan),
        ("plans", "change", plan, "--end", "25:00"),
        ("plans", "change", plan, "nobody"),
        ("plans", "change", "nothing", "--always"),
        ("plans", "--json"),
    )
    assert timed[0] == longer[0] == renamed[0] == other[0] == 0
    assert "every day 10:00 for 90\N{NO-BREAK SPACE}s" in timed[2]
    assert f"Plan {plan} now: sat, sun 10:00 \N{EN DASH} 19:00" in longer[2]
    assert [each[0] for each in refused] == [2, 2, 1, 1]
    texts = ("Give what changes", '"end"', "no camera nobody", "no plan nothing")
    assert all(text in each[2] for text, each in zip(texts, refused, strict=True))
    [after] = plans(listed[1])
    assert after | {"next": before["next"]} == before | {
        "days": ["sat", "sun"],
        "end": "19:00",
        "until": None,
        "name": "Night",
        "cameras": ["demo-mjpeg"],
        "details": {"trial": "3"},
    }


HOURS = ("--start", "10:00", "--end", "12:00")


def test_wrong_options_of_a_plan_exit_with_2_and_an_unknown_camera_is_named(place):
    no_hours, *wrong, unknown, spaced, secret = run_all(
        place,
        ("plans", "add", "demo-rtsp"),
        ("plans", "add", "demo-rtsp", *HOURS, "--days", "monday"),
        ("plans", "add", "demo-rtsp", *HOURS[:3], "25:00"),
        ("plans", "add", "demo-rtsp", *HOURS, "--until", "soon"),
        ("plans", "add", "demo-rtsp", *HOURS, "--until", "2026-01-01"),
        ("plans", "add", "demo-rtsp", "--always", "--start", "10:00"),
        ("plans", "add", "nobody", *HOURS),
        ("plans", "add", "Front dor", *HOURS),
        ("plans", "add", "lea:canary-word@camera", *HOURS),
    )
    assert no_hours[0] == 2 and "--duration" in no_hours[2] and "--always" in no_hours[2]
    fields = ("days", "end", "until", "until", "start")
    for (code, _, err), field in zip(wrong, fields, strict=True):
        assert code == 2 and f'"{field}"' in err, err
    assert unknown[0] == spaced[0] == 1 and secret[0] == 2 and "canary" not in secret[2]
    assert "camrec knows no camera nobody. `camrec cameras` lists them." in unknown[2]
    assert "Front dor" in spaced[2]


def test_a_table_of_plans_is_in_french_and_a_paused_plan_has_no_next_start(place):
    run_all(
        place,
        ("plans", "add", "demo-rtsp", *HOURS, "--days", "tue,mon"),
        ("plans", "add", "demo-rtsp", *HOURS),
    )
    [(_, listed, _)] = run_all(place, ("plans", "--json"))
    plan_id = plans(listed)[0]["plan_id"]
    _, (_, table, _) = run_all(place, ("plans", "pause", plan_id), ("plans",), language="fr_FR")
    _, paused, daily = table.splitlines()
    assert "lun, mar 10:00" in paused and paused.rstrip().endswith("en pause")
    assert "tous les jours 10:00" in daily and "actif" in daily and ":00" in daily.split()[-1]


def test_a_recording_without_a_duration_ends_with_q(place):
    with MjpegCamera() as camera:
        done = run_python(
            *("-m", "camrec", "record", camera.url, "--detail", "trial=3"),
            cwd=place,
            env=python_environment(LC_ALL="C", COLUMNS="200"),
            input="x\nq\n",
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert "begins: until it is stopped" in done.stderr
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
