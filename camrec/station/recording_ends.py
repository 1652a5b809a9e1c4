"""Lets recordings end at another time than they were started with."""

from __future__ import annotations

import threading

from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import InputError, StateError
from camrec.recording import (
    AnyRecording,
    RecordingJob,
    RecordingSeries,
    RecordingState,
    first_of_series,
)
from camrec.recording_limits import DEFAULT_VIDEO_LENGTH_S, MAX_DURATION_S
from camrec.session import Session
from camrec.station.cameras import StationCameras
from camrec.station.recording_disk import RecordingDisk, stream_rate
from camrec.station.recording_registry import RecordingRegistry
from camrec.station.recording_tools import RecordingTools

CHANGEABLE_RECORDING_STATES = (
    RecordingState.SCHEDULED,
    RecordingState.WRITING,
    RecordingState.WAITING,
)


class RecordingEnds:
    """Changes when recordings end. All calls block and may come from any thread."""

    def __init__(
        self,
        clock: Clock,
        cameras: StationCameras,
        registry: RecordingRegistry,
        disk: RecordingDisk,
        tools: RecordingTools,
    ) -> None:
        self._clock = clock
        self._cameras = cameras
        self._registry = registry
        self._disk = disk
        self._tools = tools
        self._lock = threading.Lock()  # held while the end of a recording is changed

    def change(self, recording_id: str, ends_at: int | None, *, must_fit: bool) -> AnyRecording:
        """As `StationRecordings.change_end`."""
        with self._lock:
            recording = self._change(recording_id, ends_at, must_fit)
        _check_changeable(recording)  # it may have ended at this moment
        return recording

    def _change(self, recording_id: str, ends_at: int | None, must_fit: bool) -> AnyRecording:
        recording = self._registry.get(recording_id)
        now, begins = self._clock.utc_ns(), recording.started_at
        if ends_at is not None and ends_at <= max(now, begins):
            raise InputError("bad_end")
        _check_changeable(recording)
        session = self._cameras.session(recording.session_id)
        if must_fit and _is_later(ends_at, recording.ends_at):
            left = DEFAULT_VIDEO_LENGTH_S if ends_at is None else (ends_at - now) / NS_PER_SECOND
            length = min(left, DEFAULT_VIDEO_LENGTH_S)
            self._disk.require_space(stream_rate(session), length)
        seconds = None if ends_at is None else (ends_at - begins) / NS_PER_SECOND
        if isinstance(recording, RecordingSeries):
            recording.change_end(ends_at)
        elif seconds is not None and seconds <= MAX_DURATION_S:
            recording.change_duration(seconds)
        else:
            recording = self._make_series(recording, session, ends_at, seconds)
        return recording

    def _make_series(
        self, job: RecordingJob, session: Session, ends_at: int | None, seconds: float | None
    ) -> RecordingSeries:
        services = self._tools.services(session.source)
        begins, length = job.started_at, DEFAULT_VIDEO_LENGTH_S
        record = first_of_series(job.recording_id, begins, ends_at, length)
        job.change_duration(seconds, record)
        series = RecordingSeries(session.feed, services, job, record)
        session.replace_recording(job, series)
        self._registry.add(series)
        return series


def _check_changeable(recording: AnyRecording) -> None:
    """Raise StateError (``not_recording``) if its end cannot be changed any more."""
    if recording.state not in CHANGEABLE_RECORDING_STATES or recording.end_reason is not None:
        raise StateError("not_recording")


def _is_later(end: int | None, other: int | None) -> bool:
    """Whether an end comes after another one; None: no end."""
    return other is not None and (end is None or end > other)
