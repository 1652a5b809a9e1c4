"""How long a recording and its videos are to be."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError
from camrec.journal import SeriesRecord
from camrec.recording import first_of_series
from camrec.recording_limits import (
    DEFAULT_VIDEO_LENGTH_S,
    MAX_DURATION_S,
    MAX_VIDEO_LENGTH_S,
    MIN_DURATION_S,
    MIN_VIDEO_LENGTH_S,
)


@dataclass(frozen=True)
class VideoLength:
    """Seconds of a recording, and of each of its videos.

    duration : None: until it is stopped.
    video : None: the recording is one video.
    """

    duration: int | None
    video: float | None

    @classmethod
    def of(cls, duration: int | None, video_length: int | None) -> VideoLength:
        """The lengths that a user asked for. Raises InputError (``bad_duration``,
        ``bad_video_length``).
        """
        if duration is not None and not _is_between(duration, MIN_DURATION_S, MAX_DURATION_S):
            raise InputError("bad_duration", shortest=MIN_DURATION_S, longest=MAX_DURATION_S)
        limits = MIN_VIDEO_LENGTH_S, MAX_VIDEO_LENGTH_S
        if video_length is not None and not _is_between(video_length, *limits):
            raise InputError("bad_video_length", shortest=limits[0], longest=limits[1])
        if duration is None:
            return cls(None, video_length or DEFAULT_VIDEO_LENGTH_S)
        return cls(duration, video_length)

    @property
    def first_video(self) -> float:
        """Seconds of the first video: for so long there has to be space on the disk."""
        return min(each for each in (self.duration, self.video) if each is not None)

    def series(self, recording_id: str, starts_at: int) -> SeriesRecord | None:
        """The series of a recording that starts at `starts_at` (UTC ns); None: it is one video."""
        if self.video is None:
            return None
        ends_at = None if self.duration is None else starts_at + self.duration * NS_PER_SECOND
        return first_of_series(recording_id, starts_at, ends_at, self.video)


def _is_between(value: object, shortest: int, longest: int) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return shortest <= value <= longest
