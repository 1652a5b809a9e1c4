"""Describes one recording for the journal, and stores this entry."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from camrec import file_system
from camrec.errors import ServiceError, describe_os_error
from camrec.journal import JournalEntry, SegmentRecord
from camrec.receipt import EndReason
from camrec.recording.options import RecordingJournal, RecordingOptions
from camrec.recording.recorder import Recorder

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
        try:
            self._write()
        except OSError as error:
            raise self._unwritable(error) from None

    def update(self) -> None:
        """Write the entry again. If that fails it is logged: the recording continues."""
        try:
            self._write()
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

    def _write(self) -> None:
        with self._lock:
            if not self._is_erased:
                self._journal.save(self._describe())

    def _unwritable(self, error: OSError) -> ServiceError:
        folder, reason = str(self._options.folder), describe_os_error(error)
        return ServiceError("folder_unwritable", folder=folder, reason=reason)

    def _log(self, error: OSError) -> None:
        log.warning(
            "the journal entry of recording %s cannot be written: %s",
            self._options.recording_id,
            error.strerror,
        )


def describe_entry(
    options: RecordingOptions,
    start_at: int | None,
    recorder: Recorder | None,
    cancelled: EndReason | None = None,
) -> JournalEntry:
    """What a later camrec has to know of a recording to continue it.

    start_at : when it was to begin, UTC nanoseconds; None: nobody scheduled it.
    recorder : None before it has begun.
    cancelled : why it ended before it began; None: it did not.
    """
    period = None if recorder is None else recorder.period
    end = None if recorder is None else recorder.end
    segments: tuple[SegmentRecord, ...] = ()
    if recorder is not None:
        segments = tuple(each.to_record(recorder.period) for each in recorder.segments)
    return JournalEntry(
        recording_id=options.recording_id,
        session_id=options.session_id,
        session_name=options.camera,
        camera_id=options.camera_id,
        address=options.source,
        name=options.name,
        duration=options.duration,
        start_at=start_at,
        starts_now=options.starts_now,
        started_at=None if period is None else period.start_utc,
        calibrated_delay=None if recorder is None else recorder.calibrated_delay,
        ended=cancelled if end is None else end.reason,
        over=None if period is None or end is None else period.to_utc(end.at),
        parts=segments,
        details=dict(options.details),
        series=options.series,
        plan_id=options.plan_id,
    )
