"""What MediaMTX says of packets that it does not pass on."""

from __future__ import annotations

import re
import time
from collections import deque
from enum import Enum

MAX_REPORTS_PER_FAULT = 16  # of one fault that are kept, the newest
# Packets that one report says were lost, from which on their numbers mean something else: it counts
# 65535 for each that comes twice, or whose number stands still or goes back.
ODD_NUMBERS = 1000


class Fault(Enum):
    """Why a packet was dropped."""

    JPEG_KIND = "jpeg_kind"
    """M-JPEG of a kind that it does not decode, or in longer packets than it takes."""
    JPEG_BROKEN = "jpeg_broken"
    """M-JPEG of which a fragment was not where it should be."""
    TOO_LARGE = "too_large"
    """A frame of more slices than it takes, or a larger one: it leaves a packet out of each."""
    NUMBER = "number"
    """A fragment whose number is not the one that was due."""
    MALFORMED = "malformed"
    """H.264 or H.265 that is packed otherwise than by the letter."""
    ODD_NUMBERS = "odd_numbers"
    """Not dropped: packets whose numbers do not count up."""
    PAYLOAD_TYPE = "payload_type"
    """A payload type that the camera did not describe."""


_FAULTS = (
    (
        Fault.JPEG_KIND,
        r"processing errors?\b.*: (type \d+ is not supported|quantization \d+ is invalid"
        r"|precision \d+ is not supported|table length \d+ is not supported|RTP payload size)",
    ),
    (Fault.JPEG_BROKEN, r"processing errors?\b.*: received wrong fragment"),
    (Fault.TOO_LARGE, r"processing errors?\b.*: .* (exceeds|too big, maximum)"),
    (
        Fault.NUMBER,
        r"processing errors?\b.*: (discarding frame since a RTP packet is missing"
        r"|invalid .*\(non-starting\))",
    ),
    (
        Fault.MALFORMED,
        r"processing errors?\b.*: (invalid (STAP-A|FU-A|aggregation|fragmentation)"
        r"|packet type not supported|PACI packets|(STAP-A packet|Annex-B unit) doesn't contain)",
    ),
    (Fault.PAYLOAD_TYPE, r"decode errors?\b.*: received RTP packet with unknown payload type"),
    (Fault.ODD_NUMBERS, r"(?P<lost>\d+) RTP packets? lost"),
)


class DroppedPackets:
    """Its reports by path: one a second of each fault, while there is something to report."""

    def __init__(self) -> None:
        self._reports: dict[tuple[str, Fault], deque[int]] = {}

    def hear(self, path: str, text: str) -> None:
        """A line of its log on `path`; most are about something else."""
        for fault, pattern in _FAULTS:
            found = re.search(pattern, text)
            if found is None:
                continue
            lost = found.groupdict().get("lost")
            if lost is None or int(lost) >= ODD_NUMBERS:
                kept = self._reports.setdefault((path, fault), deque(maxlen=MAX_REPORTS_PER_FAULT))
                kept.append(time.monotonic_ns())
            return

    def count(self, path: str, fault: Fault, since_ns: int = 0) -> int:
        """How many reports there were since a monotonic time."""
        return sum(at >= since_ns for at in tuple(self._reports.get((path, fault), ())))

    def forget(self, path: str) -> None:
        for fault in Fault:
            self._reports.pop((path, fault), None)
