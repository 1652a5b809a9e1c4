"""What was promised, on the disk before the promise is made: one small file a recording.

It is the only place on the disk where a camera's credential may be: readable by its owner alone,
and gone as soon as the recording is over. With a vault it is there, and nowhere on the disk.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from camrec import durable_files
from camrec.camera_address import CameraAddress, restore_address
from camrec.clock import NS_PER_SECOND
from camrec.credential_store import CredentialStore
from camrec.receipt import LenientEndReason

log = logging.getLogger(__name__)

JOURNAL_FILE_SUFFIX = ".json"


class SegmentRecord(BaseModel):
    """A part of a recording; `zero` is the moment of its time 0, UTC nanoseconds."""

    model_config = ConfigDict(frozen=True)

    file: str
    zero: int


class JournalEntry(BaseModel):
    """All that is needed to go on with a recording. Moments are UTC nanoseconds.

    address : of its camera, with the credential.
    start_at : when it is to begin; None where that was the moment it was asked for.
    started_at : when it began; None before.
    ended, over : why and when it ended, where only its video was still to be made.
    """

    model_config = ConfigDict(frozen=True)

    recording_id: str
    session_id: str
    session_name: str
    address: str = Field(repr=False)
    name: str
    duration: int
    start_at: int | None = None
    started_at: int | None = None
    ended: LenientEndReason | None = None
    over: int | None = None
    parts: tuple[SegmentRecord, ...] = ()

    @property
    def ends_at(self) -> int:
        return (self.started_at or self.start_at or 0) + self.duration * NS_PER_SECOND


class Journal:
    """The entries in `folder`, which is made when the first one is kept.

    unreadable : the file names of those that `read_entries` could not read; they stay where they
    are.
    """

    def __init__(self, folder: Path, vault: CredentialStore | None = None) -> None:
        self.folder = folder
        self._credential_store = vault
        self._in_credential_store: set[str] = set()
        self._lock = threading.Lock()
        self.unreadable: list[str] = []

    def save(self, entry: JournalEntry) -> None:
        """Returns once the disk has it, in place of what it had.

        Raises
        ------
        OSError, ServiceError (``keyring_unusable``)
        """
        if self._credential_store is not None:
            entry = self._without_credential(entry, self._credential_store)
        path = self._path(entry.recording_id)
        fresh = path.with_suffix(".new")
        with self._lock:
            durable_files.make_dirs(self.folder, 0o700)
            with durable_files.open_private(fresh) as file:
                file.write(entry.model_dump_json(indent=2))
                file.flush()
                durable_files.fsync_handle(file.fileno())
            os.replace(fresh, path)
            durable_files.fsync_path(self.folder)

    def erase(self, recording_id: str) -> None:
        """The recording is over; there need not be an entry."""
        with self._lock, contextlib.suppress(FileNotFoundError):
            self._path(recording_id).unlink()
            durable_files.fsync_path(self.folder)
        if self._credential_store is not None and recording_id in self._in_credential_store:
            self._in_credential_store.discard(recording_id)
            self._credential_store.forget(recording_keyring_key(recording_id))

    def read_entries(self) -> list[JournalEntry]:
        """Those that a dead camrec left, oldest first."""
        found = []
        self.unreadable = []
        for path in sorted(self.folder.glob(f"*{JOURNAL_FILE_SUFFIX}")):
            try:
                entry = JournalEntry.model_validate_json(path.read_text("utf-8"))
                found.append(self._with_credential(entry))
            except (OSError, ValueError):
                # What the file holds stays out of the log: it may be a credential.
                log.error("%s cannot be read and stays there", path)
                self.unreadable.append(path.name)
        return sorted(found, key=lambda entry: entry.started_at or entry.start_at or 0)

    def _without_credential(self, entry: JournalEntry, vault: CredentialStore) -> JournalEntry:
        shown = restore_address(entry.address).url
        if shown == entry.address:
            return entry
        if entry.recording_id not in self._in_credential_store:
            vault.store(recording_keyring_key(entry.recording_id), entry.address)
            self._in_credential_store.add(entry.recording_id)
        return entry.model_copy(update={"address": shown})

    def _with_credential(self, entry: JournalEntry) -> JournalEntry:
        """Where the vault has lost it, or is not used any more, the camera asks for a password."""
        kept = self._credential_store and self._credential_store.find(
            recording_keyring_key(entry.recording_id)
        )
        if not kept:
            return entry
        self._in_credential_store.add(entry.recording_id)
        return entry.model_copy(update={"address": kept})

    def file_name(self, recording_id: str) -> str:
        """Of its entry."""
        return f"{recording_id}{JOURNAL_FILE_SUFFIX}"

    def _path(self, recording_id: str) -> Path:
        return self.folder / self.file_name(recording_id)


class CameraJournal:
    """The journal for recordings of one camera: it adds the address with the credential."""

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
    """What a recording's camera is called in the vault."""
    return f"recording {recording_id}"
