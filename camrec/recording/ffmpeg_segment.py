"""One FFmpeg process and the file that it writes: begun once, ended once, never used again."""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from dataclasses import replace
from pathlib import Path

from camrec.media import Unit
from camrec.process.child import Child
from camrec.process.stop_sequence import FEEDING, Rung
from camrec.recording.audio_decode import plain
from camrec.recording.av_sync import Step
from camrec.recording.encoding import Coding
from camrec.recording.ffmpeg_args import ability, arguments
from camrec.recording.nut import Nut
from camrec.recording.timeline import Timeline

log = logging.getLogger(__name__)

PIECE = 1 << 16  # bytes: a write returns when all is taken, and tells no progress before
START_CODE, SEI = b"\0\0\0\1", 6
NO_ROOM = "No space left on device"


class PartEnded(Exception):
    """FFmpeg takes nothing more."""


class Part:
    """Takes units in, in the order in which they came.

    step : how its sound and its pictures keep step, and both with our clock.
    shown : pictures given to FFmpeg that are not hidden.
    left_out : seconds in its file of the pictures before which some were left out on purpose.
    complete : FFmpeg ended well: all that it was given is in the file.
    whole : and the file needs nothing more.
    complaint : the last line FFmpeg said, or else how it ended; "" if all was well.
    """

    def __init__(self, path: Path, ffmpeg: Path, timeline: Timeline, coding: Coding) -> None:
        self.path = path
        self.step = Step()
        self.shown = 0
        self.left_out: list[float] = []
        self.complaint = ""
        self.no_room = False
        self.complete = False
        self.whole = False
        self._timeline = timeline
        self._able = ability(ffmpeg)
        self._copied = coding.copies(timeline.video.track)
        audio = timeline.audio.track if timeline.audio else None
        self._plain = plain(audio)
        streams = timeline.streams
        if audio is not None and self._plain is not None:
            streams = (streams[0], replace(streams[1], track=self._plain.track))
        self._nut = Nut(streams)
        self._begun = False
        self._gathered: list[bytes] = []
        self._writing_since: float | None = None
        self._tracks = (timeline.video.track, audio)
        command = arguments(self._able, *self._tracks, timeline.start, path, coding)
        self._child = Child(
            f"ffmpeg {path.stem}",
            [ffmpeg, *command],
            on_line=self._hear,
            stdin=True,
            ends_with_us=False,
        )

    def start(self) -> None:
        """Raises OSError when FFmpeg does not start."""
        self._child.start()
        log.info("ffmpeg writes %s (pid %d)", self.path.name, self._child.pid)
        self._write(self._nut.header())

    def fits(self, unit: Unit) -> bool:
        """Whether its track is one of those that this part began with."""
        return unit.track in self._tracks

    @property
    def zero(self) -> int:
        """The moment of its file's time 0 as far as it is known, monotonic nanoseconds."""
        return self._timeline.zero

    @property
    def sounds(self) -> bool:
        return self._timeline.audio is not None

    @property
    def dead(self) -> bool:
        return not self._child.running

    @property
    def size(self) -> int:
        """Bytes on the disk so far."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def blocked(self) -> float:
        """Seconds since when FFmpeg takes nothing of what it is offered."""
        since = self._writing_since
        return time.monotonic() - since if since is not None else 0.0

    def write(self, unit: Unit, left_out: bool = False) -> None:
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
        if stream and self._plain is not None:
            data = self._plain.decoded(data)
            if not data:
                return
        # Who seeks goes to a key picture, and is to find one that all can be decoded from.
        hidden = self._copied and unit.open and self._begun
        key = unit.key and not hidden
        if hidden:
            data = _without_messages(data)
        self._begun = True
        self._gathered += self._nut.frame(stream, ticks, key, data)
        self.shown += stream == 0 and ticks >= self._timeline.shown

    def flush(self) -> None:
        """Give FFmpeg what was taken in, all at once; blocks while it is behind.

        Raises
        ------
        PartEnded
        """
        if self._gathered:
            gathered, self._gathered = b"".join(self._gathered), []
            self._write(gathered)

    def finish(self) -> None:
        """Let FFmpeg close the file; it is given some seconds, then ended."""
        with contextlib.suppress(PartEnded):
            self.flush()
        code = self._child.stop(FEEDING)
        # A list of edits that ends too early would hide the last picture where some are reordered.
        in_order = not self._copied or not self._timeline.video.track.reorder
        self.complete = code == 0
        # One that ended well has at most warned.
        self.complaint = "" if self.complete else self.complaint or _exit_status(code)
        self.step.late = self._timeline.late
        self.whole = self.complete and self._able.hybrid and in_order
        log.info("ffmpeg ended %s with %s, %d bytes", self.path.name, code, self.size)

    def kill(self) -> None:
        """Free a writer that is blocked; any thread may."""
        self._child.ask(Rung.KILL)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        pipe = self._child.stdin
        assert pipe is not None
        try:
            while rest:
                self._writing_since = time.monotonic()
                rest = rest[pipe.write(rest[:PIECE]) :]
        except (OSError, ValueError) as error:
            raise PartEnded(str(error)) from None
        finally:
            self._writing_since = None

    def _hear(self, line: str) -> None:
        log.debug("ffmpeg: %s", line)
        self.no_room = self.no_room or NO_ROOM in line
        self.complaint = line


def _exit_status(code: int | None) -> str:
    """How a process ended, in signs that need no translation: "SIGKILL", "code 1"."""
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"code {code}"


def _without_messages(picture: bytes) -> bytes:
    """H.264 without its SEI: FFmpeg takes each picture with a recovery point for a key one."""
    nals = picture.split(START_CODE)[1:]
    return b"".join(START_CODE + nal for nal in nals if nal[0] & 31 != SEI)
