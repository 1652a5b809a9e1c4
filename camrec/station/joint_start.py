"""Starts the recordings of several cameras at the same moment."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CamrecError, ServiceError
from camrec.i18n import Phrase
from camrec.recording import AnyRecording
from camrec.station.recording_registry import RecordingRegistry

# Recordings that start together are first stored in the journal with a provisional start, this far
# ahead, because the disk may be slow. Then all of them get their real start, which is soon.
JOINT_PROMISE_TIMEOUT_NS = 60 * NS_PER_SECOND
JOINT_START_LEAD_NS = NS_PER_SECOND // 5

# Schedules a recording: gets its id, the id of the session, and when it starts in UTC nanoseconds.
Schedule = Callable[[str, str, int], AnyRecording]


class JointStart:
    """Starts recordings together: all of them, or none. Any thread may use it.

    folder : the videos folder, for the error if its disk is too slow.
    """

    def __init__(self, clock: Clock, registry: RecordingRegistry, folder: Path) -> None:
        self._clock = clock
        self._registry = registry
        self._folder = folder

    def start(
        self, session_ids: Sequence[str], start_at: int | None, schedule: Schedule
    ) -> list[AnyRecording]:
        """Schedule a recording of each session. They are not listed before all of them are stored.

        start_at : UTC nanoseconds; None: as soon as the disk has stored all of them.

        Raises
        ------
        ServiceError
            ``folder_unwritable``: the disk was too slow. None of them has begun.
        CamrecError
            The first error of `schedule`. The others leave no trace.
        """
        # The disk may take long to store each of them, so the start is chosen when all are stored.
        stored_start = start_at or self._clock.utc_ns() + JOINT_PROMISE_TIMEOUT_NS
        recordings: list[AnyRecording] = []
        hidden_ids: list[str] = []
        try:
            for session_id in session_ids:
                recording_id = secrets.token_hex(8)
                hidden_ids.append(recording_id)
                self._registry.hide_recording(recording_id)
                recordings.append(schedule(recording_id, session_id, stored_start))
            self._set_start(recordings, start_at or self._clock.utc_ns() + JOINT_START_LEAD_NS)
        except CamrecError:
            self._withdraw(recordings)
            raise
        finally:
            self._registry.show_recordings(hidden_ids)
        return recordings

    def _set_start(self, recordings: Sequence[AnyRecording], start_at: int) -> None:
        """Let scheduled recordings begin at `start_at`.

        Raises ServiceError (``folder_unwritable``) if one has begun, because the disk was slow.
        """
        if not all(each.reschedule(start_at) for each in recordings):
            folder, reason = str(self._folder), Phrase("reasons.disk_too_slow")
            raise ServiceError("folder_unwritable", folder=folder, reason=reason)

    def _withdraw(self, recordings: Sequence[AnyRecording]) -> None:
        """Cancel scheduled recordings and forget them. One that has begun is saved, and stays."""
        for recording in recordings:
            recording.stop()
        for recording in recordings:
            recording.wait()
            if not recording.has_started:
                self._registry.remove(recording.recording_id)
