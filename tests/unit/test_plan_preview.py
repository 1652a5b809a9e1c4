"""What the page is told of a plan before it is made, and the settings that plans need."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from camrec.clock import NS_PER_SECOND, Clock
from camrec.config import Config
from camrec.dashboard.plan_recorded import find_lacking
from camrec.dashboard.plan_week import read_plan_preview, read_plan_week
from camrec.errors import InputError
from camrec.planning import CalendarEntry, PlannedSpan, most_open_at_once
from camrec.receipt import Gap
from camrec.station import Station

NOW = datetime(2026, 11, 25, 14, 5, tzinfo=timezone.utc)  # a Wednesday
TODAY_MS = datetime(2026, 11, 25, tzinfo=timezone.utc).timestamp() * 1000
HOUR_MS = 3_600_000
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PLAN = {"cameras": ["rtsp://camera/stream"], "days": EVERY_DAY, "start": "22:00", "end": "06:00"}
AT_SUNSET = {**PLAN, "start": {"sun": "sunset", "offset": 0}, "end": None, "duration": 3600}


class AfternoonClock(Clock):
    """Shows `NOW`."""

    def utc_ns(self) -> int:
        return round(NOW.timestamp()) * NS_PER_SECOND


@pytest.fixture
def station(tmp_path) -> Station:
    """A station that is not started, with one plan, and a settings file."""
    file = tmp_path / "config.yaml"
    file.write_text("timezone: UTC\n", "utf-8")
    config = Config(videos_dir=tmp_path / "videos", timezone="UTC")
    config.file = file
    config.videos.mkdir()
    station = Station(config, AfternoonClock())
    station.plans.load()
    station.plans.add(PLAN)
    return station


def spans(*each: tuple[str, int, int]) -> list[PlannedSpan]:
    return [PlannedSpan(*one) for one in each]


@pytest.mark.parametrize(
    ("others", "open_ids", "most"),
    [
        ([], [], 1),
        ([("b", 5, 10), ("c", 20, 30)], [], 1),  # one after the other
        ([("b", 5, 11), ("c", 19, 30)], [], 2),
        ([("a", 0, 30)], [], 1),  # the same camera
        ([("b", 15, 16)], ["c", "a"], 3),
        ([("b", 0, 5), ("c", 0, 5), ("d", 0, 5)], [], 1),  # while the plan does not record
    ],
)
def test_cameras_that_are_open_at_once_are_counted_while_the_plan_records(others, open_ids, most):
    assert most_open_at_once(spans(("a", 10, 20)), spans(*others), open_ids) == most


def test_a_plan_that_records_nothing_opens_no_camera():
    assert most_open_at_once([], spans(("b", 0, 10)), ["c"]) == 0


def test_a_preview_says_the_first_time_and_changes_nothing(station):
    new = {**PLAN, "cameras": ["cam-b"], "start": "8", "end": "18"}
    found = read_plan_preview(station, None, new, [])
    assert found["starts_at"] == TODAY_MS + 8 * HOUR_MS  # it has begun
    assert found["ends_at"] == TODAY_MS + 18 * HOUR_MS
    assert (found["is_measured"], found["open_at_once"]) == (False, 1)
    assert len(station.plans.all()) == 1


def test_a_preview_of_a_change_takes_the_place_of_the_plan(station):
    (entry,) = station.plans.all()
    camera = entry.plan.cameras[0]
    assert read_plan_preview(station, None, PLAN | {"cameras": ["other"]}, [])["open_at_once"] == 2
    changed = read_plan_preview(station, entry.plan_id, {"cameras": [camera, "other"]}, [])
    assert changed["open_at_once"] == 2
    assert changed["starts_at"] == TODAY_MS + 22 * HOUR_MS
    over = read_plan_preview(station, entry.plan_id, {"until": "2026-11-01"}, [])
    assert over["starts_at"] is None


def test_a_preview_goes_by_the_sun_of_a_place_that_is_being_typed(station):
    sun = {**AT_SUNSET, "cameras": ["cam-b"]}
    assert read_plan_preview(station, None, sun, [])["starts_at"] is None
    found = read_plan_preview(station, None, sun, [48.85, 2.35])
    assert TODAY_MS + 15.5 * HOUR_MS < found["starts_at"] < TODAY_MS + 16.5 * HOUR_MS
    assert station.plans.place is None


def test_a_full_disk_is_in_the_preview(station):
    station.config.min_free_bytes = 2**60
    found = read_plan_preview(station, None, {**PLAN, "cameras": ["cam-b"]}, [])
    assert found["full_at"] == read_plan_week(station, None, "en")["now"]


def test_the_place_is_a_setting_that_counts_at_once(station):
    with pytest.raises(InputError) as refused:
        station.settings.change_place([91, 0])
    assert refused.value.code == "place_invalid"
    station.settings.change_place([48.85, 2.35])
    assert Config.load(station.config.file).place == [48.85, 2.35]
    entry = station.plans.add(AT_SUNSET)
    assert station.plans.next_start(entry) is not None
    assert read_plan_week(station, None, "en")["place"] == [48.85, 2.35]


def test_the_computer_is_kept_awake_for_plans_if_somebody_wants_that(station):
    station.config.keep_awake = False
    station.settings.keep_awake_for_plans(True)
    stored = Config.load(station.config.file)
    assert (stored.keep_awake, stored.keep_awake_for_plans) == (True, True)
    assert read_plan_week(station, None, "en")["keeps_awake"] is True
    station.settings.keep_awake_for_plans(False)
    assert Config.load(station.config.file).keep_awake_for_plans is False
    assert station.config.keep_awake is True


def test_the_page_knows_which_cameras_have_a_password_but_not_the_password(station):
    station.plans.add({**PLAN, "cameras": ["rtsp://lea:canary@door/s"]})
    week = read_plan_week(station, None, "en")
    assert {each["name"]: each["has_password"] for each in week["cameras"]} == {
        "camera": False,
        "door": True,
    }
    assert week["has_keyring"] is False
    assert "canary" not in json.dumps(week)


def test_gaps_of_videos_and_interruptions_are_what_an_occurrence_lacks():
    minute = 60 * NS_PER_SECOND
    gaps = [Gap(start=600, duration=60), Gap(start=690, duration=30), Gap(start=7200, duration=9)]
    video = SimpleNamespace(started_at=0, receipt=SimpleNamespace(gaps=gaps))
    unread = SimpleNamespace(started_at=0, receipt=None)
    entry = CalendarEntry(
        "one",
        "a",
        0,
        60 * minute,
        "recorded",
        filenames=("a.mp4", "b.mp4", "deleted.mp4"),
        interruptions=((30 * minute, 40 * minute), (55 * minute, 70 * minute)),
    )
    found = list(find_lacking(entry, {"a.mp4": video, "b.mp4": unread}))
    assert found == [
        (10 * minute, 12 * minute),  # two gaps, half a minute apart
        (30 * minute, 40 * minute),
        (55 * minute, 60 * minute),
    ]
