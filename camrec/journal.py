"""The journal: one small file for each unfinished recording, written before it is confirmed.

No other file of camrec may contain a camera's credential. Only the owner can read these files, and
each is deleted as soon as its recording is finished. If the system's keyring is used, the
credential is stored there and not on the disk.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from camrec import file_system
from camrec.camera_address import CameraAddress, restore_address
from camrec.clock import NS_PER_SECOND
from camrec.credential_store import CredentialStore
from camrec.receipt import CalibratedDelay, LenientEndReason

log = logging.getLogger(__name__)

JOURNAL_FILE_SUFFIX = ".json"


class DatesRecord(BaseModel):
    """Frames of a segment that the camera's clock dates.

    points : pairs of nanoseconds in the file and UTC nanoseconds; linear in between.
    zone : by how much the camera's local time was ahead of UTC, nanoseconds; it is taken off.
    error : how wrong the UTC may be, nanoseconds.
    """

    model_config = ConfigDict(frozen=True)

    points: tuple[tuple[int, int], ...]
    zone: int = 0
    error: int


class SegmentRecord(BaseModel):
    """A segment of a recording.

    zero : when the time 0 of its file was, UTC nanoseconds.
    dates : what the camera's clock dates of it, as far as that was known.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    zero: int
    dates: tuple[DatesRecord, ...] = ()


class SeriesRecord(BaseModel):
    """A video of a series: of a recording in several videos. Times are UTC nanoseconds.

    recording_id : the id of the recording. The first video's journal entry has this id too; those
        of the others have the id and their number.
    number : of the video, from 1.
    video_length : seconds.
    started_at : when the recording started.
    next_at : the next video begins at the first key frame from then on.
    ends_at : when the recording ends; None: when it is stopped.
    """

    model_config = ConfigDict(frozen=True)

    recording_id: str
    number: int
    video_length: float
    started_at: int
    next_at: int
    ends_at: int | None = None

    @property
    def asked(self) -> float | None:
        """The requested length of the whole recording in seconds; None: until it is stopped."""
        return None if self.ends_at is None else (self.ends_at - self.started_at) / NS_PER_SECOND

    def following(self, now: int) -> SeriesRecord:
        """The next video, which begins at `now`.

        After an outage it may be late. If the clock was set back, its length counts from `now`.
        """
        step = round(self.video_length * NS_PER_SECOND)
        was_set_back = self.next_at - now > step // 2
        steps = max(1, (now - self.next_at) // step + 1)
        next_at = now + step if was_set_back else self.next_at + steps * step
        return self.model_copy(update={"number": self.number + 1, "next_at": next_at})


class JournalEntry(BaseModel):
    """Everything that is needed to continue a recording. Times are UTC nanoseconds.

    camera_id : the id of its camera; None in entries of an older camrec.
    address : the address of its camera, with the credential unless that is in the keyring.
    start_at : when it begins; None if it began at once.
    starts_now : nobody scheduled it, it begins together with others.
    started_at : when it began; None if it has not begun.
    calibrated_delay : the measured delay of its camera when it began; None: not measured.
    details : what its maker wants to remember.
    duration : seconds; None: until it is stopped.
    ended, over : why and when it ended, if only its video is missing.
    parts : its segments.
    series : which video of a series it is; None: the recording becomes one video.
    plan_id : the plan that it is recorded for; None: there is none.
    """

    model_config = ConfigDict(frozen=True)

    recording_id: str
    session_id: str
    session_name: str
    camera_id: str | None = None
    address: str = Field(repr=False)
    name: str
    duration: float | None
    start_at: int | None = None
    starts_now: bool = False
    started_at: int | None = None
    calibrated_delay: CalibratedDelay | None = None
    ended: LenientEndReason | None = None
    over: int | None = None
    parts: tuple[SegmentRecord, ...] = ()
    details: dict[str, str] = {}
    series: SeriesRecord | None = None
    plan_id: str | None = None

    @property
    def ends_at(self) -> int | None:
        """When its time is over; None: when it is stopped."""
        if self.duration is None:
            return None
        began = self.started_at or self.start_at or 0
        return began + round(self.duration * NS_PER_SECOND)


class Journal:
    """The entries in `folder`, which is created with the first one.

    unreadable : the file names of the entries that `read_entries` could not read. They are kept.
    """

    def __init__(self, folder: Path, store: CredentialStore | None = None) -> None:
        self.folder = folder
        self._credential_store = store
        self._in_credential_store: set[str] = set()
        self._lock = threading.Lock()
        self.unreadable: list[str] = []

    def save(self, entry: JournalEntry) -> None:
        """Return once the disk has `entry`, which replaces the previous one.

        Raises
        ------
        OSError, ServiceError (``keyring_unusable``)
        """
        if self._credential_store is not None:
            entry = self._without_credential(entry, self._credential_store)
        text = entry.model_dump_json(indent=2)
        with self._lock:
            file_system.make_dirs(self.folder, 0o700)
            file_system.write_private(self._path(entry.recording_id), text)

    def erase(self, recording_id: str) -> None:
        """Delete the entry, if there is one. Raises OSError."""
        with self._lock, contextlib.suppress(FileNotFoundError):
            file_system.remove(self._path(recording_id))
            file_system.fsync_path(self.folder)
        if self._credential_store is not None and recording_id in self._in_credential_store:
            self._in_credential_store.discard(recording_id)
            self._credential_store.forget(recording_keyring_key(recording_id))

    def read_entries(self) -> list[JournalEntry]:
        """The entries that a killed camrec left, oldest first."""
        found = []
        self.unreadable = []
        for path in sorted(self.folder.glob(f"*{JOURNAL_FILE_SUFFIX}")):
            try:
                entry = JournalEntry.model_validate_json(file_system.read_text(path))
                found.append(self._with_credential(entry))
            except (OSError, ValueError):
                # The content is not logged, because it may be a credential.
                log.error("%s cannot be read and is kept", path)
                self.unreadable.append(path.name)
        return sorted(found, key=lambda entry: entry.started_at or entry.start_at or 0)

    def _without_credential(self, entry: JournalEntry, store: CredentialStore) -> JournalEntry:
        masked = restore_address(entry.address).url
        if masked == entry.address:
            return entry
        if entry.recording_id not in self._in_credential_store:
            store.store(recording_keyring_key(entry.recording_id), entry.address)
            self._in_credential_store.add(entry.recording_id)
        return entry.model_copy(update={"address": masked})

    def _with_credential(self, entry: JournalEntry) -> JournalEntry:
        """Add the credential of the keyring. If it is lost, the camera will require a password."""
        address = self._credential_store and self._credential_store.find(
            recording_keyring_key(entry.recording_id)
        )
        if not address:
            return entry
        self._in_credential_store.add(entry.recording_id)
        return entry.model_copy(update={"address": address})

    def file_name(self, recording_id: str) -> str:
        """The file name of a recording's entry."""
        return f"{recording_id}{JOURNAL_FILE_SUFFIX}"

    def _path(self, recording_id: str) -> Path:
        return self.folder / self.file_name(recording_id)


class CameraJournal:
    """The journal for the recordings of one camera. It adds the address with the credential."""

    def __init__(self, journal: Journal, source: CameraAddress) -> None:
        self._journal = journal
        self._source = source

    def save(self, entry: JournalEntry) -> None:
        """As `Journal.save`, with the camera's whole address."""
        self._journal.save(entry.model_copy(update={"address": self._source.address()}))

    def erase(self, recording_id: str) -> None:
        """As `Journal.erase`."""
        self._journal.erase(recording_id)


def recording_keyring_key(recording_id: str) -> str:
    """The key under which the keyring has the address of a recording's camera."""
    return f"recording {recording_id}"
