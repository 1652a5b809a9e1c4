"""Continues the recordings that an earlier camrec could not finish."""

from __future__ import annotations

import logging
from pathlib import Path

from camrec import file_system
from camrec.annotations import EVENT_LOG_FILENAME, Details, EventLog
from camrec.camera_address import restore_address
from camrec.clock import Clock
from camrec.config import Config
from camrec.feed import Feed
from camrec.journal import Journal, JournalEntry
from camrec.library import SEGMENTS_FOLDER_NAME, VideoLibrary
from camrec.recording import RecordingJob, RecordingOptions, ResumeState
from camrec.station.cameras import StationCameras
from camrec.station.recordings import StationRecordings

log = logging.getLogger(__name__)


class RecordingResumer:
    """Continues each recording in the journal.

    left_behind : the file names of the journal's entries that could not be resumed. The entries and
        the segments of their recordings stay on the disk.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: StationCameras,
        recordings: StationRecordings,
        library: VideoLibrary,
        journal: Journal,
    ) -> None:
        self.left_behind: list[str] = []
        self._config = config
        self._clock = clock
        self._cameras = cameras
        self._recordings = recordings
        self._library = library
        self._journal = journal

    def resume_all(self) -> None:
        """Resume all recordings. An entry that causes an error does not affect the others."""
        entries = self._journal.read_entries()
        self.left_behind = list(self._journal.unreadable)
        for entry in entries:
            try:
                self._resume(entry)
            except Exception:
                log.exception("recording %s cannot be resumed", entry.recording_id)
                self.left_behind.append(self._journal.file_name(entry.recording_id))
        if self.left_behind:
            log.error(
                "%d recordings of an earlier camrec cannot be resumed. Their entries stay in %s: "
                "%s. Their segments stay in %s",
                len(self.left_behind),
                self._journal.folder,
                ", ".join(self.left_behind),
                self._library.folder / SEGMENTS_FOLDER_NAME,
            )

    def _resume(self, entry: JournalEntry) -> None:
        """Continue a recording. If its time is over, save what was recorded."""
        resume = ResumeState.from_entry(entry)
        folder = self._library.segments_folder(entry.recording_id)
        if resume is not None and resume.end_reason and not resume.has_segments(folder):
            self._finish_saved(entry.recording_id, folder)
            return
        source = restore_address(entry.address)
        is_over = entry.ended is not None or entry.ends_at <= self._clock.utc_ns()
        services = self._recordings.services(source)
        session, camera_id = None, entry.camera_id
        if not is_over:
            session = self._cameras.open_again(
                source, entry.session_name, entry.session_id, entry.camera_id
            )
            camera_id = session.camera_id
        options = RecordingOptions(
            recording_id=entry.recording_id,
            name=entry.name,
            session_id=entry.session_id,
            camera=entry.session_name,
            camera_id=camera_id or self._cameras.recorded_camera_id(source, entry.session_name),
            source=source.url,
            duration=entry.duration,
            folder=folder,
            preroll=0.0 if is_over else self._config.preroll,
            start_at=entry.start_at,
            resume=resume,
            is_in_journal=True,
            details=Details(entry.details),
        )
        if session is None:
            closed_feed = Feed(self._clock)
            closed_feed.close()
            recording = RecordingJob(closed_feed, options, services)
            recording.start()
        else:
            recording = session.record(options, services)
        log.info("recording %s of an earlier camrec is resumed", entry.recording_id)
        self._recordings.register(recording)

    def _finish_saved(self, recording_id: str, folder: Path) -> None:
        """Do the rest for a recording that was saved just before camrec was killed."""
        event_log = EventLog(folder / EVENT_LOG_FILENAME, recording_id)
        event_log.release(lambda events: self._library.events.place(recording_id, events))
        file_system.remove_tree(folder)
        self._journal.erase(recording_id)
