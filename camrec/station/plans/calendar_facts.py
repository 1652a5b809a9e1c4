"""What the calendar of plans has to know about recordings, videos and the disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from camrec.library import EvictionForecast, VideoFile, VideoLibrary
from camrec.planning import (
    ENDLESS_NS,
    CalendarEntry,
    CalendarFacts,
    OccurrenceReason,
    PlannedSpan,
    PlanState,
)
from camrec.recording import GROWING_RECORDING_STATES, AnyRecording, RecordingState
from camrec.session import OPEN_SESSION_STATES
from camrec.station.cameras import StationCameras
from camrec.station.recordings import StationRecordings

# A rate is that of the newest videos of a camera, up to this length together.
MAX_MEASURED_S = 6 * 3600.0
MIN_MEASURED_S = 10.0


class PlanFacts:
    """Gathers what a calendar is made from."""

    def __init__(
        self, cameras: StationCameras, recordings: StationRecordings, library: VideoLibrary
    ) -> None:
        self._cameras = cameras
        self._recordings = recordings
        self._library = library

    def complete(self, facts: CalendarFacts) -> CalendarFacts:
        """The same facts, with what recordings, videos and the disk add."""
        recordings, videos = self._recordings.listed(), self._library.videos()
        limits, disk = self._library.retention, self._recordings.disk
        running = [each for each in recordings if each.state in GROWING_RECORDING_STATES]
        return replace(
            facts,
            free_bytes=self._library.disk_space.free_bytes,
            stored_videos=lambda: EvictionForecast(
                videos, limits, deletes_oldest=disk.deletes_oldest
            ),
            filenames=_filenames(videos),
            scheduled=tuple(_scheduled(recordings, facts.state)),
            running=tuple(
                PlannedSpan(each.camera_id, each.started_at, _end_of(each), _video_length_of(each))
                for each in running
            ),
            rates=self._rates(videos),
        )

    def _rates(self, videos: Iterable[VideoFile]) -> Mapping[str, float]:
        """Bytes per second of each camera: of its newest videos, or of what it sends now."""
        sizes: defaultdict[str, float] = defaultdict(float)
        seconds: defaultdict[str, float] = defaultdict(float)
        for video in videos:
            camera_id = video.camera_id
            if camera_id is not None and seconds[camera_id] < MAX_MEASURED_S:
                sizes[camera_id] += video.size
                seconds[camera_id] += video.duration
        rates = {
            camera_id: sizes[camera_id] / length
            for camera_id, length in seconds.items()
            if length >= MIN_MEASURED_S
        }
        for session in self._cameras.sessions():
            if session.state in OPEN_SESSION_STATES and session.camera_id not in rates:
                rate = self._recordings.estimate_disk([session]).file_bit_rate / 8
                if rate > 0:
                    rates[session.camera_id] = rate
        return rates


def _filenames(videos: Sequence[VideoFile]) -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for video in reversed(videos):  # the oldest first
        if video.receipt is not None:
            found[video.receipt.recording_id].append(video.filename)
    return {recording_id: tuple(names) for recording_id, names in found.items()}


_CALENDAR_STATES: Mapping[RecordingState, Literal["planned", "recording", "recorded", "missed"]] = {
    RecordingState.SCHEDULED: "planned",
    RecordingState.WRITING: "recording",
    RecordingState.WAITING: "recording",
    RecordingState.FINALISING: "recorded",
    RecordingState.SAVED: "recorded",
    RecordingState.FAILED: "missed",
}


def _scheduled(recordings: Iterable[AnyRecording], state: PlanState) -> Iterator[CalendarEntry]:
    """The recordings that somebody scheduled, without those that were cancelled."""
    of_plans = {run.recording_id for run in state.runs}
    of_plans |= {each for record in state.all_records() for each in record.recording_ids}
    for recording in recordings:
        error = recording.error
        if recording.start_at is None or recording.recording_id in of_plans:
            continue
        if error is not None and error.code == "recording_cancelled":
            continue
        yield CalendarEntry(
            None,
            recording.camera_id,
            recording.start_at,
            _end_of(recording),
            _CALENDAR_STATES[recording.state],
            None if error is None else OccurrenceReason("failed", error=error),
            tuple(recording.filenames),
            recording.started_at if recording.has_started else None,
        )


def _end_of(recording: AnyRecording) -> int:
    return ENDLESS_NS if recording.ends_at is None else recording.ends_at


def _video_length_of(recording: AnyRecording) -> float | None:
    series = recording.options.series
    return None if series is None else series.video_length
