"""Depacketizers for audio codecs with one unit per packet, and for AAC."""

from __future__ import annotations

from collections.abc import Iterable

from camrec.clock import NS_PER_SECOND
from camrec.codecs import BitReader
from camrec.media import AudioDelayEstimator, AudioTrack, MediaUnit
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RtpPacket

# How far a unit may overlap the next one: the timestamps of some cameras jitter.
MAX_AUDIO_OVERLAP_NS = NS_PER_SECOND // 2
AAC_SAMPLE_RATES_HZ = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip
EXPLICIT_SAMPLE_RATE_INDEX = 15  # the rate follows as a number


class AudioDepacketizer:
    """One packet is one unit: G.711, Opus, PCM and other codecs that need no more.

    rtp_clock : of this track.
    """

    def __init__(self, track: AudioTrack) -> None:
        self._track = track
        self._sequence = SequenceTracker()
        self.rtp_clock = RtpClock(track.rate)
        self._lost = 0
        self._delay_estimator = AudioDelayEstimator()

    def push(self, packet: RtpPacket, arrived: int) -> list[MediaUnit]:
        """The units that this packet completes; `arrived` in monotonic nanoseconds."""
        missing = self._sequence.count_missing(packet)
        if missing is None:
            return []
        self._lost += missing
        return [
            self._create_unit(ticks, data, arrived)
            for ticks, data in self._split_units(packet, missing > 0)
        ]

    def _split_units(self, packet: RtpPacket, gap: bool) -> Iterable[tuple[int, bytes]]:
        """(RTP timestamp, data) of each unit. `gap`: packets are missing before this one."""
        return [(packet.timestamp, bytes(packet.payload))]

    def _create_unit(self, ticks: int, data: bytes, arrived: int) -> MediaUnit:
        time, offset = self.rtp_clock.place(ticks & 0xFFFFFFFF, arrived, MAX_AUDIO_OVERLAP_NS)
        lost, self._lost = self._lost, 0
        offset -= self._delay_estimator.estimate_delay(time)
        clock = self.rtp_clock.camera_clock
        return MediaUnit(self._track, data, time, offset, arrived, True, lost, clock=clock)


class AacAudio(AudioDepacketizer):
    """AAC in RTP (RFC 3640, mode AAC-hbr): 16-bit headers (13 size, 3 index), then the units.

    A unit that is larger than a packet is sent in fragments, each with the size of the whole unit.
    """

    def __init__(self, track: AudioTrack) -> None:
        super().__init__(track)
        self._ticks_per_unit = ticks_per_unit(track)
        self._partial = b""

    def _split_units(self, packet: RtpPacket, gap: bool) -> list[tuple[int, bytes]]:
        payload = packet.payload
        if gap:
            self._partial = b""
        if len(payload) < 4:
            return []
        headers_end = 2 + ((payload[0] << 8 | payload[1]) + 7) // 8
        found: list[tuple[int, bytes]] = []
        at = headers_end
        for place in range(2, min(headers_end, len(payload) - 1), 2):
            size = (payload[place] << 8 | payload[place + 1]) >> 3
            unit = bytes(payload[at : at + size])
            at += size
            if headers_end == 4 and len(unit) < size:
                self._partial += unit
                unit = self._partial
                if len(unit) < size:
                    return []
                self._partial = b""
            if len(unit) == size and size:
                ticks = packet.timestamp + (place - 2) // 2 * self._ticks_per_unit
                found.append((ticks, unit))
        return found


def read_channel_count(config: bytes) -> int:
    """The channels in an AudioSpecificConfig; 0 if it does not say. Raises ValueError."""
    return _parse_audio_config(config)[1]


def ticks_per_unit(track: AudioTrack) -> int:
    """RTP ticks from one AAC unit to the next. Raises ValueError if its config is malformed."""
    rate, _, short = _parse_audio_config(track.parameters)
    return (960 if short else 1024) * track.rate // rate


def _parse_audio_config(config: bytes) -> tuple[int, int, bool]:
    """(core sample rate, channels, whether units have 960 samples) of an AudioSpecificConfig.

    ISO 14496-3, 1.6.2.1.
    """
    bits = BitReader(config)
    audio_object_type = bits.read_bits(5)
    if audio_object_type == 31:
        bits.read_bits(6)  # audioObjectTypeExt
    sampling_frequency_index = bits.read_bits(4)
    if sampling_frequency_index == EXPLICIT_SAMPLE_RATE_INDEX:
        rate = bits.read_bits(24)
    elif sampling_frequency_index < len(AAC_SAMPLE_RATES_HZ):
        rate = AAC_SAMPLE_RATES_HZ[sampling_frequency_index]
    else:
        raise ValueError("not a sample rate")
    channel_configuration = bits.read_bits(4)
    frame_length_flag = bits.read_flag()
    channels = 8 if channel_configuration == 7 else channel_configuration
    return rate or 1, channels, frame_length_flag
