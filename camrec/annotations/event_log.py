"""The events of one recording, on the disk until the receipts of its videos contain them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from camrec.annotations.event import Event, EventFields, change_event
from camrec.annotations.event_log_file import EventLogFile, EventLogLine
from camrec.annotations.group_commit import GroupCommit
from camrec.errors import NotFoundError, ServiceError, StateError, describe_os_error

EVENT_LOG_FILENAME = "events.jsonl"
MAX_EVENTS = 100_000  # of one recording: a receipt of about 15 MB


class EventLogReleased(Exception):
    """The log is not used any more: the events are in the receipts."""


class EventLog:
    """The events of one recording. Any thread may use it.

    A change is on the disk when the call that makes it returns. Calls that come at the same time
    share one fsync.

    Parameters
    ----------
    path
        The file, which need not exist. What it contains is read at once.

    Raises
    ------
    OSError, ValueError
        The file cannot be read, or is of a newer camrec.
    """

    def __init__(self, path: Path, recording_id: str) -> None:
        self._file = EventLogFile(path, recording_id)
        self._events: dict[str, Event] = {}
        for line in self._file.read():
            line.apply(self._events)
        self._commit = GroupCommit(self._write)
        # Only one thread at a time changes events that exist, so that no change is lost.
        self._change_lock = threading.Lock()
        self._was_placed = False
        self._is_released = False

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def is_released(self) -> bool:
        """Whether the events are in the receipts, so that this log is not used any more."""
        return self._is_released

    @property
    def was_placed(self) -> bool:
        """Whether receipts may have events of this log: its release was tried."""
        return self._was_placed

    @property
    def count(self) -> int:
        """How many events there are; after the release, how many there were."""
        return len(self._events)

    def events(self) -> list[Event]:
        """Return all events that are on the disk, the earliest first."""
        return sort_events(list(self._events.values()))

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._events

    def add(self, event: Event) -> None:
        """Return once the disk has a new event.

        Raises
        ------
        EventLogReleased
        StateError
            ``events_full``.
        ServiceError
            ``folder_unwritable``: the disk cannot be written, and the event is not stored.
        """
        if len(self._events) >= MAX_EVENTS:
            raise StateError("events_full", most=MAX_EVENTS)
        self._submit(EventLogLine(event=event))

    def change(self, event_id: str, fields: EventFields) -> Event:
        """Change an event, and return it as it is now.

        Raises
        ------
        InputError, EventLogReleased, ServiceError
        NotFoundError
            ``no_event``.
        """
        with self._change_lock:
            changed = change_event(self._get(event_id), fields)
            self._submit(EventLogLine(event=changed))
            return changed

    def delete(self, event_id: str) -> None:
        """Delete an event. Raises as `change`."""
        with self._change_lock:
            self._get(event_id)
            self._submit(EventLogLine(deleted=event_id))

    def take_back(self, event_id: str) -> None:
        """Delete an event that was just added. Unlike `delete`, it needs no space on the disk.

        Raises as `delete`.
        """
        with self._commit.exclusive():
            self._get(event_id)
            try:
                self._file.take_back(event_id)
            except OSError as error:
                raise self._unwritable_error(error) from None
            self._events = {key: each for key, each in self._events.items() if key != event_id}

    def release(self, place: Callable[[Sequence[Event]], object]) -> None:
        """Put all events where they stay, and delete the file. Changes that come meanwhile wait.

        After that, another call does nothing.

        Parameters
        ----------
        place
            Stores the events durably. If it raises, the log stays as it is.

        Raises
        ------
        OSError
            The file cannot be deleted, and the log stays as it is.
        """
        with self._commit.exclusive():
            if self._is_released:
                return
            self._was_placed = True
            place(self.events())
            self._file.delete()
            self._is_released = True

    def _get(self, event_id: str) -> Event:
        if self._is_released:
            raise EventLogReleased
        try:
            return self._events[event_id]
        except KeyError:
            raise NotFoundError("no_event", event_id=event_id) from None

    def _submit(self, line: EventLogLine) -> None:
        try:
            self._commit.submit(line)
        except OSError as error:
            raise self._unwritable_error(error) from None

    def _unwritable_error(self, error: OSError) -> ServiceError:
        folder, reason = str(self.path.parent), describe_os_error(error)
        return ServiceError("folder_unwritable", folder=folder, reason=reason)

    def _write(self, lines: Sequence[EventLogLine]) -> None:
        """Called by one thread at a time."""
        if self._is_released:
            raise EventLogReleased
        self._file.append(lines)
        events = dict(self._events)
        for line in lines:
            line.apply(events)
        self._events = events  # replaced as a whole: others read it without a lock


def sort_events(events: Iterable[Event]) -> list[Event]:
    """Return the events in the order in which they happened."""
    return sorted(events, key=lambda each: each.at)
