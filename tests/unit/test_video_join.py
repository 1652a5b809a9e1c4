"""Where one video of a series ends and the next one begins, decided with made units."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camrec.feed import DISCONTINUITY, Feed
from camrec.media import AudioTrack, MediaUnit, VideoTrack
from camrec.recording.video_join import VideoJoin
from support.units_made import SECOND, MadeClock

FRAME = SECOND // 10
VIDEO = VideoTrack("h264", 320, 240)
AUDIO = AudioTrack("aac", 48_000, 2)


def frame(number: int, *, key: bool = False, shown: int | None = None, **flags) -> MediaUnit:
    """The frame that arrives at `number`, and is shown as frame `shown`."""
    time = (number if shown is None else shown) * FRAME
    return MediaUnit(VIDEO, b"", time, 0, number * FRAME, key, **flags)


def sound(moment: float, arrived: float) -> MediaUnit:
    return MediaUnit(AUDIO, b"", round(moment * FRAME), 0, round(arrived * FRAME), True)


def feed(with_audio: bool = False) -> Feed:
    clock = MadeClock()
    clock.now = 0
    made = Feed(clock)
    if with_audio:
        made.publish(sound(0, 0))
    return made


def join(due: float = 10, *, with_audio: bool = False, has_frames: bool = True) -> VideoJoin:
    return VideoJoin(round(due * FRAME), feed(with_audio), has_frames=has_frames)


def test_everything_before_the_first_due_key_frame_belongs_to_the_first_video():
    made = join()
    before = [frame(n, key=n % 4 == 0) for n in range(12)]
    after = [frame(n, key=n % 4 == 0) for n in range(12, 20)]
    assert made.sort([*before, *after]) == before
    assert made.is_complete(20 * FRAME)
    split = made.split()
    assert (split.before, list(split.after)) == ((), after)
    assert split.begins_at == split.ends_at == 12 * FRAME


def test_an_empty_video_does_not_end():
    made = join(has_frames=False)
    units = [frame(n, key=n % 4 == 0) for n in range(12, 16)]
    assert made.sort(units) == units
    following = frame(16, key=True)
    assert made.sort([following]) == [] and made.split().after == (following,)


def test_audio_goes_with_the_frames_of_its_moment_whenever_it_arrives():
    made = join(with_audio=True)
    early = [sound(n + 0.5, n - 2) for n in range(12, 18)]  # two frames early
    late = [sound(n + 0.25, n + 4) for n in range(8, 18)]
    video = [frame(n, key=n == 12) for n in range(8, 18)]
    units = sorted([*early, *late, *video], key=lambda unit: unit.arrived)
    passed = made.sort(units)
    split = made.split()
    first = [*passed, *split.before]
    assert {id(each) for each in first} | {id(each) for each in split.after} == set(map(id, units))
    assert len(first) + len(split.after) == len(units)
    assert all(each.time < 12 * FRAME for each in first)
    assert all(each.time >= 12 * FRAME for each in split.after) and split.after[0] is video[4]


def test_a_join_waits_for_late_audio_but_not_long():
    made = join(with_audio=True)
    made.sort([frame(12, key=True), frame(13)])
    assert not made.is_complete(13 * FRAME)
    assert made.is_complete(23 * FRAME)
    made.sort([sound(12.5, 14)])
    assert made.is_complete(14 * FRAME)
    without = join()
    without.sort([frame(12, key=True)])
    assert without.is_complete(12 * FRAME), "there is no audio to wait for"


def test_frames_that_need_the_gop_before_stay_with_it():
    """An open GOP: two frames after the key frame are shown before it."""
    made = join()
    key = frame(12, key=True, shown=14, open=True)
    leading = [frame(13, shown=12, dependent=True), frame(14, shown=13, dependent=True)]
    later = [frame(15), frame(16)]
    before = frame(11)
    assert made.sort([before, key, *leading]) == [before]
    assert not made.is_complete(15 * FRAME)
    made.sort(later)
    assert made.is_complete(16 * FRAME)
    split = made.split()
    assert list(split.before) == [key, *leading] and list(split.after) == [key, *later]
    assert split.begins_at == 15 * FRAME


def test_a_picture_that_is_complete_some_frames_later_begins_there():
    made = join()
    key = frame(12, key=True, open=True, dependent=True)
    hidden = [frame(13, dependent=True), frame(14, dependent=True)]
    later = [frame(15), frame(16)]
    made.sort([key, *hidden, *later])
    split = made.split()
    assert list(split.before) == [key, *hidden] and list(split.after) == [key, *hidden, *later]
    assert split.begins_at == 15 * FRAME


def test_a_key_frame_at_which_nothing_can_begin_is_passed_on():
    made = join()
    units = [frame(12, key=True, open=True, dependent=True), frame(13, dependent=True)]
    assert made.sort(units) == []
    following = frame(14, key=True)
    assert made.sort([following]) == units
    assert made.split().after == (following,)


@pytest.mark.parametrize("has_key", [False, True])
def test_an_interruption_before_the_join_passes_everything_on(has_key):
    made = join(with_audio=True)
    heard = sound(12.5, 11)
    opened = [frame(12, key=True, open=True, dependent=True)] if has_key else []
    assert made.sort([heard, *opened, DISCONTINUITY])[-1] is DISCONTINUITY
    assert made.cancel() == []


def test_an_interruption_after_the_key_frame_belongs_to_the_next_video():
    made = join(with_audio=True)
    units = [frame(12, key=True), frame(13), DISCONTINUITY, replace(frame(20, key=True), time=0)]
    assert made.sort(units) == []
    assert made.is_complete(13 * FRAME)
    assert list(made.split().after) == units


def test_what_was_held_is_given_back_in_order():
    made = join(with_audio=True)
    units = [sound(12.5, 11), frame(12, key=True), frame(13), sound(13.5, 13)]
    assert made.sort(units) == []
    assert sorted(made.cancel(), key=lambda unit: unit.arrived) == units
    made.postpone(13 * FRAME)
    more = [frame(14, key=True), frame(15)]
    assert made.sort(more) == more
