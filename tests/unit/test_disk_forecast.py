"""What the forecast deletes is what a count of its own deletes, minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from math import ceil
from pathlib import Path
from random import Random

import pytest

from camrec.clock import format_iso
from camrec.library import EvictionForecast, RetentionPolicy, VideoFile
from camrec.library.video import video_from_receipt
from camrec.planning import DiskForecast, PlannedSpan, WallClock, forecast_disk
from camrec.receipt import Receipt

MINUTE = 60 * 10**9
NOW = int(datetime(2026, 11, 30, 6, 0, tzinfo=timezone.utc).timestamp()) * 10**9
FIRST_DAY = date(2026, 11, 30)
DAYS = 7
MINUTES = DAYS * 1440 - 360  # from 6 o'clock on
UNIT = 6000  # bytes that a camera sends in a minute: all sizes are multiples of it
MIN_FREE = 50 * UNIT
HOUR_UNITS = 60


@dataclass
class Stored:
    start: int  # minutes from now
    units: int
    locked: bool = False
    is_new: bool = False


@dataclass
class Counted:
    """A disk that is counted in minutes and units, with the rule written out."""

    free: int
    videos: list[Stored]
    deleted: int = 0
    deletes_new: bool = False
    full_at: int | None = None
    stops_at: int | None = None
    free_after: list[int] = field(default_factory=list)

    def make_room(self, recorded: int) -> None:
        missing = HOUR_UNITS * recorded - self.free
        is_any = False
        while missing > 0:
            newest = max((each.start for each in self.videos), default=0)
            found = [each for each in self.videos if not each.locked and each.start < newest]
            if not found:
                break
            oldest = min(found, key=lambda each: each.start)
            self.videos.remove(oldest)
            self.deleted += not oldest.is_new
            self.deletes_new |= oldest.is_new
            self.free += oldest.units
            missing -= oldest.units
            is_any = True
        if not is_any:
            self.stops_at = self.minute

    def run(self, spans: list[tuple[int, int, int]]) -> None:
        """spans : start, end and length of each video, in minutes; one camera each."""
        for minute in range(MINUTES):
            recorded = sum(start <= minute < end for start, end, _ in spans)
            self.minute = minute + 1
            self.free -= recorded
            if self.free <= 0 and recorded and self.stops_at is None:
                self.full_at = self.full_at or self.minute
                self.make_room(recorded)
            for start, end, length in spans:
                done = self.minute - start
                if start < self.minute <= end and (done % length == 0 or self.minute == end):
                    begin = start + (done - 1) // length * length
                    self.videos.append(Stored(begin, self.minute - begin, is_new=True))
            if (self.minute + 360) % 1440 == 0:
                self.free_after.append(max(self.free, 0))


def video(number: int, stored: Stored) -> VideoFile:
    started_at = NOW + stored.start * MINUTE
    receipt = Receipt.model_validate({
        "recording_id": str(number), "name": "Door", "source": "rtsp://camera/live",
        "asked": None, "duration": 60, "started_at": format_iso(started_at),
        "ended_at": format_iso(started_at + MINUTE), "ended": "time", "frames": 50, "width": 320,
        "height": 240, "video_codec": "h264", "size": stored.units * UNIT, "sha256": "",
        "playable": True, "locked": stored.locked,
    })  # fmt: skip
    return video_from_receipt(Path(f"{number}.mp4"), receipt)


def forecast(
    free: int,
    videos: list[Stored],
    spans: Sequence[tuple[int, int, int | None]],
    limits: RetentionPolicy | None = None,
    *,
    deletes_oldest: bool = True,
) -> DiskForecast:
    planned = [
        PlannedSpan(str(number), NOW + start * MINUTE, NOW + end * MINUTE, length and length * 60)
        for number, (start, end, length) in enumerate(spans)
    ]
    return forecast_disk(
        NOW,
        planned,
        {str(number): UNIT / 60 for number in range(len(spans))},
        MIN_FREE + free * UNIT,
        MIN_FREE,
        [FIRST_DAY + timedelta(days=number) for number in range(DAYS)],
        WallClock(timezone.utc),
        EvictionForecast(
            [video(number, each) for number, each in enumerate(videos)],
            limits or RetentionPolicy(),
            deletes_oldest=deletes_oldest,
        ),
    )


@pytest.mark.parametrize(
    ("seed", "outcome"),
    [(1, "room"), (2, "deletes"), (3, "deletes"), (4, "deletes new"), (5, "stops"), (6, "stops")],
)
def test_a_forecast_is_what_a_count_by_the_minute_gives(seed, outcome):
    random = Random(seed)
    videos = [
        Stored(-60 * (number + 1), random.randrange(10, 200), random.random() < 0.3)
        for number in range({"room": 3, "deletes": 60, "deletes new": 9, "stops": 2}[outcome])
    ]
    spans = []
    for _ in range(3):  # of different cameras, so that they overlap
        start = random.randrange(100, 3000)
        length = 120 if outcome == "deletes new" else 10_000
        spans.append((start, start + random.randrange(700, 2000), length))
    free = 10_000 if outcome == "room" else random.randrange(100, 900)
    counted = Counted(free, [Stored(each.start, each.units, each.locked) for each in videos])
    counted.run(spans)
    found = forecast(free, videos, spans)
    assert (found.deleted_count, found.deletes_new) == (counted.deleted, counted.deletes_new)
    in_minutes = [
        None if each is None else ceil((each - NOW) / MINUTE)
        for each in (found.full_at, found.stops_at)
    ]
    assert in_minutes == [counted.full_at, counted.stops_at]
    left = [(each - MIN_FREE) / UNIT for _, each in found.free_after]
    assert left == counted.free_after
    expected = {
        "room": (False, False, False),
        "deletes": (True, False, False),
        "deletes new": (True, True, False),
        "stops": (True, found.deletes_new, True),
    }
    assert (found.deleted_count > 0, found.deletes_new, found.stops_at is not None) == expected[
        outcome
    ]


def test_nothing_is_deleted_if_the_user_does_not_want_that():
    old = [Stored(-100, 500), Stored(-50, 500)]
    found = forecast(100, old, [(0, 300, 300)], deletes_oldest=False)
    assert (found.deleted_count, found.full_at) == (0, NOW + 100 * MINUTE)
    assert found.stops_at == found.full_at


def test_what_the_limits_delete_makes_room_before_the_disk_is_full():
    old = [Stored(-100 - number, 100) for number in range(5)]
    limits = RetentionPolicy(500 * UNIT)
    found = forecast(450, old, [(0, 400, 100)], limits, deletes_oldest=False)
    # Four videos of 100 are saved, so the four oldest go.
    assert (found.full_at, found.deleted_count) == (None, 0)
    assert {free for _, free in found.free_after} == {MIN_FREE + 450 * UNIT}
    found = forecast(350, old, [(0, 400, 100)], limits, deletes_oldest=False)
    assert found.full_at is None, "three of them had gone when it would have been full"
    found = forecast(50, old, [(0, 400, 100)], limits, deletes_oldest=False)
    assert found.stops_at == NOW + 50 * MINUTE, "nothing was saved by then"


def test_a_disk_that_is_full_now_makes_room_when_something_is_recorded():
    old = [Stored(-100, 30), Stored(-50, 40), Stored(-10, 10)]
    found = forecast(-20, old, [(600, 610, 10)])
    assert (found.full_at, found.stops_at, found.deleted_count) == (NOW, None, 2)
    assert forecast(-20, old[:1], []).stops_at == NOW, "the newest stays"
    assert forecast(-20, old, []).deleted_count == 0


def test_a_video_that_was_begun_before_another_one_goes_before_it():
    # It was begun an hour ago and is saved in an hour; the old ones are younger than that.
    old = [Stored(-10 * number, 40) for number in range(1, 6)]
    found = forecast(30, old, [(-60, 60, 120), (61, 200, 500)])
    # Two old ones go for it after half an hour, and then it goes before the other old ones.
    assert (found.deleted_count, found.deletes_new) == (2, True)


def test_a_recording_of_more_than_a_day_is_many_videos_and_the_first_of_them_may_go():
    found = forecast(200, [], [(0, 1441, None)])
    assert (found.stops_at, found.deletes_new) == (None, True)
    found = forecast(200, [], [(0, 1440, None)])
    assert (found.stops_at, found.deletes_new) == (NOW + 200 * MINUTE, False)
