"""How long a camera is waited for, and what for."""

from __future__ import annotations

from typing import Literal

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.session.key_frame_bursts import KeyFrameBursts
from camrec.session.probe import StreamProbe

FIRST_MEDIA_TIMEOUT_S = 15.0  # without one byte of media it has failed: three times five seconds
KEY_FRAME_TIMEOUT_S = 90.0  # while media comes, for a frame that can be decoded
HELD_BACK_S = 5.0  # the same where key frames came and the proxy passed none of them on

WaitingFor = Literal["answer", "media", "key_frame", "picture", "frames"]


class OpeningWait:
    """One attempt to get a picture from a camera. Moments are monotonic nanoseconds.

    waiting_for : "answer", that it is connected; "media", the first byte of it; "key_frame", at
        which decoding can begin; "picture", a frame that can be decoded; "frames", enough of them.

    Parameters
    ----------
    silence
        Seconds without a byte of media after which it has failed.
    answer
        Seconds in which it must be connected, if that is less.
    has_key_frames
        Not each frame can be decoded without others.
    key_frame
        Seconds from the first byte of media in which the proxy must pass a frame on; fewer where
        the camera's bytes show that it has sent key frames.
    """

    def __init__(
        self,
        began: int,
        silence: float = FIRST_MEDIA_TIMEOUT_S,
        answer: float = FIRST_MEDIA_TIMEOUT_S,
        has_key_frames: bool = True,
        key_frame: float = KEY_FRAME_TIMEOUT_S,
    ) -> None:
        self.waiting_for: WaitingFor = "answer"
        self._started_at = began
        self._media_timeout = silence
        self._answer_timeout = min(answer, silence)
        self._has_key_frames = has_key_frames
        self._key_frame_timeout = key_frame
        self._bursts = KeyFrameBursts()
        self._connected = False
        self._progress = (0, 0)  # bytes of media as the proxy counts them, frames as we do
        self._media_began: int | None = None
        self._last_media_at: int | None = None
        self._is_silent = False

    def note(self, now: int, probe: StreamProbe, received: int | None) -> None:
        """What is so; `received` as `Upstream.received_bytes`."""
        self._connected = self._connected or received is not None or probe.frames_seen > 0
        progress = (max(received or 0, self._progress[0]), probe.frames_seen)
        if progress != self._progress:
            self._progress, self._last_media_at = progress, now
            self._media_began = self._media_began or now
        if received and not probe.frames_seen:
            self._bursts.add(now, received)
        self.waiting_for = self._find_waiting_for(probe)

    @property
    def is_in_doubt(self) -> bool:
        """Media comes and nothing is passed on: a close look at it tells why."""
        came, frames = self._progress
        return (
            bool(came)
            and not frames
            and self._key_frame_timeout < KEY_FRAME_TIMEOUT_S
            and not self._bursts.is_full
        )

    def is_timed_out(self, now: int) -> bool:
        """Nothing came for too long, or nothing that could be decoded."""
        if self._last_media_at is None:
            patience = self._media_timeout if self._connected else self._answer_timeout
            self._is_silent = now - self._started_at >= patience * 1e9
        else:
            longest = max(self._media_timeout, FIRST_MEDIA_TIMEOUT_S)
            self._is_silent = now - self._last_media_at >= longest * 1e9
        # How long the camera takes to send anything is not the proxy's doing.
        is_held_back = self._frame_timeout < KEY_FRAME_TIMEOUT_S and self._media_began is not None
        began, longest = self._started_at, KEY_FRAME_TIMEOUT_S
        if is_held_back:
            began, longest = self._media_began, self._frame_timeout
        return self._is_silent or now - began >= longest * 1e9

    def error(self, source: CameraAddress) -> CameraError:
        """What being over means for the user."""
        if not self._connected:
            return CameraError("camera_no_answer", host=source.host, port=source.port)
        if self._is_silent:
            return CameraError("camera_no_picture", host=source.host, port=source.port)
        code = "camera_no_key_frame" if self.waiting_for == "key_frame" else "camera_undecodable"
        return CameraError(code, host=source.host, seconds=round(self._frame_timeout))

    @property
    def _frame_timeout(self) -> float:
        if self._progress[1]:
            return KEY_FRAME_TIMEOUT_S
        if self._key_frame_timeout < KEY_FRAME_TIMEOUT_S and self._bursts.are_seen():
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
