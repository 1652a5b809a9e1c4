"""Computes when each frame and audio packet was sent, and where it is in the file.

The symbols in the comments are those of ``docs/timing.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from camrec.camera_clock import DelayPoints, TrackClock
from camrec.clock import NS_PER_SECOND
from camrec.media import AudioTrack, MediaUnit, VideoTrack
from camrec.recording.nut import NutStream
from camrec.recording.retimed_segment import SegmentStream
from camrec.recording.segment_clock import SegmentClock

START_MARGIN_S = 1  # from the NUT's zero to the first key frame, for frames that are shown earlier
MAX_TICKS_PER_SECOND = 90_000  # of the file's time base
LEARNING_PERIOD_NS = 10 * NS_PER_SECOND  # short enough that clock drift is negligible
MIN_REPORTED_SHIFT_NS = NS_PER_SECOND // 100  # smaller changes of the origin are not journaled


class ClockMap:
    """Maps the camera's timestamps to this machine's monotonic clock, for one unbroken stream.

    A frame with the timestamp t gets the monotonic time m = t + θ. The offset θ of each track is
    its first estimate and is then held, so intervals between frames stay the camera's own. Frames
    that arrive with less delay than the first ones show that θ was too large; the excess ε is
    learnt in `late_by_ns`, without moving any frame.

    late_by_ns : ε, nanoseconds by which all times turned out to be too late.
    delays : of all frames, for a camera whose timestamps have to be corrected.
    counts_nominal_rate : it is proved that these timestamps count another rate than is sent.
    """

    def __init__(self) -> None:
        self.late_by_ns = 0
        self.delays = DelayPoints()
        self.counts_nominal_rate = False
        self._first_arrived = math.inf
        self._offsets: dict[str, int] = {}
        self._forward_shift = 0
        self._max_late_by = math.inf
        self._reported_late_by = 0
        self._start_time = 0

    def learn(self, units: Sequence[MediaUnit], after: int | None) -> None:
        """Take the newest offset of each track, unless offsets are held already.

        Parameters
        ----------
        units
            The start of the stream, with a frame first.
        after
            The time of the last frame before the stream broke, monotonic nanoseconds. If the new
            stream would begin before it, the stream is moved to just after it.
        """
        if self._offsets:
            return
        self._start_time, self._first_arrived = units[0].time, units[0].arrived
        for unit in reversed(units):
            self._offsets.setdefault(unit.track.medium, unit.offset)
        if after is not None:
            first, earliest = self.to_monotonic(units[0]), after + NS_PER_SECOND // 1000
            self._forward_shift = max(0, earliest - first)
            self._max_late_by = max(0, first - earliest)

    def to_monotonic(self, unit: MediaUnit) -> int:
        """When a frame or audio packet was sent, nanoseconds on the monotonic clock."""
        offset = self._offsets.setdefault(unit.track.medium, unit.offset)
        return unit.time + offset + self._forward_shift

    @property
    def was_moved(self) -> bool:
        """Whether the stream was moved to after the last frame before it."""
        return self._forward_shift > 0

    def offset(self, medium: str) -> int:
        """A timestamp of this medium plus the offset is its monotonic time."""
        return self._offsets[medium] + self._forward_shift

    def note_rate_proof(self, at: int) -> None:
        """Take that the camera was seen to count another rate at a monotonic time (ns).

        A proof from before this stream is about another connection to the camera.
        """
        self.counts_nominal_rate = self.counts_nominal_rate or at >= self._first_arrived

    def refine(self, frame: MediaUnit) -> bool:
        """Learn ε from a frame's newer offset. True if the change is large enough for the journal.

        It learns for `LEARNING_PERIOD_NS` only. Later offsets also contain the clock drift.
        """
        if frame.time - self._start_time > LEARNING_PERIOD_NS:
            return False
        late_by = self._offsets["video"] + self._forward_shift - frame.offset
        if late_by <= self.late_by_ns:
            return False
        self.late_by_ns = int(min(late_by, self._max_late_by))
        if self.late_by_ns - self._reported_late_by <= MIN_REPORTED_SHIFT_NS:
            return False
        self._reported_late_by = self.late_by_ns
        return True


class SegmentTimeline:
    """Gives each frame and audio packet of one segment its ticks in the NUT.

    Parameters
    ----------
    first
        The key frame that the segment begins with.
    shown
        The frame that the segment's time counts from. Frames before it are hidden.

    Attributes
    ----------
    video, audio : the streams of the NUT; audio is None if the segment has none.
    shown_ticks : the ticks of `shown`.
    """

    def __init__(
        self,
        clock_map: ClockMap,
        first: MediaUnit,
        shown: MediaUnit,
        video: VideoTrack,
        audio: AudioTrack | None,
    ) -> None:
        self.video = NutStream(video, min(video.rate, MAX_TICKS_PER_SECOND))
        self.audio = NutStream(audio, audio.rate) if audio else None
        self._first_origin = clock_map.to_monotonic(shown)
        self._first_tick = _to_ticks(first, self.video.rate)
        self.shown_ticks = (
            START_MARGIN_S * self.video.rate + _to_ticks(shown, self.video.rate) - self._first_tick
        )
        self._clock_map = clock_map
        self._first_sent = clock_map.to_monotonic(first)
        self._audio_shift: int | None = None
        self._shown_time = self._newest_time = shown.time
        self._video_clock = shown.clock
        self._audio_clock: TrackClock | None = None

    @property
    def clock(self) -> SegmentClock | None:
        """The camera's clock; None if it is not used."""
        if self._video_clock is None:
            return None
        return SegmentClock(
            self._video_clock,
            self._shown_time,
            self._clock_map.offset("video"),
            self._audio_clock,
            self._clock_map.offset("audio") if self._audio_clock else 0,
            self._newest_time,
        )

    @property
    def stream(self) -> SegmentStream:
        """The stream that the segment is written from."""
        offset = self._clock_map.offset("video")
        clock_map = self._clock_map
        return SegmentStream(
            clock_map.delays,
            self._shown_time,
            offset,
            clock_map.was_moved,
            clock_map.counts_nominal_rate,
        )

    @property
    def origin(self) -> int:
        """When `shown` was sent, as far as that is known, monotonic nanoseconds."""
        return self._first_origin - self._clock_map.late_by_ns

    @property
    def late_by_ns(self) -> int:
        """See `ClockMap.late_by_ns`."""
        return self._clock_map.late_by_ns

    @property
    def start(self) -> float:
        """Seconds from the NUT's zero to the frame that the segment's time counts from."""
        return self.shown_ticks / self.video.rate

    def place(self, unit: MediaUnit) -> tuple[int, int] | None:
        """The stream index and the ticks of a unit; None if it is from before the segment."""
        if unit.track.medium == "video":
            ahead = _to_ticks(unit, self.video.rate) - self._first_tick
            if ahead < 0 and unit.dependent:  # it needs frames from before the segment
                return None
            ticks = ahead + START_MARGIN_S * self.video.rate
            self._newest_time = max(self._newest_time, unit.time)
            return (0, ticks) if ticks >= 0 else None
        assert self.audio is not None
        rate = self.audio.rate
        if self._audio_shift is None:
            late = _scale_to_ticks(self._clock_map.to_monotonic(unit) - self._first_sent, rate)
            if late < 0:
                return None
            self._audio_shift = late - _to_ticks(unit, rate)
            self._audio_clock = unit.clock
        ticks = _to_ticks(unit, rate) + self._audio_shift + START_MARGIN_S * rate
        return (1, ticks) if ticks >= 0 else None


def _to_ticks(unit: MediaUnit, rate: int) -> int:
    return _scale_to_ticks(unit.time, rate)


def _scale_to_ticks(nanoseconds: int, rate: int) -> int:
    return (nanoseconds * rate + NS_PER_SECOND // 2) // NS_PER_SECOND
