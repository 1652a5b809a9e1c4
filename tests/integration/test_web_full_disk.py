"""A camera is recorded on a full disk, with `when_full: delete_oldest`."""

from __future__ import annotations

from pathlib import Path

import pytest

from camrec.annotations import create_event
from camrec.clock import NS_PER_SECOND, format_iso
from camrec.library import DiskSpace
from camrec.receipt import Receipt
from support.cameras.mjpeg import MjpegCamera
from support.units_made import until
from support.wire import serving

BEGIN = 1_790_000_000 * NS_PER_SECOND
# More than a second of the camera takes, and much less than an hour.
VIDEO_BYTES = 10**6


def save_video(folder: Path, name: str, number: int, **changed: object) -> None:
    """Leave a video in `folder` that is older than any with a higher number."""
    folder.mkdir(exist_ok=True)
    start = BEGIN + 10 * number * NS_PER_SECOND
    (folder / f"{name}.mp4").write_bytes(bytes(VIDEO_BYTES))
    Receipt.model_validate({
        "recording_id": name, "name": name, "source": "rtsp://camera/live", "asked": None,
        "duration": 10, "started_at": format_iso(start),
        "ended_at": format_iso(start + 10 * NS_PER_SECOND), "ended": "time", "frames": 50,
        "width": 320, "height": 240, "video_codec": "h264", "size": VIDEO_BYTES, "sha256": "",
        "playable": True, **changed,
    }).write(folder / f"{name}.json")  # fmt: skip


@pytest.fixture
def full(binaries, tmp_path, monkeypatch):
    """A server, its videos folder, and the bytes of its disk for old videos, which a test sets."""
    monkeypatch.setattr("camrec.library.recent_reads.READ_LATELY_NS", 3600 * NS_PER_SECOND)
    config = binaries.config(tmp_path, when_full="delete_oldest")
    folder, disk = config.videos, {"bytes": config.min_free_bytes + 5 * VIDEO_BYTES}
    save_video(folder, "marked", 1, events=[create_event(BEGIN, {}, "test")])
    save_video(folder, "locked", 2, locked=True)
    save_video(folder, "read", 3)
    save_video(folder, "old", 4)
    save_video(folder, "newest", 5)
    old = {each.name for each in folder.glob("*.mp4")}

    def free_bytes(_: DiskSpace) -> int:
        kept = [each for each in folder.glob("*.mp4") if each.name in old]
        return disk["bytes"] - VIDEO_BYTES * len(kept)

    monkeypatch.setattr(DiskSpace, "free_bytes", property(free_bytes))
    with serving(config) as (station, wire):
        yield station, wire, folder, disk


def test_old_videos_make_room_and_when_none_may_go_the_recording_ends_with_an_alert(full):
    station, wire, folder, disk = full
    disk["bytes"] += 10**12  # there is room
    assert wire.get("/videos/read.mp4").status == 200
    with MjpegCamera(rate=10) as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        body = {"session_id": opened["session_id"], "duration": 600}
        started = wire.post("/record/start", body).json()
        recording = station.recordings.get(started["recording_id"])
        until(lambda: recording.bytes > 0)
        disk["bytes"] -= 10**12
        until(lambda: not (folder / "old.mp4").exists())
        assert {each.stem for each in folder.glob("*.mp4")} == {"locked", "read", "newest"}
        assert wire.get("/receipts/marked.mp4").json()["evicted_at"]
        assert recording.end_reason is None
        disk["bytes"] -= station.config.min_free_bytes
        assert recording.wait(60)
    assert recording.end_reason == "disk"
    until(lambda: wire.get("/alerts").json()["alerts"])
    codes = [each["code"] for each in wire.get("/alerts").json()["alerts"]]
    assert codes == ["ended_disk_none_deletable"]
    kept = {each.name for each in folder.glob("*.mp4")}
    assert kept == {"locked.mp4", "read.mp4", "newest.mp4", recording.filename}


def test_room_is_made_before_a_recording_starts(full):
    station, wire, folder, _ = full
    with MjpegCamera(rate=10) as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        body = {"session_id": opened["session_id"], "duration": 1}
        assert station.library.disk_space.low
        started = wire.post("/record/start", body)
        assert started.status == 201, started.json()
        kept = {each.stem for each in folder.glob("*.mp4")}
        assert kept == {"locked", "read", "old", "newest"}
        recording = station.recordings.get(started.json()["recording_id"])
        assert recording.wait(60)


def test_a_plan_records_on_a_full_disk_if_old_videos_may_go(full):
    station, wire, folder, _ = full
    with MjpegCamera(rate=10) as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        assert station.library.disk_space.low
        plan = wire.post("/plans", {"cameras": [opened["camera_id"]], "always": True}).json()
        until(lambda: any(each.bytes > 0 for each in station.recordings.all()), 60)
        (recording,) = station.recordings.all()
        assert recording.plan_id == plan["plan_id"] and recording.end_reason is None
        kept = {each.stem for each in folder.glob("*.mp4")}
        assert "marked" not in kept and kept >= {"locked", "newest"}
        assert wire.ask("DELETE", f"/plans/{plan['plan_id']}").status == 204
        wire.post("/record/stop", {"session_id": opened["session_id"]})
        assert recording.wait(60)
