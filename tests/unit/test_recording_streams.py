"""Several connections to a camera in one recording: which become one video, and with what times.

The segments are made by hand; their files are not read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from camrec.camera_clock import DelayPoints
from camrec.recording.finalize import _split_at_long_gaps
from camrec.recording.media_info import AudioStreamInfo, MediaInfo
from camrec.recording.read_segment import ReadSegment
from camrec.recording.retime import find_retiming
from camrec.recording.retimed_segment import SegmentStream
from camrec.recording.segment import Segment
from camrec.recording.timeline import ClockMap
from support.units_made import SECOND, video_units

HOUR = 3600
AUDIO = AudioStreamInfo("aac", 48_000, 1)


def segment(
    begin: float,
    seconds: float,
    sent: float = 25,
    is_proved: bool = False,
    audio: AudioStreamInfo | None = None,
) -> ReadSegment:
    """What a camera that counts 25 frames a second sends from `begin` on (seconds)."""
    delays, offset = DelayPoints(), round((1000 + begin) * SECOND)
    times = tuple(number / 25 for number in range(round(seconds * sent)))
    for number, time in enumerate(times):
        delays.note(round(time * SECOND), offset + round(number / sent * SECOND))
    info = MediaInfo(640, 360, "h264", audio, times, times[-1], 0)
    stream = SegmentStream(delays, 0, offset, False, is_proved)
    return ReadSegment(Segment(Path("part.mp4"), offset, True, stream=stream), 1, info, 0)


def test_the_proof_of_a_wrong_rate_counts_for_its_own_connection():
    proved, other = segment(0, 15, sent=21, is_proved=True), segment(20, 15, sent=24.9)
    found = find_retiming([proved, other])
    assert [round(each.slope_ppb / 1e9, 2) for each in found.retiming.lines] == [0.19, 0]
    assert find_retiming([segment(0, 15, sent=21), other]) is None
    both = find_retiming([proved, segment(20, 15, sent=24.9, is_proved=True)])
    assert [round(each.slope_ppb / 1e9, 3) for each in both.retiming.lines] == [0.19, 0.004]


def test_a_proof_from_before_a_connection_says_nothing_about_it():
    units = video_units([0, 0.04], begin=100 * SECOND)
    clock_map = ClockMap()
    clock_map.note_rate_proof(99 * SECOND)
    assert not clock_map.counts_nominal_rate, "no frame has come"
    clock_map.learn(units, after=None)
    clock_map.note_rate_proof(99 * SECOND)
    assert not clock_map.counts_nominal_rate
    clock_map.note_rate_proof(130 * SECOND)
    clock_map.note_rate_proof(99 * SECOND)
    assert clock_map.counts_nominal_rate


@pytest.mark.parametrize(("gap_h", "videos"), [(1, 1), (5.9, 1), (6.1, 2), (20, 2)])
def test_a_video_ends_where_no_frame_comes_for_longer_than_an_mp4_can_say(gap_h, videos):
    run = [segment(0, 10), segment(20, 10), segment(20 + gap_h * HOUR, 10)]
    parts = _split_at_long_gaps(run)
    assert [each for part in parts for each in part] == run and len(parts) == videos
    assert len(parts[0]) == (2 if videos == 2 else 3)


def test_audio_that_is_missing_for_so_long_ends_a_video_as_well():
    hours = [segment(at * HOUR, HOUR, 1, audio=None if 0 < at < 8 else AUDIO) for at in range(10)]
    assert [len(part) for part in _split_at_long_gaps(hours)] == [8, 2]
    silent = [segment(at * HOUR, HOUR, 1, audio=AUDIO if at > 7 else None) for at in range(10)]
    assert len(_split_at_long_gaps(silent)) == 1, "audio that begins late has no gap"
