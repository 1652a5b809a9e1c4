"""What is answered over the wire, as models. The OpenAPI document is made from these.

Times are ISO 8601 in UTC, lengths in seconds, sizes in bytes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from camrec.errors import CamrecError
from camrec.media import AudioCodec
from camrec.redaction import redact


class FaultReply(BaseModel):
    code: str = Field(description="Stable, for programs.", examples=["camera_refused"])
    message: str = Field(description="For people, in the language of Accept-Language.")

    @classmethod
    def of(cls, error: CamrecError | None, language: str) -> FaultReply | None:
        if error is None:
            return None
        return cls(code=error.code, message=redact(error.text(language)))


class ErrorReply(BaseModel):
    """Every error, whatever its cause."""

    error: FaultReply

    @classmethod
    def of(cls, error: CamrecError, language: str) -> ErrorReply:
        return cls(error=FaultReply.of(error, language))


class VideoTrackReply(BaseModel):
    codec: Literal["h264", "h265", "mjpeg"]
    width: int
    height: int
    fps: float


class AudioTrackReply(BaseModel):
    codec: AudioCodec


class StreamStatsReply(BaseModel):
    """How a session does; rates over the last five seconds."""

    fps: float
    bit_rate: int = Field(description="Bits a second, audio too.")
    key_distance: float = Field(description="Seconds between the last two key frames, or 0.")
    frames: int = Field(description="Frames since it was opened.")
    lost: int = Field(description="Packets known to be missing since then.")
    age: float | None = Field(description="Seconds since the newest frame.")
    viewers: int
    lag: float | None = Field(
        description="Seconds from sending to the answer, of the viewer that is farthest behind."
    )


class SessionReply(BaseModel):
    """One opened camera; its address never holds a credential."""

    session_id: str
    name: str
    kind: Literal["rtsp", "mjpeg"]
    url: str
    local_url: str = Field(description="What other programs on this machine may read.")
    state: Literal["opening", "live", "stale", "closed", "failed"]
    since: str
    waiting_for: Literal["answer", "media", "key_frame", "picture", "frames"] | None = Field(
        None,
        description="While it connects: that the camera answers, the first byte of video or audio, "
        "a key frame, a frame that can be decoded, or enough frames. Else null.",
    )
    video: VideoTrackReply | None
    audio: AudioTrackReply | None
    viewers: int
    figures: StreamStatsReply
    recording_id: str | None = Field(description="The recording that runs now.")
    error: FaultReply | None


class ClosedSessionReply(SessionReply):
    """A camera that was closed."""

    cancelled: list[str] = Field(
        description="The scheduled recordings that this cancelled: each is failed, with the code "
        "recording_cancelled."
    )


class SessionListReply(BaseModel):
    sessions: list[SessionReply]
    max_sessions: int


class GapReply(BaseModel):
    """A time without frames; `start` counts from the start of the video."""

    start: float
    duration: float


class RecordingReply(BaseModel):
    """One timed act of writing a camera down."""

    recording_id: str
    session_id: str
    state: Literal["scheduled", "writing", "waiting", "finalising", "saved", "failed"]
    duration: int
    started_at: str
    ends_at: str
    elapsed: float
    bytes: int
    parts: int
    gaps: list[GapReply]
    filename: str | None
    error: FaultReply | None


class RecordingListReply(BaseModel):
    recordings: list[RecordingReply]


class VideoReply(BaseModel):
    """A finished file; its receipt lies beside it."""

    filename: str
    name: str
    camera: str | None = Field(description="What its camera was called when it was recorded.")
    started_at: str
    duration: float
    size: int
    width: int
    height: int
    video_codec: str
    audio_codec: str | None
    playable: bool
    locked: bool = Field(description="It is not deleted for its age or for room.")


class VideoListReply(BaseModel):
    videos: list[VideoReply]


class FrameTimesReply(BaseModel):
    times: list[float] = Field(
        description="Seconds from the video's start of each frame that is shown, sorted."
    )


class ProxyHealthReply(BaseModel):
    state: Literal["stopped", "starting", "ready", "stopping", "backoff", "failed"]
    version: str | None
    pid: int | None


class ProxiesReply(BaseModel):
    mediamtx: ProxyHealthReply
    go2rtc: ProxyHealthReply


class FFmpegHealthReply(BaseModel):
    path: str | None
    version: str | None


class DiskReply(BaseModel):
    free_bytes: int


class HealthReply(BaseModel):
    status: Literal["ok", "degraded"] = Field(
        description="degraded: a proxy is not working, FFmpeg is missing, a camera that is "
        "being recorded sends no video, or a recording could not be taken up."
    )
    version: str
    proxies: ProxiesReply
    ffmpeg: FFmpegHealthReply
    sessions: int
    without_picture: list[str] = Field(
        description="The sessions that are open and send no video now, recorded or not."
    )
    recordings: int
    left_behind: list[str] = Field(
        description="The files in .journal/ of recordings of an earlier run that could not be "
        "taken up; the log says why."
    )
    disk: DiskReply
