"""Which videos are deleted when the disk is full, and when none is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from camrec.clock import format_iso
from camrec.config import Config
from camrec.errors import DiskError
from camrec.library import (
    ROOM_S,
    DiskSpace,
    EvictionForecast,
    RetentionPolicy,
    StreamRate,
    VideoLibrary,
)
from camrec.library.recent_reads import READ_LATELY_NS, RecentReads
from camrec.receipt import Receipt
from camrec.station.recording_disk import FREEING_PATIENCE_NS, RecordingDisk
from support.units_made import SECOND, MadeClock

BEGIN = 1_790_000_000 * SECOND
VIDEO_BYTES = 1000
MIN_FREE_BYTES = 500
# An hour of it takes one video and a half.
STREAM = StreamRate("h264", 1.5 * VIDEO_BYTES * 8 / ROOM_S)


class SmallDisk:
    """A disk of so many bytes, with a library of five videos, "1.mp4" being the oldest."""

    def __init__(self, library: VideoLibrary, clock: MadeClock, when_full: str) -> None:
        self.library = library
        self.clock = clock
        self.bytes = MIN_FREE_BYTES + 5 * VIDEO_BYTES
        self.is_freed = True  # whether a deleted file's space is free at once
        self.recorded = [STREAM]
        config = Config(when_full=when_full)
        self.disk = RecordingDisk(config, clock, library, lambda: self.recorded)
        for number in range(1, 6):
            self.save(number)

    def save(self, number: int, **changed: object) -> None:
        start = BEGIN + 10 * number * SECOND
        (self.library.folder / f"{number}.mp4").write_bytes(bytes(VIDEO_BYTES))
        Receipt.model_validate({
            "recording_id": str(number), "name": "Door", "source": "rtsp://camera/live",
            "asked": None, "duration": 10, "started_at": format_iso(start),
            "ended_at": format_iso(start + 10 * SECOND), "ended": "time", "frames": 50,
            "width": 320, "height": 240, "video_codec": "h264", "size": VIDEO_BYTES, "sha256": "",
            "playable": True, **changed,
        }).write(self.library.folder / f"{number}.json")  # fmt: skip

    @property
    def numbers(self) -> list[int]:
        return sorted(int(each.stem) for each in self.library.folder.glob("*.mp4"))

    @property
    def free_bytes(self) -> int:
        return self.bytes - VIDEO_BYTES * (len(self.numbers) if self.is_freed else 5)


@pytest.fixture(params=["delete_oldest"])
def small(tmp_path, request, monkeypatch) -> Iterator[SmallDisk]:
    """A disk on which only `MIN_FREE_BYTES` are left."""
    clock = MadeClock()
    library = VideoLibrary(tmp_path / "videos", clock, min_free_bytes=MIN_FREE_BYTES)
    library.open()
    small = SmallDisk(library, clock, request.param)
    monkeypatch.setattr(DiskSpace, "free_bytes", property(lambda _: small.free_bytes))
    yield small
    library.close()


def test_the_oldest_videos_go_until_an_hour_fits(small):
    assert small.disk.low and small.disk.make_room()
    assert small.numbers == [3, 4, 5] and not small.disk.low
    assert small.disk.make_room(), "there is room"
    assert small.numbers == [3, 4, 5]


@pytest.mark.parametrize("locked", ["1.mp4", "5.mp4"])
def test_the_forecast_deletes_what_the_disk_does(small, locked):
    small.library.lock(locked)
    (small.library.folder / "2.json").unlink()
    forecast = EvictionForecast(
        small.library.videos(), small.library.retention, deletes_oldest=True
    )
    rate = STREAM.bit_rate / 8
    freed, before = 0, small.numbers
    while small.library.deletable():
        freed += forecast.make_room(rate, small.free_bytes, MIN_FREE_BYTES)
        assert small.disk.make_room()
        assert forecast.deleted_count == len(before) - len(small.numbers)
        assert freed == forecast.deleted_count * VIDEO_BYTES
        small.bytes -= VIDEO_BYTES * (len(before) - len(small.numbers))
        small.clock.now += FREEING_PATIENCE_NS
    assert forecast.deleted_count > 1 and not forecast.can_make_room()


def test_if_the_rate_is_not_known_one_video_goes(small):
    small.recorded = []
    assert small.disk.make_room()
    assert small.numbers == [2, 3, 4, 5]


def test_a_locked_video_one_that_is_read_and_the_newest_stay(small):
    small.library.lock("1.mp4")
    with small.library.reads.reading("3.mp4"):
        assert small.disk.make_room()
        assert small.numbers == [1, 3, 5]
        small.bytes = small.bytes - 2 * VIDEO_BYTES
        small.clock.now += FREEING_PATIENCE_NS
        assert small.disk.low and not small.disk.make_room(), "none may go"
        assert small.disk.room_bytes == 0
    assert small.numbers == [1, 3, 5]


def test_a_video_without_a_receipt_and_one_with_events_or_details(small):
    (small.library.folder / "1.json").unlink()
    small.save(2, details={"subject": "A17"})
    assert small.disk.make_room()
    assert small.numbers == [1, 4, 5]
    assert [each.filename for each in small.library.evicted()] == ["2.mp4"]


@pytest.mark.parametrize("small", ["stop"], indirect=True)
def test_without_the_setting_nothing_is_deleted(small):
    assert not small.disk.make_room()
    small.disk.make_room_for(STREAM, 60)
    assert small.numbers == [1, 2, 3, 4, 5]
    assert small.disk.estimate([STREAM]).max_seconds == 0
    assert small.disk.seconds_until_full(STREAM.bit_rate) == 0
    with pytest.raises(DiskError):
        small.disk.require_space(STREAM, 60)


def test_while_the_space_of_deleted_videos_is_not_free_yet_nothing_more_is_deleted(small):
    small.is_freed = False
    assert small.disk.make_room() and small.disk.low
    assert small.disk.make_room() and small.numbers == [3, 4, 5]
    small.clock.now += FREEING_PATIENCE_NS
    assert small.disk.make_room() and small.numbers == [5]
    small.bytes -= MIN_FREE_BYTES // 2
    assert not small.disk.make_room(), "it does not wait any more"


def test_room_is_made_before_a_recording_but_not_more_than_an_hour(small):
    small.recorded = []
    small.disk.require_space(STREAM, 2.5 * ROOM_S)
    small.disk.make_room_for(STREAM, 60)
    assert small.numbers == [2, 3, 4, 5]
    small.disk.make_room_for(STREAM, 60)
    assert small.numbers == [2, 3, 4, 5], "it fits"
    small.clock.now += FREEING_PATIENCE_NS
    small.disk.make_room_for(STREAM, 2.5 * ROOM_S)
    assert small.numbers == [3, 4, 5]


def test_what_does_not_fit_even_without_old_videos_is_rejected_and_nothing_is_deleted(small):
    with pytest.raises(DiskError) as caught:
        small.disk.require_space(STREAM, 3 * ROOM_S)
    assert caught.value.code == "disk_full"
    assert small.numbers == [1, 2, 3, 4, 5]
    offered = small.disk.estimate([STREAM]).max_seconds
    assert 2 * ROOM_S < offered < 3 * ROOM_S
    small.disk.require_space(STREAM, offered)


def test_a_video_counts_as_read_until_a_minute_afterwards():
    clock = MadeClock()
    reads = RecentReads(clock)
    with reads.reading("a.mp4"), reads.reading("a.mp4"), reads.reading("b.mp4"):
        clock.now += 2 * READ_LATELY_NS
        assert reads.filenames() == {"a.mp4", "b.mp4"}
    clock.now += READ_LATELY_NS - 1
    assert reads.filenames() == {"a.mp4", "b.mp4"}
    clock.now += 1
    assert reads.filenames() == frozenset()


def test_retention_leaves_a_video_that_is_read(small):
    limits = RetentionPolicy(max_bytes=3 * VIDEO_BYTES)
    selected = limits.select_for_deletion(small.library.videos(), 0, {"1.mp4"})
    assert [each.filename for each in selected] == ["2.mp4", "3.mp4"]
