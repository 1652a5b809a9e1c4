"""When a unit was, and where that lies in the file."""

from __future__ import annotations

import math
from collections.abc import Sequence

from camrec.clock import NS_PER_SECOND
from camrec.media import AudioTrack, MediaUnit, VideoTrack
from camrec.recording.nut import NutStream

START_MARGIN_S = (
    1  # seconds from the NUT's zero to the first key picture, for what is shown before it
)
MAX_TICKS_PER_SECOND = 90_000  # ticks a second that a file keeps
LEARNING_PERIOD_NS = (
    10 * NS_PER_SECOND
)  # what a camera's clock runs away from ours meanwhile is little
MIN_REPORTED_SHIFT_NS = (
    NS_PER_SECOND // 100
)  # nanoseconds that moments move before it is worth telling


class ClockMap:
    """When each unit of an unbroken stream was, in nanoseconds on this machine's monotonic clock.

    A track's first estimate is held until the stream breaks: distances stay the camera's own.

    late_by_ns : nanoseconds by which all moments turned out to be too late, told by pictures that
    came
        with less delay than the first ones.
    """

    def __init__(self) -> None:
        self.late_by_ns = 0
        self._offsets: dict[str, int] = {}
        self._forward_shift = 0
        self._max_late_by = math.inf
        self._reported_late_by = 0
        self._start_time = 0

    def learn(self, units: Sequence[MediaUnit], after: int | None) -> None:
        """Take the newest estimates, unless some are held already.

        Parameters
        ----------
        units
            The first of the stream, a picture in front.
        after
            The last moment before the stream broke: estimates that reach before it are wrong.
        """
        if self._offsets:
            return
        self._start_time = units[0].time
        for unit in reversed(units):
            self._offsets.setdefault(unit.track.medium, unit.offset)
        if after is not None:
            first, earliest = self.of(units[0]), after + NS_PER_SECOND // 1000
            self._forward_shift = max(0, earliest - first)
            self._max_late_by = max(0, first - earliest)

    def of(self, unit: MediaUnit) -> int:
        offset = self._offsets.setdefault(unit.track.medium, unit.offset)
        return unit.time + offset + self._forward_shift

    def refine(self, picture: MediaUnit) -> bool:
        """Learn from its estimate how late moments are; True when that is worth telling.

        Only a while: later the estimate follows the camera's clock where that runs away from ours.
        """
        if picture.time - self._start_time > LEARNING_PERIOD_NS:
            return False
        late = self._offsets["video"] + self._forward_shift - picture.offset
        if not self.late_by_ns < late:
            return False
        self.late_by_ns = int(min(late, self._max_late_by))
        worth = self.late_by_ns - self._reported_late_by > MIN_REPORTED_SHIFT_NS
        self._reported_late_by = self.late_by_ns if worth else self._reported_late_by
        return worth


class SegmentTimeline:
    """Where the units of one part lie, in ticks of its NUT.

    Parameters
    ----------
    first
        The key picture that the part begins with.
    shown
        The picture that its time counts from; those before it are hidden.

    Attributes
    ----------
    shown : its ticks.
    """

    def __init__(
        self,
        moments: ClockMap,
        first: MediaUnit,
        shown: MediaUnit,
        video: VideoTrack,
        audio: AudioTrack | None,
    ) -> None:
        self.video = NutStream(video, min(video.rate, MAX_TICKS_PER_SECOND))
        self.audio = NutStream(audio, audio.rate) if audio else None
        self._first_origin = moments.of(shown)
        self.shown = (
            START_MARGIN_S * self.video.rate
            + _to_ticks(shown, self.video)
            - _to_ticks(first, self.video)
        )
        self._clock_map = moments
        self._began = moments.of(first)
        self._first_tick = _to_ticks(first, self.video)
        self._audio_shift: int | None = None

    @property
    def origin(self) -> int:
        """The moment of `shown` as far as it is known, nanoseconds on the monotonic clock."""
        return self._first_origin - self._clock_map.late_by_ns

    @property
    def late_by_ns(self) -> int:
        """Nanoseconds by which moments turned out to be too late."""
        return self._clock_map.late_by_ns

    @property
    def start(self) -> float:
        """Seconds from the NUT's zero to the picture that its time counts from."""
        return self.shown / self.video.rate

    @property
    def streams(self) -> tuple[NutStream, ...]:
        return (self.video, self.audio) if self.audio else (self.video,)

    def place(self, unit: MediaUnit) -> tuple[int, int] | None:
        """Its stream's index and its ticks; None for what lies before the part begins."""
        if unit.track.medium == "video":
            ahead = _to_ticks(unit, self.video) - self._first_tick
            if ahead < 0 and unit.dependent:  # it needs pictures from before the part
                return None
            ticks = ahead + START_MARGIN_S * self.video.rate
            return (0, ticks) if ticks >= 0 else None
        assert self.audio is not None
        rate = self.audio.rate
        if self._audio_shift is None:
            late = _scale_to_ticks(self._clock_map.of(unit) - self._began, rate)
            if late < 0:
                return None
            self._audio_shift = late - _to_ticks(unit, self.audio)
        ticks = _to_ticks(unit, self.audio) + self._audio_shift + START_MARGIN_S * rate
        return (1, ticks) if ticks >= 0 else None


def _to_ticks(unit: MediaUnit, stream: NutStream) -> int:
    return _scale_to_ticks(unit.time, stream.rate)


def _scale_to_ticks(nanoseconds: int, rate: int) -> int:
    return (nanoseconds * rate + NS_PER_SECOND // 2) // NS_PER_SECOND
