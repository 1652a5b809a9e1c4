"""The state that every page shows, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camrec.alerts import Alert
from camrec.dashboard.wire_types import (
    AwaitedRecordingRow,
    GroupRecordingFields,
    PlanRow,
    RecentCameraRow,
    RunningRecordingRow,
    SessionFields,
    SettingsFields,
    StatusFields,
)
from camrec.errors import CamrecError
from camrec.library import VideoFile
from camrec.recording import RecordingState

RUNNING_STATE_VALUES = (RecordingState.WRITING.value, RecordingState.WAITING.value)


@dataclass(frozen=True)
class SessionRow:
    """A session as its card shows it. Its errors are not translated yet.

    error : why the session has failed.
    trouble : why the latest recording has failed.
    """

    fields: SessionFields
    error: CamrecError | None
    trouble: CamrecError | None


@dataclass(frozen=True)
class PageState:
    """The state of the station at one moment.

    sessions : the open and the failed sessions.
    status : what the status bar shows.
    videos : all videos of the library, newest first.
    recent_cameras : cameras that were opened before and are not open now.
    settings : what the settings dialog shows.
    alerts : what needed a person, the newest first.
    group_recording : what Record all would record.
    plans : the plans, the oldest first.
    awaited_recordings : those that are scheduled for cameras that are closed, the next one first.
    """

    sessions: Sequence[SessionRow]
    status: StatusFields
    videos: list[VideoFile]
    recent_cameras: list[RecentCameraRow]
    settings: SettingsFields
    group_recording: GroupRecordingFields
    alerts: list[Alert]
    plans: list[PlanRow]
    awaited_recordings: list[AwaitedRecordingRow]

    @property
    def running_recordings(self) -> list[RunningRecordingRow]:
        """The recordings that are being written, for the header's list."""
        rows = [(row.fields["name"], row.fields["recording"]) for row in self.sessions]
        return [
            {
                "recording_id": recording["recording_id"],
                "name": name,
                "ends_at": recording["ends_at"],
            }
            for name, recording in rows
            if recording is not None and recording["state"] in RUNNING_STATE_VALUES
        ]
