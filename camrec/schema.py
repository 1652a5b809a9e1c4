"""What REST returns, as models. The OpenAPI document is generated from them.

Times are ISO 8601 in UTC, durations in seconds, sizes in bytes.
"""

from __future__ import annotations

from typing import Literal, overload

from pydantic import BaseModel, Field

from camrec.alerts import AlertKind
from camrec.camera_clock import ClockChoice, UtcSource
from camrec.errors import CamrecError
from camrec.media import AudioCodec
from camrec.redaction import redact


class FaultReply(BaseModel):
    """Why something failed."""

    code: str = Field(description="Stable, for programs.", examples=["camera_refused"])
    message: str = Field(description="For people, in the language of Accept-Language.")

    @overload
    @classmethod
    def of(cls, error: CamrecError, language: str) -> FaultReply: ...
    @overload
    @classmethod
    def of(cls, error: CamrecError | None, language: str) -> FaultReply | None: ...
    @classmethod
    def of(cls, error: CamrecError | None, language: str) -> FaultReply | None:
        """The code and the text of an error, without credentials; None for None."""
        if error is None:
            return None
        return cls(code=error.code, message=redact(error.text(language)))


class ErrorReply(BaseModel):
    """The reply for every error."""

    error: FaultReply

    @classmethod
    def of(cls, error: CamrecError, language: str) -> ErrorReply:
        """The reply for an error, in `language`: "en" or "fr"."""
        return cls(error=FaultReply.of(error, language))


class VideoTrackReply(BaseModel):
    """The video that a camera sends now."""

    codec: Literal["h264", "h265", "mjpeg"]
    width: int
    height: int
    fps: float


class AudioTrackReply(BaseModel):
    """The audio that a camera sends now."""

    codec: AudioCodec


class StreamStatsReply(BaseModel):
    """Statistics of a session. Rates are over the last five seconds."""

    fps: float
    bit_rate: int = Field(description="Bits per second, with audio.")
    key_distance: float = Field(description="Seconds between the last two key frames, or 0.")
    frames: int = Field(description="Frames since the session was opened.")
    lost: int = Field(description="Packets that were lost since then.")
    age: float | None = Field(description="Seconds since the newest frame.")
    viewers: int
    lag: float | None = Field(description="Seconds until the slowest viewer confirms a frame.")


class ClockReply(BaseModel):
    """What dates the frames of a session, and what is known about the camera's clock.

    source : "arrival", "camera", or "zone": the camera's clock, which shows local time.
    state : "arrival", "no clock", "lies", "set", "free", "camera", "zone" or "wrong"; "arrival" if
        the clock is not used, or if nothing is known about it.
    offset : seconds by which it is ahead of this machine's clock, less what a frame takes to
        arrive; None without sender reports.
    uncertainty : seconds by which the UTC of a frame may be wrong; None if the clock is not used.
    """

    source: UtcSource = Field(
        description="arrival: when a frame arrived. camera: the camera's clock. zone: the same, "
        "but it shows local time, which camrec corrects."
    )
    state: Literal["arrival", "no clock", "lies", "set", "free", "camera", "zone", "wrong"] = Field(
        description="What is known about the camera's clock. arrival: nothing, or it is not used."
    )
    offset: float | None = Field(
        description="Seconds by which it is ahead of this machine's clock, less what a frame takes "
        "to arrive. Null without sender reports."
    )
    uncertainty: float | None = Field(
        description="Seconds by which the UTC of a frame may be wrong. Null if the camera's clock "
        "is not used."
    )


class SessionReply(BaseModel):
    """An open camera. Its URL never contains a credential."""

    session_id: str
    camera_id: str = Field(description="The id of the camera, which outlives the session.")
    name: str
    kind: Literal["rtsp", "mjpeg"]
    url: str
    local_url: str = Field(description="Where other programs on this machine can read the stream.")
    state: Literal["opening", "live", "stale", "closed", "failed"]
    since: str
    waiting_for: Literal["answer", "media", "key_frame", "picture", "frames"] | None = Field(
        None,
        description="What the session waits for while it connects: a response of the camera, the "
        "first byte of video or audio, a key frame, a frame that can be decoded, or enough "
        "frames. Otherwise null.",
    )
    video: VideoTrackReply | None
    audio: AudioTrackReply | None
    clock: ClockReply
    viewers: int
    figures: StreamStatsReply
    recording_id: str | None = Field(description="The recording that is running.")
    error: FaultReply | None


class ClosedSessionReply(SessionReply):
    """A camera that was closed."""

    cancelled: list[str] = Field(
        description="The scheduled recordings that were cancelled with it: each has failed, with "
        "the code recording_cancelled."
    )


class SessionListReply(BaseModel):
    """All open cameras."""

    sessions: list[SessionReply]
    max_sessions: int


class DelayReply(BaseModel):
    """How late the frames of a camera are dated, as ``camrec calibrate`` measured it.

    seconds : a frame that is dated *t* was taken at *t* - `seconds`. It contains the lag of the
        screen that was filmed, which all cameras in front of it have in common.
    uncertainty : seconds by which it is probably wrong at most.
    measured_at : when it was measured, UTC, ISO 8601.
    utc_source : "arrival" or "camera": which clock dated the frames then. The delay holds only for
        frames that the same clock dates.
    """

    seconds: float = Field(
        description="A frame that is dated t was taken at t - seconds. It contains the lag of the "
        "screen that was filmed, which all cameras in front of it have in common."
    )
    uncertainty: float = Field(description="Seconds by which it is probably wrong at most.")
    measured_at: str
    utc_source: ClockChoice = Field(
        description="Which clock dated the frames then. It holds only for frames that the same "
        "clock dates."
    )


class CameraReply(BaseModel):
    """A camera that camrec knows, open or not."""

    camera_id: str = Field(description="It stays when the camera is renamed or moved.")
    name: str
    url: str = Field(description="Without a credential; secret parameters are masked.")
    kind: Literal["rtsp", "mjpeg"]
    clock: ClockChoice = Field(
        description="What dates its frames: `clock` of `POST /session/open`."
    )
    delay: DelayReply | None = Field(description="Null if it was not measured.")
    stays: bool = Field(description="Whether it is opened again at each start of camrec.")
    session_ids: list[str] = Field(description="Its open sessions, the oldest first.")


class CameraListReply(BaseModel):
    """All cameras that camrec knows, the one that was opened last first."""

    cameras: list[CameraReply]


class SunStartReply(BaseModel):
    """A start by the sun."""

    sun: Literal["sunrise", "sunset"]
    offset: int = Field(
        description="Seconds from the sunrise or sunset to the start; negative: before it."
    )


class PlanReply(BaseModel):
    """A plan: a standing order to record. Fields that it does not use are null or empty."""

    plan_id: str
    cameras: list[str] = Field(description="The ids of its cameras.")
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        description="The days on which it starts."
    )
    start: str | SunStartReply | None = Field(
        description="A time of day such as 08:00, or the sun."
    )
    end: str | None = Field(
        description="A time of day; if it is not later than the start, one of the next day."
    )
    duration: int | None = Field(description="Seconds, instead of an end.")
    always: bool = Field(description="It records without a break.")
    video_length: int | None = Field(description="Seconds of each video; null: the default.")
    until: str | None = Field(description="The last day on which it starts.")
    enabled: bool = Field(description="False: it is paused.")
    name: str | None = Field(description="The name of its videos; null: that of their camera.")
    details: dict[str, str]
    next: str | None = Field(
        description="When it starts the next time; null: it is paused, or not within a year. A "
        "plan that records without a break starts now."
    )


class PlanListReply(BaseModel):
    """All plans, the oldest first."""

    plans: list[PlanReply]


class PlanReasonReply(BaseModel):
    """Why an occurrence is not planned, was missed, began late, was interrupted or stopped."""

    code: str = Field(description="Stable, for programs.", examples=["camera", "disk_full_before"])
    message: str = Field(description="For people, in the language of Accept-Language.")


class OccurrenceReply(BaseModel):
    """One time that a plan asks for, of one camera; or a recording that somebody scheduled."""

    plan_id: str | None = Field(description="Null: somebody scheduled it with start_at.")
    camera_id: str
    day: str = Field(description="The date of its start, in the time zone of plans.")
    starts_at: str
    ends_at: str | None = Field(description="Null: when it is stopped.")
    began_at: str | None = Field(
        description="When its recording began, by the plan or by hand; null: it has not."
    )
    state: Literal["planned", "recording", "recorded", "missed", "impossible"] = Field(
        description="impossible: there is no such time, or the disk will be full before."
    )
    state_text: str = Field(description="The state in the language of Accept-Language.")
    reason: PlanReasonReply | None = Field(description="Null: all is well.")
    filenames: list[str] = Field(description="Its videos, the earliest first.")


class FreeAfterReply(BaseModel):
    """What will be free on the disk at the end of a day."""

    date: str
    free_bytes: int


class CalendarReply(BaseModel):
    """What plans recorded and will record, and what that leaves on the disk."""

    timezone: str = Field(description="Of the dates; empty: that of the computer of camrec.")
    occurrences: list[OccurrenceReply]
    free_after: list[FreeAfterReply] = Field(description="Of today and the days after it.")
    full_at: str | None = Field(
        description="When the disk has only min_free_bytes left: recordings end, or old videos are "
        "deleted (when_full). Null: not in these days."
    )
    stops_at: str | None = Field(
        description="When the disk is full and no video may be deleted, so that recordings end. "
        "Null: not in these days."
    )
    deleted_videos: int = Field(
        description="How many of the present videos are deleted in these days to make room, the "
        "oldest first. Cameras whose rate is not known are not counted, so it may be more."
    )
    deletes_new: bool = Field(
        description="Whether videos will be deleted, too, that are recorded from now on."
    )


class GapReply(BaseModel):
    """A time without frames; `start` counts from the start of the video."""

    start: float
    duration: float


class RecordingReply(BaseModel):
    """One timed recording of a camera."""

    recording_id: str
    session_id: str
    camera_id: str
    plan_id: str | None = Field(
        None, description="The plan that it is recorded for; null: it was started by hand."
    )
    state: Literal["scheduled", "writing", "waiting", "finalising", "saved", "failed"]
    duration: int | None = Field(description="Seconds; null: until it is stopped.")
    started_at: str
    ends_at: str | None = Field(description="Null: when it is stopped.")
    elapsed: float
    bytes: int
    parts: int
    gaps: list[GapReply]
    details: dict[str, str]
    events: int = Field(description="How many events it has.")
    filename: str | None = Field(description="The first of `filenames`.")
    filenames: list[str] = Field(
        description="The videos that were saved, in order: one, or several if the format changed "
        "or if the recording is a series of videos."
    )
    error: FaultReply | None


class RecordingListReply(BaseModel):
    """Recordings, in the order that the operation describes."""

    recordings: list[RecordingReply]


class EventReply(BaseModel):
    """Something that happened during a recording."""

    id: str
    recording_id: str
    at: str
    length: float | None = Field(description="Seconds that it lasted; null without a length.")
    text: str
    value: int | float | str | None
    source: str = Field(description="Who marked it.")


class EventListReply(BaseModel):
    """Events, the earliest first."""

    events: list[EventReply]


class VideoEventReply(EventReply):
    """An event with its place in a video."""

    second: float = Field(description="Seconds from the video's start; 0 if it began before.")
    frame: int | None = Field(
        description="The number of the frame that is shown then; null if the file cannot be read."
    )
    in_gap: bool = Field(
        description="There is no frame of that moment: `frame` is the last one before it."
    )
    end_second: float | None = Field(
        description="Seconds from the video's start to where it ends, which may be after the "
        "video's end; null if it has no length."
    )


class VideoEventListReply(BaseModel):
    """The events of a video, the earliest first."""

    events: list[VideoEventReply]


class VideoReply(BaseModel):
    """A finished video with a receipt next to it, or what an evicted one has left."""

    filename: str
    name: str
    camera: str | None = Field(description="The name of the camera when it was recorded.")
    camera_id: str | None = Field(description="Null if an older camrec recorded it.")
    started_at: str
    duration: float
    size: int
    width: int
    height: int
    video_codec: str
    audio_codec: str | None
    playable: bool
    locked: bool = Field(description="Whether it is never deleted automatically.")
    evicted_at: str | None = Field(
        default=None,
        description="When it was deleted automatically: only its receipt is left, and the other "
        "values say what it was. Null if the video exists.",
    )


class VideoListReply(BaseModel):
    """All videos, the newest first."""

    videos: list[VideoReply]


class FrameTimesReply(BaseModel):
    """The times of the frames of a video."""

    times: list[float] = Field(
        description="Seconds from the start of the video of each frame that is shown, sorted."
    )


class AlertReply(BaseModel):
    """Something that needed a person."""

    alert_id: str
    kind: AlertKind
    at: str = Field(description="When it began.")
    until: str | None = Field(
        description="When it was over; null while it lasts. For ended_early: when the recording "
        "would have ended. For plan_missed: when its time was over."
    )
    camera_id: str | None
    camera: str | None = Field(description="The camera's name then.")
    recording_id: str | None
    plan_id: str | None
    code: str = Field(description="What happened, for programs.", examples=["ended_disk"])
    message: str = Field(description="For people, in the language of Accept-Language.")
    seen: bool


class AlertListReply(BaseModel):
    """The alerts of the last 90 days, the one that was noticed last first."""

    alerts: list[AlertReply]


class ProxyHealthReply(BaseModel):
    """One proxy: its state, version and process id."""

    state: Literal["stopped", "starting", "ready", "stopping", "backoff", "failed"]
    version: str | None
    pid: int | None


class ProxiesReply(BaseModel):
    """Both proxies."""

    mediamtx: ProxyHealthReply
    go2rtc: ProxyHealthReply


class FFmpegHealthReply(BaseModel):
    """The FFmpeg that camrec uses; null if there is none."""

    path: str | None
    version: str | None


class DiskReply(BaseModel):
    """The disk of the videos folder."""

    free_bytes: int


class HealthReply(BaseModel):
    """Whether camrec works, and what runs."""

    status: Literal["ok", "degraded"] = Field(
        description="degraded: a proxy does not work, FFmpeg is missing, a camera that is being "
        "recorded sends no video, or a recording could not be resumed."
    )
    version: str
    proxies: ProxiesReply
    ffmpeg: FFmpegHealthReply
    sessions: int
    without_picture: list[str] = Field(
        description="The open sessions that send no video now, whether they are recorded or not."
    )
    recordings: int
    left_behind: list[str] = Field(
        description="The files in .journal/ of recordings of an earlier run that could not be "
        "resumed. The log says why."
    )
    disk: DiskReply
