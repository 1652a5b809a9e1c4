"""Plans of a station: which cameras they name, what bad ones change, and their calendar."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from camrec.camera_registry import CAMERA_FILE_NAME
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import InputError, NotFoundError, ServiceError, StateError
from camrec.planning import PLAN_FILE_NAME
from camrec.receipt import Receipt
from camrec.station import CamerasChanged, PlansChanged, Station

SECOND = 10**9
NOW = int(datetime(2026, 11, 30, 8, 30, tzinfo=timezone.utc).timestamp()) * SECOND  # a Monday
URL, GUARDED = "rtsp://camera/stream", "rtsp://lea:s3cret-word@camera/stream"
DAILY = {"days": ["mon", "tue"], "start": "10:00", "end": "12:00"}
TODAY = date(2026, 11, 30)


class FixedClock(Clock):
    """Shows `NOW`."""

    def utc_ns(self) -> int:
        return NOW


def make_station(folder: Path, **settings: object) -> Station:
    """A station that has read its files. It is not started: that needs FFmpeg."""
    config = Config(videos_dir=folder / "videos", timezone="UTC", **settings)
    config.videos.mkdir(exist_ok=True)
    station = Station(config, FixedClock())
    station.plans.load()
    return station


def written(station: Station, name: str) -> str:
    try:
        return (station.config.videos / name).read_text("utf-8")
    except FileNotFoundError:
        return ""


def save_video(station: Station, filename: str, size: int, seconds: float, **changes) -> None:
    receipt = Receipt(
        recording_id="one",
        name="Door",
        source=URL,
        asked=seconds,
        duration=seconds,
        started_at="2026-11-29T10:00:00Z",
        ended_at="2026-11-29T11:00:00Z",
        ended="time",
        frames=1,
        width=640,
        height=360,
        video_codec="h264",
        size=size,
        sha256="",
        playable=True,
    )
    file = station.config.videos / filename
    file.write_bytes(bytes(size))
    receipt.model_copy(update=changes).write(file.with_suffix(".json"))


# Cameras.


def test_an_address_makes_a_camera_that_is_not_opened_and_is_the_plan_s_after_a_restart(tmp_path):
    station, seen = make_station(tmp_path), []
    station.changed.connect(seen.append)
    entry = station.plans.add({"cameras": [URL], **DAILY})
    (camera,) = station.known_cameras.all()
    assert entry.plan.cameras == (camera.camera_id,) and camera.url == URL
    assert station.cameras.sessions() == []
    assert seen == [CamerasChanged(), PlansChanged()]
    again = make_station(tmp_path)
    assert again.plans.all() == (entry,)
    assert again.known_cameras.get(camera.camera_id) == camera
    # The next plan names it by its address in another spelling, and changes nothing about it.
    second = again.plans.add({"cameras": ["RTSP://CAMERA:554/stream"], **DAILY})
    assert second.plan.cameras == entry.plan.cameras


def test_a_password_is_stored_exactly_while_a_plan_names_its_camera(tmp_path):
    station = make_station(tmp_path)
    first = station.plans.add({"cameras": [GUARDED], **DAILY})
    second = station.plans.add({"cameras": [URL], **DAILY})  # the same camera keeps its password
    assert "s3cret-word" in written(station, CAMERA_FILE_NAME)
    assert "s3cret-word" not in written(station, PLAN_FILE_NAME)
    station.plans.remove(first.plan_id)
    assert "s3cret-word" in written(station, CAMERA_FILE_NAME)
    again = make_station(tmp_path)
    (camera,) = again.known_cameras.all()
    assert not again.known_cameras.needs_password(camera)
    again.plans.change(second.plan_id, {"cameras": ["http://other/video"]})
    assert "s3cret-word" not in written(again, CAMERA_FILE_NAME)
    again.plans.remove(second.plan_id)
    assert [each.planned for each in again.known_cameras.all()] == [False, False]


def test_a_new_password_in_an_address_replaces_the_old_one(tmp_path):
    station = make_station(tmp_path)
    station.plans.add({"cameras": [GUARDED], **DAILY})
    station.plans.add({"cameras": ["rtsp://lea:other-word@camera/stream"], **DAILY})
    content = written(station, CAMERA_FILE_NAME)
    assert "other-word" in content and "s3cret-word" not in content


def test_a_camera_that_a_plan_names_cannot_be_removed(tmp_path):
    station = make_station(tmp_path)
    entry = station.plans.add({"cameras": [URL], **DAILY})
    (camera_id,) = entry.plan.cameras
    with pytest.raises(StateError) as refused:
        station.known_cameras.remove(camera_id)
    assert refused.value.code == "camera_planned"
    station.plans.remove(entry.plan_id)
    station.known_cameras.remove(camera_id)


def test_a_camera_whose_password_is_not_known_cannot_be_planned_by_its_id(tmp_path):
    station = make_station(tmp_path)
    entry = station.plans.add({"cameras": [GUARDED], **DAILY})
    station.plans.remove(entry.plan_id)
    again = make_station(tmp_path)
    with pytest.raises(StateError) as refused:
        again.plans.add({"cameras": list(entry.plan.cameras), **DAILY})
    assert refused.value.code == "camera_password_unknown"
    assert again.plans.all() == ()


def test_a_built_in_camera_can_be_planned(tmp_path):
    entry = make_station(tmp_path).plans.add({"cameras": ["demo-rtsp"], **DAILY})
    assert make_station(tmp_path).plans.all() == (entry,)


def test_what_a_crash_left_between_the_two_files_is_put_right_at_the_next_start(tmp_path):
    station = make_station(tmp_path)
    station.plans.add({"cameras": [GUARDED], **DAILY})
    plans_file = station.config.videos / PLAN_FILE_NAME
    content = plans_file.read_text("utf-8")
    # A newer camrec wrote the plans: which cameras they name is not known, so nothing is forgotten.
    plans_file.write_text(json.dumps({**json.loads(content), "version": 99}))
    assert "s3cret-word" in written(make_station(tmp_path), CAMERA_FILE_NAME)
    plans_file.unlink()
    assert "s3cret-word" not in written(make_station(tmp_path), CAMERA_FILE_NAME)
    plans_file.write_text(content)  # and a plan whose camera is not marked
    again = make_station(tmp_path)
    assert not again.known_cameras.all()[0].planned  # its password is lost
    station = make_station(tmp_path)
    station.plans.add({"cameras": ["http://other/video"], **DAILY})
    cameras_file = station.config.videos / CAMERA_FILE_NAME
    cameras_file.write_text(cameras_file.read_text("utf-8").replace('"planned": true', '"x": 1'))
    marked = {each.url: each.planned for each in make_station(tmp_path).known_cameras.all()}
    assert marked == {"http://other/video": True, URL: False}


# What is wrong.


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"cameras": ["nobody"]}, "plan_camera_unknown"),
        ({"cameras": ["lea:word@host"]}, "plan_cameras"),
        ({"cameras": []}, "plan_cameras"),
        ({"cameras": [URL, "RTSP://CAMERA:554/stream"]}, "plan_cameras"),
        ({"cameras": [URL] * 65}, "plan_cameras"),
        ({"cameras": ["gopher://camera"]}, "address_scheme"),
        ({"cameras": [3]}, "bad_field"),
        ({"cameras": URL}, "bad_field"),
        ({"days": []}, "plan_days"),
        ({"end": "10:00"}, "plan_end_is_start"),
        ({"start": "25:00"}, "plan_time"),
        ({"start": {"sun": "sunrise"}}, "plan_place"),
        ({"until": "2026-11-29"}, "plan_over"),
        ({"details": {str(each): "" for each in range(33)}}, "bad_details"),
    ],
)
def test_a_bad_plan_makes_no_camera_and_changes_no_plan(tmp_path, values, code):
    station = make_station(tmp_path)
    other = {"cameras": ["http://other/video"], **DAILY}
    with pytest.raises((InputError, NotFoundError)) as refused:
        station.plans.add({"cameras": [URL], **DAILY, **values})
    assert refused.value.code == code
    assert "word" not in str(refused.value)
    assert written(station, PLAN_FILE_NAME) == written(station, CAMERA_FILE_NAME) == ""
    entry = station.plans.add(other)
    before = written(station, PLAN_FILE_NAME), written(station, CAMERA_FILE_NAME)
    with pytest.raises((InputError, NotFoundError)):
        station.plans.change(entry.plan_id, values)
    assert (written(station, PLAN_FILE_NAME), written(station, CAMERA_FILE_NAME)) == before
    assert station.plans.all() == (entry,)


def test_a_plan_that_cannot_be_stored_leaves_no_camera(tmp_path):
    station = make_station(tmp_path)
    (station.config.videos / PLAN_FILE_NAME).write_text('{"version": 99, "plans": []}')
    station.plans.load()
    with pytest.raises(ServiceError) as refused:
        station.plans.add({"cameras": [GUARDED], **DAILY})
    assert refused.value.code == "plans_file_kept"
    assert station.known_cameras.all() == []


def test_a_plan_that_goes_by_the_sun_can_be_paused_after_the_place_was_removed(tmp_path):
    start = {"start": {"sun": "sunset", "offset": -600}, "end": "23:00"}
    there = make_station(tmp_path, place=[48.85, 2.35])
    entry = there.plans.add({"cameras": [URL], **DAILY, **start})
    station = make_station(tmp_path)
    assert not station.plans.change(entry.plan_id, {"enabled": False}).plan.enabled
    with pytest.raises(InputError) as refused:
        station.plans.change(entry.plan_id, {"enabled": True})
    assert refused.value.code == "plan_place"


def test_a_last_day_that_has_passed_since_may_stay(tmp_path):
    station = make_station(tmp_path)
    entry = station.plans.add({"cameras": [URL], **DAILY, "until": TODAY.isoformat()})
    past = replace(entry.plan, until=date(2026, 11, 29))
    station.plans.store.change(entry.plan_id, past, NOW)
    changes = {"enabled": False, "until": "2026-11-29", "name": "Nest"}
    assert station.plans.change(entry.plan_id, changes).plan.name == "Nest"
    with pytest.raises(InputError) as refused:
        station.plans.change(entry.plan_id, {"until": "2026-11-28"})
    assert (refused.value.code, refused.value.facts["field"]) == ("plan_over", "until")


# The calendar.


def test_the_calendar_says_what_the_plans_will_leave_on_the_disk(tmp_path, monkeypatch):
    station = make_station(tmp_path, min_free_bytes=1000)
    entry = station.plans.add({"cameras": [URL], **DAILY})
    (camera_id,) = entry.plan.cameras
    save_video(station, "one.mp4", 100_000, 100.0, camera_id=camera_id)
    free = 1000 + 3600 * 1000 * 3  # three hours at 1000 bytes per second
    monkeypatch.setattr(type(station.library.disk_space), "free_bytes", free)
    found = station.plans.calendar(TODAY, date(2026, 12, 6))
    assert [each.state for each in found.occurrences] == ["planned", "planned"]
    assert found.occurrences[0].plan_id == entry.plan_id
    assert found.disk.free_after[0] == (TODAY, free - 2 * 3600 * 1000)
    assert found.disk.full_at == NOW + 26 * 3600 * SECOND + 1800 * SECOND  # Tuesday at 11
    assert found.occurrences[1].reason is not None
    assert found.disk.stops_at == found.disk.full_at
    station.config.when_full = "delete_oldest"
    save_video(station, "two.mp4", 100, 0.1, started_at="2026-11-29T12:00:00Z")
    kept_free = station.plans.calendar(TODAY, date(2026, 12, 6)).disk
    assert (kept_free.full_at, kept_free.deleted_count) == (found.disk.full_at, 2)
    # The newest video is the one of Monday, which stays; the two others have 100.1 s.
    assert kept_free.stops_at == kept_free.full_at + 100_100 * SECOND // 1000
    save_video(station, "two.mp4", 10**7, 10**4, started_at="2026-11-29T12:00:00Z")
    enough = station.plans.calendar(TODAY, date(2026, 12, 6))
    assert (enough.disk.stops_at, enough.disk.deleted_count) == (None, 2)
    assert enough.occurrences[1].reason is None


def test_a_paused_plan_has_no_next_start_and_nothing_in_the_calendar(tmp_path):
    station = make_station(tmp_path)
    entry = station.plans.add({"cameras": [URL], **DAILY})
    assert station.plans.next_start(entry) == NOW + 90 * 60 * SECOND
    seen = []
    station.changed.connect(seen.append)
    paused = station.plans.change(entry.plan_id, {"enabled": False})
    assert station.plans.next_start(paused) is None
    assert station.plans.calendar(TODAY, TODAY).occurrences == ()
    resumed = station.plans.change(entry.plan_id, {"enabled": True})
    assert len(station.plans.calendar(TODAY, TODAY).occurrences) == 1
    assert resumed.plan == entry.plan and seen == [PlansChanged()] * 2


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ((date(2025, 11, 1), TODAY), "from"),
        ((date(2028, 1, 1), date(2028, 1, 2)), "from"),
        ((TODAY, date(2026, 11, 29)), "to"),
        ((TODAY, date(2027, 3, 3)), "to"),
    ],
)
def test_a_calendar_of_too_many_days_is_rejected(tmp_path, days, field):
    station = make_station(tmp_path)
    with pytest.raises(InputError) as refused:
        station.plans.calendar(*days)
    assert (refused.value.code, refused.value.facts["field"]) == ("bad_calendar", field)
    assert station.plans.calendar(TODAY, date(2027, 3, 2)).occurrences == ()
