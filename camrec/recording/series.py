"""A recording in several videos, which join without a lost or a doubled frame."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from camrec import file_system
from camrec.annotations import EventLog
from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND
from camrec.errors import CamrecError
from camrec.feed import MediaFeed
from camrec.journal import SeriesRecord
from camrec.receipt import EndReason, Gap, Receipt
from camrec.recording.followed_recording import FollowedRecording, TakeTurn
from camrec.recording.options import RecordingOptions, RecordingServices
from camrec.recording.recorder import Recorder
from camrec.recording.recording import RecordingJob
from camrec.recording.recording_state import (
    ENDED_RECORDING_STATES,
    RECORDING_TRANSITIONS,
    RecordingState,
)
from camrec.recording.recording_view import RecordingView
from camrec.recording.settled_videos import SettledVideos
from camrec.recording.video_join import Handover
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)


class RecordingSeries(RecordingView):
    """A recording without an end, or a long one: one `RecordingJob` after another.

    Other modules use it as they use a `RecordingJob`. Each video is finalized and saved by itself
    while the next one is written; then its segments and its journal entry are gone. Any thread may
    call anything. The properties that follow from the newest video alone are in `RecordingView`;
    the others combine all of its videos, under the lock with which a video takes the place of the
    one before.

    Attributes
    ----------
    machine : the life cycle of the whole recording.
    changed : emits this recording after each change of its newest video.

    Parameters
    ----------
    job
        The first video, or the one that continues after a restart. It may be running.
    record
        Which video it is.
    """

    def __init__(
        self,
        feed: MediaFeed,
        services: RecordingServices,
        job: RecordingJob,
        record: SeriesRecord,
    ) -> None:
        self._feed = feed
        self._services = services
        self.changed: Callbacks[[RecordingSeries]] = Callbacks()
        self._finished = threading.Event()
        self._change_lock = threading.Lock()  # held while the series changes
        self._lock = threading.Lock()  # of the fields below, for moments
        self._settled = SettledVideos()
        self._earlier_jobs: tuple[RecordingJob, ...] = ()  # of videos that are not settled
        self._stop_reason: EndReason | None = None
        self._was_scheduled = job.start_at is not None
        self._current = job
        with self._lock:  # `_on_state_change` waits for it, so that no change is missed
            self._connect(job)
            self.machine: StateMachine[RecordingState] = StateMachine(
                job.state, RECORDING_TRANSITIONS
            )
        job.join_next(record, self._start_next)
        self._settle()

    def start(self) -> None:
        """As `RecordingJob.start`, for the first video."""
        self._current.start()

    def add_earlier(self, saved: Iterable[str], jobs: Iterable[RecordingJob]) -> None:
        """Add the videos that an earlier camrec has recorded, in order.

        saved : the file names of those that it saved.
        jobs : finalize the others.
        """
        with self._lock:
            self._settled.add_saved(saved)
        for job in jobs:
            self._connect(job)
            with self._lock:
                self._earlier_jobs = (*self._earlier_jobs, job)
        self._settle()

    def reschedule(self, start_at: int) -> bool:
        """As `RecordingJob.reschedule`."""
        with self._change_lock:
            if not self._current.reschedule(start_at):
                return False
            before = self._record
            shift = start_at - before.started_at
            moved = {"started_at": start_at, "next_at": before.next_at + shift}
            if before.ends_at is not None:
                moved["ends_at"] = before.ends_at + shift
            self._current.note_series(before.model_copy(update=moved))
            return True

    def change_end(self, ends_at: int | None) -> None:
        """Let it end at another time, UTC nanoseconds; None: when it is stopped.

        Return once the journal has it. It raises what `RecordingJob.change_duration` raises.
        """
        with self._change_lock:
            job = self._current
            seconds = None if ends_at is None else (ends_at - job.started_at) / NS_PER_SECOND
            job.change_duration(seconds, self._record.model_copy(update={"ends_at": ends_at}))

    def stop(self, reason: EndReason = "stopped") -> None:
        """As `RecordingJob.stop`."""
        with self._lock:
            self._stop_reason = self._stop_reason or reason
            current = self._current
        current.stop(reason)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until all videos are saved; False after `timeout` seconds."""
        if not self._finished.wait(timeout):
            return False
        return all(job.wait() for job in self.jobs)

    def notify(self) -> None:
        """Emit `changed`."""
        self.changed.emit(self)

    # What others read.

    @property
    def options(self) -> RecordingOptions:
        """Those of the newest video."""
        return self._current.options

    @property
    def recorder(self) -> Recorder | None:
        """That of the newest video; None before that has begun."""
        return self._current.recorder

    @property
    def recording_id(self) -> str:
        """The id of the whole recording."""
        return self._record.recording_id

    @property
    def duration(self) -> float | None:
        """The requested length of all videos in seconds; None: until it is stopped."""
        return self._record.asked

    @property
    def has_started(self) -> bool:
        """As `RecordingJob.has_started`."""
        return self._record.number > 1 or self._current.has_started

    @property
    def start_at(self) -> int | None:
        """As `RecordingJob.start_at`: of the first video, since the others begin at once."""
        return self.started_at if self._was_scheduled else None

    @property
    def started_at(self) -> int:
        """When the first video began or will begin, UTC nanoseconds."""
        record = self._record
        return self._current.started_at if record.number == 1 else record.started_at

    @property
    def ends_at(self) -> int | None:
        """When it ends, UTC nanoseconds; None: when it is stopped."""
        return self._record.ends_at

    @property
    def event_count(self) -> int:
        """How many events it has."""
        return self._settled.events + sum(each.count for each in self.event_logs)

    @property
    def event_logs(self) -> tuple[EventLog, ...]:
        """Those of the videos that are not settled, and of others whose events are in no receipt.

        A receipt could not be written, or there is no video.
        """
        with self._lock:
            jobs = (*self._settled.unplaced, *self._earlier_jobs, self._current)
        return tuple(job.event_log for job in jobs)

    def note_saved_events(self, count: int) -> None:
        """Note how many events the receipts of its videos have."""
        released = sum(each.count for each in self.event_logs if each.is_released)
        with self._lock:
            self._settled.events = count - released

    @property
    def end_reason(self) -> EndReason | None:
        """As `RecordingJob.end_reason`."""
        return self._current.end_reason

    @property
    def elapsed(self) -> float:
        """Seconds since the start, up to the end."""
        return self._seconds_before + self._current.elapsed

    @property
    def bytes(self) -> int:
        """Bytes of the videos that this camrec recorded, saved or not."""
        return self._settled.bytes + sum(job.bytes for job in self.jobs)

    @property
    def gaps(self) -> list[Gap]:
        """The gaps in the newest video; their starts count from the start of the recording."""
        before = self._seconds_before
        return [Gap(start=before + gap.start, duration=gap.duration) for gap in self._current.gaps]

    @property
    def filenames(self) -> list[str]:
        """The file names of the saved videos, in order."""
        with self._lock:
            names = list(self._settled.filenames)
            jobs = (*self._earlier_jobs, self._current)
        return [*names, *(name for job in jobs for name in job.filenames)]

    @property
    def receipts(self) -> list[Receipt]:
        """The receipts of the newest videos that were saved."""
        return [receipt for job in self.jobs for receipt in job.receipts]

    @property
    def error(self) -> CamrecError | None:
        """Why the last video that could not be saved was not."""
        errors = [self._settled.error, *(job.error for job in self.jobs)]
        return next((error for error in reversed(errors) if error is not None), None)

    @property
    def jobs(self) -> tuple[RecordingJob, ...]:
        """Its videos that are not settled yet, in order. Each has its own event log."""
        with self._lock:
            return (*self._earlier_jobs, self._current)

    @property
    def _record(self) -> SeriesRecord:
        record = self._current.options.series
        assert record is not None
        return record

    @property
    def _seconds_before(self) -> float:
        """Seconds from the start of the recording to the start of the newest video."""
        return max(0.0, (self._current.started_at - self.started_at) / NS_PER_SECOND)

    # The threads of the videos.

    def _start_next(self, handover: Handover) -> bool:
        """Start the next video. Called by the thread of the one before it."""
        clock = self._services.clock
        begins_at = clock.utc_ns() - (clock.monotonic_ns() - handover.begins_at)
        with self._change_lock:
            record = self._record.following(begins_at)
            left = None if record.ends_at is None else (record.ends_at - begins_at) / NS_PER_SECOND
            if self._stop_reason is not None or (left is not None and left <= 0):
                return False
            before = self._current
            video_id = f"{record.recording_id}-{record.number}"
            options = replace(
                before.options,
                recording_id=video_id,
                folder=before.options.folder.with_name(video_id),
                duration=left,
                preroll=0.0,
                start_at=None,
                resume=None,
                is_in_journal=False,
                series=record,
            )
            job = RecordingJob(self._feed, options, self._services, handover)
            job.join_next(record, self._start_next)
            self._connect(job)
            with self._lock:
                self._earlier_jobs = (*self._earlier_jobs, before)
                self._current = job
                reason = self._stop_reason
            try:
                job.start()
            except Exception as error:
                is_unexpected = not isinstance(error, CamrecError)
                log.warning(
                    "video %s begins later: %s", job.recording_id, error, exc_info=is_unexpected
                )
                self._return_to(before, job)
                return False
            if reason is not None:  # it came while this job was not the current one
                job.stop(reason)
        self.machine.transition(RecordingState.WRITING, only_from=RecordingState.WAITING)
        self.notify()
        return True

    def _return_to(self, job: RecordingJob, failed: RecordingJob) -> None:
        """Let the video before go on, because the next one cannot begin: of that nothing stays."""
        with contextlib.suppress(OSError):
            self._services.journal.erase(failed.recording_id)
        file_system.remove_tree(failed.options.folder)
        with self._lock:
            self._earlier_jobs = self._earlier_jobs[:-1]
            self._current = job
            reason = self._stop_reason
        if reason is not None:
            job.stop(reason)

    def _connect(self, job: RecordingJob) -> None:
        job.machine.changed.connect(partial(self._on_state_change, job))
        job.changed.connect(self._on_change)

    def _on_change(self, job: RecordingJob) -> None:
        self.notify()

    def _on_state_change(self, job: RecordingJob, old: RecordingState, new: RecordingState) -> None:
        with self._lock:
            is_current = job is self._current
        if is_current and new not in ENDED_RECORDING_STATES:
            self.machine.transition(new)
        if new in ENDED_RECORDING_STATES:
            self._place_again()
            self._settle()

    def _place_again(self) -> None:
        """Try again to put the events of settled videos into the receipts."""
        with self._lock:
            unplaced = list(self._settled.unplaced)
        for job in unplaced:
            if job.state is RecordingState.SAVED:
                job.result.release_events()
        with self._lock:
            self._settled.forget_placed()

    def _settle(self) -> None:
        """Drop the videos that have ended, and end the recording with the last of them."""
        with self._lock:
            while self._earlier_jobs and self._earlier_jobs[0].state in ENDED_RECORDING_STATES:
                settled, *others = self._earlier_jobs
                self._settled.add(settled)
                self._earlier_jobs = tuple(others)
            is_over = not self._earlier_jobs and self._current.state in ENDED_RECORDING_STATES
        if not is_over or self._finished.is_set():
            return
        new = RecordingState.SAVED if self.error is None else RecordingState.FAILED
        if self.machine.transition(new):
            self.notify()
        self._finished.set()


AnyRecording = RecordingJob | RecordingSeries


def follow_recording(recording: AnyRecording, not_before: int = 0) -> FollowedRecording:
    """`recording` for one that begins at its end, but no earlier than `not_before` (UTC ns)."""
    return FollowedRecording(
        recording,
        lambda notify: recording.changed.connect(lambda _: notify()),
        not_before,
    )


def create_recording(
    feed: MediaFeed,
    options: RecordingOptions,
    services: RecordingServices,
    followed: FollowedRecording | None = None,
    take_turn: TakeTurn = lambda recording_id: None,
) -> AnyRecording:
    """A recording that becomes one video, or a series of them. See `RecordingJob`."""
    job = RecordingJob(feed, options, services, followed=followed, take_turn=take_turn)
    if options.series is None:
        return job
    return RecordingSeries(feed, services, job, options.series)


def first_of_series(
    recording_id: str, started_at: int, ends_at: int | None, video_length: float
) -> SeriesRecord:
    """The first video of a series that starts at `started_at`, UTC nanoseconds."""
    return SeriesRecord(
        recording_id=recording_id,
        number=1,
        video_length=video_length,
        started_at=started_at,
        next_at=started_at + round(video_length * NS_PER_SECOND),
        ends_at=ends_at,
    )
