"""Counts the packets that MediaMTX reports as dropped."""

from __future__ import annotations

import re
from collections import deque
from enum import Enum

from camrec.clock import monotonic_ns

MAX_REPORTS_PER_FAULT = 16  # the newest reports are kept
# If one report says that so many packets were lost, none were lost: the sequence numbers do not
# count up. MediaMTX counts up to 65535 for a packet that is repeated or whose number goes back.
MIN_ODD_LOSS_PACKETS = 1000


class PacketFault(Enum):
    """Why MediaMTX dropped a packet."""

    JPEG_KIND = "jpeg_kind"
    """A kind of M-JPEG that it does not decode, or packets longer than it accepts."""
    JPEG_BROKEN = "jpeg_broken"
    """M-JPEG with a fragment at the wrong offset."""
    TOO_LARGE = "too_large"
    """A frame with more slices or bytes than it accepts: it drops a packet of each."""
    NUMBER = "number"
    """A fragment with an unexpected sequence number."""
    MALFORMED = "malformed"
    """H.264 or H.265 that is not packed as the RFCs require."""
    ODD_NUMBERS = "odd_numbers"
    """Nothing was dropped: the sequence numbers do not count up."""
    PAYLOAD_TYPE = "payload_type"
    """A payload type that the camera did not describe."""


_FAULT_PATTERNS = (
    (
        PacketFault.JPEG_KIND,
        r"processing errors?\b.*: (type \d+ is not supported|quantization \d+ is invalid"
        r"|precision \d+ is not supported|table length \d+ is not supported|RTP payload size)",
    ),
    (PacketFault.JPEG_BROKEN, r"processing errors?\b.*: received wrong fragment"),
    (PacketFault.TOO_LARGE, r"processing errors?\b.*: .* (exceeds|too big, maximum)"),
    (
        PacketFault.NUMBER,
        r"processing errors?\b.*: (discarding frame since a RTP packet is missing"
        r"|invalid .*\(non-starting\))",
    ),
    (
        PacketFault.MALFORMED,
        r"processing errors?\b.*: (invalid (STAP-A|FU-A|aggregation|fragmentation)"
        r"|packet type not supported|PACI packets|(STAP-A packet|Annex-B unit) doesn't contain)",
    ),
    (
        PacketFault.PAYLOAD_TYPE,
        r"decode errors?\b.*: received RTP packet with unknown payload type",
    ),
    (PacketFault.ODD_NUMBERS, r"(?P<lost>\d+) RTP packets? lost"),
)


class DroppedPackets:
    """MediaMTX's reports by path. While packets are dropped, it reports each fault every second."""

    def __init__(self) -> None:
        self._reports: dict[tuple[str, PacketFault], deque[int]] = {}

    def record_line(self, path: str, text: str) -> None:
        """Record a log line about `path` if it reports a fault."""
        for fault, pattern in _FAULT_PATTERNS:
            found = re.search(pattern, text)
            if found is None:
                continue
            lost = found.groupdict().get("lost")
            if lost is None or int(lost) >= MIN_ODD_LOSS_PACKETS:
                reports = self._reports.setdefault(
                    (path, fault), deque(maxlen=MAX_REPORTS_PER_FAULT)
                )
                reports.append(monotonic_ns())
            return

    def count(self, path: str, fault: PacketFault, since_ns: int = 0) -> int:
        """Return how many reports of `fault` there were since a monotonic time (ns)."""
        return sum(at >= since_ns for at in tuple(self._reports.get((path, fault), ())))

    def clear(self, path: str) -> None:
        """Forget the reports about `path`."""
        for fault in PacketFault:
            self._reports.pop((path, fault), None)
