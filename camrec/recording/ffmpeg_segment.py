"""One FFmpeg process and the file that it writes: begun once, ended once, never used again."""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from dataclasses import replace
from pathlib import Path

from camrec.codecs import START_CODE
from camrec.media import MediaUnit
from camrec.process import STDIN_STOP_SEQUENCE, ChildProcess, StopStep
from camrec.recording.audio_decode import audio_decoder_for
from camrec.recording.av_sync import AvSync
from camrec.recording.encoding import EncodingPolicy
from camrec.recording.ffmpeg_args import build_arguments, detect_features
from camrec.recording.nut import NutMuxer
from camrec.recording.timeline import SegmentTimeline

log = logging.getLogger(__name__)

MAX_PIPE_WRITE_BYTES = (
    1 << 16
)  # bytes: a write returns when all is taken, and tells no progress before
SEI_NAL_TYPE = 6
DISK_FULL_MESSAGE = "No space left on device"


class SegmentEnded(Exception):
    """FFmpeg takes nothing more."""


class FFmpegSegment:
    """Takes units in, in the order in which they came.

    av_sync : how its sound and its pictures keep step, and both with our clock.
    shown : pictures given to FFmpeg that are not hidden.
    left_out : seconds in its file of the pictures before which some were left out on purpose.
    ended_cleanly : FFmpeg ended well: all that it was given is in the file.
    progressive : and the file needs nothing more.
    last_message : the last line FFmpeg said, or else how it ended; "" if all was well.
    """

    def __init__(
        self, path: Path, ffmpeg: Path, timeline: SegmentTimeline, coding: EncodingPolicy
    ) -> None:
        self.path = path
        self.av_sync = AvSync()
        self.shown = 0
        self.left_out: list[float] = []
        self.last_message = ""
        self.disk_full = False
        self.ended_cleanly = False
        self.progressive = False
        self._timeline = timeline
        self._features = detect_features(ffmpeg)
        self._copies_video = coding.can_copy(timeline.video.track)
        audio = timeline.audio.track if timeline.audio else None
        self._audio_decoder = audio_decoder_for(audio)
        streams = timeline.streams
        if audio is not None and self._audio_decoder is not None:
            streams = (streams[0], replace(streams[1], track=self._audio_decoder.track))
        self._nut = NutMuxer(streams)
        self._has_frames = False
        self._pending: list[bytes] = []
        self._writing_since: float | None = None
        self._tracks = (timeline.video.track, audio)
        command = build_arguments(self._features, *self._tracks, timeline.start, path, coding)
        self._child = ChildProcess(
            f"ffmpeg {path.stem}",
            [ffmpeg, *command],
            on_line=self._on_line,
            stdin=True,
            ends_with_us=False,
        )

    def start(self) -> None:
        """Raises OSError when FFmpeg does not start."""
        self._child.start()
        log.info("ffmpeg writes %s (pid %d)", self.path.name, self._child.pid)
        self._write(self._nut.header())

    def fits(self, unit: MediaUnit) -> bool:
        """Whether its track is one of those that this part began with."""
        return unit.track in self._tracks

    @property
    def origin(self) -> int:
        """The moment of its file's time 0 as far as it is known, monotonic nanoseconds."""
        return self._timeline.origin

    @property
    def has_audio(self) -> bool:
        return self._timeline.audio is not None

    @property
    def has_ended(self) -> bool:
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
        """Seconds since when FFmpeg takes nothing of what it is offered."""
        since = self._writing_since
        return time.monotonic() - since if since is not None else 0.0

    def write(self, unit: MediaUnit, left_out: bool = False) -> None:
        """Take in a unit that fits; `flush` gives it to FFmpeg.

        left_out : before it pictures were left out on purpose.
        """
        place = self._timeline.place(unit)
        if place is None:
            return
        stream, ticks = place
        if left_out:
            self.left_out.append((ticks - self._timeline.shown) / self._timeline.video.rate)
        data = unit.data
        if stream and self._audio_decoder is not None:
            data = self._audio_decoder.decode(data)
            if not data:
                return
        # Who seeks goes to a key picture, and is to find one that all can be decoded from.
        hidden = self._copies_video and unit.open and self._has_frames
        key = unit.key and not hidden
        if hidden:
            data = _remove_sei(data)
        self._has_frames = True
        self._pending += self._nut.frame(stream, ticks, key, data)
        self.shown += stream == 0 and ticks >= self._timeline.shown

    def flush(self) -> None:
        """Give FFmpeg what was taken in, all at once; blocks while it is behind.

        Raises
        ------
        PartEnded
        """
        if self._pending:
            gathered, self._pending = b"".join(self._pending), []
            self._write(gathered)

    def finish(self) -> None:
        """Let FFmpeg close the file; it is given some seconds, then ended."""
        with contextlib.suppress(SegmentEnded):
            self.flush()
        code = self._child.stop(STDIN_STOP_SEQUENCE)
        # A list of edits that ends too early would hide the last picture where some are reordered.
        in_order = not self._copies_video or not self._timeline.video.track.reorder
        self.ended_cleanly = code == 0
        # One that ended well has at most warned.
        self.last_message = (
            "" if self.ended_cleanly else self.last_message or _describe_exit_status(code)
        )
        self.av_sync.late_by_ns = self._timeline.late_by_ns
        self.progressive = self.ended_cleanly and self._features.hybrid_mp4 and in_order
        log.info("ffmpeg ended %s with %s, %d bytes", self.path.name, code, self.size)

    def kill(self) -> None:
        """Free a writer that is blocked; any thread may."""
        self._child.request_stop(StopStep.KILL)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        pipe = self._child.stdin
        assert pipe is not None
        try:
            while rest:
                self._writing_since = time.monotonic()
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
    """How a process ended, in signs that need no translation: "SIGKILL", "code 1"."""
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"code {code}"


def _remove_sei(picture: bytes) -> bytes:
    """H.264 without its SEI: FFmpeg takes each picture with a recovery point for a key one."""
    nals = picture.split(START_CODE)[1:]
    return b"".join(START_CODE + nal for nal in nals if nal[0] & 31 != SEI_NAL_TYPE)
