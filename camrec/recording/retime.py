"""Corrects the times of segments whose camera counts another frame rate than it sends.

Positions are nanoseconds from the start of the video, as the camera counts them. They begin again
at the right time with each stream, because each stream is placed by when its frames arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from camrec.camera_clock import CameraClockState, Retiming, RetimingLine, fit_retiming
from camrec.clock import NS_PER_SECOND
from camrec.recording.read_segment import ReadSegment
from camrec.recording.retimed_segment import SegmentRetiming, SegmentStream

RATE_WARNING_CODE = "camera_rate"
# FFmpeg's MP4 writer cannot store a distance of 2**31 ticks: 99 minutes in a corrected file.
MAX_RETIMED_GAP_S = 3600.0


@dataclass(frozen=True)
class VideoRetiming:
    """How the times of a video are corrected.

    retiming : of positions.
    late_by : by how many nanoseconds each stream is placed too early, with its delays: while the
        delays of a stream grow or fall, its offset cannot be known.
    """

    retiming: Retiming
    late_by: tuple[tuple[SegmentStream, int], ...]

    def stream_shift(self, stream: SegmentStream | None) -> int:
        """By how many nanoseconds a stream is moved more than the first one is."""
        found = (late for each, late in self.late_by if stream and each.delays is stream.delays)
        return next(found, 0) - self.late_by[0][1]


def find_retiming(run: Sequence[ReadSegment]) -> VideoRetiming | None:
    """How to correct the positions of the frames in `run`, the segments of one video.

    None if that is not necessary.
    """
    if _longest_gap(run) > MAX_RETIMED_GAP_S:
        return None
    lines: list[RetimingLine] = []
    late_by: list[tuple[SegmentStream, int]] = []
    for first in _first_segments(run):
        stream = first.segment.stream
        if stream is None or stream.was_moved:
            return None
        clock = first.segment.clock
        state = None if clock is None else clock.video.verdict().state
        found = None
        if state is None or not state.dates_frames:  # else its reports prove its timestamps right
            is_proved = stream.counts_nominal_rate or state is CameraClockState.LIES
            found = fit_retiming(stream.delays.points(), is_proved)
        late = 0
        if found is None:
            found = Retiming((RetimingLine(stream.shown_time, 0, 0),))
        else:
            found = _begin_at(found, stream.shown_time)
            late = _excess(first) + _least_delay(stream, found)
        late_by.append((stream, late))
        shift = late - late_by[0][1]
        to_position = first.origin - run[0].origin - stream.shown_time
        lines += [
            RetimingLine(each.start + to_position, each.slope_ppb, each.offset + shift)
            for each in found.lines
        ]
    if not any(each.slope_ppb for each in lines):
        return None
    return VideoRetiming(Retiming(tuple(lines)), tuple(late_by))


def retime(run: Sequence[ReadSegment], found: VideoRetiming) -> list[ReadSegment]:
    """The segments with corrected origins and times. Their files are not changed."""
    return [_retime_segment(each, run[0].origin, found) for each in run]


def _first_segments(run: Sequence[ReadSegment]) -> list[ReadSegment]:
    """The first segment of each stream; each segment whose stream is not known."""
    found: list[ReadSegment] = []
    for each in run:
        stream, before = each.segment.stream, found[-1].segment.stream if found else None
        if stream is None or before is None or stream.delays is not before.delays:
            found.append(each)
    return found


def _longest_gap(run: Sequence[ReadSegment]) -> float:
    """The longest time between two frames, in seconds."""
    start = run[0].origin
    times = [(each.origin - start) / NS_PER_SECOND + at for each in run for at in each.info.times]
    return max((later - earlier for earlier, later in pairwise(times)), default=0.0)


def _begin_at(found: Retiming, shown_time: int) -> Retiming:
    """The same correction, except that the first frame stays where it is."""
    moved = found.apply(shown_time) - shown_time
    first, *others = found.lines
    start = min(first.start, shown_time)
    first = RetimingLine(start, first.slope_ppb, first.apply(start) - start)
    return Retiming(tuple(each._replace(offset=each.offset - moved) for each in (first, *others)))


def _excess(first: ReadSegment) -> int:
    """ε of a stream: what its origin was moved by already."""
    return first.segment.av_sync.late_by_ns if first.segment.av_sync is not None else 0


def _least_delay(stream: SegmentStream, found: Retiming) -> int:
    """How late the least delayed frame of a stream arrived after its corrected time."""
    return min(
        time + delay - found.apply(time) - stream.video_offset
        for time, delay in stream.delays.points()
    )


def _retime_segment(read: ReadSegment, video_origin: int, found: VideoRetiming) -> ReadSegment:
    segment, info, retiming = read.segment, read.info, found.retiming
    start = segment.origin - video_origin
    correction = SegmentRetiming(retiming, start, found.stream_shift(segment.stream))

    def move(seconds: float) -> float:
        return correction.apply(round(seconds * NS_PER_SECOND)) / NS_PER_SECOND

    av_sync = segment.av_sync
    if av_sync is not None and segment.stream is not None:
        stream = segment.stream
        to_position = start - stream.shown_time
        back = to_position + correction.stream_shift - stream.video_offset
        av_sync = av_sync.retimed(
            [
                (time + delay, time + delay - retiming.apply(time + to_position) + back)
                for time, delay in stream.delays.points()
            ]
        )
    return replace(
        read,
        segment=replace(
            segment,
            origin=video_origin + found.late_by[0][1] + retiming.apply(start),
            left_out=tuple(map(move, segment.left_out)),
            av_sync=av_sync,
            retiming=correction,
        ),
        info=replace(
            info,
            times=tuple(map(move, info.times)),
            duration=move(info.times[0] + info.duration) - move(info.times[0]),
        ),
    )
