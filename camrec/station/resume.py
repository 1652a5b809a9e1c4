"""Continues the recordings that an earlier camrec could not finish."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from camrec import file_system
from camrec.annotations import EVENT_LOG_FILENAME, Details, EventLog
from camrec.camera_address import CameraAddress, restore_address
from camrec.clock import Clock
from camrec.config import Config
from camrec.feed import Feed
from camrec.journal import Journal, JournalEntry
from camrec.library import SEGMENTS_FOLDER_NAME, VideoLibrary
from camrec.recording import (
    AnyRecording,
    RecordingJob,
    RecordingOptions,
    RecordingSeries,
    ResumeState,
    remove_saved_segments,
)
from camrec.station.cameras import StationCameras
from camrec.station.recordings import StationRecordings

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")


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
        for entry in filter(_is_ordered_again, entries):
            self._guard(entry, partial(self._journal.erase, entry.recording_id))
        entries = [entry for entry in entries if not _is_ordered_again(entry)]
        for entry in entries:
            if entry.series is None:
                self._guard(entry, partial(self._resume, entry))
        for series in _group_by_series(entries):
            self._resume_series(series)
        if self.left_behind:
            log.error(
                "%d recordings of an earlier camrec cannot be resumed. Their entries stay in %s: "
                "%s. Their segments stay in %s",
                len(self.left_behind),
                self._journal.folder,
                ", ".join(self.left_behind),
                self._library.folder / SEGMENTS_FOLDER_NAME,
            )

    def _guard(self, entry: JournalEntry, resume: Callable[[], ResultT]) -> ResultT | None:
        """The result; None after an error, which is logged: the entry stays."""
        try:
            return resume()
        except Exception:
            log.exception("recording %s cannot be resumed", entry.recording_id)
            self.left_behind.append(self._journal.file_name(entry.recording_id))
            return None

    def _resume(self, entry: JournalEntry) -> None:
        """Continue a recording. If its time is over, save what was recorded."""
        if self._erase_if_saved(entry):
            return
        if self._is_over(entry):
            recording: AnyRecording = self._start_finalizing(entry)
        else:
            recording = self._continue(entry)
        self._recordings.register(recording)

    def _resume_series(self, entries: Sequence[JournalEntry]) -> None:
        """Continue the last video of a series; save the others. `entries` are in order."""
        left = [
            entry
            for entry in _end_all_but_last(entries)
            if self._guard(entry, partial(self._erase_if_saved, entry)) is False
        ]
        if not left:
            return
        *earlier, last = left
        saved = self._find_saved(last)
        finalizing = []
        for entry in earlier:
            job = self._guard(entry, partial(self._start_finalizing, entry))
            finalizing += [] if job is None else [(entry, job)]
        jobs = [job for _, job in finalizing]
        series = self._guard(last, partial(self._resume_last, last, saved, jobs))
        if series is None and finalizing:
            entry, job = finalizing[-1]
            series = self._guard(entry, partial(self._create_series, entry, job, saved, jobs[:-1]))
        if series is not None:
            self._recordings.register(series)

    def _resume_last(
        self, entry: JournalEntry, saved: _SavedVideos, jobs: Sequence[RecordingJob]
    ) -> RecordingSeries:
        """Continue the last video of a series, or finalize it.

        saved, jobs : the videos before it.
        """
        if self._is_over(entry):
            series = self._create_series(entry, self._create_finalizing(entry), saved, jobs)
            series.start()
            return series
        recording = self._continue(entry)
        assert isinstance(recording, RecordingSeries)
        saved.add_to(recording, jobs)
        return recording

    def _create_series(
        self,
        entry: JournalEntry,
        job: RecordingJob,
        saved: _SavedVideos,
        jobs: Sequence[RecordingJob],
    ) -> RecordingSeries:
        """The series whose last video is `job`, which only has to be saved."""
        assert entry.series is not None
        services = self._recordings.tools.services(restore_address(entry.address))
        series = RecordingSeries(self._closed_feed(), services, job, entry.series)
        saved.add_to(series, jobs)
        return series

    def _find_saved(self, entry: JournalEntry) -> _SavedVideos:
        """The saved videos of the series of `entry`."""
        assert entry.series is not None
        recording_id = entry.series.recording_id
        found = sorted(
            (receipt.video_number or 0, video.started_at, video.filename)
            for video in self._library.videos()
            if (receipt := video.receipt) and receipt.recording_id == recording_id
        )
        events = len(self._library.events.of_recording(recording_id)) if found else 0
        return _SavedVideos([filename for _, _, filename in found], events)

    def _erase_if_saved(self, entry: JournalEntry) -> bool:
        """Erase the entry of a recording that was saved just before camrec was killed."""
        resume = ResumeState.from_entry(entry)
        folder = self._library.segments_folder(entry.recording_id)
        was_saved = remove_saved_segments(folder)
        if resume is None or resume.has_segments(folder):
            return False
        if resume.end_reason is None and not was_saved:
            return False
        self._finish_saved(entry, folder)
        return True

    def _is_over(self, entry: JournalEntry) -> bool:
        is_late = entry.ends_at is not None and entry.ends_at <= self._clock.utc_ns()
        return entry.ended is not None or is_late

    def _continue(self, entry: JournalEntry) -> AnyRecording:
        """Open the camera of a recording, and let it go on."""
        source = restore_address(entry.address)
        services = self._recordings.tools.services(source)
        session = self._cameras.open_again(
            source, entry.session_name, entry.session_id, entry.camera_id
        )
        options = self._options(entry, session.camera_id, is_over=False)
        log.info("recording %s of an earlier camrec is resumed", entry.recording_id)
        return session.record(options, services)

    def _create_finalizing(self, entry: JournalEntry) -> RecordingJob:
        """A recording that only has to be saved; it is not started yet."""
        source = restore_address(entry.address)
        options = self._options(entry, self._recorded_camera_id(entry, source), is_over=True)
        log.info("recording %s of an earlier camrec is saved", entry.recording_id)
        return RecordingJob(self._closed_feed(), options, self._recordings.tools.services(source))

    def _start_finalizing(self, entry: JournalEntry) -> RecordingJob:
        """Save a recording that has ended."""
        job = self._create_finalizing(entry)
        job.start()
        return job

    def _recorded_camera_id(self, entry: JournalEntry, source: CameraAddress) -> str:
        return entry.camera_id or self._cameras.recorded_camera_id(source, entry.session_name)

    def _closed_feed(self) -> Feed:
        feed = Feed(self._clock)
        feed.close()
        return feed

    def _options(self, entry: JournalEntry, camera_id: str, *, is_over: bool) -> RecordingOptions:
        return RecordingOptions(
            recording_id=entry.recording_id,
            name=entry.name,
            session_id=entry.session_id,
            camera=entry.session_name,
            camera_id=camera_id,
            source=restore_address(entry.address).url,
            duration=entry.duration,
            folder=self._library.segments_folder(entry.recording_id),
            preroll=0.0 if is_over else self._config.preroll,
            start_at=entry.start_at,
            starts_now=entry.starts_now,
            resume=ResumeState.from_entry(entry),
            is_in_journal=True,
            details=Details(entry.details),
            series=entry.series,
            plan_id=entry.plan_id,
        )

    def _finish_saved(self, entry: JournalEntry, folder: Path) -> None:
        """Do the rest for a recording that was saved just before camrec was killed."""
        recording_id = entry.recording_id if entry.series is None else entry.series.recording_id
        event_log = EventLog(folder / EVENT_LOG_FILENAME, recording_id)
        event_log.release(lambda events: self._library.events.place(recording_id, events))
        file_system.remove_tree(folder)
        self._journal.erase(entry.recording_id)


@dataclass(frozen=True)
class _SavedVideos:
    """The saved videos of a series when camrec starts, before any other is saved.

    filenames : in order.
    events : how many their receipts have.
    """

    filenames: Sequence[str]
    events: int

    def add_to(self, series: RecordingSeries, jobs: Sequence[RecordingJob]) -> None:
        """Add them to the series, then the videos that `jobs` finalize."""
        if self.filenames:
            series.note_saved_events(self.events)
        series.add_earlier(self.filenames, jobs)


def _is_ordered_again(entry: JournalEntry) -> bool:
    """Whether a plan orders it again, because it has not begun: now it may follow another one."""
    return entry.plan_id is not None and entry.started_at is None


def _group_by_series(entries: Iterable[JournalEntry]) -> list[list[JournalEntry]]:
    """The entries of each series, in the order of its videos."""
    found: dict[str, list[tuple[int, JournalEntry]]] = {}
    for entry in entries:
        if entry.series is not None:
            numbered = found.setdefault(entry.series.recording_id, [])
            numbered.append((entry.series.number, entry))
    return [
        [entry for _, entry in sorted(each, key=lambda pair: pair[0])] for each in found.values()
    ]


def _end_all_but_last(entries: Sequence[JournalEntry]) -> list[JournalEntry]:
    """A video has ended when the next one has begun, even if its entry does not say so yet."""
    ended = [
        entry
        if entry.ended is not None
        else entry.model_copy(update={"ended": "time", "over": following.started_at})
        for entry, following in pairwise(entries)
    ]
    return [*ended, entries[-1]]
