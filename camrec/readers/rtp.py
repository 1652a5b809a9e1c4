"""RTP packets (RFC 3550), and the camera's times that they carry."""

from __future__ import annotations

import struct
from typing import NamedTuple

HEAD = struct.Struct(">BBHI")
REFINED_FOR = 10 * 10**9  # nanoseconds


class Packet(NamedTuple):
    """One packet; `payload` is a view that is good until the next packet is read."""

    kind: int
    marker: bool
    sequence: int
    time: int
    payload: memoryview


def parse(data: memoryview) -> Packet | None:
    """Take a packet apart: contributors, extension and padding off. None: not RTP, or empty."""
    size = len(data)
    if size < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, time = HEAD.unpack_from(data)
    begin = 12 + 4 * (first & 15)
    if first & 0x10:
        if begin + 4 > size:
            return None
        begin += 4 + 4 * (data[begin + 2] << 8 | data[begin + 3])
    end = size - data[size - 1] if first & 0x20 else size
    if begin >= end:
        return None
    return Packet(second & 0x7F, second >= 0x80, sequence, time, data[begin:end])


class Order:
    """Tells from the sequence numbers what is missing."""

    def __init__(self) -> None:
        self._next: int | None = None

    def missing(self, sequence: int) -> int | None:
        """How many packets are missing just before this one; None: it is old, or a double."""
        ahead = 0 if self._next is None else (sequence - self._next) & 0xFFFF
        if ahead >= 0x8000:
            return None
        self._next = (sequence + 1) & 0xFFFF
        return ahead


class Times:
    """A track's RTP times as nanoseconds without end, and how they lie to this machine's clock.

    The offset is the smallest (arrival - time) seen: the arrival that was delayed least. It is
    refined for ten seconds and then held: by then it is good to what the network allows, and
    later the two clocks' drift (up to 0.1 ms a second) would move it more than it could gain.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._ticks: int | None = None
        self._refine_until: int | None = None
        self.offset = 0

    def time(self, ticks: int) -> int:
        """Nanoseconds for a 32-bit RTP time, which may lie before the last one."""
        if self._ticks is None:
            self._ticks = ticks
        else:
            self._ticks += (ticks - self._ticks + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return (self._ticks * 10**9 + self._rate // 2) // self._rate

    def refine(self, time: int, arrived: int) -> int:
        """Learn from the arrival of what was sent at `time`; the offset."""
        seen = arrived - time
        if self._refine_until is None:
            self._refine_until = arrived + REFINED_FOR
            self.offset = seen
        elif arrived < self._refine_until and seen < self.offset:
            self.offset = seen
        return self.offset
