"""What is missing between packets, by their sequence numbers."""

from __future__ import annotations

from camrec.rtp.rtp_packet import RtpPacket

# A number that is not the due one weighs 1, one that is takes 2 away: from this weight on the
# numbers are no use, until it is 0 again. Two of three packets are never lost, over TCP.
UNUSABLE_WEIGHT = 12


class SequenceTracker:
    """Tells from the sequence numbers what is missing.

    Over TCP nothing is overtaken: who counts back has begun anew, and then nothing is known to be
    missing. Nor is it where a camera does not count its packets one by one: by two, with the two
    bytes exchanged, or at random.

    is_odd : whether one ever came twice, or with another number than the due one.
    """

    def __init__(self) -> None:
        self.is_odd = False
        self._next: int | None = None
        self._newest = (0, b"")
        self._weight = 0
        self._is_useless = False

    def count_missing(self, packet: RtpPacket) -> int | None:
        """How many packets are missing just before this one; None: it is the last one once more."""
        content = packet.time, bytes(packet.payload)
        if self.is_newest(packet.sequence) and content == self._newest:
            self.is_odd = True
            return None
        self._newest = content
        return self.missing_before(packet.sequence)

    def missing_before(self, sequence: int) -> int:
        """The same by the number alone, of one that is not the last one once more."""
        ahead = 0 if self._next is None else (sequence - self._next) & 0xFFFF
        self._next = (sequence + 1) & 0xFFFF
        if not ahead and not self._weight:
            return 0
        self.is_odd = True
        self._weigh(ahead > 0)
        return 0 if self._is_useless or ahead >= 0x8000 else ahead

    def is_newest(self, sequence: int) -> bool:
        """Whether it is the number of the last packet."""
        return (sequence + 1) & 0xFFFF == self._next

    def count(self) -> int:
        """The packet that was due has come; the number of the one that is due now."""
        assert self._next is not None
        self._next = (self._next + 1) & 0xFFFF
        return self._next

    def _weigh(self, is_off: bool) -> None:
        self._weight = (
            min(self._weight + 1, 2 * UNUSABLE_WEIGHT) if is_off else max(self._weight - 2, 0)
        )
        if self._weight >= UNUSABLE_WEIGHT:
            self._is_useless = True
        elif self._weight == 0:
            self._is_useless = False
