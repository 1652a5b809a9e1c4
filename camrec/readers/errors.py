"""Why a reader ended."""

from __future__ import annotations

from typing import Literal

StreamErrorReason = Literal["not_ready", "refused", "silent", "lost", "codec", "jpeg", "message"]


class StreamError(Exception):
    """A stream cannot be read, or cannot be read any longer.

    reason
        "not_ready"  the proxy does not have this path, or has no stream on it yet (RTSP 404, 400);
        "refused"    the connection or the login was refused;
        "silent"     no data arrived before the timeout;
        "lost"       the connection broke, or the data does not follow the protocol;
        "codec"      camrec supports none of the video codecs, which `detail` names;
        "jpeg"       camrec cannot read this kind of M-JPEG;
        "message"    go2rtc reported an error, which is `detail`.
    """

    def __init__(self, reason: StreamErrorReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
