"""MPEG audio and AC-3: sound in frames, each of which tells of itself in its head."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from camrec.media import AudioCodec, AudioTrack
from camrec.rtp.audio import AudioDepacketizer
from camrec.rtp.rtp_packet import RtpPacket

MAX_AUDIO_FRAME_BYTES = 1 << 13  # bytes: no frame of either is longer

MPEG_AUDIO_KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # by version (2.5 counts as 2) and layer
AC3_KBPS = (
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
)  # fmt: skip
AC3_CHANNEL_COUNTS = (2, 1, 2, 3, 3, 4, 4, 5)


class AudioFrameHeader(NamedTuple):
    """size : bytes of the whole frame; samples : in it; sampling : samples a second."""

    codec: AudioCodec
    size: int
    samples: int
    sampling: int
    channels: int


class FramedAudio(AudioDepacketizer):
    """One frame, one unit; its track is known with the first frame.

    rate : ticks a second of the packets' times.
    """

    def __init__(self, rate: int) -> None:
        super().__init__(AudioTrack("mp3", rate, 1))
        self._rate = rate
        self._format: tuple[AudioCodec, int, int] | None = None
        self._partial = b""
        self._partial_ticks = 0

    def _split_units(self, packet: RtpPacket, gap: bool) -> Iterator[tuple[int, bytes]]:
        if gap:
            self._partial = b""
        content, begins = self._frame_data(bytes(packet.payload))
        if begins:
            self._partial, self._partial_ticks = content, packet.time
        elif self._partial:
            self._partial += content
        samples = 0
        while (head := self._parse_header(self._partial)) and head.size <= len(self._partial):
            form = (head.codec, head.sampling, head.channels)
            if form != self._format:
                self._format = form
                codec, sampling, count = form
                told = sampling if sampling != self._rate else 0
                self._track = AudioTrack(codec, self._rate, count, sampling=told)
            ticks = (
                self._partial_ticks + (samples * self._rate + head.sampling // 2) // head.sampling
            )
            yield ticks, self._partial[: head.size]
            self._partial = self._partial[head.size :]
            samples += head.samples
        if head is None or len(self._partial) > MAX_AUDIO_FRAME_BYTES:
            self._partial = b""

    @abstractmethod
    def _frame_data(self, payload: bytes) -> tuple[bytes, bool]:
        """What the packet holds of frames, and whether a frame begins with it."""

    @abstractmethod
    def _parse_header(self, data: bytes) -> AudioFrameHeader | None:
        """What the frame at the front tells of itself; None: there is none."""


class MpegAudio(FramedAudio):
    """MPEG audio, layers 1 to 3, as RFC 2250 sends it: whole frames, or pieces of one."""

    def _frame_data(self, payload: bytes) -> tuple[bytes, bool]:
        return payload[4:], payload[2:4] == b"\0\0"

    def _parse_header(self, data: bytes) -> AudioFrameHeader | None:
        return parse_mpeg_header(data)


class Ac3Audio(FramedAudio):
    """AC-3 as RFC 4184 sends it: whole frames, or pieces of one."""

    def _frame_data(self, payload: bytes) -> tuple[bytes, bool]:
        return payload[2:], payload[0] & 3 != 3

    def _parse_header(self, data: bytes) -> AudioFrameHeader | None:
        return parse_ac3_header(data)


def parse_mpeg_header(data: bytes) -> AudioFrameHeader | None:
    """The 32 bits in front of each frame (ISO 11172-3, 2.4.1.3; ISO 13818-3 for lower rates)."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    version, layer = data[1] >> 3 & 3, 4 - (data[1] >> 1 & 3)
    index, place = data[2] >> 4, data[2] >> 2 & 3
    if version == 1 or layer == 4 or index in (0, 15) or place == 3:
        return None
    sampling = (44_100, 48_000, 32_000)[place] >> {3: 0, 2: 1, 0: 2}[version]
    bits = 1000 * MPEG_AUDIO_KBPS[1 if version == 3 else 2, layer][index - 1]
    padding = data[2] >> 1 & 1
    samples = 384 if layer == 1 else 576 if layer == 3 and version != 3 else 1152
    size = 4 * (12 * bits // sampling + padding)
    if layer > 1:
        size = samples // 8 * bits // sampling + padding
    return AudioFrameHeader(
        "mp3" if layer == 3 else "mp2", size, samples, sampling, 1 + (data[3] >> 6 != 3)
    )


def parse_ac3_header(data: bytes) -> AudioFrameHeader | None:
    """The start of a frame up to its low-frequency flag (ETSI TS 102 366, 4.4)."""
    if len(data) < 8 or data[:2] != b"\x0b\x77":
        return None
    place, code, version = data[4] >> 6, data[4] & 63, data[5] >> 3
    if place == 3 or code > 37 or version > 8:
        return None
    sampling, kbits = (48_000, 44_100, 32_000)[place], AC3_KBPS[code >> 1]
    size = 2 * (1536 * 1000 * kbits // 16 // sampling + (place == 1 and code & 1))
    mode = data[6] >> 5
    # Two bits each stand between the mode and the flag, by what channels there are.
    skipped = 2 * ((mode & 1 and mode != 1) + bool(mode & 4) + (mode == 2))
    low = int.from_bytes(data[6:8], "big") >> (12 - skipped) & 1
    return AudioFrameHeader("ac3", size, 1536, sampling, AC3_CHANNEL_COUNTS[mode] + low)
