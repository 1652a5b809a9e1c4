"""A video track of M-JPEG (RFC 2435) as whole JPEGs."""

from __future__ import annotations

from typing import NamedTuple

from camrec.codecs import EOI_BYTES, SOI_BYTES, KnownTracks, read_jpeg_format
from camrec.media import MediaUnit, VideoTrack
from camrec.rtp import rtp_jpeg_header
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_jpeg_header import QuantizationTables
from camrec.rtp.rtp_packet import RtpPacket

MAIN_HEADER_BYTES = 8  # in front of each fragment
RESTART_TYPE_FLAG = 0x40  # set in the types whose scan has restart markers
MAX_UNREADABLE_PACKETS = 10  # packets at the beginning, and not one frame
MAX_WITHOUT_TABLES = 300  # the same of frames whose tables may still be told
MIN_IN_BAND_TABLES_Q = 128  # the lowest Q whose tables come with the frames
UNCACHED_TABLES_Q = 255  # a Q whose tables come with each frame
JPEG_EXTENSION_ID, REPLAY_EXTENSION_ID = b"\xff\xd8", b"\xab\xac"  # ONVIF's header extensions
REPLAY_EXTENSION_BYTES = 12


class JpegFragment(NamedTuple):
    """The payload of one packet.

    tables : those that came with it; None where Q tells them, or they were told before.
    """

    offset: int
    kind: int
    quality: int
    blocks: tuple[int, int]
    restart: int
    tables: QuantizationTables | None
    data: memoryview


class _TablesAwaited(ValueError):
    """They were told before we came, and are told again."""


class JpegDepacketizer:
    """Puts JPEGs together from RTP packets: the fragments behind a header that is made here.

    A frame ends with the marker bit or, of cameras that never set it, where the next one begins; a
    camera whose marker was found within a frame is read as one that never sets it.
    One of which a fragment is missing is dropped, and its missing packets are counted as lost. One
    that cannot be read, or does not fit together though no packet is missing, is counted itself.

    Parameters
    ----------
    size
        (width, height) as the description tells them: RTP cannot tell more than 2040 pixels, nor
        sizes that are no multiple of eight.

    Attributes
    ----------
    arrived : when its newest packet came, in monotonic nanoseconds.
    is_holding : always false: a frame is handed on as soon as it is whole.
    """

    is_holding = False

    def __init__(self, rate: int, size: tuple[int, int] | None = None) -> None:
        self._rate = rate
        self._sdp_size = size
        self._sequence = SequenceTracker()
        self._rtp_clock = RtpClock(rate)
        self._tracks = KnownTracks(self._create_track)
        self._tables: dict[int, QuantizationTables] = {}
        self._headers: tuple[object, bytes] = (None, b"")
        self._header = b""  # of the frame that is being put together; empty: there is none
        self._scan = bytearray()
        self._ticks: int | None = None
        self._markers_wrong = False
        self._is_marking = False  # a frame ended with a marker
        self._unreadable = 0
        self._without_tables = 0
        self._is_readable = False
        self._lost = 0
        self._dropped = 0
        self._dropping: int | None = None  # the time of the frame that was dropped last
        self.arrived = 0

    @property
    def corrected_count(self) -> int:
        """How many timestamps could not be believed."""
        return self._rtp_clock.corrected_count

    @property
    def odd_numbers(self) -> bool:
        """Whether a packet's number was ever not the one that was due."""
        return self._sequence.is_odd

    def try_append_fragment(self, data: memoryview, arrived: int) -> bool:
        """Nothing is known of a packet by its first bytes."""
        return False

    def push(self, packet: RtpPacket, arrived: int) -> list[MediaUnit]:
        """The frames that this packet completes; `arrived` in monotonic nanoseconds."""
        missing = self._sequence.count_missing(packet)
        if missing is None:
            return []
        self._lost += missing
        units: list[MediaUnit] = []
        if missing:
            self._header, self._dropping = b"", packet.time
        try:
            fragment = parse_fragment(packet.payload)
            if fragment.offset == 0:
                # It had no marker, of a camera that sets them: its end did not come.
                self._lost += self._is_marking and bool(self._header)
                units += self._finish_frame()
                self._start_frame(fragment, packet)
        except ValueError as error:
            self._drop_frame(packet)
            self._heed_unreadable(error)
            return units
        if self._header:
            self._append_fragment(fragment, packet)
        elif fragment.offset == len(self._scan) and packet.time == self._ticks and not missing:
            self._markers_wrong, self._is_marking = True, False
            self._lost += 1  # what goes on here was handed on as whole
        elif self._is_readable:
            self._drop_frame(packet)  # one without a beginning
        self.arrived = arrived
        if not packet.marker or self._markers_wrong:
            return units
        self._is_marking = self._is_marking or bool(self._header)
        return [*units, *self._finish_frame()]

    def _heed_unreadable(self, error: ValueError) -> None:
        """Who never sends a frame that can be read is not waited for."""
        if isinstance(error, _TablesAwaited):
            self._without_tables += 1
        else:
            self._unreadable += 1
        too_many = self._unreadable >= MAX_UNREADABLE_PACKETS
        if not self._is_readable and (too_many or self._without_tables >= MAX_WITHOUT_TABLES):
            raise UnsupportedVideo("jpeg") from None

    def release(self) -> list[MediaUnit]:
        """Nothing is held."""
        return []

    def _start_frame(self, fragment: JpegFragment, packet: RtpPacket) -> None:
        """Raises ValueError where the frame cannot be read."""
        self._ticks = packet.time
        self._scan.clear()
        tables = self._tables_for(fragment)
        size, told = self._choose_size(fragment.blocks), read_onvif_segments(packet.extension)
        key = (fragment.kind, size, tables, fragment.restart, told)
        if key != self._headers[0]:
            header = rtp_jpeg_header.build_jpeg_header(
                fragment.kind, size, tables, fragment.restart, told
            )
            read_jpeg_format(header)
            self._headers = (key, header)
        self._header = self._headers[1]

    def _append_fragment(self, fragment: JpegFragment, packet: RtpPacket) -> None:
        if packet.time != self._ticks or fragment.offset != len(self._scan):
            self._drop_frame(packet)
        else:
            self._scan += fragment.data

    def _drop_frame(self, packet: RtpPacket) -> None:
        """The frame that was begun cannot be finished; or it could not be begun."""
        self._header, self._ticks = b"", None
        if self._dropping != packet.time:
            self._dropped += 1
        # Cameras that give all frames one time end them with a marker.
        self._dropping = None if packet.marker else packet.time

    def _finish_frame(self) -> list[MediaUnit]:
        header, self._header = self._header, b""
        if not header or not self._scan or self._ticks is None:
            return []
        if self._scan.startswith(SOI_BYTES):  # some send the whole JPEG as if it were a scan
            header = b""
        whole = self._scan.endswith(EOI_BYTES)
        data = b"".join((header, self._scan, b"" if whole else EOI_BYTES))
        time, offset = self._rtp_clock.place(self._ticks, self.arrived, 0)
        try:
            track = self._tracks.of(read_jpeg_format(data))
        except ValueError:
            self._dropped += 1
            return []
        self._is_readable = True
        lost, self._lost = self._lost, 0
        dropped, self._dropped, self._dropping = self._dropped, 0, None
        return [MediaUnit(track, data, time, offset, self.arrived, True, lost, dropped)]

    def _tables_for(self, fragment: JpegFragment) -> QuantizationTables:
        quality = fragment.quality
        if quality < MIN_IN_BAND_TABLES_Q:
            return rtp_jpeg_header.scaled_tables(quality)
        tables = fragment.tables or self._tables.get(quality)
        if tables is None:
            raise _TablesAwaited("tables that were never told")
        if quality != UNCACHED_TABLES_Q:
            self._tables[quality] = tables
        return tables

    def _choose_size(self, blocks: tuple[int, int]) -> tuple[int, int]:
        """By RTP, or as it was described where RTP cannot tell it: the size in blocks is 0, or
        has lost what goes over eight bits.
        """
        width, height = (8 * each for each in blocks)
        if self._sdp_size is None:
            return width, height
        fits = [
            -(-side // 8) & 0xFF == each for side, each in zip(self._sdp_size, blocks, strict=True)
        ]
        return self._sdp_size if all(fits) or 0 in blocks else (width, height)

    def _create_track(self, form: tuple[int, int, int]) -> VideoTrack:
        width, height, orientation = form
        return VideoTrack("mjpeg", width, height, self._rate, orientation=orientation)


def parse_fragment(payload: memoryview) -> JpegFragment:
    """Take a payload apart. ValueError: it is none of RFC 2435, or of a type that is not known."""
    if len(payload) < MAIN_HEADER_BYTES:
        raise ValueError("too short")
    offset = int.from_bytes(payload[1:4], "big")
    kind, quality, width, height = payload[4:MAIN_HEADER_BYTES]
    begin, restart = MAIN_HEADER_BYTES, 0
    if kind & RESTART_TYPE_FLAG:
        restart = int.from_bytes(payload[begin : begin + 2], "big")
        begin, kind = begin + 4, kind & ~RESTART_TYPE_FLAG
    if kind not in rtp_jpeg_header.LUMA_SAMPLING_BY_TYPE or quality == 0:
        raise ValueError("not a known type or Q")
    tables = None
    if quality >= MIN_IN_BAND_TABLES_Q and offset == 0:
        head = payload[begin : begin + 4]
        size = int.from_bytes(head[2:4], "big")
        begin += 4
        data = bytes(payload[begin : begin + size])
        if len(head) < 4 or len(data) < size:
            raise ValueError("too short")
        tables = QuantizationTables(head[1], data) if size else None
        begin += size
    return JpegFragment(offset, kind, quality, (width, height), restart, tables, payload[begin:])


def read_onvif_segments(extension: memoryview) -> bytes:
    """The JPEG segments in a packet's header extension (ONVIF streaming, JPEG over RTP).

    They stand behind a head of their own or, in a replay, behind the replay's.
    """
    at = 0
    if extension[:2] == REPLAY_EXTENSION_ID:
        at = 4 + REPLAY_EXTENSION_BYTES
    if extension[at : at + 2] != JPEG_EXTENSION_ID:
        return b""
    return bytes(extension[at + 4 :])
