"""RTP packets (RFC 3550), and the camera's times that they carry."""

from __future__ import annotations

import struct
from typing import NamedTuple

from camrec.readers.timestamp_unwrap import JUMP_NS, TimestampLine

HEAD = struct.Struct(">BBHI")
SPAN = 10 * 10**9  # nanoseconds

FASTEST_DRIFT = 1000  # one part in so many: no clock runs away from another faster


NOTHING = memoryview(b"")


class Packet(NamedTuple):
    """One packet; its views are good until the next packet is read.

    extension : the header extension with its head of four bytes; empty where there is none.
    """

    kind: int
    marker: bool
    sequence: int
    time: int
    payload: memoryview
    extension: memoryview = NOTHING


def parse(data: memoryview) -> Packet | None:
    """Take a packet apart: contributors, extension and padding off. None: not RTP, or empty."""
    size = len(data)
    if size < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, time = HEAD.unpack_from(data)
    begin = 12 + 4 * (first & 15)
    extension = NOTHING
    if first & 0x10:
        if begin + 4 > size:
            return None
        after = begin + 4 + 4 * (data[begin + 2] << 8 | data[begin + 3])
        extension, begin = data[begin:after], after
    end = size - data[size - 1] if first & 0x20 else size
    if begin >= end:
        return None
    return Packet(second & 0x7F, second >= 0x80, sequence, time, data[begin:end], extension)


class Times:
    """A track's RTP times as nanoseconds without end, and how they lie to this machine's clock.

    The offset is the smallest (arrival - time) of the last ten to twenty seconds: the arrival that
    was delayed least. It follows the camera's clock, which a day takes seconds away from ours: who
    wants whole distances takes it once and holds it.

    A camera's clock may jump, and single stamps may be far off: `TimestampLine` puts them in line.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._line = TimestampLine(rate)
        self._floor = Floor()

    @property
    def odd(self) -> int:
        """How many stamps could not be believed."""
        return self._line.odd

    def place(self, ticks: int, arrived: int, back: int) -> tuple[int, int]:
        """(time, offset) of what was sent at the 32-bit RTP time `ticks`.

        Parameters
        ----------
        back
            Nanoseconds that it may lie before the newest time and still be right.
        """
        placed = self._line.place(ticks, arrived, back, arrived - self._floor.ever + JUMP_NS)
        time = (placed * 10**9 + self._rate // 2) // self._rate
        self._floor.note(arrived - time, arrived)
        return time, self._floor.lowest


class Floor:
    """The least delay of lately: of this and the last `SPAN`, nanoseconds.

    ever : the least that there was at all, as far as the clocks can have drifted since: a network
        that is slow for minutes and then quick again is no clock that jumps.
    """

    def __init__(self) -> None:
        self.ever: float = float("inf")
        self._at = 0
        self._span = -1
        self._now = self._before = 0

    @property
    def lowest(self) -> int:
        return min(self._now, self._before)

    def note(self, delay: int, arrived: int) -> None:
        self.ever = min(self.ever + max(0, arrived - self._at) // FASTEST_DRIFT, delay)
        self._at = arrived
        span = arrived // SPAN
        if span != self._span:
            self._before = self._now if span == self._span + 1 else delay
            self._now, self._span = delay, span
        self._now = min(self._now, delay)
