"""One recording of a camera, from the start to the saved video, as the other modules see it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from camrec.annotations import EVENT_LOG_FILENAME, EventLog
from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND, format_iso
from camrec.errors import CamrecError, ServiceError, StateError
from camrec.feed import MediaFeed
from camrec.journal import JournalEntry, SeriesRecord
from camrec.receipt import EndReason, Gap, Receipt
from camrec.recording.followed_recording import FollowedRecording, TakeTurn
from camrec.recording.fsync_thread import FsyncThread
from camrec.recording.journal_entry import StoredEntry, describe_entry
from camrec.recording.options import RecordingOptions, RecordingServices
from camrec.recording.recorder import Recorder, RecordingStop
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.recording_result import RecordingResult, can_be_repeated, finalizing_error
from camrec.recording.recording_state import RECORDING_TRANSITIONS, RecordingState
from camrec.recording.recording_view import RecordingView
from camrec.recording.scheduled_start import ScheduledStart
from camrec.recording.video_join import Handover, VideoJoin
from camrec.recording.watchdog import Watchdog
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)

SAVE_DATES_INTERVAL_NS = 30 * NS_PER_SECOND


class RecordingJob(RecordingView):
    """A recording: its state, its results, and how to stop it. Any thread may call anything.

    It records for `duration` seconds by camrec's own clock, or until the next video of its series
    begins. The video begins with the frame that was on the screen at the start, or
    `options.preroll` seconds before. A `Recorder` does the writing, in a thread of this recording.
    What follows from its options and its recorder alone is in `RecordingView`. What is left here
    belongs together: a stop, a new end or a next video may come before the recorder exists, while
    it is created, and while it ends. The lock of this class decides between the two threads.

    Attributes
    ----------
    changed : emits this recording after each change of the state, the segments or the gaps.
    event_log : what was marked in it.
    result : what came of it.

    Parameters
    ----------
    handover
        What the video takes over from the one before it in a series.
    followed
        The recording at whose end this one begins; it is scheduled until then.
    take_turn
        Called when a scheduled recording is to begin, with its id. Returns a recording that it has
        to follow, because that one runs; None: from now on no other one begins.
    """

    def __init__(
        self,
        feed: MediaFeed,
        options: RecordingOptions,
        services: RecordingServices,
        handover: Handover | None = None,
        followed: FollowedRecording | None = None,
        take_turn: TakeTurn = lambda recording_id: None,
    ) -> None:
        resume, start_at = options.resume, options.start_at
        self.changed: Callbacks[[RecordingJob]] = Callbacks()
        self.machine: StateMachine[RecordingState] = StateMachine(
            RecordingState.SCHEDULED if start_at and resume is None else RecordingState.WRITING,
            RECORDING_TRANSITIONS,
        )
        self._feed = feed
        self._services = services
        self._entry = StoredEntry(services.journal, options, self._describe)
        series = options.series
        whole_id = options.recording_id if series is None else series.recording_id
        self.event_log = EventLog(options.folder / EVENT_LOG_FILENAME, whole_id)
        self.result = RecordingResult(
            whole_id, options.folder, self._entry, self.event_log, services.place_events
        )
        self._stop_request = RecordingStop()
        self._scheduled = ScheduledStart(start_at or 0, services.clock, followed)
        self._finished = threading.Event()
        # For the fields below. `_recorder` is set once and `_options` are replaced as a whole, so
        # reading one of them needs no lock.
        self._lock = threading.Lock()
        self._options = options
        self._handover = handover
        self._take_turn = take_turn
        self._start_next: Callable[[Handover], bool] | None = None
        self._recorder: Recorder | None = None
        self._save_dates_at = 0  # monotonic nanoseconds
        self.machine.changed.connect(lambda old, new: self.notify())
        self._thread = threading.Thread(
            target=self._run, name=f"recording-{self.recording_id}", daemon=True
        )

    # Any thread.

    def start(self) -> None:
        """Begin now, or at the scheduled time. The journal has the recording when this returns.

        Raises
        ------
        ServiceError
            ``folder_unwritable``, ``keyring_unusable``
        """
        if self.state is RecordingState.SCHEDULED:
            self._entry.create()
            log.info("recording %s of %s is scheduled", self.recording_id, self.name)
        else:
            self._start_recorder()
        self._thread.start()

    def reschedule(self, start_at: int) -> bool:
        """Let a scheduled recording begin at another time, UTC nanoseconds.

        False, and nothing changes, if it has begun or was cancelled.
        """
        is_scheduled = self.state is RecordingState.SCHEDULED
        return is_scheduled and self._scheduled.reschedule(start_at)

    def join_next(self, series: SeriesRecord, start_next: Callable[[Handover], bool]) -> None:
        """Make this the video of a series. It ends where the next one begins.

        start_next : starts the next video, and returns whether that was possible.
        """
        with self._lock:
            self._options = replace(self.options, series=series)
            self._start_next = start_next
            recorder = self._recorder
        if recorder is not None:
            self._join_recorder(recorder)

    def change_duration(self, seconds: float | None, series: SeriesRecord | None = None) -> None:
        """Let it end at another time. Return once the journal has it.

        seconds : from its start; None: only when it is stopped, or where the next video begins.
        series : what changes with that; None: nothing. Only one thread may call this at a time.

        Raises
        ------
        StateError (``not_recording``), ServiceError (``folder_unwritable``, ``keyring_unusable``)
            Nothing has changed.
        """
        before, ends_at = self.options, None
        if before.ends_at is not None and seconds is not None and not self.has_started:
            ends_at = self.started_at + round(seconds * NS_PER_SECOND)  # however late it begins
        with self._lock:
            self._options = replace(
                before, duration=seconds, ends_at=ends_at, series=series or before.series
            )
        try:
            self._entry.change()
            with self._lock:  # a recorder that is created later begins with `options`
                if self._recorder is not None:
                    self._recorder.change_duration(seconds, self.options.series)
        except CamrecError:
            with self._lock:
                self._options = before
            with contextlib.suppress(ServiceError):
                self._entry.update()
            raise
        self.notify()

    def note_series(self, series: SeriesRecord) -> None:
        """Change what the journal and the receipt say about its series."""
        with self._lock:
            self._options = replace(self.options, series=series)
            recorder = self._recorder
        if recorder is not None:
            recorder.note_series(series)

    def stop(self, reason: EndReason = "stopped") -> None:
        """Ask the recording to end now; returns at once. The first reason counts."""
        self._stop_request.set(reason)
        with self._lock:
            recorder = self._recorder
        if recorder is not None:
            recorder.stop(reason)
        self._scheduled.check()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the recording is SAVED or FAILED; False after `timeout` seconds."""
        if not self._finished.wait(timeout):
            return False
        if threading.current_thread() is not self._thread:
            self._thread.join()
        return True

    @property
    def jobs(self) -> tuple[RecordingJob, ...]:
        """Its videos that are not settled yet, in order: itself. Each has its own event log."""
        return (self,)

    @property
    def event_logs(self) -> tuple[EventLog, ...]:
        """Where its events are until the receipts have them."""
        return (self.event_log,)

    @property
    def event_count(self) -> int:
        """How many events it has."""
        return self.result.event_count

    def note_saved_events(self, count: int) -> None:
        """Note how many events the receipts of its videos have, after the log was released."""
        self.result.note_saved_events(count)

    @property
    def options(self) -> RecordingOptions:
        """What is recorded. `join_next` and `change_duration` change it."""
        return self._options

    @property
    def recorder(self) -> Recorder | None:
        """What writes the video; None before that has begun."""
        return self._recorder

    @property
    def recording_id(self) -> str:
        """The id, also of its journal entry."""
        return self.options.recording_id

    @property
    def duration(self) -> float | None:
        """The requested length in seconds; None: until it is stopped."""
        return self.options.duration

    @property
    def has_started(self) -> bool:
        """Whether writing has begun."""
        return self._recorder is not None

    @property
    def start_at(self) -> int | None:
        """When a scheduled recording begins, UTC nanoseconds; None if nobody scheduled it."""
        options = self.options
        is_by_person = options.start_at is not None and not options.starts_now
        return self._scheduled.at if is_by_person else None

    @property
    def started_at(self) -> int:
        """When it began or will begin, UTC nanoseconds."""
        recorder, resume = self._recorder, self.options.resume
        if recorder is not None:
            return recorder.period.start_utc
        return self._scheduled.at if resume is None else resume.started_at

    @property
    def ends_at(self) -> int | None:
        """When its time is over, UTC nanoseconds; None: when it is stopped."""
        if self.options.ends_at is not None:
            return self.options.ends_at
        duration = self.duration
        return None if duration is None else self.started_at + round(duration * NS_PER_SECOND)

    @property
    def end_reason(self) -> EndReason | None:
        """Why it ended, as the receipt says; None while it runs."""
        if self._recorder is None and self.state is RecordingState.FAILED:
            return self._stop_request.reason  # it never began
        return super().end_reason

    @property
    def period(self) -> RecordingPeriod | None:
        """When it runs, by both clocks; None before it has begun."""
        recorder = self._recorder
        return None if recorder is None else recorder.period

    @property
    def elapsed(self) -> float:
        """Seconds since the start, up to the end."""
        recorder = self._recorder
        if recorder is None:
            return 0.0
        duration = self.duration
        return recorder.elapsed if duration is None else min(recorder.elapsed, duration)

    @property
    def bytes(self) -> int:
        """Bytes written so far, or the size of the saved videos."""
        if receipts := self.receipts:
            return sum(receipt.size for receipt in receipts)
        recorder = self._recorder
        segments = recorder.segments if recorder is not None else []
        return sum(_size_of(segment.path) for segment in segments)

    @property
    def gaps(self) -> list[Gap]:
        """Times without frames so far, including one that still lasts."""
        if receipts := self.receipts:
            return list(receipts[0].gaps)
        recorder = self._recorder
        return recorder.gaps if recorder is not None else []

    @property
    def filenames(self) -> list[str]:
        """The file names of the saved videos, in order."""
        return self.result.filenames

    @property
    def receipts(self) -> list[Receipt]:
        """The receipts of the saved videos."""
        return self.result.receipts

    @property
    def error(self) -> CamrecError | None:
        """Why the recording FAILED."""
        return self.result.error

    # The thread of the recording, and `start`.

    def _run(self) -> None:
        try:
            recorder = self._recorder or self._wait_for_start()
            if recorder is not None:
                self._record(recorder)
        finally:
            self._finished.set()

    def _start_recorder(self) -> Recorder:
        """Begin to record. Raises ServiceError (``folder_unwritable``)."""
        recorder = Recorder(
            self._feed,
            self.options,
            self._services,
            self.started_at,
            self._stop_request,
            notify=self.notify,
            save_journal=self._entry.update,
            set_state=self.machine.transition,
            handover=self._handover,
        )
        self._handover = None
        with self._lock:
            self._recorder = recorder
            self._options = _starting_at(self.options, recorder.period.start_utc)
            recorder.change_duration(self.options.duration, self.options.series)
        self._join_recorder(recorder)
        try:
            self._entry.create()
        except ServiceError:
            recorder.close()
            raise
        length = "until it is stopped" if self.duration is None else f"{self.duration} s"
        log.info("recording %s of %s begins: %s", self.recording_id, self.name, length)
        return recorder

    def _join_recorder(self, recorder: Recorder) -> None:
        series, start_next = self.options.series, self._start_next
        if series is not None and start_next is not None:
            due_at = recorder.period.to_monotonic(series.next_at)
            recorder.note_series(series)
            resume, folder = self.options.resume, self.options.folder
            has_frames = bool(recorder.growing_files) or (
                resume is not None and resume.has_frames(folder)
            )
            recorder.join_next(VideoJoin(due_at, self._feed, has_frames=has_frames), start_next)

    def _wait_for_start(self) -> Recorder | None:
        """Wait until the scheduled time; None if the recording cannot begin."""
        followed = self._await_turn()
        error: CamrecError
        reason = self._stop_request.reason
        if reason is not None:
            error = StateError("recording_cancelled", name=self.name)
        elif self._is_too_late():
            code = "recording_missed" if followed is None else "recorded_meanwhile"
            error = StateError(code, name=self.name, moment=format_iso(self.started_at))
        else:
            handover = None
            if followed is not None:
                handover = followed.create_handover(self._feed, self._services.clock)
            self._handover = handover
            try:
                recorder = self._start_recorder()
            except CamrecError as failure:
                error = failure
                if handover is not None:
                    handover.input.close()
            else:
                self.machine.transition(RecordingState.WRITING)
                return recorder
        # A scheduled recording survives a shutdown of camrec.
        self._fail(error, keep_entry=reason == "shutdown")
        return None

    def _await_turn(self) -> FollowedRecording | None:
        """Wait until the start, and until no other recording of the camera runs.

        Returns the one that was waited for. The end stays when it was to be.
        """
        while True:
            self._scheduled.wait(self._is_cancelled)
            running = None if self._is_cancelled() else self._take_turn(self.recording_id)
            if running is None:
                return self._scheduled.followed
            ends_at = self.ends_at
            with self._lock:
                self._options = replace(self.options, ends_at=ends_at)
            self._scheduled.set_followed(running)

    def _is_too_late(self) -> bool:
        ends_at = self.ends_at
        return ends_at is not None and self._services.clock.utc_ns() >= ends_at

    def _is_cancelled(self) -> bool:
        return self._stop_request.reason is not None or self._is_too_late()

    def _record(self, recorder: Recorder) -> None:
        watchdog = Watchdog(recorder, self._services.disk, self.recording_id)
        fsync_thread = FsyncThread(
            lambda: recorder.growing_files, self.recording_id, after_round=self._save_dates
        )
        watchdog.start()
        fsync_thread.start()
        try:
            recorder.run()
            self._finalize(recorder)
        finally:
            watchdog.stop()
            fsync_thread.stop()

    def _save_dates(self) -> None:
        """Store in the journal what the camera's clock dates; twice a minute, if it is used."""
        recorder, now = self._recorder, self._services.clock.monotonic_ns()
        if recorder is None or now < self._save_dates_at:
            return
        self._save_dates_at = now + SAVE_DATES_INTERVAL_NS
        if any(segment.clock is not None for segment in recorder.segments):
            self._entry.update()

    def _finalize(self, recorder: Recorder) -> None:
        recorder.close()
        self.machine.transition(RecordingState.FINALISING)
        folder = self.options.folder
        try:
            saved = recorder.finalize()
        except CamrecError as error:
            self._fail(error)
        except Exception as error:
            log.exception("recording %s could not be finalized", self.recording_id)
            self._fail(finalizing_error(error, folder), keep_entry=can_be_repeated(error))
        else:
            self.result.save(saved)
            self.machine.transition(RecordingState.SAVED)
            log.info(
                "recording %s saved as %s (%s)", self.recording_id, self.filename, self.end_reason
            )

    def _fail(self, error: CamrecError, *, keep_entry: bool = False) -> None:
        """Become FAILED. With `keep_entry` the journal keeps the recording for a later camrec."""
        self.result.fail(error, keep_entry=keep_entry)
        self.machine.transition(RecordingState.FAILED)
        if error.code == "recording_cancelled":
            log.info("recording %s: %s", self.recording_id, error)
        else:
            log.error("recording %s failed: %s", self.recording_id, error)
        if self.event_log.count:
            log.error("its events are in %s", self.event_log.path)

    def _describe(self) -> JournalEntry:
        """The recording for the journal; `CameraJournal` adds the credential to the address."""
        start_at = None if self.options.start_at is None else self._scheduled.at
        return describe_entry(self.options, start_at, self._recorder, self.end_reason)

    def notify(self) -> None:
        """Emit `changed`."""
        self.changed.emit(self)


def _starting_at(options: RecordingOptions, started_at: int) -> RecordingOptions:
    """The options of a recording that begins at `started_at`, UTC nanoseconds."""
    series = options.series
    if series is not None and series.number == 1:
        next_at = series.next_at + started_at - series.started_at
        series = series.model_copy(update={"started_at": started_at, "next_at": next_at})
    if options.ends_at is None:
        return options
    left = (options.ends_at - started_at) / NS_PER_SECOND
    return replace(options, duration=left, series=series)


def _size_of(path: Path) -> int:
    """Return the size in bytes; 0 before FFmpeg creates the file, and after it was finalized.

    While Windows deletes a file, it denies access to it.
    """
    try:
        return path.stat().st_size
    except OSError:
        return 0
