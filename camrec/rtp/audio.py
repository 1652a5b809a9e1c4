"""A sound track's packets as units."""

from __future__ import annotations

from collections.abc import Iterable

from camrec.codecs import BitReader
from camrec.media import AudioDelayEstimator, AudioTrack, MediaUnit
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RtpPacket

MAX_AUDIO_OVERLAP_NS = (
    5 * 10**8
)  # nanoseconds that a piece may reach over the next: some cameras' times shake
AAC_SAMPLE_RATES_HZ = (
    96000,
    88200,
    64000,
    48000,
    44100,
    32000,
    24000,
    22050,
    16000,
    12000,
    11025,
    8000,
    7350,
)


class AudioDepacketizer:
    """One packet, one unit: G.711, Opus, plain samples and all else that needs no more."""

    def __init__(self, track: AudioTrack) -> None:
        self._track = track
        self._sequence = SequenceTracker()
        self._rtp_clock = RtpClock(track.rate)
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
        """(RTP time, bytes) of each unit; `gap`: packets are missing before this one."""
        return [(packet.time, bytes(packet.payload))]

    def _create_unit(self, ticks: int, data: bytes, arrived: int) -> MediaUnit:
        time, offset = self._rtp_clock.place(ticks & 0xFFFFFFFF, arrived, MAX_AUDIO_OVERLAP_NS)
        lost, self._lost = self._lost, 0
        offset -= self._delay_estimator.estimate_delay(time)
        return MediaUnit(self._track, data, time, offset, arrived, True, lost)


class AacAudio(AudioDepacketizer):
    """AAC as RFC 3640 sends it: headers of 16 bits (13 of size, 3 of index), then the units.

    A unit larger than a packet comes in pieces, each behind the header with the whole size.
    """

    def __init__(self, track: AudioTrack) -> None:
        super().__init__(track)
        self._samples = ticks_per_unit(track)
        self._partial = b""

    def _split_units(self, packet: RtpPacket, gap: bool) -> list[tuple[int, bytes]]:
        payload = packet.payload
        if gap:
            self._partial = b""
        if len(payload) < 4:
            return []
        begin = 2 + ((payload[0] << 8 | payload[1]) + 7) // 8
        found: list[tuple[int, bytes]] = []
        at = begin
        for place in range(2, min(begin, len(payload) - 1), 2):
            size = (payload[place] << 8 | payload[place + 1]) >> 3
            piece = bytes(payload[at : at + size])
            at += size
            if begin == 4 and len(piece) < size:
                piece, self._partial = self._partial + piece, self._partial + piece
                if len(piece) < size:
                    return []
                self._partial = b""
            if len(piece) == size and size:
                found.append((packet.time + (place - 2) // 2 * self._samples, piece))
        return found


def read_channel_count(config: bytes) -> int:
    """Channels that an AudioSpecificConfig tells of; 0: it does not. ValueError: it is none."""
    return _parse_audio_config(config)[1]


def ticks_per_unit(track: AudioTrack) -> int:
    """RTP ticks from one AAC unit to the next."""
    rate, _, short = _parse_audio_config(track.parameters)
    return (960 if short else 1024) * track.rate // rate


def _parse_audio_config(config: bytes) -> tuple[int, int, bool]:
    """(rate of the core, channels, units of 960 samples?) of an AudioSpecificConfig."""
    bits = BitReader(config)
    if bits.take(5) == 31:
        bits.take(6)
    index = bits.take(4)
    if index < 15 and index >= len(AAC_SAMPLE_RATES_HZ):
        raise ValueError("not a sampling rate")
    rate = bits.take(24) if index == 15 else AAC_SAMPLE_RATES_HZ[index]
    count = bits.take(4)
    return rate or 1, 8 if count == 7 else count, bits.flag()
