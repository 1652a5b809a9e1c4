"""Writes events into the receipts of saved videos."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from camrec.annotations import MAX_EVENTS, Event, EventFields, change_event, sort_events
from camrec.errors import NotFoundError, StateError
from camrec.library.event_places import has_video_of, videos_of_event
from camrec.library.video import VideoFile
from camrec.receipt import Receipt

if TYPE_CHECKING:
    from camrec.library.library import VideoLibrary


class SavedEvents:
    """The events of the videos in `library`, as their receipts have them.

    Any thread may use it. Only one at a time changes events, so that no change is lost. Changes
    raise CamrecError as `VideoLibrary.edit_receipt`.
    """

    def __init__(self, library: VideoLibrary) -> None:
        self._library = library
        self._lock = threading.Lock()

    def place(self, recording_id: str, events: Sequence[Event], saved: Sequence[str] = ()) -> None:
        """Write events of a recording into the receipts of the videos that show them.

        Events that the receipts have already stay. If one of them lasts until a video that was
        saved after it, that video gets it too. If no video is left, nothing happens.

        Parameters
        ----------
        saved
            The file names of the videos whose receipts must be readable, unless they are gone;
            empty: all that have a receipt.

        Raises
        ------
        OSError
            A receipt cannot be read now, so the events may not all be in their videos.
        """
        with self._lock:
            while not self._try_to_place(recording_id, events, saved):
                pass

    def _try_to_place(
        self, recording_id: str, events: Sequence[Event], saved: Sequence[str]
    ) -> bool:
        """Return whether it was done; not if a video was deleted or renamed meanwhile."""
        if events:
            self._check_receipts(saved)
        of_each = self.of_each_video(recording_id, events)
        try:
            for filename, own in of_each:
                receipt = self._library.get_with_evicted(filename).receipt
                if receipt is None or receipt.events != own:
                    self._write(filename, own)
        except NotFoundError:
            return False
        return True

    def _check_receipts(self, saved: Sequence[str]) -> None:
        for video in self._library.videos():
            is_meant = video.filename in saved if saved else video.has_unread_receipt
            if is_meant and video.receipt is None:
                raise OSError(f"the receipt of {video.filename} cannot be read")

    def of_each_video(
        self, recording_id: str, events: Sequence[Event] = ()
    ) -> list[tuple[str, list[Event]]]:
        """Return the file name of each video of a recording, and the events that it shows.

        events : those that are in no receipt yet, or as they are now.
        """
        videos, receipts = self._videos_of(recording_id)
        starts = [video.started_at for video in videos]
        of_each: list[list[Event]] = [[] for _ in videos]
        for event in _merge(receipts, events) if videos else ():
            for position in videos_of_event(starts, event):
                of_each[position].append(event)
        return [(video.filename, own) for video, own in zip(videos, of_each, strict=True)]

    def of_recording(self, recording_id: str) -> list[Event]:
        """Return the events of a recording, the earliest first.

        Raises
        ------
        NotFoundError
            ``no_recording``: there is no video of it.
        """
        videos, receipts = self._videos_of(recording_id)
        if not videos:
            raise NotFoundError("no_recording", recording_id=recording_id)
        return _merge(receipts)

    def has_video_of(self, recording_id: str, at: int) -> bool:
        """Return whether there is a video of a moment of a recording, UTC nanoseconds."""
        _, receipts = self._videos_of(recording_id)
        return has_video_of([each for each in receipts if each.evicted_at is None], at)

    def add(self, recording_id: str, event: Event) -> None:
        """Write a new event into the receipts of the videos that show it.

        Raises
        ------
        NotFoundError
            ``no_recording``: there is no video of the recording.
        StateError
            ``events_full``.
        """
        with self._lock:
            if len(self.of_recording(recording_id)) >= MAX_EVENTS:
                raise StateError("events_full", most=MAX_EVENTS)
            self._put(recording_id, event)

    def change(self, event_id: str, fields: EventFields) -> tuple[str, Event]:
        """Change an event. Returns the id of its recording, and the event as it is now.

        Raises
        ------
        InputError
        NotFoundError
            ``no_event``.
        """
        with self._lock:
            recording_id, event = self._find(event_id)
            changed = change_event(event, fields)
            self._put(recording_id, changed)
            return recording_id, changed

    def delete(self, event_id: str) -> str:
        """Delete an event. Returns the id of its recording.

        Raises
        ------
        NotFoundError
            ``no_event``.
        """
        with self._lock:
            recording_id, _ = self._find(event_id)
            for video, receipt in zip(*self._videos_of(recording_id), strict=True):
                others = [each for each in receipt.events if each.id != event_id]
                if others != receipt.events:
                    self._write(video.filename, others)
            return recording_id

    def _find(self, event_id: str) -> tuple[str, Event]:
        """The id of the recording of an event, and the event."""
        for video in (*self._library.videos(), *self._library.evicted()):
            for event in video.receipt.events if video.receipt is not None else ():
                if event.id == event_id and video.receipt is not None:
                    return video.receipt.recording_id, event
        raise NotFoundError("no_event", event_id=event_id)

    def _put(self, recording_id: str, event: Event) -> None:
        """Write an event into the receipts of the videos that show it, and into no other."""
        videos, receipts = self._videos_of(recording_id)
        if not videos:
            raise NotFoundError("no_recording", recording_id=recording_id)
        places = videos_of_event([video.started_at for video in videos], event)
        for position, (video, receipt) in enumerate(zip(videos, receipts, strict=True)):
            others = [each for each in receipt.events if each.id != event.id]
            own = sort_events([*others, event]) if position in places else others
            if own != receipt.events:
                self._write(video.filename, own)

    def _write(self, filename: str, events: Sequence[Event]) -> None:
        self._library.edit_receipt(
            filename, lambda receipt: receipt.model_copy(update={"events": list(events)})
        )

    def _videos_of(self, recording_id: str) -> tuple[list[VideoFile], list[Receipt]]:
        """The videos of a recording with their receipts, the earliest first, and evicted ones."""
        found = [
            (video, video.receipt)
            for video in (*self._library.videos(), *self._library.evicted())
            if video.receipt is not None and video.receipt.recording_id == recording_id
        ]
        found.sort(key=lambda pair: (pair[0].started_at, pair[0].filename))
        return [video for video, _ in found], [receipt for _, receipt in found]


def _merge(receipts: Sequence[Receipt], events: Sequence[Event] = ()) -> list[Event]:
    """The events in the receipts and `events`, each once, the earliest first."""
    found = {event.id: event for receipt in receipts for event in receipt.events}
    return sort_events((found | {event.id: event for event in events}).values())
