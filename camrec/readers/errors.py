"""Why a reading ended."""

from __future__ import annotations

from typing import Literal

StreamErrorReason = Literal["not_ready", "refused", "silent", "lost", "codec", "jpeg", "message"]


class StreamError(Exception):
    """A stream that could not be read, or not any longer.

    reason
        "not_ready"  the proxy has no such path, or nothing on it yet (RTSP 404, 400);
        "refused"    nobody listens there, or we are not let in;
        "silent"     nothing came for the time that was given;
        "lost"       the connection broke, or what came is not the protocol;
        "codec"      there is no video that we can take: `detail` names what there is;
        "jpeg"       its M-JPEG is of a kind that we cannot read;
        "message"    `detail` is go2rtc's text.
    """

    def __init__(self, reason: StreamErrorReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
