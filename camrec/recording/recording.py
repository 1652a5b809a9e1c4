"""One timed act of writing a camera down: its life, from the button to the saved video."""

from __future__ import annotations

import errno
import logging
import secrets
import shutil
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from camrec import durable_files
from camrec.callbacks import Signal
from camrec.clock import Clock, iso
from camrec.errors import CameraError, CamrecError, ServiceError, StateError, reason_of
from camrec.i18n import Phrase
from camrec.media import Unit
from camrec.receipt import EndReason, Gap, Receipt, RecordingWarning
from camrec.recording.encoding import USUAL, Coding
from camrec.recording.finalize import Story, finish
from camrec.recording.fsync_thread import Syncer
from camrec.recording.repair import Ample, Ballast, Room
from camrec.recording.resume import Past
from camrec.recording.segment_writer import Pace, Writer
from camrec.recording.timeline import SECOND
from camrec.state_machine import Machine

log = logging.getLogger(__name__)

QUEUE = 32 << 20  # bytes that may wait for FFmpeg before units are lost
LONGEST_SLEEP = 1.0  # seconds between two looks at the disk
LONGEST_SILENCE = 0.2  # seconds between two looks at the clock and at FFmpeg
GATHERED = 0.05  # seconds of units, at least, that FFmpeg gets at once: two processes wake up
ON_THE_WAY = (0.05, 5)  # seconds, and how often, that what was sent before the end is waited for
LONGEST_WAIT = 5.0  # the same, while its time has not come
STUCK = 5.0  # seconds without a byte taken: FFmpeg is given up when it also does harm


class RecordingState(Enum):
    SCHEDULED = "scheduled"
    WRITING = "writing"
    WAITING = "waiting"
    FINALISING = "finalising"
    SAVED = "saved"
    FAILED = "failed"


MOVES = {
    RecordingState.SCHEDULED: frozenset({RecordingState.WRITING, RecordingState.FAILED}),
    RecordingState.WRITING: frozenset({RecordingState.WAITING, RecordingState.FINALISING}),
    RecordingState.WAITING: frozenset({RecordingState.WRITING, RecordingState.FINALISING}),
    RecordingState.FINALISING: frozenset({RecordingState.SAVED, RecordingState.FAILED}),
}


class Feed(Pace, Protocol):
    """What a recording needs of a session's feed."""

    newest: Unit | None

    def subscribe(
        self, *, max_bytes: int, since: int | None, on_ready: Callable[[], object]
    ) -> Any: ...


class Recording:
    """Writes a feed down from `start` on, for `duration` seconds by our own clock.

    Its video begins with the picture that is on the screen when it is started. It is made of parts,
    one FFmpeg each: where the stream breaks or FFmpeg dies, the next part goes on.

    Parameters
    ----------
    camera
        What the camera is called, for the receipt.
    source
        The camera's URL, without a credential.
    folder
        Where its parts are written; removed once the video is saved.
    preroll
        Seconds before `start` that its video begins, as far as the feed still has them.
    save
        Puts a finished file with its receipt into the library and gives its final name.
    room
        How much of the disk may be written to; where it is low, the recording ends.
    keep
        Puts what it is on the disk: called before it is promised, before each part and when it
        has ended, and once more when it is `settled`; may raise OSError.
    start_at
        When it is to begin, UTC nanoseconds; None: when it is started.
    past
        What it was before camrec was ended by force: it goes on from there.
    promised
        The disk knows of it already: it goes on though the disk may be full now.

    Attributes
    ----------
    changed : emits this recording after each change of state, parts or gaps.
    started_at, ends_at : UTC nanoseconds.
    filename : of its video once it is saved; of its first one where there are several.
    error : why it FAILED.
    ended : why it ended, as in the receipt; None while it runs.
    settled : nothing of it needs to be kept for a later camrec.
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
        camera: str | None = None,
        room: Room | None = None,
        preroll: float = 0.0,
        coding: Coding = USUAL,
        keep: Callable[[Recording], None] = lambda recording: None,
        start_at: int | None = None,
        past: Past | None = None,
        promised: bool = False,
    ) -> None:
        self.recording_id = recording_id or secrets.token_hex(8)
        self.session_id = session_id
        self.name = name
        self.camera = camera
        self.source = source
        self.duration = duration
        self.start_at = start_at
        first = RecordingState.SCHEDULED if start_at and past is None else RecordingState.WRITING
        self.machine: Machine[RecordingState] = Machine(first, MOVES)
        self.changed = Signal()
        self.started_at = past.started_at if past else start_at or 0
        self.ended: EndReason | None = None
        self.settled = False
        self.filename: str | None = None
        self.receipts: list[Receipt] = []
        self.error: CamrecError | None = None
        self._feed = feed
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._room = room or Ample()
        self._ballast = Ballast(folder)
        self._coding = coding
        self._save = save
        self._keep = keep
        self._past = past
        self._promised = promised
        self._clock = clock
        self._preroll = preroll
        self._writer: Writer | None = None
        self._units: Any = None
        self._began = 0
        self._joined = 0
        self._over: int | None = None
        self._asked: EndReason | None = None
        self._trouble = ""
        self._wake = threading.Event()
        self._ready = threading.Event()
        self._looked = 0
        self._finished = threading.Event()
        self.machine.changed.connect(lambda old, new: self._tell())
        self._thread = threading.Thread(
            target=self._run, name=f"recording-{self.recording_id}", daemon=True
        )
        self._guard = threading.Thread(
            target=self._watch, name=f"guard-{self.recording_id}", daemon=True
        )
        self._syncer = Syncer(
            lambda: [part.path for part in list(self._writer.parts)], self.recording_id
        )

    # What others ask of it; any thread may.

    def start(self) -> None:
        """The button: from now on, or from `start_at` on.

        Raises ServiceError (``folder_unwritable``).
        """
        if self.state is RecordingState.SCHEDULED:
            self._promise()
            log.info("recording %s of %s is scheduled", self.recording_id, self.name)
        else:
            self._begin()
        self._thread.start()

    def _begin(self) -> None:
        now = self._clock.utc_ns()
        self.started_at = self.started_at or now
        self._joined = self._clock.monotonic_ns()
        self._began = self._joined - max(0, now - self.started_at)
        # Before the promise: the disk may take its time, and the key picture not wait for it.
        self._units = self._subscribe(self._first_moment if self._preroll else None)
        earlier = self._past.written(self._folder, self._began) if self._past else []
        newest = self._past.newest(self._folder) if self._past else self.started_at
        self._writer = Writer(
            self.recording_id,
            self._folder,
            self._ffmpeg,
            self._clock,
            self._feed,
            began=self._first_moment,
            deadline=self._deadline,
            tell=self._tell,
            keep=self._keep_if_possible,
            earlier=earlier,
            newest=self._began + newest - self.started_at,
            coding=self._coding,
        )
        try:
            self._promise()
        except ServiceError:
            self._units.close()
            raise
        self._ballast.take()
        if now - newest > LONGEST_WAIT * SECOND:
            away = {"start": iso(newest), "end": iso(min(now, self.ends_at))}
            self._writer.warnings.append(RecordingWarning.of("camrec_was_down", **away))
        if self._past and (self._past.ended or self._clock.monotonic_ns() >= self._deadline):
            self._end(self._past.ended or "crash", self._past.over)
        log.info("recording %s of %s begins: %d s", self.recording_id, self.name, self.duration)

    def _promise(self) -> None:
        """Have it on the disk. Raises ServiceError (``folder_unwritable``)."""
        try:
            durable_files.make(self._folder)
            self._keep(self)
        except OSError as error:
            if self._promised:
                log.warning("recording %s cannot be noted: %s", self.recording_id, error.strerror)
                return
            folder = str(self._folder)
            reason = reason_of(error)
            raise ServiceError("folder_unwritable", folder=folder, reason=reason) from None

    def _keep_if_possible(self) -> None:
        """What is being recorded does not end because it could not be noted."""
        try:
            self._keep(self)
        except OSError as error:
            log.warning("recording %s cannot be noted: %s", self.recording_id, error.strerror)

    def begin_at(self, moment: int) -> None:
        """Have one that is scheduled begin at another moment, UTC nanoseconds."""
        self.start_at = self.started_at = moment
        self._wake.set()

    def stop(self, reason: EndReason = "stopped") -> None:
        """Ask it to end now; returns at once. The first reason stands."""
        self._asked = self._asked or reason
        if self._units is not None:
            self._units.hurry(True)
        self._wake.set()
        self._ready.set()

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
    def begun(self) -> bool:
        """Whether its time has come."""
        return self._writer is not None

    @property
    def ends_at(self) -> int:
        return self.started_at + self.duration * SECOND

    @property
    def over(self) -> int | None:
        """When it ended, UTC nanoseconds; None while it runs."""
        return None if self._over is None else self.started_at + self._over - self._began

    @property
    def elapsed(self) -> float:
        """Seconds since it was started, up to its end."""
        if not self.begun:
            return 0.0
        until = self._over if self._over is not None else self._clock.monotonic_ns()
        return min((until - self._began) / SECOND, float(self.duration))

    @property
    def bytes(self) -> int:
        """Written so far, or the size of what was saved."""
        if self.receipts:
            return sum(receipt.size for receipt in self.receipts)
        paths = [part.path for part in self._writer.written()] if self._writer else []
        return sum(path.stat().st_size for path in paths if path.exists())

    @property
    def parts(self) -> int:
        return len(self._writer.written()) if self._writer else 0

    @property
    def pieces(self) -> list[tuple[str, int]]:
        """The file name of each part, and the moment of its time 0, UTC nanoseconds."""
        written = self._writer.written() if self._writer else []
        return [(part.path.name, self.started_at + part.zero - self._began) for part in written]

    @property
    def gaps(self) -> list[Gap]:
        """Times without pictures so far, one that still lasts included."""
        if self.receipts:
            return list(self.receipts[0].gaps)
        if self._writer is None:
            return []
        return self._writer.gaps(self._clock.monotonic_ns() if self._over is None else self._over)

    # Its life, in its own thread.

    def _run(self) -> None:
        try:
            if self.begun or self._come():
                self._live()
        finally:
            self._finished.set()

    def _come(self) -> bool:
        """Wait for its time; False when it is not to be."""
        while self._asked is None and (left := self.started_at - self._clock.utc_ns()) > 0:
            self._wake.wait(min(left / SECOND, LONGEST_WAIT))
            self._wake.clear()
        error: CamrecError
        if self._asked is not None:
            self.ended = self._asked
            error = StateError("recording_cancelled", name=self.name)
        elif self._clock.utc_ns() >= self.ends_at:
            moment = iso(self.started_at)
            error = StateError("recording_missed", name=self.name, moment=moment)
        else:
            try:
                self._begin()
            except CamrecError as failure:
                error = failure
            else:
                self.machine.move(RecordingState.WRITING)
                return True
        self._fail(error)
        return False

    def _live(self) -> None:
        self._guard.start()
        self._syncer.start()
        try:
            self._write_down()
        except Exception as error:
            log.exception("recording %s broke off", self.recording_id)
            self._trouble = str(error)
            self._end("error")
        try:
            self._finalise()
        finally:
            self._finished.set()
            self._guard.join()
            self._syncer.stop()

    def _write_down(self) -> None:
        while self.ended is None:
            self._sleep()
            self._units.hurry(self._precise)
            due = self._due()
            if due:
                self._let_in()
            for item in self._units.take():
                if not isinstance(item, Unit):
                    self._writer.stream_broke()
                elif item.arrived <= self._joined and not self._writer.parts:
                    self._writer.remember(item)
                else:
                    self._writer.take(item)
            self._writer.open()
            self._writer.look_after()
            self._show()
            if self._units.overflowed:
                self._begin_anew()
            if reason := self._writer.failed or due:
                self._end(reason)
        self._writer.look_after()
        self._writer.open(patient=False)

    def _let_in(self) -> None:
        """What was sent before the end is all here once something of later is."""
        now = self._clock.monotonic_ns()
        pause, times = ON_THE_WAY
        for _ in range(times):
            newest = self._feed.newest
            if self._units.closed or (newest is not None and newest.arrived > now):
                break
            self._finished.wait(pause)

    def _show(self) -> None:
        """What it does, as its state."""
        if self._writer.part is not None:
            self.machine.move(RecordingState.WRITING)
        elif self._writer.empty_handed:
            self.machine.move(RecordingState.WAITING)

    def _due(self) -> EndReason | None:
        """Why it should end now."""
        if self._asked is not None:
            return self._asked
        if self._clock.monotonic_ns() >= self._deadline:
            return "time"
        return "closed" if self._units.closed else None

    @property
    def _deadline(self) -> int:
        return self._began + self.duration * SECOND

    @property
    def _precise(self) -> bool:
        """Whether each unit is wanted at once: at the beginning of a part and at the end."""
        left = self._deadline - self._clock.monotonic_ns()
        return self._writer.part is None or self._asked is not None or left < SECOND

    def _sleep(self) -> None:
        """Until something came, and not too often."""
        left = (self._deadline - self._clock.monotonic_ns()) / SECOND
        self._ready.wait(max(min(left, LONGEST_SILENCE), 0.0))
        early = GATHERED - (self._clock.monotonic_ns() - self._looked) / SECOND
        if early > 0:
            self._wake.wait(early)
        self._wake.clear()
        self._ready.clear()
        self._looked = self._clock.monotonic_ns()

    def _begin_anew(self) -> None:
        """Units were dropped: go on with what is now."""
        self._writer.units_lost()
        self._units.close()
        self._units = self._subscribe()
        self._wake.set()

    def _subscribe(self, since: int | None = None) -> Any:
        return self._feed.subscribe(max_bytes=QUEUE, since=since, on_ready=self._ready.set)

    @property
    def _first_moment(self) -> int:
        """What was on the screen then is the first picture."""
        return self._began - int(self._preroll * SECOND)

    def _watch(self) -> None:
        """Look at the disk, and free the writer where FFmpeg takes nothing more: the time must
        not wait for it.
        """
        while not self._finished.wait(LONGEST_SLEEP):
            if self.ended is None and self._room.low:
                log.warning("recording %s ends: the disk is nearly full", self.recording_id)
                self.stop("disk")
            part = self._writer.part
            harmful = self._due() is not None or self._units.overflowed
            if part and part.blocked > STUCK and harmful:
                log.warning("recording %s: FFmpeg hangs, it is ended", self.recording_id)
                part.kill()

    # The end.

    def _end(self, reason: EndReason, over: int | None = None) -> None:
        """`over`: UTC nanoseconds where it was before now."""
        if self.ended is None:
            now = self._clock.monotonic_ns()
            if over is not None:
                now = self._began + over - self.started_at
            self._over = min(now, self._deadline)
            self.ended = reason
            self._keep_if_possible()

    def _finalise(self) -> None:
        self._units.close()
        self._units.take()  # a recording that is over is still known: it holds no pictures
        self.machine.move(RecordingState.FINALISING)
        try:
            self._writer.close(str(self.ended))
            self._writer.forget()
            self._ballast.drop()
            self._save_all()
        except CamrecError as error:
            self._fail(error)
        except Exception as error:
            log.exception("recording %s could not be finished", self.recording_id)
            full = isinstance(error, OSError) and error.errno == errno.ENOSPC
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            failure = self._failure(reason)
            self._fail(failure, still_owed=full)
        else:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._settle()
            self.machine.move(RecordingState.SAVED)
            log.info("recording %s saved as %s (%s)", self.recording_id, self.filename, self.ended)

    def _save_all(self) -> None:
        self._writer.heed(self._began)
        story = Story(
            recording_id=self.recording_id,
            name=self.name,
            camera=self.camera,
            source=self.source,
            asked=float(self.duration),
            began=self._began,
            began_utc=self.started_at,
            over=self._over or self._deadline,
            ended=self.ended or "error",
            preroll=self._preroll,
            usual_distance=self._feed.usual_distance,
            warnings=tuple(self._writer.warnings),
            left_out=self._writer.left_out,
        )
        parts = self._writer.parts
        saved = finish(self._writer.written(), self._folder, story, self._save, self._room)
        if saved:
            self.filename = saved[0][0]
            self.receipts = [receipt for _, receipt in saved]
        elif parts or self._trouble:
            complaint = self._trouble or parts[-1].complaint
            raise self._failure(complaint or Phrase("reasons.nothing_written"))
        else:
            newest = self._feed.newest
            came = newest is not None and newest.arrived > self._began
            raise CameraError("recording_no_key_frame" if came else "recording_empty")

    def _settle(self) -> None:
        self.settled = True
        self._keep_if_possible()

    def _failure(self, reason: Phrase | str) -> ServiceError:
        return ServiceError("ffmpeg_failed", reason=reason, folder=str(self._folder))

    def _fail(self, error: CamrecError, still_owed: bool = False) -> None:
        """`still_owed`: its entry stays in the journal, and the next start makes the video."""
        self.error = error
        if not any(self._folder.glob("*")):
            shutil.rmtree(self._folder, ignore_errors=True)
        scheduled = not self.begun and self.ended == "shutdown"  # it outlives an end of camrec
        if not scheduled and not still_owed:
            self._settle()
        self.machine.move(RecordingState.FAILED)
        log.error("recording %s failed: %s", self.recording_id, error)

    def _tell(self) -> None:
        self.changed.emit(self)
