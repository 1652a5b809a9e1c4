"""AAC in LATM whose configuration is in the SDP (RFC 6416, cpresent=0)."""

from __future__ import annotations

from camrec.codecs import BitReader
from camrec.media import AudioTrack
from camrec.rtp.audio import (
    EXPLICIT_SAMPLE_RATE_INDEX,
    AudioDepacketizer,
    read_channel_count,
    ticks_per_unit,
)
from camrec.rtp.rtp_packet import RtpPacket

MAX_LATM_ELEMENT_BYTES = 1 << 16
# AAC Main, LC, SSR and LTP: camrec can find the end of their configuration.
PLAIN_AAC_OBJECT_TYPES = (1, 2, 3, 4)
# SBR and parametric stereo. They may also follow the configuration, after these sync words.
EXTENDED_AAC_OBJECT_TYPES = (5, 29)
SBR_SYNC_WORD, PS_SYNC_WORD = 0x2B7, 0x548


class LatmAudio(AudioDepacketizer):
    """An audio mux element contains one or more AAC units, each after its length.

    The marker ends an element.
    """

    def __init__(self, track: AudioTrack, units: int) -> None:
        super().__init__(track)
        self._ticks_per_unit = ticks_per_unit(track)
        self._units = units
        self._partial: bytes | None = b""
        self._partial_ticks: int | None = None

    def _split_units(self, packet: RtpPacket, gap: bool) -> list[tuple[int, bytes]]:
        element = self._complete_element(packet, gap)
        if element is None:
            return []
        found = []
        at = 0
        for place in range(self._units):
            size = 0
            while at < len(element):
                size += element[at]
                at += 1
                if element[at - 1] != 255:
                    break
            if not size or at + size > len(element):
                break
            ticks = packet.timestamp + place * self._ticks_per_unit
            found.append((ticks, element[at : at + size]))
            at += size
        return found

    def _complete_element(self, packet: RtpPacket, gap: bool) -> bytes | None:
        """The element that ends with this packet; None if it goes on, or its start is missing."""
        if packet.timestamp != self._partial_ticks:
            self._partial, self._partial_ticks = b"", packet.timestamp
        if gap or (self._partial is not None and len(self._partial) > MAX_LATM_ELEMENT_BYTES):
            self._partial = None  # the element may have begun in the gap
        element = None if self._partial is None else self._partial + packet.payload
        self._partial = element
        if not packet.marker:
            return None
        self._partial, self._partial_ticks = b"", None
        return element


def create_latm_audio(rate: int, mux: bytes) -> LatmAudio:
    """The depacketizer for a StreamMuxConfig (ISO 14496-3, 1.7.3.2).

    Supports one program with one layer. Raises ValueError for any other configuration.
    """
    bits = BitReader(mux)
    audio_mux_version, all_streams_same_time_framing = bits.read_flag(), bits.read_flag()
    num_sub_frames, num_program, num_layer = (bits.read_bits(count) for count in (6, 4, 3))
    if audio_mux_version or not all_streams_same_time_framing or num_program or num_layer:
        raise ValueError("an unsupported LATM configuration")
    begin = 1 + 1 + 6 + 4 + 3
    length = _read_config_length(bits)
    frame_length_type = bits.read_bits(3)
    if frame_length_type:
        raise ValueError("units without a length")
    aligned_right = int.from_bytes(mux, "big") >> (8 * len(mux) - begin - length)
    padding = -length % 8
    config_bits = (aligned_right & (1 << length) - 1) << padding
    config = config_bits.to_bytes((length + padding) // 8, "big")
    track = AudioTrack("aac", rate, read_channel_count(config), config)
    return LatmAudio(track, num_sub_frames + 1)


def _read_config_length(bits: BitReader) -> int:
    """Read the AudioSpecificConfig (ISO 14496-3, 1.6.2.1); returns its length in bits."""
    length = 0

    def read(count: int) -> int:
        nonlocal length
        length += count
        return bits.read_bits(count)

    def read_sampling_frequency() -> None:
        sampling_frequency_index = read(4)
        if sampling_frequency_index == EXPLICIT_SAMPLE_RATE_INDEX:
            read(24)

    audio_object_type = read(5)
    read_sampling_frequency()
    channel_configuration = read(4)
    if audio_object_type in EXTENDED_AAC_OBJECT_TYPES:
        read_sampling_frequency()
        audio_object_type = read(5)
    if audio_object_type not in PLAIN_AAC_OBJECT_TYPES or not channel_configuration:
        raise ValueError("an unsupported kind of AAC")
    read(1)  # frameLengthFlag
    depends_on_core_coder = read(1)
    if depends_on_core_coder:
        read(14)  # coreCoderDelay
    read(1)  # extensionFlag
    if bits.peek_bits(11) == SBR_SYNC_WORD:
        read(11)
        extension_audio_object_type = read(5)
        sbr_present_flag = extension_audio_object_type == 5 and read(1)
        if sbr_present_flag:
            read_sampling_frequency()
            if bits.peek_bits(11) == PS_SYNC_WORD:
                read(11 + 1)  # psPresentFlag
    return length
