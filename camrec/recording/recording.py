"""One timed act of writing a camera down: its life, from the button to the saved video."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from camrec.clock import Clock
from camrec.errors import CameraError, CamrecError, ServiceError
from camrec.receipt import Gap, Receipt
from camrec.recording import gaps
from camrec.recording.finish import Story, finish
from camrec.recording.join import Written
from camrec.recording.memory import MOST, Memory
from camrec.recording.part import Part, PartEnded
from camrec.recording.timeline import SECOND, Moments, Timeline
from camrec.signal import Signal
from camrec.states import Machine
from camrec.units import AudioTrack, Unit, VideoTrack

log = logging.getLogger(__name__)

LONGEST_SLEEP = 0.5  # seconds between two looks at the clock
SOUND_PATIENCE = 1.0  # seconds that a part waits for sound that was there before
PAUSES = (0.2, 1.0, 2.0)  # seconds before the next part, after one that wrote nothing
STUCK = 5.0  # seconds without a byte taken: FFmpeg is given up when it also does harm


class RecordingState(Enum):
    WRITING = "writing"
    WAITING = "waiting"
    FINALISING = "finalising"
    SAVED = "saved"
    FAILED = "failed"


MOVES = {
    RecordingState.WRITING: frozenset({RecordingState.WAITING, RecordingState.FINALISING}),
    RecordingState.WAITING: frozenset({RecordingState.WRITING, RecordingState.FINALISING}),
    RecordingState.FINALISING: frozenset({RecordingState.SAVED, RecordingState.FAILED}),
}
HOPELESS = ("disk", "error")  # ends after which nothing more can be written


class Feed(Protocol):
    """What a recording needs of a session's feed."""

    video: VideoTrack | None
    audio: AudioTrack | None
    usual_distance: float

    def subscribe(self, *, max_bytes: int, on_ready: Callable[[], None]) -> Any: ...


class Recording:
    """Writes a feed down from `start` on, for `duration` seconds by our own clock.

    Its video begins with the picture that is on the screen when it is started. It is made of parts,
    one FFmpeg each: where the stream breaks or FFmpeg dies, the next part goes on.

    Parameters
    ----------
    source
        The camera's URL, without a credential.
    folder
        Where its parts are written; removed once the video is saved.
    save
        Puts a finished file with its receipt into the library and gives its final name.

    Attributes
    ----------
    changed : emits this recording after each change of state, parts or gaps.
    started_at, ends_at : UTC nanoseconds.
    filename : of its video once it is saved; of its first one where there are several.
    error : why it FAILED.
    ended : why it ended, as in the receipt; None while it runs.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        duration: int,
        name: str,
        source: str,
        folder: Path,
        ffmpeg: Path,
        save: Callable[[Path, Receipt], str],
        clock: Clock,
        recording_id: str | None = None,
        session_id: str | None = None,
    ) -> None:
        self.recording_id = recording_id or secrets.token_hex(8)
        self.session_id = session_id
        self.name = name
        self.source = source
        self.duration = duration
        self.machine: Machine[RecordingState] = Machine(RecordingState.WRITING, MOVES)
        self.changed = Signal()
        self.started_at = 0
        self.ended: str | None = None
        self.filename: str | None = None
        self.receipts: list[Receipt] = []
        self.error: CamrecError | None = None
        self._feed = feed
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._save = save
        self._clock = clock
        self._began = 0
        self._over: int | None = None
        self._asked: str | None = None
        self._wake = threading.Event()
        self._finished = threading.Event()
        self._part: Part | None = None
        self._parts: list[Part] = []
        self._memory = Memory()
        self._moments = Moments()
        self._fruitless = 0
        self._not_before = 0
        self._sounded = False
        self._waiting_for_sound: int | None = None
        self._met = False  # with the group that was there before the button
        self._zero: int | None = None
        self._newest: int | None = None
        self._gaps: list[Gap] = []
        self._warnings: list[str] = []
        self.machine.changed.connect(lambda old, new: self._tell())
        self._thread = threading.Thread(
            target=self._run, name=f"recording-{self.recording_id}", daemon=True
        )
        self._guard = threading.Thread(
            target=self._watch, name=f"guard-{self.recording_id}", daemon=True
        )

    # What others ask of it; any thread may.

    def start(self) -> None:
        """The button: from now on."""
        self._began = self._clock.monotonic_ns()
        self.started_at = self._clock.utc_ns()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._units = self._subscribe()
        log.info("recording %s of %s begins: %d s", self.recording_id, self.name, self.duration)
        self._thread.start()
        self._guard.start()

    def stop(self, reason: str = "stopped") -> None:
        """Ask it to end now; returns at once. The first reason stands."""
        self._asked = self._asked or reason
        self._wake.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it is SAVED or FAILED; False after `timeout` seconds."""
        if not self._finished.wait(timeout):
            return False
        if threading.current_thread() is not self._thread:
            self._thread.join()
        return True

    @property
    def state(self) -> RecordingState:
        return self.machine.state

    @property
    def ends_at(self) -> int:
        return self.started_at + self.duration * SECOND

    @property
    def elapsed(self) -> float:
        """Seconds since it was started, up to its end."""
        until = self._over if self._over is not None else self._clock.monotonic_ns()
        return min((until - self._began) / SECOND, float(self.duration))

    @property
    def bytes(self) -> int:
        """Written so far, or the size of what was saved."""
        if self.receipts:
            return sum(receipt.size for receipt in self.receipts)
        return sum(part.size for part in list(self._parts))

    @property
    def parts(self) -> int:
        return len(self._parts)

    @property
    def gaps(self) -> list[Gap]:
        """Times without pictures so far, one that still lasts included."""
        if self.receipts:
            return list(self.receipts[0].gaps)
        found = list(self._gaps)
        if self._newest is not None and (lasting := self._gap(self._clock.monotonic_ns())):
            found.append(lasting)
        return found

    # Its life, in its own thread.

    def _run(self) -> None:
        try:
            self._write_down()
        except Exception:
            log.exception("recording %s broke off", self.recording_id)
            self._end("error")
        try:
            self._finalise()
        finally:
            self._finished.set()
            self._guard.join()

    def _write_down(self) -> None:
        while self.ended is None:
            self._sleep()
            due = self._due()
            for item in self._units.take():
                if isinstance(item, Unit):
                    self._take(item)
                else:
                    self._break()
            self._look_after()
            self._open()
            self._met = True
            if self._units.overflowed:
                self._overflow()
            if due is not None:
                self._end(due)
        self._look_after()
        self._open(patient=False)

    def _due(self) -> str | None:
        """Why it should end now."""
        if self._asked is not None:
            return self._asked
        return "time" if self._clock.monotonic_ns() >= self._deadline else None

    @property
    def _deadline(self) -> int:
        return self._began + self.duration * SECOND

    def _sleep(self) -> None:
        left = (self._deadline - self._clock.monotonic_ns()) / SECOND
        if self._asked is None and left > 0:
            self._wake.wait(min(left, LONGEST_SLEEP))
        self._wake.clear()

    def _take(self, unit: Unit) -> None:
        if self._memory.breaks(unit):
            self._open(patient=False)
            self._close("the picture's form changed")
            self._memory.clear()
        self._memory.keep(unit)
        if self._part is not None and not self._part.fits(unit):
            self._close("the sound's form changed")
        if self._part is not None:
            self._write(unit)
        elif self._met:
            self._open()

    def _write(self, unit: Unit) -> None:
        moment = self._moments.of(unit)
        if moment >= self._deadline:
            return
        assert self._part is not None
        try:
            self._part.write(unit)
        except PartEnded:
            self._died()
            return
        if unit.track.medium == "video":
            self._note(moment)

    def _note(self, moment: int) -> None:
        """Keep account of the pictures' times."""
        if self._newest is None or moment <= self._newest:
            self._newest = max(moment, self._newest or moment)
            return
        if gap := self._gap(moment):
            self._gaps.append(gap)
            self._tell()
        self._newest = moment

    def _gap(self, until: int) -> Gap | None:
        assert self._zero is not None and self._newest is not None
        earlier, later = (self._newest - self._zero) / SECOND, (until - self._zero) / SECOND
        return gaps.between(earlier, later, self._feed.usual_distance)

    # Parts.

    def _open(self, patient: bool = True) -> None:
        """Begin a part with what is remembered, where there is none and it is time for one."""
        if self._part is not None or self.ended in HOPELESS:
            return
        units = self._memory.units()
        if not units:
            if self.ended is None:
                self.machine.move(RecordingState.WAITING)
            return
        now = self._clock.monotonic_ns()
        if patient and (now < self._not_before or self._waits_for_sound(units, now)):
            return
        self._moments.learn(units, after=self._newest)
        video = [unit for unit in units if unit.track.medium == "video"]
        audio = next((u.track for u in reversed(units) if u.track.medium == "audio"), None)
        first = shown = video[0]
        if self._zero is None:
            before = [unit for unit in video if self._moments.of(unit) <= self._began]
            shown = max(before, key=lambda unit: unit.time, default=first)
        timeline = Timeline(self._moments, first, shown, first.track, audio)
        path = self._folder / f"part-{len(self._parts) + 1}.mp4"
        part = Part(path, self._ffmpeg, timeline)
        self._zero = self._zero if self._zero is not None else part.zero
        self._parts.append(part)
        self._part = part
        self._sounded = part.sounds
        self.machine.move(RecordingState.WRITING)
        self._tell()
        try:
            part.start()
        except (OSError, PartEnded) as error:
            part.complaint = part.complaint or str(error)
            self._died()
        for unit in units:
            if self._part is part and part.fits(unit):
                self._write(unit)

    def _waits_for_sound(self, units: list[Unit], now: int) -> bool:
        """Sound that is expected gets a second to come, so that the part begins with it."""
        expected = self._sounded or self._feed.audio is not None
        if not expected or any(unit.track.medium == "audio" for unit in units):
            self._waiting_for_sound = None
            return False
        if self._waiting_for_sound is None:
            self._waiting_for_sound = now
        return now - self._waiting_for_sound < SOUND_PATIENCE * SECOND

    def _close(self, why: str) -> None:
        """End the part; the next one begins with what is remembered."""
        part, self._part = self._part, None
        if part is None:
            return
        part.finish()
        log.info("recording %s: %s ends: %s", self.recording_id, part.path.name, why)
        self._tell()

    def _look_after(self) -> None:
        """FFmpeg may have ended though nothing was written since."""
        if self._part is not None and self._part.dead:
            self._died()

    def _died(self) -> None:
        part = self._part
        assert part is not None
        self._close("FFmpeg ended")
        self._warnings.append(f"FFmpeg ended in part {len(self._parts)}: {part.complaint}")
        log.warning("recording %s: FFmpeg ended: %s", self.recording_id, part.complaint)
        if part.no_room:
            self._end("disk")
        elif part.size > 0:
            self._fruitless = 0
        elif self._fruitless == len(PAUSES):
            self._end("error")
        else:
            pause = PAUSES[self._fruitless]
            self._fruitless += 1
            self._not_before = self._clock.monotonic_ns() + int(pause * SECOND)

    def _break(self) -> None:
        """The stream broke: what comes next has no tie to what was."""
        self._open(patient=False)
        self._close("the stream broke")
        self._memory.clear()
        self._moments = Moments()
        if self.ended is None:
            self.machine.move(RecordingState.WAITING)

    def _overflow(self) -> None:
        """FFmpeg was too slow and units were dropped: go on with a part of what is now."""
        self._close("FFmpeg is too slow")
        self._warnings.append("the computer or the disk was too slow: pictures were lost")
        log.warning("recording %s: FFmpeg is too slow, units are lost", self.recording_id)
        self._units.close()
        self._memory.clear()
        self._units = self._subscribe()
        self._wake.set()

    def _subscribe(self) -> Any:
        return self._feed.subscribe(max_bytes=MOST, on_ready=self._wake.set)

    def _watch(self) -> None:
        """Free the writer where FFmpeg takes nothing more: the time must not wait for it."""
        while not self._finished.wait(LONGEST_SLEEP):
            part = self._part
            harmful = self._due() is not None or self._units.overflowed
            if part and part.blocked > STUCK and harmful:
                log.warning("recording %s: FFmpeg hangs, it is ended", self.recording_id)
                part.kill()

    # The end.

    def _end(self, reason: str) -> None:
        if self.ended is None:
            self.ended = reason
            self._over = min(self._clock.monotonic_ns(), self._deadline)

    def _finalise(self) -> None:
        self._units.close()
        self.machine.move(RecordingState.FINALISING)
        try:
            self._close(str(self.ended))
            self._save_all()
        except CamrecError as error:
            self._fail(error)
        except Exception as error:
            log.exception("recording %s could not be finished", self.recording_id)
            reason = getattr(error, "strerror", None) or str(error)
            self._fail(ServiceError("ffmpeg_failed", reason=reason, folder=str(self._folder)))
        else:
            shutil.rmtree(self._folder, ignore_errors=True)
            self.machine.move(RecordingState.SAVED)
            log.info("recording %s saved as %s (%s)", self.recording_id, self.filename, self.ended)

    def _save_all(self) -> None:
        story = Story(
            recording_id=self.recording_id,
            name=self.name,
            source=self.source,
            asked=float(self.duration),
            began=self._began,
            began_utc=self.started_at,
            over=self._over or self._deadline,
            ended=self.ended or "error",
            warnings=tuple(self._warnings),
        )
        written = [
            Written(part.path, part.zero, part.whole, part.shown if part.complete else None)
            for part in self._parts
        ]
        saved = finish(written, self._folder, story, self._save)
        if saved:
            self.filename = saved[0][0]
            self.receipts = [receipt for _, receipt in saved]
        elif self._parts:
            reason = self._parts[-1].complaint or "nothing that can be read was written"
            raise ServiceError("ffmpeg_failed", reason=reason, folder=str(self._folder))
        else:
            raise CameraError("recording_empty")

    def _fail(self, error: CamrecError) -> None:
        self.error = error
        if not any(self._folder.glob("*")):
            shutil.rmtree(self._folder, ignore_errors=True)
        self.machine.move(RecordingState.FAILED)
        log.error("recording %s failed: %s", self.recording_id, error)

    def _tell(self) -> None:
        self.changed.emit(self)
