"""The protocols between the objects of the Python API and the camrec that they use.

`local` implements them with the station of this process, `remote` with a running ``camrec serve``.
All calls block, and any thread may make them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from camrec import schema
from camrec.annotations import Details, Event, EventFields
from camrec.camera_clock import ClockChoice
from camrec.library import PlacedEvent
from camrec.receipt import Receipt


class VideoHandle(Protocol):
    """A finished video: a `library.VideoFile` or a `remote_library.RemoteVideo`."""

    @property
    def filename(self) -> str:
        """The name of its file, without a folder."""

    @property
    def path(self) -> Path:
        """The file. A remote video is downloaded when this is first read."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def started_at(self) -> int:
        """When it starts: UTC, in nanoseconds since 1970."""

    @property
    def duration(self) -> float:
        """Seconds."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def height(self) -> int:
        """Pixels."""

    @property
    def video_codec(self) -> str:
        """As FFmpeg calls it, such as "h264"."""

    @property
    def audio_codec(self) -> str | None:
        """As FFmpeg calls it; None without audio."""

    @property
    def playable(self) -> bool:
        """Whether it can be decoded: what its receipt says, else whether its first frame can."""

    @property
    def receipt(self) -> Receipt | None:
        """What is known about it; None if camrec did not record it."""


class RecordingHandle(Protocol):
    """One recording: a `local.LocalRecording` or a `remote.RemoteRecording`."""

    @property
    def recording_id(self) -> str:
        """The id that the REST API uses."""

    def info(self) -> schema.RecordingReply:
        """Return its current state."""

    def wait(self, timeout: float | None) -> bool:
        """Wait until it has ended, and return whether it has.

        timeout : seconds; None: without a limit.

        Raises
        ------
        CamrecError
            It could not be saved.
        """

    def stop(self) -> None:
        """End it early. A recording that has ended stays as it is."""

    def change_end(self, ends_at: int | None) -> None:
        """Let it end at another time, UTC nanoseconds; None: when it is stopped."""

    def videos(self) -> Sequence[VideoHandle]:
        """Return the videos that were saved, in order.

        Raises
        ------
        NotFoundError
            ``no_video``: one of them was deleted.
        """


class CameraHandle(Protocol):
    """One open camera: a `local.LocalCamera` or a `remote.RemoteCamera`."""

    @property
    def session_id(self) -> str:
        """The id that the REST API uses."""

    @property
    def camera_id(self) -> str:
        """The id of the camera, which outlives the session."""

    @property
    def name(self) -> str:
        """What the camera is called."""

    def info(self) -> schema.SessionReply:
        """Return its current state."""

    def delay(self) -> schema.DelayReply | None:
        """Return the camera's measured delay; None if it was not measured."""

    def snapshot(self) -> tuple[int, bytes]:
        """Return when the newest frame was taken (UTC nanoseconds), and the frame as a JPEG.

        Raises
        ------
        StateError
            ``session_not_live``.
        """

    def record(
        self,
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None = None,
        start_at: int | None = None,
    ) -> RecordingHandle:
        """Start a recording and return at once. See `StationRecordings.start`."""

    def latest_recording(self) -> RecordingHandle | None:
        """Return the recording that started last, if there is one."""

    def recordings(self) -> Sequence[RecordingHandle]:
        """Return the scheduled and running recordings, then the latest ones that have ended."""

    def close(self) -> None:
        """Close it for good. A running recording is saved first."""


class Backend(Protocol):
    """One camrec: a `local.LocalBackend` or a `remote.RemoteBackend`."""

    @property
    def language(self) -> str:
        """The language of the texts that are shown: "en" or "fr"."""

    @property
    def page_url(self) -> str:
        """The base URL from which a page in a browser loads live video, without a final slash."""

    @property
    def record_url(self) -> str:
        """The base URL with which such a page may also start and stop recordings."""

    def open(
        self, url: str, name: str | None, clock: ClockChoice | None, stays: bool | None
    ) -> CameraHandle:
        """Return the open camera with this address, or open it and wait until it is live."""

    def cameras(self) -> Sequence[CameraHandle]:
        """Return the open cameras."""

    def schedule(
        self,
        camera_id: str,
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None,
        start_at: int | None,
    ) -> RecordingHandle:
        """Record a camera by its id. See `ScheduledCameras.start`."""

    def record_together(
        self,
        session_ids: Sequence[str],
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None,
        start_at: int | None,
    ) -> Sequence[RecordingHandle]:
        """Start recordings of several cameras at one moment, or none if one cannot start.

        See `StationRecordings.start_together`.
        """

    def mark(
        self, fields: EventFields, at: int | None, recording_ids: Sequence[str] | None
    ) -> list[Event]:
        """Mark an event in recordings. See `StationEvents.mark`."""

    def mark_video(self, video: VideoHandle, fields: EventFields, at: int) -> Event:
        """Mark an event in a finished video. `at`: UTC nanoseconds.

        Raises
        ------
        InputError, NotFoundError, StateError, ServiceError
        """

    def events(self, video: VideoHandle) -> list[PlacedEvent]:
        """Return the events of a video, the earliest first."""

    def plans(self) -> Sequence[schema.PlanReply]:
        """Return all plans, the oldest first."""

    def plan(self, plan_id: str) -> schema.PlanReply:
        """Return a plan. Raises NotFoundError (``no_plan``)."""

    def add_plan(self, values: Mapping[str, object]) -> schema.PlanReply:
        """Add a plan. `values` and the errors are those of `StationPlans.add`."""

    def change_plan(self, plan_id: str, changes: Mapping[str, object]) -> schema.PlanReply:
        """Change a plan. `changes` and the errors are those of `StationPlans.change`."""

    def delete_plan(self, plan_id: str) -> None:
        """Remove a plan. Raises NotFoundError (``no_plan``)."""

    def calendar(self, from_day: date, to_day: date) -> schema.CalendarReply:
        """Return what plans recorded and will record. See `StationPlans.calendar`."""

    def playback_url(self, video: VideoHandle) -> tuple[str, bool]:
        """Return the base URL from which a page plays a video, and whether it has a thumbnail."""
