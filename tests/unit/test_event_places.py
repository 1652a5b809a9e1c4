"""Which video of a recording shows an event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from camrec.annotations import Event, create_event
from camrec.clock import format_iso
from camrec.errors import InputError
from camrec.frames import VideoUtc
from camrec.library import (
    VideoSpan,
    has_video_of,
    locate_events,
    moment_of_second,
    videos_of_event,
    write_event_track,
)
from camrec.receipt import Receipt
from support.units_made import SECOND

BEGIN = 1_790_000_000 * SECOND


def receipt(start: float, duration: float, until: float | None = None, **changed) -> Receipt:
    """A video that starts and lasts so many seconds; the next one begins at `until`."""
    end = start + duration if until is None else until
    known = {
        "recording_id": "a", "name": "Door", "source": "rtsp://camera/live", "asked": 60,
        "duration": duration, "started_at": format_iso(BEGIN + round(start * SECOND)),
        "ended_at": format_iso(BEGIN + round(end * SECOND)), "ended": "time", "frames": 50,
        "width": 320, "height": 240, "video_codec": "h264", "size": 1, "sha256": "",
        "playable": True,
    }  # fmt: skip
    return Receipt.model_validate(known | changed)


def event(at: float, length: float | None = None) -> Event:
    return create_event(BEGIN + round(at * SECOND), {"length": length}, "test")


@pytest.mark.parametrize(
    ("at", "length", "videos"),
    [
        (-1, None, [0]),
        (0, None, [0]),
        (9.99, None, [0]),
        (10, None, [1]),
        (15, None, [1]),
        (19, None, [1]),
        (25, None, [2]),
        (99, None, [2]),
        (9, 1, [0]),
        (9, 1.5, [0, 1]),
        (9, 30, [0, 1, 2]),
        (12, 30, [1, 2]),
    ],
)
def test_an_event_is_in_the_video_of_its_moment_or_of_the_last_frame_before(at, length, videos):
    """A gap before the third video, for example, is part of the second."""
    starts = [BEGIN, BEGIN + 10 * SECOND, BEGIN + 20 * SECOND]
    assert list(videos_of_event(starts, event(at, length))) == videos


def test_an_event_that_began_in_the_video_before_ends_where_it_ended():
    video = receipt(10, 10, details={"a": "b"}, evicted_at=format_iso(BEGIN + 60 * SECOND))
    placed = locate_events(
        Path("none.mp4"), video, [event(4, 10), event(12, 1.5), event(12, 100), event(12)]
    )
    assert [(each.second, each.end_second) for each in placed] == [
        (0.0, 4.0),
        (2.0, 3.5),
        (2.0, 102.0),
        (2.0, None),
    ]
    assert "00:00:00.000 --> 00:00:04.000" in write_event_track(placed)


def test_copies_of_a_video_show_the_same_events():
    starts = [BEGIN, BEGIN, BEGIN + 10 * SECOND, BEGIN + 10 * SECOND]
    for at, length, videos in ((-1, None, [0, 1]), (12, None, [2, 3]), (9, 2, [0, 1, 2, 3])):
        assert list(videos_of_event(starts, event(at, length))) == videos


@pytest.mark.parametrize(
    ("numbers", "at", "is_there"),
    [
        ([1, 2, 3], 25, True),
        ([2, 3], 5, False),
        ([2, 3], 10, True),
        ([1, 3], 15, False),
        ([1, 3], 9.99, True),
        ([1, 2], 25, False),
        ([1, 2], -0.5, True),
        ([], 5, False),
    ],
)
def test_a_moment_has_no_video_if_that_was_deleted(numbers, at, is_there):
    receipts = [receipt(10 * (each - 1), 9.96, video_number=each) for each in numbers]
    assert has_video_of(receipts, BEGIN + round(at * SECOND)) is is_there


def test_a_recording_in_one_video_shows_each_of_its_moments():
    assert has_video_of([receipt(0, 4)], BEGIN + 20 * SECOND)


def test_a_gap_at_its_end_belongs_to_a_video():
    span = VideoSpan.of(receipt(0, 4, until=10))
    assert (span.start, span.end) == (BEGIN, BEGIN + 10 * SECOND)
    span.check(BEGIN)
    span.check(BEGIN + 10 * SECOND)
    for at, code in ((-1, "event_before_start"), (11, "event_after_end")):
        with pytest.raises(InputError) as refused:
            span.check(BEGIN + at * SECOND)
        assert refused.value.code == code


def test_a_second_of_a_video_follows_the_camera_s_clock():
    drifting = receipt(0, 100, utc_map=((0.0, 0.0), (100.0, 1.0)))
    assert moment_of_second(drifting, 50) == BEGIN + 50 * SECOND + SECOND // 2
    assert VideoSpan.of(drifting).end == BEGIN + 101 * SECOND


def test_the_seconds_of_a_video_and_its_utc_are_inverse():
    utc = VideoUtc(BEGIN, ((0.0, 0.1), (30.0, 0.2), (60.0, -0.3)))
    offsets = np.array([-5, 0, 10, 30, 45, 60, 90]) * SECOND
    again = utc.offsets(utc.elapsed(offsets))
    assert np.abs(again - offsets).max() <= 2
    assert (VideoUtc(BEGIN).offsets(offsets) == offsets).all()
