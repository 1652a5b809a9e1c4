"""Creates the segments of one recording: their names, FFmpeg and encoding."""

from __future__ import annotations

from pathlib import Path

from camrec.media import MediaUnit, VideoTrack
from camrec.receipt import RecordingWarning
from camrec.recording.encoding import EncodingPolicy
from camrec.recording.ffmpeg_segment import FFmpegSegment
from camrec.recording.timeline import SegmentTimeline


class SegmentFactory:
    """Numbers the segments and gives each one its FFmpeg.

    number : the number of the next segment, from 1.
    """

    def __init__(
        self, folder: Path, ffmpeg: Path, encoding: EncodingPolicy, number: int = 1
    ) -> None:
        self.number = number
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._encoding = encoding

    def adapt_encoding(self, first: MediaUnit) -> None:
        """Choose the encoding of all segments by the first key frame of the recording."""
        self._encoding = self._encoding.for_stream(first)

    def create(self, timeline: SegmentTimeline) -> FFmpegSegment:
        """A new segment, which is not started yet. Raises OSError if FFmpeg does not run."""
        path = self._folder / f"part-{self.number}.mp4"
        self.number += 1
        return FFmpegSegment(path, self._ffmpeg, timeline, self._encoding)

    def copy_warning(self, video: VideoTrack) -> RecordingWarning | None:
        """See `EncodingPolicy.copy_warning`."""
        return self._encoding.copy_warning(video)
