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
from camrec.clock import Clock
from camrec.errors import CamrecError, NotFoundError, StateError
from camrec.library import (
    PlacedEvent,
    VideoFile,
    VideoLibrary,
    VideoSpan,
    locate_events,
    moment_of_second,
)
from camrec.receipt import Receipt
from camrec.recording import AnyRecording
from camrec.station.event_moments import EventMoments, job_at
from camrec.station.recordings import StationRecordings

log = logging.getLogger(__name__)


class StationEvents:
    """The events of all recordings and videos. All calls block and may come from any thread.

    An event that was marked is on the disk: until a recording is saved in its event log, then in
    the receipts of its videos.
    """

    def __init__(self, clock: Clock, recordings: StationRecordings, library: VideoLibrary) -> None:
        self._recordings = recordings
        self._library = library
        self._moments = EventMoments(clock, recordings, library.events)

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
        found = self._moments.find(recording_ids, at, arrived)
        events = [(each, create_event(moment, fields, source)) for each, moment in found]
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
        job = job_at(recording, event.at_ns)
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
