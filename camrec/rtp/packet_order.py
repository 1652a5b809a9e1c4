"""Counts missing packets by the RTP sequence numbers."""

from __future__ import annotations

from camrec.rtp.rtp_packet import RtpPacket

# An unexpected number adds 1 to the weight, an expected one subtracts 2. From this weight on the
# numbers are not used, until the weight is 0 again. TCP never loses two of three packets.
UNUSABLE_WEIGHT = 12


class SequenceTracker:
    """Finds missing packets by their sequence numbers.

    TCP does not change the order of packets. So if the numbers go backwards, the camera has started
    to count again, and no packet is known to be missing. The same holds for cameras that do not
    increase the number by one: some increase it by two, swap its two bytes, or use random numbers.

    has_errors : whether a packet ever came twice, or had another number than the expected one.
    """

    def __init__(self) -> None:
        self.has_errors = False
        self._next: int | None = None
        self._newest = (0, b"")
        self._weight = 0
        self._is_unusable = False

    def count_missing(self, packet: RtpPacket) -> int | None:
        """How many packets are missing before this one; None if it is a copy of the last one."""
        content = packet.timestamp, bytes(packet.payload)
        if self.is_newest(packet.sequence) and content == self._newest:
            self.has_errors = True
            return None
        self._newest = content
        return self.missing_before(packet.sequence)

    def missing_before(self, sequence: int) -> int:
        """As `count_missing`, for a packet that is not a copy, by its number alone."""
        ahead = 0 if self._next is None else (sequence - self._next) & 0xFFFF
        self._next = (sequence + 1) & 0xFFFF
        if not ahead and not self._weight:
            return 0
        self.has_errors = True
        self._weigh(ahead > 0)
        return 0 if self._is_unusable or ahead >= 0x8000 else ahead

    def is_newest(self, sequence: int) -> bool:
        """Whether this is the number of the last packet."""
        return (sequence + 1) & 0xFFFF == self._next

    def advance(self) -> int:
        """Count the packet with the expected number; returns the next expected number."""
        assert self._next is not None
        self._next = (self._next + 1) & 0xFFFF
        return self._next

    def _weigh(self, is_unexpected: bool) -> None:
        if is_unexpected:
            self._weight = min(self._weight + 1, 2 * UNUSABLE_WEIGHT)
        else:
            self._weight = max(self._weight - 2, 0)
        if self._weight >= UNUSABLE_WEIGHT:
            self._is_unusable = True
        elif self._weight == 0:
            self._is_unusable = False
