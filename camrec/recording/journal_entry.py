"""Stores the journal entry of one recording."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from camrec import file_system
from camrec.errors import ServiceError, describe_os_error
from camrec.journal import JournalEntry
from camrec.recording.options import RecordingJournal, RecordingOptions

log = logging.getLogger(__name__)


class StoredEntry:
    """The entry of one recording on the disk. Any thread may call anything.

    Parameters
    ----------
    describe
        Returns the recording as it is now.
    """

    def __init__(
        self,
        journal: RecordingJournal,
        options: RecordingOptions,
        describe: Callable[[], JournalEntry],
    ) -> None:
        self._journal = journal
        self._options = options
        self._describe = describe
        self._lock = threading.Lock()  # the newest description is the last one that is written
        self._is_erased = False

    def create(self) -> None:
        """Create the recording's folder and the entry. Return once the disk has both.

        Raises
        ------
        ServiceError
            ``folder_unwritable``, unless the disk has the entry already; ``keyring_unusable``.
        """
        try:
            file_system.make_dirs(self._options.folder)
            self._journal.save(self._describe())
        except OSError as error:
            if self._options.is_in_journal:
                self._log(error)
                return
            raise self._unwritable(error) from None

    def change(self) -> None:
        """Write the entry again. Return once the disk has it.

        Raises
        ------
        ServiceError
            ``folder_unwritable``, ``keyring_unusable``.
        """
        with self._lock:
            if self._is_erased:
                return
            try:
                self._journal.save(self._describe())
            except OSError as error:
                raise self._unwritable(error) from None

    def update(self) -> None:
        """Write the entry again. If that fails it is logged: the recording continues."""
        with self._lock:
            if self._is_erased:
                return
            try:
                self._journal.save(self._describe())
            except OSError as error:
                self._log(error)

    def erase(self) -> None:
        """Delete the entry; it is not written again. If that fails it is logged."""
        with self._lock:
            self._is_erased = True
            try:
                self._journal.erase(self._options.recording_id)
            except OSError as error:
                self._log(error)

    def _unwritable(self, error: OSError) -> ServiceError:
        folder, reason = str(self._options.folder), describe_os_error(error)
        return ServiceError("folder_unwritable", folder=folder, reason=reason)

    def _log(self, error: OSError) -> None:
        log.warning(
            "the journal entry of recording %s cannot be written: %s",
            self._options.recording_id,
            error.strerror,
        )
