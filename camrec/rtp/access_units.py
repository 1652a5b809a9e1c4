"""A video track's packets as whole pictures."""

from __future__ import annotations

import struct

from camrec.codecs import (
    MAX_NAL_BYTES,
    DecodeStart,
    FrameStartDetector,
    KnownTracks,
    NalDepacketizer,
    ParameterSets,
    SpsInfo,
    to_annex_b,
)
from camrec.media import MAX_FRAME_PIXELS, MediaUnit, VideoTrack
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RTP_HEADER_STRUCT, RtpPacket

RTP_SEQUENCE_STRUCT = struct.Struct(">H")
MAX_FRAME_HOLD_NS = 10**8  # nanoseconds
MIN_MARKER_PROOFS = 3
MAX_LOOSE_NALS = 64
MAX_FRAME_NALS = 4096  # of one picture, `MAX_NAL_BYTES` bytes together; what is more is left out
MAX_REORDER_DELAY_NS = 5 * 10**9  # nanoseconds: a B-frame of a slow camera


class AccessUnitAssembler:
    """Puts pictures together; a picture ends with the marker bit.

    Some cameras never set the marker: a new time ends a picture too. Some set it too early, on
    each slice. So at first a picture is held until the next one begins (or `MAX_FRAME_HOLD_NS` of
    quiet), until `MIN_MARKER_PROOFS` of them, a key picture among them, bore the marker at their
    end and only there; from then on each is handed on at its marker at once. Should a marker be
    found wrong later, the rest of that picture is dropped and counted as lost, and pictures are
    held again.

    arrived : when its newest packet came, in monotonic nanoseconds.

    A picture of which packets are missing is handed on as it came, with `lost` set.

    Raises UnsupportedVideo (``codec``) where its pictures are larger than any that can be taken.
    """

    def __init__(self, rate: int, nals: NalDepacketizer, parameters: list[bytes]) -> None:
        self._nals = nals
        self._rate = rate
        self._sequence = SequenceTracker()
        self._rtp_clock = RtpClock(rate)
        self._track: VideoTrack | None = None
        self._parameter_sets = ParameterSets(nals)
        self._extradata = b""  # those that a track begins with
        self._frame_starts = FrameStartDetector(nals, self._parameter_sets)
        self._decode_start = DecodeStart(nals)
        self._tracks = KnownTracks(self._create_track)
        self._ticks: int | None = None
        self._expected_header = bytearray(RTP_HEADER_STRUCT.size)
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self.arrived = 0
        self._lost = 0
        self._dropped = 0
        self._marked = False
        self._is_delivered = False
        self._too_large = False  # the rest of this one is left out too
        self._correct_markers = 0
        self._key_marker_seen = False
        self._markers_wrong = False
        kinds = [nals.kind(nal) for nal in parameters]
        self._parameter_sets.learn(parameters, kinds)
        self._update_track(parameters, kinds)

    @property
    def is_holding(self) -> bool:
        """A picture with its marker is here and waits for the proof that it is whole."""
        return self._marked

    @property
    def corrected_count(self) -> int:
        """How many timestamps could not be believed."""
        return self._rtp_clock.corrected_count

    @property
    def odd_numbers(self) -> bool:
        """Whether a packet's number was ever not the one that was due."""
        return self._sequence.is_odd

    def try_append_fragment(self, data: memoryview, arrived: int) -> bool:
        """Take in a packet from the middle of the NAL unit that is being put together, which goes
        on where the last one ended. False: it is something else, for `push`.

        Most packets are that, and it is told from their first bytes: no flags, no marker.
        """
        middle = self._nals.continuation_header
        end = 12 + len(middle)
        if (
            not middle
            or data[:8] != self._expected_header
            or data[12:end] != middle
            or len(data) <= end
        ):
            return False
        self._nals.add(data[end:])
        self._expect_sequence(self._sequence.count())
        self.arrived = arrived
        return True

    def push(self, packet: RtpPacket, arrived: int) -> list[MediaUnit]:
        """The pictures that this packet completes; `arrived` in monotonic nanoseconds."""
        if self._sequence.is_newest(packet.sequence) and self._nals.is_duplicate(packet.payload):
            return []
        missing = self._sequence.count_missing(packet)
        if missing is None:
            return []
        units: list[MediaUnit] = []
        gap = missing > 0
        if packet.time != self._ticks:
            if (self._pending or self._nals.has_partial_nal) and not self._marked:
                # The end of the picture before is what is missing.
                self._lost, missing = self._lost + missing, 0
            units += self._finish()
            self._ticks, self._is_delivered = packet.time, False
            self._too_large = False
            self._frame_starts.start_timestamp()
        self._lost += missing
        nals = self._nals.push(packet.payload, gap)
        if self._nals.continuation_header:
            RTP_HEADER_STRUCT.pack_into(self._expected_header, 0, 0x80, packet.kind, 0, packet.time)
            self._expect_sequence(packet.sequence + 1)
        for place, nal in enumerate(nals):
            if self._frame_starts.starts_frame(nal):
                units += self._split_at_frame_start(nals[:place])
                nals = nals[place:]
                break
        self.arrived = arrived
        if self._too_large or self._frame_starts.is_duplicate:
            return units
        if nals and self._has_slice(nals):
            self._markers_wrong = self._markers_wrong or self._marked or self._is_delivered
            self._marked = False
            if self._is_delivered:
                self._lost += 1
                return units
        self._pending += nals
        self._limit_size(nals)
        if packet.marker and not self._is_delivered and self._has_slice(self._pending):
            self._marked = True
            if self._trusts_markers:
                units += self._finish()
        return units

    def release(self) -> list[MediaUnit]:
        """What is held, after so much quiet that nothing more of it can be expected."""
        return self._finish() if self._marked else []

    def _split_at_frame_start(self, rest: list[bytes]) -> list[MediaUnit]:
        """The picture before, whose time the next one has too, with the rest of its NAL units."""
        if not (self._too_large or self._is_delivered):
            self._pending += rest
        before = self._pending
        last = max((n for n, nal in enumerate(before) if self._has_slice([nal])), default=-1)
        # What stands behind its last slice belongs to the next one.
        self._pending = before[: last + 1]
        units = self._build_unit() if last >= 0 else []
        self._pending = before[last + 1 :]
        self._marked = self._is_delivered = self._too_large = False
        return units

    def _limit_size(self, nals: list[bytes]) -> None:
        """A picture that never ends is not kept for ever."""
        self._pending_bytes += sum(map(len, nals))
        if self._pending_bytes > MAX_NAL_BYTES or len(self._pending) > MAX_FRAME_NALS:
            self._pending.clear()
            self._pending_bytes = 0
            self._dropped += 1
            self._too_large = True

    def _expect_sequence(self, sequence: int) -> None:
        RTP_SEQUENCE_STRUCT.pack_into(self._expected_header, 2, sequence & 0xFFFF)

    @property
    def _trusts_markers(self) -> bool:
        return (
            self._key_marker_seen
            and self._correct_markers >= MIN_MARKER_PROOFS
            and not self._markers_wrong
        )

    def _has_slice(self, nals: list[bytes]) -> bool:
        """Whether there is a part of a picture among them."""
        return any(self._nals.is_slice(self._nals.kind(nal)) for nal in nals)

    def _finish(self) -> list[MediaUnit]:
        self._pending += self._nals.finish()
        return self._build_unit()

    def _build_unit(self) -> list[MediaUnit]:
        self._pending_bytes = 0
        marked, self._marked = self._marked, False
        if not self._has_slice(self._pending):
            # Parameter sets with a time of their own: they go in front of the picture to come.
            del self._pending[:-MAX_LOOSE_NALS]
            return []
        nals, self._pending = self._pending, []
        self._is_delivered = True
        kinds = [self._nals.kind(nal) for nal in nals]
        if not self._nals.IN_FRONT.isdisjoint(kinds):
            self._parameter_sets.learn(nals, kinds)
        assert self._ticks is not None
        if self._track is None:
            self._update_track(nals, kinds)
        back = MAX_REORDER_DELAY_NS if self._track is not None and self._track.reorder else 0
        time, offset = self._rtp_clock.place(self._ticks, self.arrived, back)
        key = self._decode_start.note(nals, kinds, time, back > 0)
        if marked:
            self._correct_markers += 1
            self._key_marker_seen = self._key_marker_seen or key
        if key:
            self._update_track(nals, kinds)
        if self._track is None or self._decode_start.never_shown:
            return []
        if key:
            nals = self._parameter_sets.add_required(nals, kinds)
        lost, self._lost = self._lost, 0
        dropped, self._dropped = self._dropped + self._nals.oversized_count, 0
        self._nals.oversized_count = 0
        return [
            MediaUnit(
                self._track,
                to_annex_b(nals),
                time,
                offset,
                self.arrived,
                key,
                lost,
                dropped,
                self._decode_start.dependent,
                self._decode_start.open,
            )
        ]

    def _update_track(self, nals: list[bytes], kinds: list[int]) -> None:
        """Other pictures than before begin a new track; other parameter sets do not."""
        form = self._parameter_sets.form(nals, kinds)
        if form is None:
            return
        if form.width * form.height > MAX_FRAME_PIXELS:
            name = self._nals.CODEC.upper().replace("H", "H.")
            raise UnsupportedVideo("codec", f"{name}, {form.width}x{form.height}")
        now = self._track
        # A decoder that is ready for more reordering does as well.
        if now is not None and form.reorder < now.reorder:
            form = form._replace(reorder=now.reorder)
        self._extradata = to_annex_b(self._parameter_sets.find_required(nals, kinds))
        self._track = self._tracks.of(form)

    def _create_track(self, form: SpsInfo) -> VideoTrack:
        return VideoTrack(
            self._nals.CODEC,
            form.width,
            form.height,
            self._rate,
            self._extradata,
            form.reorder,
            pixel=form.pixel,
            chroma=form.chroma,
            depth=form.depth,
        )
