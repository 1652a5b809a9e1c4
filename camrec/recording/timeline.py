"""When a unit was, and where that lies in the file."""

from __future__ import annotations

import math
from collections.abc import Sequence

from camrec.media import AudioTrack, Unit, VideoTrack
from camrec.recording.nut import NutStream

SECOND = 10**9
MARGIN = 1  # seconds from the NUT's zero to the first key picture, for what is shown before it
FINEST = 90_000  # ticks a second that a file keeps
LEARNT_FOR = 10 * SECOND  # what a camera's clock runs away from ours meanwhile is little
TOLD = SECOND // 100  # nanoseconds that moments move before it is worth telling


class Moments:
    """When each unit of an unbroken stream was, in nanoseconds on this machine's monotonic clock.

    A track's first estimate is held until the stream breaks: distances stay the camera's own.

    late : nanoseconds by which all moments turned out to be too late, told by pictures that came
        with less delay than the first ones.
    """

    def __init__(self) -> None:
        self.late = 0
        self._offsets: dict[str, int] = {}
        self._pushed = 0
        self._most = math.inf
        self._told = 0
        self._since = 0

    def learn(self, units: Sequence[Unit], after: int | None) -> None:
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
        self._since = units[0].time
        for unit in reversed(units):
            self._offsets.setdefault(unit.track.medium, unit.offset)
        if after is not None:
            first, earliest = self.of(units[0]), after + SECOND // 1000
            self._pushed = max(0, earliest - first)
            self._most = max(0, first - earliest)

    def of(self, unit: Unit) -> int:
        offset = self._offsets.setdefault(unit.track.medium, unit.offset)
        return unit.time + offset + self._pushed

    def refine(self, picture: Unit) -> bool:
        """Learn from its estimate how late moments are; True when that is worth telling.

        Only a while: later the estimate follows the camera's clock where that runs away from ours.
        """
        if picture.time - self._since > LEARNT_FOR:
            return False
        late = self._offsets["video"] + self._pushed - picture.offset
        if not self.late < late:
            return False
        self.late = int(min(late, self._most))
        worth = self.late - self._told > TOLD
        self._told = self.late if worth else self._told
        return worth


class Timeline:
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
        moments: Moments,
        first: Unit,
        shown: Unit,
        video: VideoTrack,
        audio: AudioTrack | None,
    ) -> None:
        self.video = NutStream(video, min(video.rate, FINEST))
        self.audio = NutStream(audio, audio.rate) if audio else None
        self._zero = moments.of(shown)
        self.shown = MARGIN * self.video.rate + _tick(shown, self.video) - _tick(first, self.video)
        self._moments = moments
        self._began = moments.of(first)
        self._first = _tick(first, self.video)
        self._sound: int | None = None

    @property
    def zero(self) -> int:
        """The moment of `shown` as far as it is known, nanoseconds on the monotonic clock."""
        return self._zero - self._moments.late

    @property
    def late(self) -> int:
        """Nanoseconds by which moments turned out to be too late."""
        return self._moments.late

    @property
    def start(self) -> float:
        """Seconds from the NUT's zero to the picture that its time counts from."""
        return self.shown / self.video.rate

    @property
    def streams(self) -> tuple[NutStream, ...]:
        return (self.video, self.audio) if self.audio else (self.video,)

    def place(self, unit: Unit) -> tuple[int, int] | None:
        """Its stream's index and its ticks; None for what lies before the part begins."""
        if unit.track.medium == "video":
            ahead = _tick(unit, self.video) - self._first
            if ahead < 0 and unit.dependent:  # it needs pictures from before the part
                return None
            ticks = ahead + MARGIN * self.video.rate
            return (0, ticks) if ticks >= 0 else None
        assert self.audio is not None
        rate = self.audio.rate
        if self._sound is None:
            late = _scaled(self._moments.of(unit) - self._began, rate)
            if late < 0:
                return None
            self._sound = late - _tick(unit, self.audio)
        ticks = _tick(unit, self.audio) + self._sound + MARGIN * rate
        return (1, ticks) if ticks >= 0 else None


def _tick(unit: Unit, stream: NutStream) -> int:
    return _scaled(unit.time, stream.rate)


def _scaled(nanoseconds: int, rate: int) -> int:
    return (nanoseconds * rate + SECOND // 2) // SECOND
