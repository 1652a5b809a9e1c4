"""Reads and writes the messages of the live stream, which docs/wire.md specifies."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Literal, TypedDict

from tornado.httputil import HTTPHeaders

from camrec.live import H264Packet, JpegFrame, codec_string
from camrec.media import VideoTrack
from camrec.web.request_models import FieldError

# In front of a JPEG in mode "page": the capture time in UTC microseconds, the frame's number.
FRAME_HEADER_STRUCT = struct.Struct("<QQ")
# In front of each frame in mode "h264": the same, and the flags.
FLAGGED_FRAME_HEADER_STRUCT = struct.Struct("<QQQ")
KEY_FRAME_FLAG, SKIP_DISPLAY_FLAG, JPEG_FLAG = 1, 2, 4

ACKNOWLEDGEMENT_PATTERN = re.compile(r"ok(?: ([1-9]\d{0,3}) ([1-9]\d{0,3}))?", re.ASCII)

StreamMode = Literal["page", "h264"]
STREAM_MODES: dict[str, StreamMode] = {"page": "page", "h264": "h264"}


@dataclass(frozen=True)
class StreamOptions:
    """What a client requested in the query.

    mode : None for a client that acknowledges nothing and gets no status.
    width : pixels that the client can show; None for the camera's own width.
    """

    mode: StreamMode | None
    width: int | None


class DecoderConfig(TypedDict):
    """The configuration that a browser's decoder needs before the next frame."""

    codec: str
    width: int
    height: int


def parse_options(mode: str | None, width: str | None) -> StreamOptions:
    """Read `mode` and `width` of the query; raises InputError (``bad_field``)."""
    if mode is not None and mode not in STREAM_MODES:
        raise FieldError("mode", "mode")
    return StreamOptions(None if mode is None else STREAM_MODES[mode], parse_width(width))


def parse_width(text: str | None) -> int | None:
    """Read the query parameter `width`, 1 to 99999; raises InputError (``bad_field``)."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) > 0):
        raise FieldError("width", "wrong_type")
    return int(text)


def parse_acknowledgement(message: str | bytes) -> tuple[int, int] | None:
    """Return how many frames a client acknowledges now, and how many next time.

    None if the message is not an acknowledgement.
    """
    found = ACKNOWLEDGEMENT_PATTERN.fullmatch(message) if isinstance(message, str) else None
    return (int(found[1] or 1), int(found[2] or 1)) if found else None


def jpeg_header(frame: JpegFrame, mode: StreamMode | None) -> bytes:
    """Return the header in front of a JPEG; empty for a client without a mode."""
    captured_us = frame.captured // 1000
    if mode == "page":
        return FRAME_HEADER_STRUCT.pack(captured_us, frame.number)
    if mode == "h264":
        flags = KEY_FRAME_FLAG | JPEG_FLAG
        return FLAGGED_FRAME_HEADER_STRUCT.pack(captured_us, frame.number, flags)
    return b""


def packet_header(packet: H264Packet) -> bytes:
    """Return the header in front of a frame as the camera encoded it."""
    flags = KEY_FRAME_FLAG * packet.key | SKIP_DISPLAY_FLAG * packet.skip_display
    return FLAGGED_FRAME_HEADER_STRUCT.pack(packet.captured // 1000, packet.number, flags)


def decoder_config(track: VideoTrack) -> DecoderConfig:
    """Return the text message that precedes the first frame of `track`."""
    return {"codec": codec_string(track), "width": track.width, "height": track.height}


def is_websocket_handshake(headers: HTTPHeaders) -> bool:
    """Whether these headers open a WebSocket. Tornado would reject others in plain text."""
    connection = [part.strip().lower() for part in headers.get("Connection", "").split(",")]
    return (
        headers.get("Upgrade", "").lower() == "websocket"
        and "upgrade" in connection
        and headers.get("Sec-WebSocket-Version") == "13"
        and bool(headers.get("Sec-WebSocket-Key"))
    )
