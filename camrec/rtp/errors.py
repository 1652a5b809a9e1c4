"""Video that camrec does not support."""

from __future__ import annotations

from typing import Literal


class UnsupportedVideo(Exception):
    """The packets contain video that camrec does not support.

    reason : "codec": the frames are too large; "jpeg": a kind of M-JPEG that camrec cannot read.
    detail : what the stream contains, such as "H.264, 20000x20000"; "" if there is no more to say.
    """

    def __init__(self, reason: Literal["codec", "jpeg"], detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Literal["codec", "jpeg"] = reason
        self.detail = detail
