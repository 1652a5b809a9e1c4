"""A frame as a JPEG."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class JpegFrame:
    """A JPEG and what is known about it.

    captured : the best estimate of when the camera took the frame, UTC nanoseconds; for HTTP MJPEG,
        when the frame arrived.
    number : counts the session's frames while there are viewers, including frames that were too
        late to be shown.
    width, height : pixels.
    """

    jpeg: bytes = field(repr=False)
    captured: int
    number: int
    width: int
    height: int
