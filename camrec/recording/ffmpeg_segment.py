"""One FFmpeg process and the file that it writes. Started once, ended once, never used again."""

from __future__ import annotations

import contextlib
import logging
import signal
from dataclasses import replace
from pathlib import Path

from camrec.clock import monotonic_s
from camrec.codecs import START_CODE
from camrec.media import MediaUnit
from camrec.process import STDIN_STOP_SEQUENCE, ChildProcess, StopStep
from camrec.recording.audio_decode import audio_decoder_for
from camrec.recording.av_sync import AvSync
from camrec.recording.encoding import EncodingPolicy
from camrec.recording.ffmpeg_args import build_arguments, detect_features
from camrec.recording.nut import NutMuxer
from camrec.recording.segment import Segment
from camrec.recording.timeline import SegmentTimeline

log = logging.getLogger(__name__)

# A write returns only when everything is written, so smaller writes show whether FFmpeg reads.
MAX_PIPE_WRITE_BYTES = 1 << 16
SEI_NAL_TYPE = 6
DISK_FULL_MESSAGE = "No space left on device"


class SegmentEnded(Exception):
    """FFmpeg has ended, or reads no more input."""


class FFmpegSegment:
    """Writes frames and audio packets, in the order in which they arrived, to one file.

    One thread writes; any thread may read the attributes and call `kill`.

    av_sync : how audio and video are offset.
    last_message : the last line that FFmpeg printed, or how it ended; empty if all was well.
    disk_full : FFmpeg reported that the disk is full.
    """

    def __init__(
        self, path: Path, ffmpeg: Path, timeline: SegmentTimeline, encoding: EncodingPolicy
    ) -> None:
        self.path = path
        self.av_sync = AvSync()
        self.last_message = ""
        self.disk_full = False
        self._frames_shown = 0
        self._left_out: list[float] = []
        self._ended_cleanly = False
        self._progressive = False
        self._timeline = timeline
        self._video_track = timeline.video.track
        self._audio_track = timeline.audio.track if timeline.audio else None
        self._features = detect_features(ffmpeg)
        self._copies_video = encoding.can_copy(self._video_track)
        self._audio_decoder = audio_decoder_for(self._audio_track)
        audio = timeline.audio
        if audio is not None and self._audio_decoder is not None:
            audio = replace(audio, track=self._audio_decoder.track)
        self._nut = NutMuxer(timeline.video, audio)
        self._has_frames = False
        self._pending: list[bytes] = []
        self._writing_since: float | None = None
        command = build_arguments(
            self._features, self._video_track, self._audio_track, timeline.start, path, encoding
        )
        self._child = ChildProcess(
            f"ffmpeg {path.stem}",
            [ffmpeg, *command],
            on_line=self._on_line,
            stdin=True,
            ends_with_us=False,
        )

    def start(self) -> None:
        """Start FFmpeg. Raises OSError if it does not start, SegmentEnded if it ends at once."""
        self._child.start()
        log.info("ffmpeg writes %s (pid %d)", self.path.name, self._child.pid)
        self._write(self._nut.header())

    def fits(self, unit: MediaUnit) -> bool:
        """Whether the unit's track is one of those that the segment began with."""
        return unit.track in (self._video_track, self._audio_track)

    @property
    def origin(self) -> int:
        """When the time 0 of the file was, as far as that is known, monotonic nanoseconds."""
        return self._timeline.origin

    @property
    def has_audio(self) -> bool:
        """Whether the file has an audio stream."""
        return self._timeline.audio is not None

    @property
    def has_ended(self) -> bool:
        """Whether FFmpeg has ended."""
        return not self._child.running

    @property
    def size(self) -> int:
        """Bytes on the disk so far."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def blocked_seconds(self) -> float:
        """Seconds for which FFmpeg has not read what is being written to it."""
        since = self._writing_since
        return monotonic_s() - since if since is not None else 0.0

    def to_segment(self) -> Segment:
        """The segment as it is now."""
        return Segment(
            self.path,
            self.origin,
            self._progressive,
            self._frames_shown if self._ended_cleanly else None,
            self.av_sync,
            tuple(self._left_out),
            self._timeline.clock,
            None if self._video_track.timed_by_arrival else self._timeline.stream,
        )

    def write(self, unit: MediaUnit, left_out: bool = False) -> None:
        """Take a unit that `fits`; `flush` passes it to FFmpeg.

        Parameters
        ----------
        left_out
            Whether frames just before this one were left out on purpose.
        """
        place = self._timeline.place(unit)
        if place is None:
            return
        stream, ticks = place
        ahead = ticks - self._timeline.shown_ticks
        if left_out:
            self._left_out.append(ahead / self._timeline.video.rate)
        data = unit.data
        if stream and self._audio_decoder is not None:
            data = self._audio_decoder.decode(data)
            if not data:
                return
        # Players seek to key frames. If not everything can be decoded from a key frame, write it
        # as a normal frame.
        hidden = self._copies_video and unit.open and self._has_frames
        key = unit.key and not hidden
        if hidden:
            data = _remove_sei(data)
        self._has_frames = True
        self._pending += self._nut.frame(stream, ticks, key, data)
        self._frames_shown += stream == 0 and ahead >= 0

    def flush(self) -> None:
        """Pass everything that was taken to FFmpeg. Blocks while FFmpeg is busy.

        Raises
        ------
        SegmentEnded
        """
        if self._pending:
            gathered, self._pending = b"".join(self._pending), []
            self._write(gathered)

    def finish(self) -> None:
        """Let FFmpeg close the file. If it takes too long, FFmpeg is stopped."""
        with contextlib.suppress(SegmentEnded):
            self.flush()
        code = self._child.stop(STDIN_STOP_SEQUENCE)
        # FFmpeg's edit list ends too early if frames are reordered, and hides the last frame.
        in_order = not self._copies_video or not self._video_track.reorder
        ended_cleanly = code == 0
        # If FFmpeg ended well, it has printed nothing worse than warnings.
        self.last_message = (
            "" if ended_cleanly else self.last_message or _describe_exit_status(code)
        )
        self.av_sync.late_by_ns = self._timeline.late_by_ns
        self.av_sync.clock = self._timeline.clock
        self._progressive = ended_cleanly and self._features.hybrid_mp4 and in_order
        self._ended_cleanly = ended_cleanly
        log.info("ffmpeg ended %s with %s, %d bytes", self.path.name, code, self.size)

    def kill(self) -> None:
        """Kill FFmpeg, which ends a write that blocks. Any thread may call this."""
        self._child.request_stop(StopStep.KILL)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        pipe = self._child.stdin
        assert pipe is not None
        try:
            while rest:
                self._writing_since = monotonic_s()
                rest = rest[pipe.write(rest[:MAX_PIPE_WRITE_BYTES]) :]
        except (OSError, ValueError) as error:
            raise SegmentEnded(str(error)) from None
        finally:
            self._writing_since = None

    def _on_line(self, line: str) -> None:
        log.debug("ffmpeg: %s", line)
        self.disk_full = self.disk_full or DISK_FULL_MESSAGE in line
        self.last_message = line


def _describe_exit_status(code: int | None) -> str:
    """How a process ended, in words that need no translation: "SIGKILL", "code 1"."""
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"code {code}"


def _remove_sei(frame: bytes) -> bytes:
    """H.264 without its SEI: FFmpeg would mark a frame with a recovery point as a key frame."""
    nals = frame.split(START_CODE)[1:]
    return b"".join(START_CODE + nal for nal in nals if nal[0] & 31 != SEI_NAL_TYPE)
