"""One picture, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class JpegFrame:
    """A JPEG and what is known of it.

    captured : nanoseconds UTC, the best estimate (for MJPEG: its arrival).
    number : counts the session's decoded pictures while somebody looks; those that nobody could
        be shown in time are left out.
    """

    jpeg: bytes = field(repr=False)
    captured: int
    number: int
    width: int
    height: int
