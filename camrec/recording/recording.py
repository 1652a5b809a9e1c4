"""One timed act of writing a camera down: its life, from the button to the saved video."""

from __future__ import annotations

import errno
import logging
import shutil
import threading
from enum import Enum
from typing import Any

from camrec import durable_files
from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND, format_iso
from camrec.errors import CameraError, CamrecError, ServiceError, StateError, describe_os_error
from camrec.feed import MediaFeed, Subscription
from camrec.i18n import Phrase
from camrec.journal import JournalEntry, SegmentRecord
from camrec.media import MediaUnit
from camrec.receipt import EndReason, Gap, Receipt, RecordingWarning
from camrec.recording.finalize import RecordingFacts, finalize
from camrec.recording.fsync_thread import FsyncThread
from camrec.recording.options import RecordingOptions, RecordingServices
from camrec.recording.repair import ReservedSpace
from camrec.recording.segment_writer import SegmentWriter
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)

MAX_QUEUE_BYTES = 32 << 20  # bytes that may wait for FFmpeg before units are lost
DISK_CHECK_INTERVAL_S = 1.0  # seconds between two looks at the disk
CLOCK_CHECK_INTERVAL_S = 0.2  # seconds between two looks at the clock and at FFmpeg
MIN_BATCH_S = 0.05  # seconds of units, at least, that FFmpeg gets at once: two processes wake up
IN_FLIGHT_PAUSE_AND_TRIES = (
    0.05,
    5,
)  # seconds, and how often, that what was sent before the end is waited for
SCHEDULE_CHECK_INTERVAL_S = 5.0  # the same, while its time has not come
FFMPEG_STUCK_TIMEOUT_S = (
    5.0  # seconds without a byte taken: FFmpeg is given up when it also does harm
)


class RecordingState(Enum):
    SCHEDULED = "scheduled"
    WRITING = "writing"
    WAITING = "waiting"
    FINALISING = "finalising"
    SAVED = "saved"
    FAILED = "failed"


ENDED_RECORDING_STATES = (RecordingState.SAVED, RecordingState.FAILED)
RUNNING_RECORDING_STATES = (
    RecordingState.WRITING,
    RecordingState.WAITING,
    RecordingState.FINALISING,
)
RECORDING_TRANSITIONS = {
    RecordingState.SCHEDULED: frozenset({RecordingState.WRITING, RecordingState.FAILED}),
    RecordingState.WRITING: frozenset({RecordingState.WAITING, RecordingState.FINALISING}),
    RecordingState.WAITING: frozenset({RecordingState.WRITING, RecordingState.FINALISING}),
    RecordingState.FINALISING: frozenset({RecordingState.SAVED, RecordingState.FAILED}),
}


class RecordingJob:
    """Writes a feed down from `start` on, for `duration` seconds by our own clock.

    Its video begins with the picture that is on the screen when it is started. It is made of parts,
    one FFmpeg each: where the stream breaks or FFmpeg dies, the next part goes on.

    Attributes
    ----------
    changed : emits this recording after each change of state, parts or gaps.
    started_at, ends_at : UTC nanoseconds.
    filename : of its video once it is saved; of its first one where there are several.
    error : why it FAILED.
    ended : why it ended, as in the receipt; None while it runs.
    journal_done : nothing of it needs to be kept for a later camrec.
    """

    def __init__(
        self, feed: MediaFeed, options: RecordingOptions, services: RecordingServices
    ) -> None:
        self.recording_id = options.recording_id
        self.session_id = options.session_id
        self.name = options.name
        self.camera = options.camera
        self.source = options.source
        self.duration = options.duration
        self.start_at = start_at = options.start_at
        past = options.resume
        first = RecordingState.SCHEDULED if start_at and past is None else RecordingState.WRITING
        self.machine: StateMachine[RecordingState] = StateMachine(first, RECORDING_TRANSITIONS)
        self.changed: Callbacks[[RecordingJob]] = Callbacks()
        self.started_at = past.started_at if past else start_at or 0
        self.ended: EndReason | None = None
        self.journal_done = False
        self.filename: str | None = None
        self.receipts: list[Receipt] = []
        self.error: CamrecError | None = None
        self._feed = feed
        self._folder = options.folder
        self._ffmpeg = services.ffmpeg
        self._disk_space = services.disk
        self._reserved_space = ReservedSpace(options.folder)
        self._encoding = services.encoding
        self._save = services.save_video
        self._journal = services.journal
        self._resume_state = past
        self._is_in_journal = options.is_in_journal
        self._clock = services.clock
        self._preroll = options.preroll
        self._writer: SegmentWriter | None = None
        self._subscription: Any = None
        self._began = 0
        self._subscribed_at = 0
        self._ended_at: int | None = None
        self._stop_reason: EndReason | None = None
        self._error_text = ""
        self._wake = threading.Event()
        self._units_ready = threading.Event()
        self._last_poll = 0
        self._finished = threading.Event()
        self.machine.changed.connect(lambda old, new: self._notify())
        self._thread = threading.Thread(
            target=self._run, name=f"recording-{self.recording_id}", daemon=True
        )
        self._guard = threading.Thread(
            target=self._run_guard, name=f"guard-{self.recording_id}", daemon=True
        )
        self._fsync_thread = FsyncThread(
            lambda: [part.path for part in list(self._writer.parts)], self.recording_id
        )

    # What others ask of it; any thread may.

    def start(self) -> None:
        """The button: from now on, or from `start_at` on.

        Raises ServiceError (``folder_unwritable``).
        """
        if self.state is RecordingState.SCHEDULED:
            self._write_journal()
            log.info("recording %s of %s is scheduled", self.recording_id, self.name)
        else:
            self._start_writing()
        self._thread.start()

    def _start_writing(self) -> None:
        now = self._clock.utc_ns()
        self.started_at = self.started_at or now
        self._subscribed_at = self._clock.monotonic_ns()
        self._began = self._subscribed_at - max(0, now - self.started_at)
        # Before the promise: the disk may take its time, and the key picture not wait for it.
        self._subscription = self._subscribe(self._video_start if self._preroll else None)
        earlier = (
            self._resume_state.written(self._folder, self._began) if self._resume_state else []
        )
        newest = self._resume_state.newest(self._folder) if self._resume_state else self.started_at
        self._writer = SegmentWriter(
            self.recording_id,
            self._folder,
            self._ffmpeg,
            self._clock,
            self._feed,
            began=self._video_start,
            deadline=self._deadline,
            tell=self._notify,
            keep=self._try_save_journal,
            earlier=earlier,
            newest=self._began + newest - self.started_at,
            coding=self._encoding,
        )
        try:
            self._write_journal()
        except ServiceError:
            self._subscription.close()
            raise
        self._reserved_space.take()
        if now - newest > SCHEDULE_CHECK_INTERVAL_S * NS_PER_SECOND:
            away = {"start": format_iso(newest), "end": format_iso(min(now, self.ends_at))}
            self._writer.warnings.append(RecordingWarning.of("camrec_was_down", **away))
        if self._resume_state and (
            self._resume_state.ended or self._clock.monotonic_ns() >= self._deadline
        ):
            self._end(self._resume_state.ended or "crash", self._resume_state.over)
        log.info("recording %s of %s begins: %d s", self.recording_id, self.name, self.duration)

    def _write_journal(self) -> None:
        """Have it on the disk. Raises ServiceError (``folder_unwritable``)."""
        try:
            durable_files.make_dirs(self._folder)
            self._save_journal()
        except OSError as error:
            if self._is_in_journal:
                log.warning("recording %s cannot be noted: %s", self.recording_id, error.strerror)
                return
            folder = str(self._folder)
            reason = describe_os_error(error)
            raise ServiceError("folder_unwritable", folder=folder, reason=reason) from None

    def _save_journal(self) -> None:
        if self.journal_done:
            self._journal.erase(self.recording_id)
            return
        self._journal.save(
            JournalEntry(
                recording_id=self.recording_id,
                session_id=self.session_id,
                session_name=self.camera,
                address=self.source,
                name=self.name,
                duration=self.duration,
                start_at=self.start_at,
                started_at=self.started_at if self.has_started else None,
                ended=self.ended,
                over=self.over,
                parts=tuple(self.pieces),
            )
        )

    def _try_save_journal(self) -> None:
        """What is being recorded does not end because it could not be noted."""
        try:
            self._save_journal()
        except OSError as error:
            log.warning("recording %s cannot be noted: %s", self.recording_id, error.strerror)

    def reschedule(self, moment: int) -> None:
        """Have one that is scheduled begin at another moment, UTC nanoseconds."""
        self.start_at = self.started_at = moment
        self._wake.set()

    def stop(self, reason: EndReason = "stopped") -> None:
        """Ask it to end now; returns at once. The first reason stands."""
        self._stop_reason = self._stop_reason or reason
        if self._subscription is not None:
            self._subscription.set_low_latency(True)
        self._wake.set()
        self._units_ready.set()

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
    def has_started(self) -> bool:
        """Whether its time has come."""
        return self._writer is not None

    @property
    def ends_at(self) -> int:
        return self.started_at + self.duration * NS_PER_SECOND

    @property
    def over(self) -> int | None:
        """When it ended, UTC nanoseconds; None while it runs."""
        return None if self._ended_at is None else self.started_at + self._ended_at - self._began

    @property
    def elapsed(self) -> float:
        """Seconds since it was started, up to its end."""
        if not self.has_started:
            return 0.0
        until = self._ended_at if self._ended_at is not None else self._clock.monotonic_ns()
        return min((until - self._began) / NS_PER_SECOND, float(self.duration))

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
    def pieces(self) -> list[SegmentRecord]:
        """Its segments, as the journal stores them."""
        written = self._writer.written() if self._writer else []
        return [
            SegmentRecord(file=part.path.name, zero=self.started_at + part.origin - self._began)
            for part in written
        ]

    @property
    def gaps(self) -> list[Gap]:
        """Times without pictures so far, one that still lasts included."""
        if self.receipts:
            return list(self.receipts[0].gaps)
        if self._writer is None:
            return []
        return self._writer.gaps(
            self._clock.monotonic_ns() if self._ended_at is None else self._ended_at
        )

    # Its life, in its own thread.

    def _run(self) -> None:
        try:
            if self.has_started or self._wait_for_start():
                self._record()
        finally:
            self._finished.set()

    def _wait_for_start(self) -> bool:
        """Wait for its time; False when it is not to be."""
        while self._stop_reason is None and (left := self.started_at - self._clock.utc_ns()) > 0:
            self._wake.wait(min(left / NS_PER_SECOND, SCHEDULE_CHECK_INTERVAL_S))
            self._wake.clear()
        error: CamrecError
        if self._stop_reason is not None:
            self.ended = self._stop_reason
            error = StateError("recording_cancelled", name=self.name)
        elif self._clock.utc_ns() >= self.ends_at:
            moment = format_iso(self.started_at)
            error = StateError("recording_missed", name=self.name, moment=moment)
        else:
            try:
                self._start_writing()
            except CamrecError as failure:
                error = failure
            else:
                self.machine.transition(RecordingState.WRITING)
                return True
        self._fail(error)
        return False

    def _record(self) -> None:
        self._guard.start()
        self._fsync_thread.start()
        try:
            self._write_units()
        except Exception as error:
            log.exception("recording %s broke off", self.recording_id)
            self._error_text = str(error)
            self._end("error")
        try:
            self._finalize()
        finally:
            self._finished.set()
            self._guard.join()
            self._fsync_thread.stop()

    def _write_units(self) -> None:
        while self.ended is None:
            self._wait_for_units()
            self._subscription.set_low_latency(self._needs_low_latency)
            due = self._find_end_reason()
            if due:
                self._await_in_flight()
            for item in self._subscription.take_all():
                if not isinstance(item, MediaUnit):
                    self._writer.handle_discontinuity()
                elif item.arrived <= self._subscribed_at and not self._writer.parts:
                    self._writer.remember(item)
                else:
                    self._writer.take(item)
            self._writer.open()
            self._writer.flush()
            self._update_state()
            if self._subscription.overflowed:
                self._resubscribe()
            if reason := self._writer.failed or due:
                self._end(reason)
        self._writer.flush()
        self._writer.open(patient=False)

    def _await_in_flight(self) -> None:
        """What was sent before the end is all here once something of later is."""
        now = self._clock.monotonic_ns()
        pause, times = IN_FLIGHT_PAUSE_AND_TRIES
        for _ in range(times):
            newest = self._feed.newest
            if self._subscription.closed or (newest is not None and newest.arrived > now):
                break
            self._finished.wait(pause)

    def _update_state(self) -> None:
        """What it does, as its state."""
        if self._writer.current_segment is not None:
            self.machine.transition(RecordingState.WRITING)
        elif self._writer.has_nothing_to_write:
            self.machine.transition(RecordingState.WAITING)

    def _find_end_reason(self) -> EndReason | None:
        """Why it should end now."""
        if self._stop_reason is not None:
            return self._stop_reason
        if self._clock.monotonic_ns() >= self._deadline:
            return "time"
        return "closed" if self._subscription.closed else None

    @property
    def _deadline(self) -> int:
        return self._began + self.duration * NS_PER_SECOND

    @property
    def _needs_low_latency(self) -> bool:
        """Whether each unit is wanted at once: at the beginning of a part and at the end."""
        left = self._deadline - self._clock.monotonic_ns()
        return (
            self._writer.current_segment is None
            or self._stop_reason is not None
            or left < NS_PER_SECOND
        )

    def _wait_for_units(self) -> None:
        """Until something came, and not too often."""
        left = (self._deadline - self._clock.monotonic_ns()) / NS_PER_SECOND
        self._units_ready.wait(max(min(left, CLOCK_CHECK_INTERVAL_S), 0.0))
        early = MIN_BATCH_S - (self._clock.monotonic_ns() - self._last_poll) / NS_PER_SECOND
        if early > 0:
            self._wake.wait(early)
        self._wake.clear()
        self._units_ready.clear()
        self._last_poll = self._clock.monotonic_ns()

    def _resubscribe(self) -> None:
        """Units were dropped: go on with what is now."""
        self._writer.handle_overflow()
        self._subscription.close()
        self._subscription = self._subscribe()
        self._wake.set()

    def _subscribe(self, since: int | None = None) -> Subscription:
        return self._feed.subscribe(
            max_bytes=MAX_QUEUE_BYTES, since=since, on_ready=self._units_ready.set
        )

    @property
    def _video_start(self) -> int:
        """What was on the screen then is the first picture."""
        return self._began - int(self._preroll * NS_PER_SECOND)

    def _run_guard(self) -> None:
        """Look at the disk, and free the writer where FFmpeg takes nothing more: the time must
        not wait for it.
        """
        while not self._finished.wait(DISK_CHECK_INTERVAL_S):
            if self.ended is None and self._disk_space.low:
                log.warning("recording %s ends: the disk is nearly full", self.recording_id)
                self.stop("disk")
            part = self._writer.current_segment
            harmful = self._find_end_reason() is not None or self._subscription.overflowed
            if part and part.blocked_seconds > FFMPEG_STUCK_TIMEOUT_S and harmful:
                log.warning("recording %s: FFmpeg hangs, it is ended", self.recording_id)
                part.kill()

    # The end.

    def _end(self, reason: EndReason, over: int | None = None) -> None:
        """`over`: UTC nanoseconds where it was before now."""
        if self.ended is None:
            now = self._clock.monotonic_ns()
            if over is not None:
                now = self._began + over - self.started_at
            self._ended_at = min(now, self._deadline)
            self.ended = reason
            self._try_save_journal()

    def _finalize(self) -> None:
        self._subscription.close()
        self._subscription.take_all()  # an ended recording stays known: free its frames
        self.machine.transition(RecordingState.FINALISING)
        try:
            self._writer.close(str(self.ended))
            self._writer.forget()
            self._reserved_space.release()
            self._save_all()
        except CamrecError as error:
            self._fail(error)
        except Exception as error:
            log.exception("recording %s could not be finished", self.recording_id)
            full = isinstance(error, OSError) and error.errno == errno.ENOSPC
            reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
            failure = self._create_error(reason)
            self._fail(failure, still_owed=full)
        else:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._discard_journal()
            self.machine.transition(RecordingState.SAVED)
            log.info("recording %s saved as %s (%s)", self.recording_id, self.filename, self.ended)

    def _save_all(self) -> None:
        self._writer.add_stream_warnings(self._began)
        story = RecordingFacts(
            recording_id=self.recording_id,
            name=self.name,
            camera=self.camera,
            source=self.source,
            asked=float(self.duration),
            began=self._began,
            began_utc=self.started_at,
            over=self._ended_at or self._deadline,
            ended=self.ended or "error",
            preroll=self._preroll,
            frame_interval=self._feed.frame_interval,
            warnings=tuple(self._writer.warnings),
            left_out=self._writer.left_out,
        )
        parts = self._writer.parts
        saved = finalize(self._writer.written(), self._folder, story, self._save, self._disk_space)
        if saved:
            self.filename = saved[0][0]
            self.receipts = [receipt for _, receipt in saved]
        elif parts or self._error_text:
            complaint = self._error_text or parts[-1].last_message
            raise self._create_error(complaint or Phrase("reasons.nothing_written"))
        else:
            newest = self._feed.newest
            came = newest is not None and newest.arrived > self._began
            raise CameraError("recording_no_key_frame" if came else "recording_empty")

    def _discard_journal(self) -> None:
        self.journal_done = True
        self._try_save_journal()

    def _create_error(self, reason: Phrase | str) -> ServiceError:
        return ServiceError("ffmpeg_failed", reason=reason, folder=str(self._folder))

    def _fail(self, error: CamrecError, still_owed: bool = False) -> None:
        """`still_owed`: its entry stays in the journal, and the next start makes the video."""
        self.error = error
        if not any(self._folder.glob("*")):
            shutil.rmtree(self._folder, ignore_errors=True)
        scheduled = (
            not self.has_started and self.ended == "shutdown"
        )  # it outlives an end of camrec
        if not scheduled and not still_owed:
            self._discard_journal()
        self.machine.transition(RecordingState.FAILED)
        log.error("recording %s failed: %s", self.recording_id, error)

    def _notify(self) -> None:
        self.changed.emit(self)
