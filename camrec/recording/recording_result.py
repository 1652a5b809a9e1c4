"""What comes of a recording: its videos and their events, or an error."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from camrec import file_system
from camrec.annotations import EventLog
from camrec.errors import CamrecError, ServiceError, describe_os_error
from camrec.receipt import Receipt
from camrec.recording.journal_entry import StoredEntry
from camrec.recording.options import PlaceEvents

log = logging.getLogger(__name__)


class RecordingResult:
    """The saved videos of a recording, its events, and why it failed. For any thread.

    Parameters
    ----------
    recording_id
        The id of the recording that its receipts have: of a series that of the whole.
    folder
        The segments. It is removed when the receipts have the events.
    entry
        The journal entry. It is erased when there is nothing left for a later camrec to do.
    event_log
        What was marked in it.
    place_events
        See `RecordingServices`.
    """

    def __init__(
        self,
        recording_id: str,
        folder: Path,
        entry: StoredEntry,
        event_log: EventLog,
        place_events: PlaceEvents,
    ) -> None:
        self._recording_id = recording_id
        self._folder = folder
        self._entry = entry
        self._event_log = event_log
        self._place_events = place_events
        self._lock = threading.Lock()  # of the fields below
        self._videos: tuple[tuple[str, Receipt], ...] = ()
        self._error: CamrecError | None = None
        self._saved_events: int | None = None  # set when an event of its video has changed

    @property
    def filenames(self) -> list[str]:
        """The file names of the saved videos, in order."""
        with self._lock:
            return [name for name, _ in self._videos]

    @property
    def receipts(self) -> list[Receipt]:
        """The receipts of the saved videos."""
        with self._lock:
            return [receipt for _, receipt in self._videos]

    @property
    def error(self) -> CamrecError | None:
        """Why the recording failed."""
        with self._lock:
            return self._error

    @property
    def event_count(self) -> int:
        """How many events it has, in its log or in the receipts."""
        with self._lock:
            saved = self._saved_events if self._event_log.is_released else None
        return self._event_log.count if saved is None else saved

    def note_saved_events(self, count: int) -> None:
        """Note how many events the receipts of its videos have, after the log was released."""
        with self._lock:
            self._saved_events = count

    def save(self, videos: Sequence[tuple[str, Receipt]]) -> None:
        """The videos were saved, with these file names and receipts. Then place the events."""
        with self._lock:
            self._videos = tuple(videos)
        self.release_events()

    def release_events(self) -> None:
        """Put the events of a saved recording into the receipts. Then its folder is removed.

        If that fails, it is logged, and this may be called again. The next start of camrec tries
        it too.
        """
        place, recording_id, filenames = self._place_events, self._recording_id, self.filenames
        try:
            self._event_log.release(lambda events: place(recording_id, events, filenames))
        except Exception:  # whatever it is, the video is saved
            log.exception("the events of recording %s stay in a file", recording_id)
        else:
            file_system.remove_tree(self._folder)
            self._entry.erase()

    def fail(self, error: CamrecError, *, keep_entry: bool) -> None:
        """There is no video. With `keep_entry` the journal keeps the recording for a later camrec.

        A folder with segments stays.
        """
        with self._lock:
            self._error = error
        if not any(self._folder.glob("*")):
            file_system.remove_tree(self._folder)
        if not keep_entry:
            self._entry.erase()


def finalizing_error(error: Exception, folder: Path) -> ServiceError:
    """Why the segments in `folder` did not become a video, as users see it."""
    if isinstance(error, file_system.FileInUseError):
        return ServiceError("recording_in_use", file=str(error.file))
    reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
    return ServiceError("ffmpeg_failed", reason=reason, folder=str(folder))


def can_be_repeated(error: Exception) -> bool:
    """Whether the next start of camrec can make the video: then the journal keeps the entry."""
    is_full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    return is_full or isinstance(error, file_system.FileInUseError)
