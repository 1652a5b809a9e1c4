"""The camera's clock as far as one segment is concerned."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.camera_clock import DatedStretch, TrackClock
from camrec.clock import NS_PER_SECOND


@dataclass(frozen=True)
class SegmentClock:
    """What the camera says about its clock, for the frames and the audio of a segment.

    video, audio : the clocks of the tracks; `audio` is None if there is no audio.
    shown_time : the timestamp of the frame at the time 0 of the file, nanoseconds.
    newest_time : the timestamp of the newest frame in the file.
    video_offset, audio_offset : a timestamp plus this is where the unit is, in monotonic
        nanoseconds: how video and audio are placed in the file.
    """

    video: TrackClock
    shown_time: int
    video_offset: int
    audio: TrackClock | None = None
    audio_offset: int = 0
    newest_time: int = 0

    def stretches(self, begin: int, end: int) -> list[DatedStretch]:
        """What the camera's clock dates between two times in the file, nanoseconds."""
        zero = self.shown_time
        found = self.video.stretches(begin + zero, end + zero)
        return [each.moved(-zero) for each in found]

    def audio_early_by(self, sent: int) -> float | None:
        """How many seconds too early the audio is that is placed at a monotonic time (ns).

        None if the camera does not report its clock for both tracks, or if that means nothing.
        """
        if self.audio is None:
            return None
        video = self.video.wall_at(sent - self.video_offset)
        audio = self.audio.wall_at(sent - self.audio_offset)
        return None if video is None or audio is None else (audio - video) / NS_PER_SECOND
