"""Finds in which recordings an event happened, and when by the clock of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import InputError, NotFoundError, StateError
from camrec.library import SavedEvents
from camrec.recording import AnyRecording, RecordingJob, RecordingState

# The clock of a maker on another machine may be ahead by this much.
FUTURE_TOLERANCE_NS = NS_PER_SECOND
# If this computer's clock was set or corrected by more than this since a recording began, the
# moments that makers give are converted to the clock of the recording. A frame takes longer.
MIN_CLOCK_CORRECTION_NS = 5_000_000
# Moments come in microseconds, so that of a start is a bit earlier than the start.
MOMENT_RESOLUTION_NS = 1000


class RecordingLookup(Protocol):
    """Looks up the recordings of this run."""

    def get(self, any_id: str) -> AnyRecording:
        """The recording of this id. Raises NotFoundError (``no_recording``)."""

    def all(self) -> list[AnyRecording]:
        """All of them, the oldest first."""


class EventMoments:
    """Finds the recordings and the moments of new events. Any thread may use it."""

    def __init__(self, clock: Clock, recordings: RecordingLookup, saved: SavedEvents) -> None:
        self._clock = clock
        self._recordings = recordings
        self._saved = saved

    def find(
        self, recording_ids: Sequence[str] | None, at: int | None, arrived: int | None
    ) -> list[tuple[AnyRecording, int]]:
        """Each recording in which an event happened, once, with the moment in it.

        The moment is by the clock of the recording, in UTC nanoseconds. The parameters and errors
        are those of `StationEvents.mark`.
        """
        now = self._clock.monotonic_ns() if arrived is None else arrived
        if at is not None and at > self._clock.utc_ns() + FUTURE_TOLERANCE_NS:
            raise InputError("event_in_future")
        if recording_ids is None:
            return self._all_at(at, now)
        found = [self._recordings.get(each) for each in recording_ids]
        # A recording may be given by its id and by that of its session.
        once = {each.recording_id: each for each in found}.values()
        return [(each, self._moment_in(each, at, now)) for each in once]

    def _all_at(self, at: int | None, now: int) -> list[tuple[AnyRecording, int]]:
        """Each recording that recorded then, with the moment by its clock."""
        found = []
        for recording in self._recordings.all():
            with suppress(InputError, StateError, NotFoundError):
                found.append((recording, self._moment_in(recording, at, now)))
        if not found:
            raise StateError("nothing_recorded")
        return found

    def _moment_in(self, recording: AnyRecording, at: int | None, now: int) -> int:
        """The moment in a recording, by the clock of the recording: UTC nanoseconds.

        `at`: UTC nanoseconds; None: `now`, in monotonic nanoseconds. Raises as `find`.
        """
        period, ended_at = recording.jobs[-1].period, recording.ended_at
        if period is None or recording.state is RecordingState.FAILED:
            raise StateError("not_recording")
        if at is None:
            moment = period.to_utc(now)
            if ended_at is not None and moment > ended_at:
                raise StateError("not_recording")
            return moment
        # What happened to the clock since a recording ended does not concern it.
        moment = at if ended_at is not None else at - self._clock_correction(period.to_utc)
        first = _video_start(recording.jobs[0])
        start = min(recording.started_at, recording.started_at if first is None else first)
        if moment < start - start % MOMENT_RESOLUTION_NS:
            raise InputError("event_before_start")
        if ended_at is not None and moment > ended_at:
            raise InputError("event_after_end")
        job = job_at(recording, moment)
        if job is None or job.filenames:
            self._check_video(recording, moment)
        return moment

    def _clock_correction(self, to_utc: Callable[[int], int]) -> int:
        """By how much this computer's clock was set since a recording began; 0 if it was not.

        to_utc : what the clock would show at a monotonic time, if it had not been set.
        """
        before = to_utc(self._clock.monotonic_ns())
        now = self._clock.utc_ns()
        after = to_utc(self._clock.monotonic_ns())
        # The thread may have waited between two of these lines.
        correction = max(now - after, min(now - before, 0))
        return correction if abs(correction) > MIN_CLOCK_CORRECTION_NS else 0

    def _check_video(self, recording: AnyRecording, moment: int) -> None:
        """Raise if the saved video of a moment was deleted."""
        recording_id = recording.recording_id
        if recording.state is RecordingState.SAVED:
            self._saved.of_recording(recording_id)
        if not self._saved.has_video_of(recording_id, moment):
            raise StateError("no_video_then")


def job_at(recording: AnyRecording, at: int) -> RecordingJob | None:
    """The one whose video shows a moment; None if that is a video of a series that was saved."""
    jobs = recording.jobs
    begun = [each for each in jobs if (start := _video_start(each)) and start <= at]
    if begun:
        return begun[-1]
    series = jobs[0].options.series
    return jobs[0] if series is None or series.number == 1 else None


def _video_start(job: RecordingJob) -> int | None:
    """When its video begins, UTC nanoseconds; None before it has begun."""
    period = job.period
    return None if period is None else period.to_utc(period.video_start)
