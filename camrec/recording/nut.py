"""Writes NUT, the container format in which FFmpeg gets frames on its stdin.

Only what a live feed needs is supported.

Only presentation times (pts) are written; FFmpeg computes the decoding times. The format is
described at https://ffmpeg.org/~michael/nut.txt
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from camrec.media import AudioTrack, VideoTrack

NUT_FILE_ID = b"nut/multimedia container\0"
MAIN_STARTCODE = 0x4E4D7A561F5F04AD
STREAM_STARTCODE = 0x4E5311405BF2F9DB
SYNCPOINT_STARTCODE = 0x4E4BE4ADEECA4569

NUT_VERSION = 3
MAX_SYNCPOINT_DISTANCE_BYTES = 65536
CODED_PTS_SHIFT_BITS = 7  # a full time is written with 1 << shift added

NUT_KEY_FLAG, CODED_PTS_FLAG, STREAM_ID_FLAG, SIZE_FLAG, CHECKSUM_FLAG, CODED_FLAG = (
    1,
    8,
    16,
    32,
    64,
    4096,
)

CODEC_TAGS = {
    "h264": b"H264",
    "h265": b"HEVC",
    "mjpeg": b"MJPG",
    "aac": b"\xff\0\0\0",
    "pcma": b"ALAW",
    "pcmu": b"ULAW",
    "opus": b"Opus",
    "l8": b"PUD\x08",
    "l16": b"\x10DSP",
    "l24": b"\x18DSP",
    "g722": b"\x8f\x02\0\0",
    "mp2": b"\x50\0\0\0",
    "mp3": b"\x55\0\0\0",
    "ac3": b"\0\x20\0\0",
}

_BIT_REVERSAL_TABLE = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


TrackT = TypeVar("TrackT", VideoTrack, AudioTrack)


@dataclass(frozen=True)
class NutStream(Generic[TrackT]):
    """A track in the NUT. Its times are ticks of 1/rate second, never below zero."""

    track: TrackT
    rate: int


class NutMuxer:
    """Creates the bytes of the NUT; the caller writes them, in order.

    The caller passes the frames of one stream in decoding order, and interleaves the streams
    roughly by time.
    """

    def __init__(
        self, video: NutStream[VideoTrack], audio: NutStream[AudioTrack] | None = None
    ) -> None:
        self._streams: tuple[NutStream[VideoTrack] | NutStream[AudioTrack], ...] = (
            (video, audio) if audio is not None else (video,)
        )
        self._written = 0
        self._synced = -MAX_SYNCPOINT_DISTANCE_BYTES

    def header(self) -> bytes:
        """The start of the NUT, before any frame."""
        parts = [NUT_FILE_ID, _build_packet(MAIN_STARTCODE, self._build_main_header())]
        parts += [
            _build_packet(STREAM_STARTCODE, _build_stream_header(index, s))
            for index, s in enumerate(self._streams)
        ]
        header = b"".join(parts)
        self._written = len(header)
        return header

    def frame(self, stream: int, time: int, key: bool, data: bytes) -> tuple[bytes, ...]:
        """The bytes of one frame: its header and its data.

        Parameters
        ----------
        stream
            0: video, 1: audio.
        time
            When it is shown, in the stream's ticks.
        """
        sync = b""
        if self._written + len(data) - self._synced > MAX_SYNCPOINT_DISTANCE_BYTES:
            sync = self._build_syncpoint(stream, time)
            self._synced = self._written
        flags = (
            CODED_FLAG
            | CODED_PTS_FLAG
            | STREAM_ID_FLAG
            | SIZE_FLAG
            | CHECKSUM_FLAG
            | (NUT_KEY_FLAG if key else 0)
        )
        head = b"\0" + _encode_varint(flags ^ CODED_FLAG) + _encode_varint(stream)
        head += _encode_varint(time + (1 << CODED_PTS_SHIFT_BITS)) + _encode_varint(len(data))
        head = b"".join((sync, head, _crc32(head)))
        self._written += len(head) + len(data)
        return head, data

    def _build_main_header(self) -> bytes:
        head = [NUT_VERSION, len(self._streams), MAX_SYNCPOINT_DISTANCE_BYTES, len(self._streams)]
        for stream in self._streams:
            head += [1, stream.rate]
        # All 255 frame codes are the same: each frame's header contains everything about it.
        frame_codes = [CODED_FLAG, 6, 0, 1, 0, 0, 0, 255]
        no_elision = [0]
        return b"".join(map(_encode_varint, head + frame_codes + no_elision))

    def _build_syncpoint(self, stream: int, time: int) -> bytes:
        back = (self._written - max(self._synced, 0)) >> 4
        return _build_packet(
            SYNCPOINT_STARTCODE,
            _encode_varint(time * len(self._streams) + stream) + _encode_varint(back),
        )


def _build_stream_header(
    index: int, stream: NutStream[VideoTrack] | NutStream[AudioTrack]
) -> bytes:
    track = stream.track
    delay = track.reorder if isinstance(track, VideoTrack) else 0
    furthest = stream.rate  # ticks; beyond it a frame needs a checksum, which all frames here have
    extra = track.parameters
    head = (
        b"".join(map(_encode_varint, (index, isinstance(track, AudioTrack), 4)))
        + CODEC_TAGS[track.codec]
    )
    head += b"".join(map(_encode_varint, (index, CODED_PTS_SHIFT_BITS, furthest, delay))) + b"\0"
    head += _encode_varint(len(extra)) + extra
    if isinstance(track, AudioTrack):
        return head + b"".join(map(_encode_varint, (track.samples, 1, track.channels)))
    pixel = track.pixel if track.pixel != (1, 1) else (0, 0)
    return head + b"".join(map(_encode_varint, (track.width, track.height, *pixel, 0)))


def _build_packet(startcode: int, payload: bytes) -> bytes:
    head = startcode.to_bytes(8, "big") + _encode_varint(len(payload) + 4)
    if len(payload) + 4 > 4096:
        head += _crc32(head)
    return head + payload + _crc32(payload)


def _encode_varint(value: int) -> bytes:
    """Seven bits in each byte, the highest first; all bytes but the last have their top bit set."""
    if value < 0x80:
        return bytes((value,))
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | value & 0x7F)
    return bytes(reversed(digits))


def _crc32(data: bytes) -> bytes:
    """CRC-32 (0x04C11DB7), highest bit first, starting at 0: the mirror image of zlib's."""
    mirrored = zlib.crc32(data.translate(_BIT_REVERSAL_TABLE), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return mirrored.to_bytes(4, "little").translate(_BIT_REVERSAL_TABLE)
