"""Assembles the JPEGs of an M-JPEG track (RFC 2435) from RTP packets."""

from __future__ import annotations

from camrec.codecs import EOI_BYTES, SOI_BYTES, KnownTracks, read_jpeg_format
from camrec.media import MediaUnit, VideoTrack
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.jpeg_frame_headers import JpegFrameHeaders, MissingTables
from camrec.rtp.jpeg_payload import JpegFragment, parse_fragment
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RtpPacket

MAX_UNREADABLE_PACKETS = 10  # at the beginning, before the first frame
MAX_WITHOUT_TABLES = 300  # frames whose quantization tables may still be sent


class JpegDepacketizer:
    """Joins a header, which is built from the fields in RTP, and the fragments of a frame.

    A frame ends with the marker bit or, if a camera never sets it, where the next frame begins. If
    a marker was found within a frame, the camera's markers are ignored from then on.

    A frame with a missing fragment is dropped, and its missing packets are counted as lost. A frame
    that cannot be read, or whose fragments do not fit although no packet is missing, is counted as
    dropped.

    Raises UnsupportedVideo (``jpeg``) if the camera never sends a frame that can be read.

    Parameters
    ----------
    rate
        RTP ticks per second.
    size
        (width, height) in the stream's description; see `JpegFrameHeaders`.

    Attributes
    ----------
    arrived : when the newest packet arrived, in monotonic nanoseconds.
    is_holding : always false: a frame is returned as soon as it is complete.
    rtp_clock : of this track.
    """

    is_holding = False

    def __init__(self, rate: int, size: tuple[int, int] | None = None) -> None:
        self._rate = rate
        self._sequence = SequenceTracker()
        self.rtp_clock = RtpClock(rate)
        self._tracks = KnownTracks(self._create_track)
        self._frame_headers = JpegFrameHeaders(size)
        self._header = b""  # of the current frame; empty if there is none
        self._scan = bytearray()
        self._ticks: int | None = None
        self._markers_wrong = False
        self._is_marking = False  # a frame ended with a marker
        self._unreadable = 0
        self._without_tables = 0
        self._is_readable = False
        self._lost = 0
        self._dropped = 0
        self._dropped_ticks: int | None = None  # timestamp of the frame that was dropped last
        self.arrived = 0

    @property
    def corrected_count(self) -> int:
        """How many timestamps were wrong and were replaced."""
        return self.rtp_clock.corrected_count

    @property
    def has_sequence_errors(self) -> bool:
        """Whether a packet ever had another sequence number than the expected one."""
        return self._sequence.has_errors

    def try_append_fragment(self, data: memoryview, arrived: int) -> bool:
        """Always false: the first bytes of a packet do not say enough. Use `push`."""
        return False

    def push(self, packet: RtpPacket, arrived: int) -> list[MediaUnit]:
        """The frames that this packet completes; `arrived` in monotonic nanoseconds."""
        missing = self._sequence.count_missing(packet)
        if missing is None:
            return []
        self._lost += missing
        units: list[MediaUnit] = []
        if missing:
            self._header, self._dropped_ticks = b"", packet.timestamp
        try:
            fragment = parse_fragment(packet.payload)
            if fragment.offset == 0:
                # The camera sets markers and this frame had none: its end is missing.
                self._lost += self._is_marking and bool(self._header)
                units += self._finish_frame()
                self._start_frame(fragment, packet)
        except ValueError as error:
            self._drop_frame(packet)
            self._count_unreadable(error)
            return units
        if self._header:
            self._append_fragment(fragment, packet)
        elif fragment.offset == len(self._scan) and packet.timestamp == self._ticks and not missing:
            self._markers_wrong, self._is_marking = True, False
            self._lost += 1  # the frame that continues here was returned as complete
        elif self._is_readable:
            self._drop_frame(packet)  # a frame without its beginning
        self.arrived = arrived
        if not packet.marker or self._markers_wrong:
            return units
        self._is_marking = self._is_marking or bool(self._header)
        return [*units, *self._finish_frame()]

    def release(self) -> list[MediaUnit]:
        """Always empty: no frame is held."""
        return []

    def _count_unreadable(self, error: ValueError) -> None:
        if isinstance(error, MissingTables):
            self._without_tables += 1
        else:
            self._unreadable += 1
        too_many = self._unreadable >= MAX_UNREADABLE_PACKETS
        if not self._is_readable and (too_many or self._without_tables >= MAX_WITHOUT_TABLES):
            raise UnsupportedVideo("jpeg") from None

    def _start_frame(self, fragment: JpegFragment, packet: RtpPacket) -> None:
        """Raises ValueError if the frame cannot be read."""
        self._ticks = packet.timestamp
        self._scan.clear()
        self._header = self._frame_headers.header_for(fragment, packet.extension)

    def _append_fragment(self, fragment: JpegFragment, packet: RtpPacket) -> None:
        if packet.timestamp != self._ticks or fragment.offset != len(self._scan):
            self._drop_frame(packet)
        else:
            self._scan += fragment.data

    def _drop_frame(self, packet: RtpPacket) -> None:
        """The current frame cannot be completed, or this packet's frame cannot begin."""
        self._header, self._ticks = b"", None
        if self._dropped_ticks != packet.timestamp:
            self._dropped += 1
        # Cameras that give all frames the same timestamp end them with a marker.
        self._dropped_ticks = None if packet.marker else packet.timestamp

    def _finish_frame(self) -> list[MediaUnit]:
        header, self._header = self._header, b""
        if not header or not self._scan or self._ticks is None:
            return []
        if self._scan.startswith(SOI_BYTES):  # some cameras send the whole JPEG as the scan
            header = b""
        has_end = self._scan.endswith(EOI_BYTES)
        data = b"".join((header, self._scan, b"" if has_end else EOI_BYTES))
        time, offset = self.rtp_clock.place(self._ticks, self.arrived, 0)
        try:
            track = self._tracks.track_for(read_jpeg_format(data))
        except ValueError:
            self._dropped += 1
            return []
        self._is_readable = True
        lost, self._lost = self._lost, 0
        dropped, self._dropped, self._dropped_ticks = self._dropped, 0, None
        clock = self.rtp_clock.camera_clock
        return [
            MediaUnit(track, data, time, offset, self.arrived, True, lost, dropped, clock=clock)
        ]

    def _create_track(self, jpeg_format: tuple[int, int, int]) -> VideoTrack:
        width, height, orientation = jpeg_format
        return VideoTrack("mjpeg", width, height, self._rate, orientation=orientation)
