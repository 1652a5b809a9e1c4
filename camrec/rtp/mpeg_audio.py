"""Depacketizers for MPEG audio and AC-3, whose frames begin with a header that describes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from camrec.media import AudioCodec, AudioTrack
from camrec.rtp.audio import AudioDepacketizer
from camrec.rtp.rtp_packet import RtpPacket

MAX_AUDIO_FRAME_BYTES = 1 << 13  # no frame of either codec is longer

MPEG_AUDIO_KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # by version (2.5 counts as 2) and layer; the index in a header starts at 1
AC3_KBPS = (
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
)  # fmt: skip
AC3_CHANNEL_COUNTS = (2, 1, 2, 3, 3, 4, 4, 5)


class AudioFrameHeader(NamedTuple):
    """The header of one frame.

    size : bytes of the whole frame, with its header.
    samples : samples per channel in the frame.
    sampling : samples per second.
    """

    codec: AudioCodec
    size: int
    samples: int
    sampling: int
    channels: int


class FramedAudio(AudioDepacketizer):
    """One frame is one unit. The track is known when the first frame arrives.

    rate : RTP ticks per second.
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
            self._partial, self._partial_ticks = content, packet.timestamp
        elif self._partial:
            self._partial += content
        samples = 0
        while (head := self._parse_header(self._partial)) and head.size <= len(self._partial):
            self._update_track(head)
            ticks = (samples * self._rate + head.sampling // 2) // head.sampling
            yield self._partial_ticks + ticks, self._partial[: head.size]
            self._partial = self._partial[head.size :]
            samples += head.samples
        if head is None or len(self._partial) > MAX_AUDIO_FRAME_BYTES:
            self._partial = b""

    def _update_track(self, head: AudioFrameHeader) -> None:
        audio_format = (head.codec, head.sampling, head.channels)
        if audio_format != self._format:
            self._format = audio_format
            sampling = head.sampling if head.sampling != self._rate else 0
            self._track = AudioTrack(head.codec, self._rate, head.channels, sampling=sampling)

    @abstractmethod
    def _frame_data(self, payload: bytes) -> tuple[bytes, bool]:
        """The data of frames in a payload, and whether a frame begins at its start."""

    @abstractmethod
    def _parse_header(self, data: bytes) -> AudioFrameHeader | None:
        """The header of the frame at the start of `data`; None if there is no frame."""


class MpegAudio(FramedAudio):
    """MPEG audio, layers 1 to 3, in RTP (RFC 2250): whole frames, or a fragment of one."""

    def _frame_data(self, payload: bytes) -> tuple[bytes, bool]:
        return payload[4:], payload[2:4] == b"\0\0"

    def _parse_header(self, data: bytes) -> AudioFrameHeader | None:
        return parse_mpeg_header(data)


class Ac3Audio(FramedAudio):
    """AC-3 in RTP (RFC 4184): whole frames, or a fragment of one."""

    def _frame_data(self, payload: bytes) -> tuple[bytes, bool]:
        return payload[2:], payload[0] & 3 != 3

    def _parse_header(self, data: bytes) -> AudioFrameHeader | None:
        return parse_ac3_header(data)


def parse_mpeg_header(data: bytes) -> AudioFrameHeader | None:
    """The 32-bit header of a frame (ISO 11172-3, 2.4.1.3; ISO 13818-3 for lower rates).

    None if there is none.
    """
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    version_id, layer = data[1] >> 3 & 3, 4 - (data[1] >> 1 & 3)
    bitrate_index, sampling_index = data[2] >> 4, data[2] >> 2 & 3
    if version_id == 1 or layer == 4 or bitrate_index in (0, 15) or sampling_index == 3:
        return None
    is_version_1 = version_id == 3
    sampling = (44_100, 48_000, 32_000)[sampling_index] >> {3: 0, 2: 1, 0: 2}[version_id]
    bits_per_second = 1000 * MPEG_AUDIO_KBPS[1 if is_version_1 else 2, layer][bitrate_index - 1]
    padding = data[2] >> 1 & 1
    samples = 384 if layer == 1 else 576 if layer == 3 and not is_version_1 else 1152
    if layer == 1:
        size = 4 * (12 * bits_per_second // sampling + padding)
    else:
        size = samples // 8 * bits_per_second // sampling + padding
    codec: AudioCodec = "mp3" if layer == 3 else "mp2"
    channel_mode = data[3] >> 6
    return AudioFrameHeader(codec, size, samples, sampling, 1 if channel_mode == 3 else 2)


def parse_ac3_header(data: bytes) -> AudioFrameHeader | None:
    """The start of a frame up to its lfeon flag (ETSI TS 102 366, 4.4); None if there is none."""
    if len(data) < 8 or data[:2] != b"\x0b\x77":
        return None
    fscod, frmsizecod, bsid = data[4] >> 6, data[4] & 63, data[5] >> 3
    if fscod == 3 or frmsizecod > 37 or bsid > 8:
        return None
    sampling, kbps = (48_000, 44_100, 32_000)[fscod], AC3_KBPS[frmsizecod >> 1]
    size = 2 * (1536 * 1000 * kbps // 16 // sampling + (fscod == 1 and frmsizecod & 1))
    acmod = data[6] >> 5
    # Between acmod and lfeon there are fields of two bits, which depend on the channels.
    skipped = 2 * ((acmod & 1 and acmod != 1) + bool(acmod & 4) + (acmod == 2))
    lfeon = int.from_bytes(data[6:8], "big") >> (12 - skipped) & 1
    return AudioFrameHeader("ac3", size, 1536, sampling, AC3_CHANNEL_COUNTS[acmod] + lfeon)
