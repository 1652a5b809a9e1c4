"""The week of plans, as the page gets it."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest

from camrec.clock import NS_PER_SECOND, Clock
from camrec.config import Config
from camrec.dashboard.plan_week import plan_rows, read_plan_week
from camrec.dashboard.wire_types import DiskForecastFields
from camrec.library import EvictionForecast
from camrec.station import Station

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW = datetime(2026, 11, 25, 14, 5, tzinfo=timezone.utc)  # a Wednesday
MONDAY = datetime(2026, 11, 23, tzinfo=timezone.utc).timestamp() * 1000
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NIGHTLY = {"cameras": ["rtsp://camera/stream"], "days": EVERY_DAY, "start": "22:00", "end": "06:00"}


class WednesdayClock(Clock):
    """Shows `NOW`."""

    def utc_ns(self) -> int:
        return round(NOW.timestamp()) * NS_PER_SECOND


def make_station(folder: Path, **settings: object) -> Station:
    """A station that is not started: that needs FFmpeg."""
    config = Config(videos_dir=folder / "videos", **{"timezone": "Asia/Tokyo", **settings})
    config.videos.mkdir()
    station = Station(config, WednesdayClock())
    station.plans.load()
    return station


def test_times_are_those_of_the_clocks_in_the_plan_s_time_zone(tmp_path):
    station = make_station(tmp_path)
    plan_id = station.plans.add(NIGHTLY).plan_id
    week = read_plan_week(station, None, "en")
    assert week["first"] == MONDAY
    assert week["now"] == MONDAY + 2 * DAY_MS + (14 + 9) * HOUR_MS + 5 * 60_000
    assert (week["zone"], week["utc_offset"]) == ("Asia/Tokyo", 540)
    planned = [each for each in week["occurrences"] if each["state"] == "planned"]
    assert [each["starts_at"] for each in planned] == [
        MONDAY + day * DAY_MS + 22 * HOUR_MS for day in range(2, 7)
    ]
    assert all(each["ends_at"] == each["starts_at"] + 8 * HOUR_MS for each in planned)
    assert {each["name"] for each in planned} == {"camera"}
    (row,) = plan_rows(station)
    assert row["plan_id"] == plan_id
    assert row["next"] == MONDAY + 3 * DAY_MS + 22 * HOUR_MS


def test_a_camera_that_comes_while_the_week_is_read_is_in_the_next_one(tmp_path, monkeypatch):
    station = make_station(tmp_path)
    station.plans.add(NIGHTLY)
    known = station.known_cameras.all()
    times = iter([[], known])
    monkeypatch.setattr(station.known_cameras, "all", lambda: next(times, known))
    assert read_plan_week(station, None, "en")["cameras"] == []
    (camera,) = read_plan_week(station, None, "en")["cameras"]
    assert camera["name"] == "camera"


def test_another_week_also_has_what_goes_on_from_the_evening_before(tmp_path):
    station = make_station(tmp_path)
    station.plans.add(NIGHTLY)
    week = read_plan_week(station, date(2026, 12, 7), "en")
    assert week["first"] == MONDAY + 14 * DAY_MS
    assert week["occurrences"][0]["starts_at"] == MONDAY + 13 * DAY_MS + 22 * HOUR_MS
    assert len(week["occurrences"]) == 8


def test_space_is_not_foretold_if_it_is_not_known_what_a_camera_sends(tmp_path):
    station = make_station(tmp_path)
    station.plans.add(NIGHTLY)
    week = read_plan_week(station, None, "en")
    assert week["disk"]["unmeasured"] == ["camera"]
    assert week["free_after"] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_full_disk_and_what_it_costs(tmp_path, language):
    station = make_station(tmp_path, min_free_bytes=2**60)
    station.plans.add(NIGHTLY)
    week = read_plan_week(station, None, language)
    assert week["disk"]["full_at"] == week["now"]
    assert (week["disk"]["lost"], week["disk"]["cut"]) == (7, 1)
    assert not week["disk"]["deletes_oldest"]
    last = week["occurrences"][-1]
    reasons = {"en": "the disk will be full by then", "fr": "le disque sera plein d’ici là"}
    assert (last["state"], last["reason"]) == ("impossible", reasons[language])


def test_a_full_disk_on_which_old_videos_make_room(tmp_path, monkeypatch):
    station = make_station(tmp_path, when_full="delete_oldest", min_free_bytes=1000)
    station.plans.add(NIGHTLY)
    monkeypatch.setattr(type(station.library.disk_space), "free_bytes", 1000)

    def read() -> DiskForecastFields:
        return read_plan_week(station, None, "en")["disk"]

    full = read()
    assert full["deletes_oldest"] and full["stops_at"] == full["full_at"]
    assert (full["lost"], full["cut"]) == (7, 1), "no video may go"
    monkeypatch.setattr(EvictionForecast, "can_make_room", lambda _: True)
    disk = read()
    assert disk["full_at"] == full["full_at"] and disk["stops_at"] is None
    assert (disk["lost"], disk["cut"]) == (0, 0)


def test_nights_are_known_only_with_a_place(tmp_path):
    assert read_plan_week(make_station(tmp_path), None, "en")["nights"] == []
    (tmp_path / "other").mkdir()
    station = make_station(tmp_path / "other", place=[35.68, 139.69])
    nights = read_plan_week(station, None, "en")["nights"]
    assert [each["day"] for each in nights] == [MONDAY + day * DAY_MS for day in range(7)]
    first = nights[0]
    assert 6 * HOUR_MS < first["sunrise"] - MONDAY < 7 * HOUR_MS
    assert 16 * HOUR_MS < first["sunset"] - MONDAY < 17 * HOUR_MS


def test_a_plan_without_a_break_has_no_next_time(tmp_path):
    station = make_station(tmp_path)
    station.plans.add({"cameras": NIGHTLY["cameras"], "always": True})
    (row,) = plan_rows(station)
    assert row["next"] is None


def test_open_cameras_come_first_in_the_order_of_their_cards(tmp_path, monkeypatch):
    station = make_station(tmp_path)
    station.plans.add({**NIGHTLY, "cameras": [f"rtsp://camera-{each}/s" for each in "abc"]})
    known = [each.camera_id for each in station.known_cameras.all()]
    opened = [SimpleNamespace(camera_id=each, state="closed") for each in (known[2], known[1])]
    monkeypatch.setattr(type(station.cameras), "sessions", lambda _: opened)
    measured = SimpleNamespace(file_bit_rate=0)
    monkeypatch.setattr(type(station.recordings), "estimate_disk", lambda *_: measured)
    listed = read_plan_week(station, None, "en")["cameras"]
    assert [each["camera_id"] for each in listed] == [known[2], known[1], known[0]]
