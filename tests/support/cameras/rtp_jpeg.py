"""An RTSP camera that sends M-JPEG (RFC 2435), like small boards and Axis' `videocodec=jpeg`."""

from __future__ import annotations

import struct
import subprocess
from typing import ClassVar

import cv2
import imageio_ffmpeg
import numpy as np

from support.cameras.raw_rtsp import MAX_PAYLOAD_BYTES, Frame, RawRtspCamera
from support.clips import kept

RATE = 10
SOI = b"\xff\xd8\xff"


@kept
def jpegs(
    *options: str, size: str = "320x240", seconds: float = 4, pixels: str = "yuvj420p"
) -> tuple[tuple[bytes], ...]:
    """Frames of a moving test pattern, each one JPEG with the usual Huffman tables."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", f"testsrc2=size={size}:rate={RATE}", "-t", str(seconds)]
    command += ["-pix_fmt", pixels, "-c:v", "mjpeg", "-huffman", "default", "-q:v", "6"]
    command += [*options, "-f", "image2pipe", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return tuple((SOI + each,) for each in data.split(SOI)[1:])


@kept
def jpegs_with_restarts(size: tuple[int, int], interval: int) -> tuple[tuple[bytes], ...]:
    """Frames with a restart marker after every `interval` MCUs."""
    options = [cv2.IMWRITE_JPEG_RST_INTERVAL, interval]
    chance = np.random.default_rng(1)
    made = []
    for _ in range(RATE):
        small = chance.integers(0, 256, (15, 20, 3), np.uint8)
        made.append((cv2.imencode(".jpg", cv2.resize(small, size), options)[1].tobytes(),))
    return tuple(made)


def tables_and_scan(jpeg: bytes) -> tuple[list[bytes], bytes]:
    """Its two quantization tables, and its entropy-coded data."""
    at, tables = 2, []
    while True:
        marker, size = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        body = jpeg[at + 4 : at + 2 + size]
        if marker == 0xDB:
            tables += [body[begin + 1 : begin + 65] for begin in range(0, len(body), 65)]
        at += 2 + size
        if marker == 0xDA:
            return (tables * 2)[:2], jpeg[at:].removesuffix(b"\xff\xd9")


def payloads(
    jpeg: bytes,
    size: tuple[int, int],
    *,
    kind: int = 1,
    quality: int = 255,
    tables: list[bytes] | None = None,
    precision: int = 0,
    restart: int | None = None,
    width: int = MAX_PAYLOAD_BYTES,
) -> list[tuple[bytes, bool]]:
    """(payload, marker) of each packet. `tables`: others to send; [] sends a length of 0."""
    found, scan = tables_and_scan(jpeg)
    sent = b"".join(found if tables is None else tables)
    packets, at = [], 0
    while at < len(scan):
        blocks = [side // 8 & 0xFF for side in size]
        head = struct.pack(">I", at) + bytes([kind | (restart is not None) << 6, quality, *blocks])
        if restart is not None:
            head += struct.pack(">HH", restart, 0xFFFF)
        if at == 0 and quality >= 128:
            head += bytes([0, precision]) + struct.pack(">H", len(sent)) + sent
        piece = scan[at : at + width - len(head)]
        at += len(piece)
        packets.append((head + piece, at >= len(scan)))
    return packets


class RtpJpegCamera(RawRtspCamera):
    """Sends quantization tables with each frame, as most cameras do."""

    payload_type: ClassVar[int] = 26
    codec: ClassVar[str] = "JPEG"
    rate: ClassVar[float] = RATE
    size: ClassVar[tuple[int, int]] = (320, 240)

    def __init__(self, frames: tuple[tuple[bytes], ...] | None = None) -> None:
        super().__init__(frames or jpegs())

    def media(self) -> list[str]:
        rtpmap = f"a=rtpmap:{self.payload_type} {self.codec}/{self.clock_rate}"
        return [f"m=video 0 RTP/AVP {self.payload_type}", rtpmap, "a=control:trackID=0"]

    def payloads(self, frame: Frame) -> list[tuple[bytes, bool]]:
        return payloads(frame[0], self.size)
