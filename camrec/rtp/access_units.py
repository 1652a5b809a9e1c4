"""Assembles the frames (access units) of an H.264 or H.265 track from RTP packets."""

from __future__ import annotations

import struct
from enum import Enum, auto

from camrec.clock import NS_PER_SECOND
from camrec.codecs import FrameStartDetector, ParameterSets, RandomAccessTracker, to_annex_b
from camrec.media import MediaUnit
from camrec.rtp.marker_trust import MarkerTrust
from camrec.rtp.nal_depacketizer import MAX_NAL_BYTES, NalDepacketizer
from camrec.rtp.nal_track import NalTrack
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RTP_HEADER_STRUCT, RtpPacket

RTP_SEQUENCE_STRUCT = struct.Struct(">H")
MAX_FRAME_HOLD_NS = NS_PER_SECOND // 10
MAX_LOOSE_NALS = 64  # without a slice, before the next frame
MAX_FRAME_NALS = 4096
MAX_REORDER_DELAY_NS = 5 * NS_PER_SECOND  # a B-frame of a slow camera


class FrameState(Enum):
    """What happened to the frame of the current timestamp.

    COLLECTING -> MARKED: a packet of the frame had the marker bit.
    MARKED -> COLLECTING: another slice followed, so the marker was wrong.
    MARKED or COLLECTING -> DELIVERED: the frame was returned; its later slices are dropped.
    Any state -> COLLECTING: the next frame begins.
    """

    COLLECTING = auto()
    MARKED = auto()
    DELIVERED = auto()


class PendingNals:
    """The NAL units of the current frame, at most `MAX_FRAME_NALS` and `MAX_NAL_BYTES`.

    nals : in their order.
    overflowed : the frame became too large. Its NAL units were dropped; later ones are dropped too.
    """

    def __init__(self) -> None:
        self.nals: list[bytes] = []
        self.overflowed = False
        self._bytes = 0

    def append(self, nals: list[bytes]) -> None:
        """Add NAL units; drops all of them if the frame becomes too large."""
        self.nals += nals
        self._bytes += sum(map(len, nals))
        if self._bytes > MAX_NAL_BYTES or len(self.nals) > MAX_FRAME_NALS:
            self.nals.clear()
            self._bytes = 0
            self.overflowed = True

    def restart_size(self) -> None:
        """Start to count the bytes of the next frame."""
        self._bytes = 0


class AccessUnitAssembler:
    """Returns each frame as soon as it is complete.

    A frame ends with the marker bit, or when the timestamp changes: some cameras never set the
    marker. Others set it too early, at the end of each slice. So at first a frame with a marker is
    held until the next one begins, or until `MAX_FRAME_HOLD_NS` pass without a packet. Once
    `MarkerTrust` is established, each frame is returned at its marker. If a marker turns out to be
    wrong later, the rest of that frame is dropped and counted as lost, and frames are held again.

    A frame of which packets are missing is returned as it arrived, with `lost` set.

    Raises UnsupportedVideo (``codec``) if the frames are larger than camrec supports.

    Parameters
    ----------
    rate
        RTP ticks per second.
    parameter_sets
        NAL units of the parameter sets in the stream's description.

    Attributes
    ----------
    arrived : when the newest packet arrived, in monotonic nanoseconds.
    rtp_clock : of this track.
    """

    def __init__(
        self, rate: int, depacketizer: NalDepacketizer, parameter_sets: list[bytes]
    ) -> None:
        self._depacketizer = depacketizer
        self._syntax = depacketizer.SYNTAX
        self._sequence = SequenceTracker()
        self.rtp_clock = RtpClock(rate)
        self._parameter_sets = ParameterSets(self._syntax)
        self._track = NalTrack(self._syntax, self._parameter_sets, rate)
        self._frame_starts = FrameStartDetector(self._syntax, self._parameter_sets)
        self._random_access = RandomAccessTracker(self._syntax)
        self._marker_trust = MarkerTrust()
        self._state = FrameState.COLLECTING
        self._pending = PendingNals()
        self._ticks: int | None = None
        self._expected_header = bytearray(RTP_HEADER_STRUCT.size)
        self.arrived = 0
        self._lost = 0
        self._dropped = 0
        types = [self._syntax.nal_type(nal) for nal in parameter_sets]
        self._parameter_sets.store(parameter_sets, types)
        self._track.update(parameter_sets, types)

    @property
    def is_holding(self) -> bool:
        """Whether a frame with a marker waits for proof that it is complete."""
        return self._state is FrameState.MARKED

    @property
    def corrected_count(self) -> int:
        """How many timestamps were wrong and were replaced."""
        return self.rtp_clock.corrected_count

    @property
    def has_sequence_errors(self) -> bool:
        """Whether a packet ever had another sequence number than the expected one."""
        return self._sequence.has_errors

    def try_append_fragment(self, data: memoryview, arrived: int) -> bool:
        """Take a packet that continues the current NAL unit where the last packet ended.

        Most packets are of this kind. Their first bytes show it: no flags, no marker, the expected
        sequence number. Returns False for any other packet, which `push` must take.
        """
        middle = self._depacketizer.continuation_header
        end = 12 + len(middle)
        if (
            not middle
            or data[:8] != self._expected_header
            or data[12:end] != middle
            or len(data) <= end
        ):
            return False
        self._depacketizer.add(data[end:])
        self._expect_sequence(self._sequence.advance())
        self.arrived = arrived
        return True

    def push(self, packet: RtpPacket, arrived: int) -> list[MediaUnit]:
        """The frames that this packet completes; `arrived` in monotonic nanoseconds."""
        is_newest = self._sequence.is_newest(packet.sequence)
        if is_newest and self._depacketizer.is_duplicate(packet.payload):
            return []
        missing = self._sequence.count_missing(packet)
        if missing is None:
            return []
        units: list[MediaUnit] = []
        gap = missing > 0
        if packet.timestamp != self._ticks:
            if self._is_unfinished:
                # The missing packets are the end of the frame before.
                self._lost, missing = self._lost + missing, 0
            units += self._finish()
            self._start_timestamp(packet.timestamp)
        self._lost += missing
        nals = self._depacketizer.push(packet.payload, gap)
        if self._depacketizer.continuation_header:
            self._expect_continuation(packet)
        for place, nal in enumerate(nals):
            if self._frame_starts.starts_frame(nal):
                units += self._split_at_frame_start(nals[:place])
                nals = nals[place:]
                break
        self.arrived = arrived
        if not self._pending.overflowed and not self._frame_starts.is_duplicate:
            units += self._append(nals, packet.marker)
        return units

    def release(self) -> list[MediaUnit]:
        """The frame that is held. Call this when no more of it is to be expected."""
        return self._finish() if self._state is FrameState.MARKED else []

    def _append(self, nals: list[bytes], marker: bool) -> list[MediaUnit]:
        """Add a packet's NAL units to the frame; returns the frame if this completes it."""
        if nals and self._has_slice(nals) and not self._accept_slice():
            return []
        self._pending.append(nals)
        if self._pending.overflowed:
            self._dropped += 1
        if not marker or self._state is FrameState.DELIVERED:
            return []
        if self._has_slice(self._pending.nals):
            self._state = FrameState.MARKED
            if self._marker_trust.is_established:
                return self._finish()
        return []

    def _accept_slice(self) -> bool:
        """Whether the frame can take another slice: False if it was already returned."""
        if self._state is not FrameState.COLLECTING:
            self._marker_trust.note_wrong()
        if self._state is FrameState.DELIVERED:
            self._lost += 1
            return False
        self._state = FrameState.COLLECTING
        return True

    def _start_timestamp(self, ticks: int) -> None:
        self._ticks = ticks
        self._begin_frame()
        self._frame_starts.start_timestamp()

    def _begin_frame(self) -> None:
        self._state = FrameState.COLLECTING
        self._pending.overflowed = False

    def _split_at_frame_start(self, before: list[bytes]) -> list[MediaUnit]:
        """The frame that ends here, though the next frame has the same timestamp.

        before : NAL units of the packet before the next frame's first slice.
        """
        if not (self._pending.overflowed or self._state is FrameState.DELIVERED):
            self._pending.nals += before
        nals = self._pending.nals
        last = max((n for n, nal in enumerate(nals) if self._has_slice([nal])), default=-1)
        # What follows the last slice belongs to the next frame.
        self._pending.nals = nals[: last + 1]
        units = self._build_unit() if last >= 0 else []
        self._pending.nals = nals[last + 1 :]
        self._begin_frame()
        return units

    def _expect_continuation(self, packet: RtpPacket) -> None:
        RTP_HEADER_STRUCT.pack_into(
            self._expected_header, 0, 0x80, packet.payload_type, 0, packet.timestamp
        )
        self._expect_sequence(packet.sequence + 1)

    def _expect_sequence(self, sequence: int) -> None:
        RTP_SEQUENCE_STRUCT.pack_into(self._expected_header, 2, sequence & 0xFFFF)

    @property
    def _is_unfinished(self) -> bool:
        has_data = bool(self._pending.nals) or self._depacketizer.has_partial_nal
        return has_data and self._state is not FrameState.MARKED

    def _has_slice(self, nals: list[bytes]) -> bool:
        return any(self._syntax.is_slice(self._syntax.nal_type(nal)) for nal in nals)

    def _finish(self) -> list[MediaUnit]:
        self._pending.nals += self._depacketizer.finish()
        return self._build_unit()

    def _build_unit(self) -> list[MediaUnit]:
        self._pending.restart_size()
        marked = self._state is FrameState.MARKED
        if marked:
            self._state = FrameState.COLLECTING
        if not self._has_slice(self._pending.nals):
            # Parameter sets with their own timestamp belong to the next frame.
            del self._pending.nals[:-MAX_LOOSE_NALS]
            return []
        nals, self._pending.nals = self._pending.nals, []
        self._state = FrameState.DELIVERED
        types = [self._syntax.nal_type(nal) for nal in nals]
        if not self._syntax.PARAMETER_SET_AND_SEI_TYPES.isdisjoint(types):
            self._parameter_sets.store(nals, types)
        if self._track.current is None:
            self._track.update(nals, types)
        return self._create_unit(nals, types, marked)

    def _create_unit(self, nals: list[bytes], types: list[int], marked: bool) -> list[MediaUnit]:
        """The frame as a unit; an empty list if no decoder can show it."""
        assert self._ticks is not None
        track = self._track.current
        back = MAX_REORDER_DELAY_NS if track is not None and track.reorder else 0
        time, offset = self.rtp_clock.place(self._ticks, self.arrived, back)
        key = self._random_access.update(nals, types, time, back > 0)
        if marked:
            self._marker_trust.note_correct(key)
        if key:
            self._track.update(nals, types)
        track = self._track.current
        if track is None or self._random_access.never_shown:
            return []
        if key:
            nals = self._parameter_sets.add_required(nals, types)
        lost, self._lost = self._lost, 0
        dropped, self._dropped = self._dropped + self._depacketizer.oversized_count, 0
        self._depacketizer.oversized_count = 0
        return [
            MediaUnit(
                track,
                to_annex_b(nals),
                time,
                offset,
                self.arrived,
                key,
                lost,
                dropped,
                self._random_access.dependent,
                self._random_access.open,
                self.rtp_clock.camera_clock,
            )
        ]
