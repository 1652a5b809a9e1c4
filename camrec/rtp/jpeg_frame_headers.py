"""Creates the JPEG headers of M-JPEG frames in RTP, with their tables and their size."""

from __future__ import annotations

from camrec.codecs import read_jpeg_format
from camrec.rtp.jpeg_payload import MIN_IN_BAND_TABLES_Q, JpegFragment, read_onvif_segments
from camrec.rtp.rtp_jpeg_header import QuantizationTables, build_jpeg_header, scaled_tables

UNCACHED_TABLES_Q = 255  # with this Q the tables are sent with each frame


class MissingTables(ValueError):
    """The quantization tables were sent before camrec connected. They will be sent again."""


class JpegFrameHeaders:
    """Builds the header of each frame, and remembers the quantization tables of each Q.

    Parameters
    ----------
    size
        (width, height) in the stream's description. RTP cannot express more than 2040 pixels, nor
        sizes that are no multiple of eight.
    """

    def __init__(self, size: tuple[int, int] | None) -> None:
        self._sdp_size = size
        self._tables: dict[int, QuantizationTables] = {}
        self._last: tuple[object, bytes] = (None, b"")

    def header_for(self, fragment: JpegFragment, extension: memoryview) -> bytes:
        """All of a JPEG before its scan, for a frame that begins with this fragment.

        Raises ValueError if the frame cannot be read, as `MissingTables` if it may be later.
        """
        tables = self._tables_for(fragment)
        size, extra_segments = self._choose_size(fragment.blocks), read_onvif_segments(extension)
        key = (fragment.jpeg_type, size, tables, fragment.restart, extra_segments)
        if key != self._last[0]:
            header = build_jpeg_header(
                fragment.jpeg_type, size, tables, fragment.restart, extra_segments
            )
            read_jpeg_format(header)
            self._last = (key, header)
        return self._last[1]

    def _tables_for(self, fragment: JpegFragment) -> QuantizationTables:
        quality = fragment.quality
        if quality < MIN_IN_BAND_TABLES_Q:
            return scaled_tables(quality)
        tables = fragment.tables or self._tables.get(quality)
        if tables is None:
            raise MissingTables("the quantization tables are unknown")
        if quality != UNCACHED_TABLES_Q:
            self._tables[quality] = tables
        return tables

    def _choose_size(self, blocks: tuple[int, int]) -> tuple[int, int]:
        """The size in RTP, or the described one if RTP cannot express it.

        If RTP cannot express it, a side in blocks is 0 or has only the lowest eight bits.
        """
        width, height = (8 * each for each in blocks)
        if self._sdp_size is None:
            return width, height
        fits = [
            -(-side // 8) & 0xFF == each for side, each in zip(self._sdp_size, blocks, strict=True)
        ]
        return self._sdp_size if all(fits) or 0 in blocks else (width, height)
