"""A video track of M-JPEG (RFC 2435) as whole JPEGs."""

from __future__ import annotations

from typing import NamedTuple

from camrec.media import Unit, VideoTrack
from camrec.readers import jpeg_header, rtp_jpeg_header
from camrec.readers.errors import StreamError
from camrec.readers.known_tracks import KnownTracks
from camrec.readers.packet_order import Order
from camrec.readers.rtp import Packet, Times
from camrec.readers.rtp_jpeg_header import Tables

HEADER_SIZE = 8  # in front of each fragment
RESTART = 0x40  # set in the types whose scan has restart markers
MAX_UNREADABLE = 10  # packets at the beginning, and not one frame
MAX_WITHOUT_TABLES = 300  # the same of frames whose tables may still be told
IN_BAND = 128  # the lowest Q whose tables come with the frames
NEVER_KEPT = 255  # a Q whose tables come with each frame
JPEG_SEGMENTS, REPLAY = b"\xff\xd8", b"\xab\xac"  # ONVIF's header extensions
REPLAY_SIZE = 12


class Fragment(NamedTuple):
    """The payload of one packet.

    tables : those that came with it; None where Q tells them, or they were told before.
    """

    offset: int
    kind: int
    quality: int
    blocks: tuple[int, int]
    restart: int
    tables: Tables | None
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
    held : always false: a frame is handed on as soon as it is whole.
    """

    held = False

    def __init__(self, rate: int, size: tuple[int, int] | None = None) -> None:
        self._rate = rate
        self._told_size = size
        self._order = Order()
        self._times = Times(rate)
        self._tracks = KnownTracks(self._made)
        self._tables: dict[int, Tables] = {}
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
    def odd_stamps(self) -> int:
        """How many timestamps could not be believed."""
        return self._times.odd

    @property
    def odd_numbers(self) -> bool:
        """Whether a packet's number was ever not the one that was due."""
        return self._order.is_odd

    def goes_on(self, data: memoryview, arrived: int) -> bool:
        """Nothing is known of a packet by its first bytes."""
        return False

    def push(self, packet: Packet, arrived: int) -> list[Unit]:
        """The frames that this packet completes; `arrived` in monotonic nanoseconds."""
        missing = self._order.missing(packet)
        if missing is None:
            return []
        self._lost += missing
        units: list[Unit] = []
        if missing:
            self._header, self._dropping = b"", packet.time
        try:
            fragment = parse_fragment(packet.payload)
            if fragment.offset == 0:
                # It had no marker, of a camera that sets them: its end did not come.
                self._lost += self._is_marking and bool(self._header)
                units += self._finish()
                self._begin(fragment, packet)
        except ValueError as error:
            self._drop(packet)
            self._heed_unreadable(error)
            return units
        if self._header:
            self._add(fragment, packet)
        elif fragment.offset == len(self._scan) and packet.time == self._ticks and not missing:
            self._markers_wrong, self._is_marking = True, False
            self._lost += 1  # what goes on here was handed on as whole
        elif self._is_readable:
            self._drop(packet)  # one without a beginning
        self.arrived = arrived
        if not packet.marker or self._markers_wrong:
            return units
        self._is_marking = self._is_marking or bool(self._header)
        return [*units, *self._finish()]

    def _heed_unreadable(self, error: ValueError) -> None:
        """Who never sends a frame that can be read is not waited for."""
        if isinstance(error, _TablesAwaited):
            self._without_tables += 1
        else:
            self._unreadable += 1
        too_many = self._unreadable >= MAX_UNREADABLE
        if not self._is_readable and (too_many or self._without_tables >= MAX_WITHOUT_TABLES):
            raise StreamError("jpeg") from None

    def release(self) -> list[Unit]:
        """Nothing is held."""
        return []

    def _begin(self, fragment: Fragment, packet: Packet) -> None:
        """Raises ValueError where the frame cannot be read."""
        self._ticks = packet.time
        self._scan.clear()
        tables = self._tables_of(fragment)
        size, told = self._size_of(fragment.blocks), onvif_segments(packet.extension)
        key = (fragment.kind, size, tables, fragment.restart, told)
        if key != self._headers[0]:
            header = rtp_jpeg_header.build(fragment.kind, size, tables, fragment.restart, told)
            jpeg_header.form(header)
            self._headers = (key, header)
        self._header = self._headers[1]

    def _add(self, fragment: Fragment, packet: Packet) -> None:
        if packet.time != self._ticks or fragment.offset != len(self._scan):
            self._drop(packet)
        else:
            self._scan += fragment.data

    def _drop(self, packet: Packet) -> None:
        """The frame that was begun cannot be finished; or it could not be begun."""
        self._header, self._ticks = b"", None
        if self._dropping != packet.time:
            self._dropped += 1
        # Cameras that give all frames one time end them with a marker.
        self._dropping = None if packet.marker else packet.time

    def _finish(self) -> list[Unit]:
        header, self._header = self._header, b""
        if not header or not self._scan or self._ticks is None:
            return []
        if self._scan.startswith(
            rtp_jpeg_header.SOI
        ):  # some send the whole JPEG as if it were a scan
            header = b""
        whole = self._scan.endswith(rtp_jpeg_header.EOI)
        data = b"".join((header, self._scan, b"" if whole else rtp_jpeg_header.EOI))
        time, offset = self._times.place(self._ticks, self.arrived, 0)
        try:
            track = self._tracks.of(jpeg_header.form(data))
        except ValueError:
            self._dropped += 1
            return []
        self._is_readable = True
        lost, self._lost = self._lost, 0
        dropped, self._dropped, self._dropping = self._dropped, 0, None
        return [Unit(track, data, time, offset, self.arrived, True, lost, dropped)]

    def _tables_of(self, fragment: Fragment) -> Tables:
        quality = fragment.quality
        if quality < IN_BAND:
            return rtp_jpeg_header.scaled_tables(quality)
        tables = fragment.tables or self._tables.get(quality)
        if tables is None:
            raise _TablesAwaited("tables that were never told")
        if quality != NEVER_KEPT:
            self._tables[quality] = tables
        return tables

    def _size_of(self, blocks: tuple[int, int]) -> tuple[int, int]:
        """By RTP, or as it was described where RTP cannot tell it: the size in blocks is 0, or
        has lost what goes over eight bits.
        """
        width, height = (8 * each for each in blocks)
        if self._told_size is None:
            return width, height
        fits = [
            -(-side // 8) & 0xFF == each for side, each in zip(self._told_size, blocks, strict=True)
        ]
        return self._told_size if all(fits) or 0 in blocks else (width, height)

    def _made(self, form: tuple[int, int, int]) -> VideoTrack:
        width, height, orientation = form
        return VideoTrack("mjpeg", width, height, self._rate, orientation=orientation)


def parse_fragment(payload: memoryview) -> Fragment:
    """Take a payload apart. ValueError: it is none of RFC 2435, or of a type that is not known."""
    if len(payload) < HEADER_SIZE:
        raise ValueError("too short")
    offset = int.from_bytes(payload[1:4], "big")
    kind, quality, width, height = payload[4:HEADER_SIZE]
    begin, restart = HEADER_SIZE, 0
    if kind & RESTART:
        restart = int.from_bytes(payload[begin : begin + 2], "big")
        begin, kind = begin + 4, kind & ~RESTART
    if kind not in rtp_jpeg_header.SAMPLING or quality == 0:
        raise ValueError("not a known type or Q")
    tables = None
    if quality >= IN_BAND and offset == 0:
        head = payload[begin : begin + 4]
        size = int.from_bytes(head[2:4], "big")
        begin += 4
        data = bytes(payload[begin : begin + size])
        if len(head) < 4 or len(data) < size:
            raise ValueError("too short")
        tables = Tables(head[1], data) if size else None
        begin += size
    return Fragment(offset, kind, quality, (width, height), restart, tables, payload[begin:])


def onvif_segments(extension: memoryview) -> bytes:
    """The JPEG segments in a packet's header extension (ONVIF streaming, JPEG over RTP).

    They stand behind a head of their own or, in a replay, behind the replay's.
    """
    at = 0
    if extension[:2] == REPLAY:
        at = 4 + REPLAY_SIZE
    if extension[at : at + 2] != JPEG_SEGMENTS:
        return b""
    return bytes(extension[at + 4 :])
