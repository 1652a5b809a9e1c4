"""Decides how long a session waits for its camera, and says what it waits for."""

from __future__ import annotations

from typing import Literal

from camrec.camera_address import CameraAddress
from camrec.clock import NS_PER_SECOND
from camrec.errors import CameraError
from camrec.session.key_frame_bursts import KeyFrameBursts
from camrec.session.probe import StreamProbe

FIRST_MEDIA_TIMEOUT_S = 15.0  # without a byte of media
KEY_FRAME_TIMEOUT_S = 90.0  # while media arrives, for a frame that can be decoded
HELD_BACK_S = 5.0  # the same, if key frames arrived but the proxy passed none of them on

WaitingFor = Literal["answer", "media", "key_frame", "picture", "frames"]


class OpeningWait:
    """The state of one attempt to get a frame from a camera. Times are monotonic nanoseconds.

    started_at : when the attempt began.
    waiting_for : "answer", until the camera is connected; "media", until its first byte of media;
        "key_frame", at which decoding can begin; "picture", until a frame could be decoded;
        "frames", until there are enough of them.

    Parameters
    ----------
    first_media_timeout
        Seconds without a byte of media after which the attempt has failed.
    answer_timeout
        Seconds in which the camera must be connected, if they are fewer.
    has_key_frames
        Whether some frames cannot be decoded without others.
    key_frame_timeout
        Seconds from the first byte of media in which the proxy must pass a frame on; fewer if the
        camera's bytes show that it has sent key frames.
    """

    def __init__(
        self,
        started_at: int,
        first_media_timeout: float = FIRST_MEDIA_TIMEOUT_S,
        answer_timeout: float = FIRST_MEDIA_TIMEOUT_S,
        has_key_frames: bool = True,
        key_frame_timeout: float = KEY_FRAME_TIMEOUT_S,
    ) -> None:
        self.started_at = started_at
        self.waiting_for: WaitingFor = "answer"
        self._first_media_timeout = first_media_timeout
        self._answer_timeout = min(answer_timeout, first_media_timeout)
        self._has_key_frames = has_key_frames
        self._key_frame_timeout = key_frame_timeout
        self._bursts = KeyFrameBursts()
        self._connected = False
        self._progress = (0, 0)  # bytes of media at the proxy, frames at the reader
        self._first_media_at: int | None = None
        self._last_media_at: int | None = None
        self._is_silent = False

    def note(self, now: int, probe: StreamProbe, received: int | None) -> None:
        """Note what has arrived until `now`.

        Parameters
        ----------
        received
            As `Upstream.received_bytes`; also None if it was not called.
        """
        self._connected = self._connected or received is not None or probe.frames_seen > 0
        progress = (max(received or 0, self._progress[0]), probe.frames_seen)
        if progress != self._progress:
            self._progress, self._last_media_at = progress, now
            self._first_media_at = self._first_media_at or now
        if received and not probe.frames_seen:
            self._bursts.add(now, received)
        self.waiting_for = self._find_waiting_for(probe)

    @property
    def needs_fine_samples(self) -> bool:
        """Whether media arrives but no frame is passed on: frequent samples may show why."""
        received, frames = self._progress
        return (
            bool(received)
            and not frames
            and self._key_frame_timeout < KEY_FRAME_TIMEOUT_S
            and not self._bursts.is_full
        )

    def is_timed_out(self, now: int) -> bool:
        """Whether nothing arrived for too long, or nothing that could be decoded."""
        if self._last_media_at is None:
            timeout = self._first_media_timeout if self._connected else self._answer_timeout
            self._is_silent = now - self.started_at >= timeout * NS_PER_SECOND
        else:
            timeout = max(self._first_media_timeout, FIRST_MEDIA_TIMEOUT_S)
            self._is_silent = now - self._last_media_at >= timeout * NS_PER_SECOND
        return self._is_silent or self._is_frame_overdue(now)

    def error(self, source: CameraAddress) -> CameraError:
        """The error for the user once `is_timed_out`."""
        if not self._connected:
            return CameraError("camera_no_answer", host=source.host, port=source.port)
        if self._is_silent:
            return CameraError("camera_no_picture", host=source.host, port=source.port)
        code = "camera_no_key_frame" if self.waiting_for == "key_frame" else "camera_undecodable"
        return CameraError(code, host=source.host, seconds=round(self._frame_timeout))

    def _is_frame_overdue(self, now: int) -> bool:
        # The proxy is not responsible for the time before the camera's first byte.
        if self._frame_timeout < KEY_FRAME_TIMEOUT_S and self._first_media_at is not None:
            return now - self._first_media_at >= self._frame_timeout * NS_PER_SECOND
        return now - self.started_at >= KEY_FRAME_TIMEOUT_S * NS_PER_SECOND

    @property
    def _frame_timeout(self) -> float:
        if self._progress[1]:
            return KEY_FRAME_TIMEOUT_S
        if self._key_frame_timeout < KEY_FRAME_TIMEOUT_S and self._bursts.are_regular():
            return min(HELD_BACK_S, self._key_frame_timeout)
        return self._key_frame_timeout

    def _find_waiting_for(self, probe: StreamProbe) -> WaitingFor:
        if not self._connected:
            return "answer"
        if self._last_media_at is None:
            return "media"
        if probe.keys == 0:
            return "key_frame" if self._has_key_frames else "picture"
        return "frames" if probe.decoded else "picture"
