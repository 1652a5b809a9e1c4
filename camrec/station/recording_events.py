"""Marks events in recordings and in finished videos, changes and deletes them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

from camrec.annotations import (
    MAX_EVENTS,
    Event,
    EventFields,
    EventLogReleased,
    change_event,
    create_event,
)
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CamrecError, InputError, NotFoundError, StateError
from camrec.library import (
    PlacedEvent,
    SavedEvents,
    VideoFile,
    VideoLibrary,
    VideoSpan,
    locate_events,
    moment_of_second,
)
from camrec.receipt import Receipt
from camrec.recording import RecordingJob, RecordingState
from camrec.station.recordings import StationRecordings

# The clock of a maker on another machine may be ahead by this much.
FUTURE_TOLERANCE_NS = NS_PER_SECOND
# If this computer's clock was set or corrected by more than this since a recording began, the
# moments that makers give are converted to the clock of the recording. A frame takes longer.
MIN_CLOCK_CORRECTION_NS = 5_000_000


class StationEvents:
    """The events of all recordings and videos. All calls block and may come from any thread.

    An event that was marked is on the disk: until a recording is saved in its event log, then in
    the receipts of its videos.
    """

    def __init__(self, clock: Clock, recordings: StationRecordings, library: VideoLibrary) -> None:
        self._clock = clock
        self._recordings = recordings
        self._library = library
        self._saved = SavedEvents(library)
        self._saved_lock = threading.Lock()  # for changes of receipts

    # Mark.

    def mark(
        self,
        fields: EventFields,
        *,
        source: str,
        recording_ids: Sequence[str] | None = None,
        at: int | None = None,
        arrived: int | None = None,
    ) -> list[tuple[str, Event]]:
        """Mark an event in several recordings, and return each id of a recording with its event.

        If it cannot be marked in one of them, it is marked in none.

        Parameters
        ----------
        recording_ids
            None: all that record at that moment.
        at
            When it happened, UTC nanoseconds; None: now.
        arrived
            When the request came, monotonic nanoseconds; None: now.

        Raises
        ------
        InputError
            ``bad_event_text`` and others of `create_event`; ``event_in_future``; for given
            `recording_ids` ``event_before_start``, ``event_after_end``.
        NotFoundError
            ``no_recording``.
        StateError
            ``nothing_recorded``: nothing recorded then. ``not_recording``: a recording has not
            begun, has ended or has failed. ``events_full``.
        ServiceError
            ``folder_unwritable``.
        """
        now = self._clock.monotonic_ns() if arrived is None else arrived
        if at is not None and at > self._clock.utc_ns() + FUTURE_TOLERANCE_NS:
            raise InputError("event_in_future")
        if recording_ids is None:
            chosen = self._all_at(at, now)
        else:
            jobs = [self._recordings.get(each) for each in dict.fromkeys(recording_ids)]
            chosen = [(job, self._moment_in(job, at, now)) for job in jobs]
        events = [(job, create_event(moment, fields, source)) for job, moment in chosen]
        marked: list[tuple[str, Event]] = []
        try:
            for job, event in events:
                self._add(job, event)
                marked.append((job.recording_id, event))
        except CamrecError:
            for _, event in marked:
                with suppress(CamrecError):
                    self.delete(event.id)
            raise
        return marked

    def mark_video(
        self,
        filename: str,
        fields: EventFields,
        *,
        source: str,
        at: int | None = None,
        second: float | None = None,
    ) -> tuple[str, PlacedEvent]:
        """Mark an event in a finished video, at a time (UTC nanoseconds) or a second of the video.

        Returns the id of its recording, and the event with its place in the video.

        Raises
        ------
        InputError
            ``bad_event_text`` and others of `create_event`; ``event_before_start``,
            ``event_after_end``; ``bad_filename``.
        NotFoundError, StateError (``no_receipt_for_events``, ``events_full``), ServiceError
        """
        video, receipt = self._get_video(filename)
        moment = at
        if moment is None:
            moment = moment_of_second(receipt, 0.0 if second is None else second)
        VideoSpan.of(receipt).check(moment)
        event = create_event(moment, fields, source)
        recording_id = receipt.recording_id
        job = self._find_job(recording_id)
        if job is not None:
            self._add(job, event)
        else:
            self._add_saved(recording_id, event)
        [placed] = locate_events(video.path, receipt, [event])
        return recording_id, placed

    # Look up.

    def of_recording(self, recording_id: str) -> list[Event]:
        """Return the events of a recording. Raises NotFoundError (``no_recording``)."""
        job = self._find_job(recording_id)
        if job is None:
            return self._saved.of_recording(recording_id)
        if not job.event_log.is_released:
            return job.event_log.events()
        with suppress(NotFoundError):  # its video was deleted
            return self._saved.of_recording(recording_id)
        return []

    def of_video(self, filename: str) -> tuple[str, list[PlacedEvent]]:
        """Return the id of the recording of a video, and its events with their places.

        Without a receipt it has none. Raises InputError, NotFoundError.
        """
        video = self._library.get(filename)
        receipt = video.receipt
        if receipt is None:
            return "", []
        job = self._find_job(receipt.recording_id)
        events: Sequence[Event] = receipt.events
        if job is not None and not job.event_log.is_released:
            of_each = self._saved.of_each_video(job.recording_id, job.event_log.events())
            events = dict(of_each).get(filename, events)
        return receipt.recording_id, locate_events(video.path, receipt, events)

    # Change.

    def change(self, event_id: str, fields: EventFields) -> tuple[str, Event]:
        """Change an event, and return the id of its recording and the event as it is now.

        Raises
        ------
        InputError, NotFoundError (``no_event``), ServiceError
        """
        job = self._job_with(event_id)
        if job is not None:
            with suppress(EventLogReleased):
                changed = job.event_log.change(event_id, fields)
                job.changed.emit(job)
                return job.recording_id, changed
        with self._saved_lock:
            recording_id, event = self._saved.find(event_id)
            changed = change_event(event, fields)
            self._saved.put(recording_id, changed)
        return recording_id, changed

    def delete(self, event_id: str) -> None:
        """Delete an event. Raises NotFoundError (``no_event``), ServiceError."""
        job = self._job_with(event_id)
        if job is not None:
            with suppress(EventLogReleased):
                job.event_log.delete(event_id)
                job.changed.emit(job)
                return
        with self._saved_lock:
            recording_id, _ = self._saved.find(event_id)
            self._saved.delete(recording_id, event_id)
        self._note_saved(recording_id)

    def _add(self, job: RecordingJob, event: Event) -> None:
        """Return once the disk has an event of a recording of this run."""
        try:
            job.event_log.add(event)
        except EventLogReleased:
            self._add_saved(job.recording_id, event)
        else:
            job.changed.emit(job)

    def _add_saved(self, recording_id: str, event: Event) -> None:
        with self._saved_lock:
            if len(self._saved.of_recording(recording_id)) >= MAX_EVENTS:
                raise StateError("events_full", most=MAX_EVENTS)
            self._saved.put(recording_id, event)
        self._note_saved(recording_id)

    def _note_saved(self, recording_id: str) -> None:
        """Let a recording of this run know how many events its videos have."""
        job = self._find_job(recording_id)
        if job is not None and job.event_log.is_released:
            job.event_log.note_placed(self.of_recording(recording_id))
            job.changed.emit(job)

    def _all_at(self, at: int | None, now: int) -> list[tuple[RecordingJob, int]]:
        """Each recording that recorded then, with the moment by its clock."""
        found = []
        for job in self._recordings.all():
            with suppress(InputError, StateError):
                found.append((job, self._moment_in(job, at, now)))
        if not found:
            raise StateError("nothing_recorded")
        return found

    def _moment_in(self, job: RecordingJob, at: int | None, now: int) -> int:
        """The moment in a recording, by the clock of the recording: UTC nanoseconds.

        `at`: UTC nanoseconds; None: `now`, in monotonic nanoseconds. Raises as `mark`.
        """
        period, ended_at = job.period, job.ended_at
        if period is None or job.state is RecordingState.FAILED:
            raise StateError("not_recording")
        if at is None:
            moment = period.to_utc(now)
            if ended_at is not None and moment > ended_at:
                raise StateError("not_recording")
            return moment
        correction = self._clock.utc_ns() - period.to_utc(self._clock.monotonic_ns())
        moment = at - correction if abs(correction) > MIN_CLOCK_CORRECTION_NS else at
        if moment < period.to_utc(period.video_start):
            raise InputError("event_before_start")
        if ended_at is not None and moment > ended_at:
            raise InputError("event_after_end")
        return moment

    def _get_video(self, filename: str) -> tuple[VideoFile, Receipt]:
        video = self._library.get(filename)
        if video.receipt is None:
            raise StateError("no_receipt_for_events", filename=filename)
        return video, video.receipt

    def _find_job(self, recording_id: str) -> RecordingJob | None:
        """The recording of this run with this id."""
        return next((e for e in self._recordings.all() if e.recording_id == recording_id), None)

    def _job_with(self, event_id: str) -> RecordingJob | None:
        """The recording of this run that has this event."""
        return next((each for each in self._recordings.all() if event_id in each.event_log), None)
