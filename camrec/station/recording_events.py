"""Marks events in recordings and in finished videos, changes and deletes them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress

from camrec.annotations import (
    Event,
    EventFields,
    EventLog,
    EventLogReleased,
    create_event,
    sort_events,
)
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CamrecError, InputError, NotFoundError, StateError
from camrec.library import (
    PlacedEvent,
    VideoFile,
    VideoLibrary,
    VideoSpan,
    locate_events,
    moment_of_second,
)
from camrec.receipt import Receipt
from camrec.recording import AnyRecording, RecordingJob, RecordingState
from camrec.station.recordings import StationRecordings

log = logging.getLogger(__name__)

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
            begun, has ended or has failed. ``no_video_then``: the video of that moment was
            deleted. ``events_full``.
        ServiceError
            ``folder_unwritable``.
        """
        now = self._clock.monotonic_ns() if arrived is None else arrived
        if at is not None and at > self._clock.utc_ns() + FUTURE_TOLERANCE_NS:
            raise InputError("event_in_future")
        if recording_ids is None:
            chosen = self._all_at(at, now)
        else:
            found = [self._recordings.get(each) for each in recording_ids]
            # A recording may be given by its id and by that of its session.
            once = {each.recording_id: each for each in found}.values()
            chosen = [(each, self._moment_in(each, at, now)) for each in once]
        events = [(each, create_event(moment, fields, source)) for each, moment in chosen]
        marked: list[tuple[str, Event]] = []
        try:
            for recording, event in events:
                self._add(recording, event)
                marked.append((recording.recording_id, event))
        except CamrecError:
            for _, event in marked:
                self._take_back(event.id)
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
        recording = self._find(recording_id)
        if recording is not None:
            self._add(recording, event)
        else:
            self._add_saved(recording_id, event)
        [placed] = locate_events(video.path, receipt, [event])
        return recording_id, placed

    # Look up.

    def of_recording(self, recording_id: str) -> list[Event]:
        """Return the events of a recording, the earliest first.

        Raises
        ------
        NotFoundError
            ``no_recording``.
        """
        recording = self._find(recording_id)
        if recording is None:
            return self._library.events.of_recording(recording_id)
        events: dict[str, Event] = {}
        with suppress(NotFoundError):  # no video of it is saved, or was deleted
            events = {each.id: each for each in self._library.events.of_recording(recording_id)}
        return sort_events((events | self._logged(recording)).values())

    def of_video(self, filename: str) -> tuple[str, list[PlacedEvent]]:
        """Return the id of the recording of a video, and its events with their places.

        Without a receipt it has none. The video may be an evicted one: then no frame is known.
        Raises InputError, NotFoundError.
        """
        video = self._library.get_with_evicted(filename)
        receipt = video.receipt
        if receipt is None:
            return "", []
        recording = self._find(receipt.recording_id)
        events: Sequence[Event] = receipt.events
        if recording is not None and (logged := self._logged(recording)):
            of_each = self._library.events.of_each_video(
                receipt.recording_id, list(logged.values())
            )
            events = dict(of_each).get(filename, events)
        return receipt.recording_id, locate_events(video.path, receipt, events)

    # Change.

    def change(self, event_id: str, fields: EventFields) -> tuple[str, Event]:
        """Change an event, and return the id of its recording and the event as it is now.

        Raises
        ------
        InputError, NotFoundError (``no_event``), ServiceError
        """
        for recording, event_log in self._logs_with(event_id):
            with suppress(EventLogReleased):
                changed = event_log.change(event_id, fields)
                recording.notify()
                return recording.recording_id, changed
        return self._library.events.change(event_id, fields)

    def delete(self, event_id: str) -> None:
        """Delete an event. Raises NotFoundError (``no_event``), ServiceError."""
        for recording, event_log in self._logs_with(event_id):
            with suppress(EventLogReleased):
                event_log.delete(event_id)
                if event_log.was_placed:  # receipts may have it too, and it would come back
                    with suppress(NotFoundError):
                        self._library.events.delete(event_id)
                recording.notify()
                return
        self._note_saved(self._library.events.delete(event_id))

    def _take_back(self, event_id: str) -> None:
        """Delete an event that was just marked, also if the disk is full."""
        try:
            for recording, event_log in self._logs_with(event_id):
                with suppress(EventLogReleased):
                    event_log.take_back(event_id)
                    recording.notify()
                    return
            self._note_saved(self._library.events.delete(event_id))
        except CamrecError as error:
            log.error("event %s was refused, but cannot be deleted: %s", event_id, error)

    def _add(self, recording: AnyRecording, event: Event) -> None:
        """Return once the disk has an event of a recording of this run."""
        job = _job_at(recording, event.at_ns)
        if job is not None:
            with suppress(EventLogReleased):
                job.event_log.add(event)
                recording.notify()
                return
        self._add_saved(recording.recording_id, event)

    def _add_saved(self, recording_id: str, event: Event) -> None:
        self._library.events.add(recording_id, event)
        self._note_saved(recording_id)

    def _note_saved(self, recording_id: str) -> None:
        """Let a recording of this run know how many events its videos have."""
        recording = self._find(recording_id)
        if recording is None:
            return
        with suppress(NotFoundError):  # its videos were deleted meanwhile
            recording.note_saved_events(len(self._library.events.of_recording(recording_id)))
        recording.notify()

    def _all_at(self, at: int | None, now: int) -> list[tuple[AnyRecording, int]]:
        """Each recording that recorded then, with the moment by its clock."""
        found = []
        for recording in self._recordings.all():
            with suppress(InputError, StateError, NotFoundError):
                found.append((recording, self._moment_in(recording, at, now)))
        if not found:
            raise StateError("nothing_recorded")
        return found

    def _moment_in(self, recording: AnyRecording, at: int | None, now: int) -> int:
        """The moment in a recording, by the clock of the recording: UTC nanoseconds.

        `at`: UTC nanoseconds; None: `now`, in monotonic nanoseconds. Raises as `mark`.
        """
        period, ended_at = recording.jobs[-1].period, recording.ended_at
        if period is None or recording.state is RecordingState.FAILED:
            raise StateError("not_recording")
        if at is None:
            moment = period.to_utc(now)
            if ended_at is not None and moment > ended_at:
                raise StateError("not_recording")
            return moment
        correction = self._clock.utc_ns() - period.to_utc(self._clock.monotonic_ns())
        # What happened to the clock since a recording ended does not concern it.
        is_corrected = ended_at is None and abs(correction) > MIN_CLOCK_CORRECTION_NS
        moment = at - correction if is_corrected else at
        first = _video_start(recording.jobs[0])
        if moment < min(recording.started_at, recording.started_at if first is None else first):
            raise InputError("event_before_start")
        if ended_at is not None and moment > ended_at:
            raise InputError("event_after_end")
        job = _job_at(recording, moment)
        if job is None or job.filenames:
            self._check_video(recording, moment)
        return moment

    def _check_video(self, recording: AnyRecording, moment: int) -> None:
        """Raise if the saved video of a moment was deleted."""
        recording_id = recording.recording_id
        if recording.state is RecordingState.SAVED:
            self._library.events.of_recording(recording_id)
        if not self._library.events.has_video_of(recording_id, moment):
            raise StateError("no_video_then")

    def _get_video(self, filename: str) -> tuple[VideoFile, Receipt]:
        video = self._library.get(filename)
        if video.receipt is None:
            raise StateError("no_receipt_for_events", filename=filename)
        return video, video.receipt

    def _find(self, recording_id: str) -> AnyRecording | None:
        """The recording of this run with this id."""
        return next((e for e in self._recordings.all() if e.recording_id == recording_id), None)

    def _logged(self, recording: AnyRecording) -> dict[str, Event]:
        """The events of a recording that are in no receipt yet, by their ids."""
        logs = [each for each in recording.event_logs if not each.is_released]
        return {event.id: event for event_log in logs for event in event_log.events()}

    def _logs_with(self, event_id: str) -> Iterator[tuple[AnyRecording, EventLog]]:
        """The event logs that have an event: one, or none."""
        for recording in self._recordings.all():
            for event_log in recording.event_logs:
                if event_id in event_log:
                    yield recording, event_log


def _job_at(recording: AnyRecording, at: int) -> RecordingJob | None:
    """The one whose video shows a moment; None if that is a video of a series that was saved."""
    jobs = recording.jobs
    begun = [each for each in jobs if (start := _video_start(each)) and start <= at]
    if begun:
        return begun[-1]
    series = jobs[0].options.series
    return jobs[0] if series is None or series.number == 1 else None


def _video_start(job: RecordingJob) -> int | None:
    """When its video begins, UTC nanoseconds; None before it has begun."""
    period = job.period
    return None if period is None else period.to_utc(period.video_start)
