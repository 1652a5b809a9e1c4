"""The file of an event log: one line of JSON for each change, appended and synced.

The first line says the version. Each further line adds or changes an event (``{"event": {...}}``)
or deletes one (``{"deleted": ID}``). A line that was not written completely, because camrec or the
computer stopped, has no end. Its maker got no answer, so it is ignored.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path

from pydantic import BaseModel, ValidationError

from camrec import file_system
from camrec.annotations.event import Event

log = logging.getLogger(__name__)

EVENT_LOG_VERSION = 1


class EventLogHead(BaseModel):
    """The first line of the file."""

    version: int
    recording_id: str


class EventLogLine(BaseModel):
    """A change: an event as it is now, or the id of one that was deleted."""

    event: Event | None = None
    deleted: str | None = None

    def apply(self, events: dict[str, Event]) -> None:
        """Apply the change to `events`, which have their ids as keys."""
        if self.event is not None:
            events[self.event.id] = self.event
        if self.deleted is not None:
            events.pop(self.deleted, None)


class EventLogFile:
    """Appends lines to the file and reads them. One thread at a time may use it.

    The file is created with its first line. Only its owner can read it.
    """

    def __init__(self, path: Path, recording_id: str) -> None:
        self.path = path
        self._recording_id = recording_id
        self._size = 0  # of all complete lines; what follows is overwritten

    def read(self) -> list[EventLogLine]:
        """Return all changes. A line that cannot be read is logged and left out.

        Raises
        ------
        OSError
        ValueError
            The file is of a newer camrec, or is none of these files.
        """
        try:
            content = file_system.read_bytes(self.path)
        except FileNotFoundError:
            return []
        self._size = content.rfind(b"\n") + 1
        if not self._size:
            return []
        head, *lines = content[: self._size - 1].split(b"\n")
        if (version := EventLogHead.model_validate_json(head).version) != EVENT_LOG_VERSION:
            raise ValueError(f"{self.path} has version {version}")
        return [line for each in lines if (line := self._parse(each)) is not None]

    def append(self, lines: Sequence[EventLogLine]) -> None:
        """Return once the disk has all `lines`. If it raises OSError, the file has none of them."""
        if not self._size:
            self._create()
        text = "".join(f"{each.model_dump_json(exclude_none=True)}\n" for each in lines)
        data = memoryview(text.encode("utf-8"))
        with file_system.open_growing(self.path) as file:
            file.truncate(self._size)
            try:
                _write_at(file, self._size, data)
            except OSError:
                # Whole lines may be in the file, but their makers get an error.
                with suppress(OSError):
                    file.truncate(self._size)
                raise
        self._size += len(data)

    def take_back(self, event_id: str) -> None:
        """Replace the line that added an event by one that deletes it. A full disk allows that.

        Raises OSError.
        """
        content = file_system.read_bytes(self.path)[: self._size]
        start = content.rfind(f'{{"event":{{"id":"{event_id}"'.encode())
        length = content.index(b"\n", start) - start
        line = EventLogLine(deleted=event_id).model_dump_json(exclude_none=True).encode()
        with file_system.open_growing(self.path) as file:
            _write_at(file, start, memoryview(line.ljust(length)))

    def delete(self) -> None:
        """Delete the file, if there is one. Raises OSError."""
        file_system.remove(self.path, missing_ok=True)
        self._size = 0

    def _create(self) -> None:
        head = EventLogHead(version=EVENT_LOG_VERSION, recording_id=self._recording_id)
        file_system.make_dirs(self.path.parent)
        file_system.write_private(self.path, f"{head.model_dump_json()}\n")
        # As it was written: on Windows the first line ends with two characters.
        self._size = len(file_system.read_bytes(self.path))

    def _parse(self, line: bytes) -> EventLogLine | None:
        try:
            return EventLogLine.model_validate_json(line)
        except ValidationError:
            log.error("a line of %s cannot be read and is left out", self.path)
            return None


def _write_at(file: FileIO, position: int, data: memoryview) -> None:
    """Return once the disk has `data` at `position`. Raises OSError."""
    file.seek(position)
    written = 0
    while written < len(data):
        written += file.write(data[written:]) or 0
    file_system.fsync_handle(file.fileno())
