"""A camera's video packets in a form that MediaMTX passes on unread.

What MediaMTX knows it decodes: it drops what it does not understand, and everything up to the first
packet that begins a key frame by the letter. What it does not know it passes on, but takes no
payload that is longer than a datagram.
"""

from __future__ import annotations

from collections.abc import Callable

from camrec.rtp import SequenceTracker
from camrec.rtsp_relay.payload_types import PayloadTypes

MAX_PAYLOAD_BYTES = 1400  # MediaMTX takes 1440
OFFERED_TYPE = 127  # no audio of cameras has it


class UnreadPackets:
    """Rewrites the packets of one channel: the payload type, and in pieces what is too long.

    They are numbered anew, one by one: packets that are missing by the camera's numbers are missing
    then too, and of one that comes twice in a row the second is left out.

    Parameters
    ----------
    payload_types
        The camera's; packets of others pass as they are.
    offered_type
        The payload type that MediaMTX was told.
    split
        One long payload as several of at most `MAX_PAYLOAD_BYTES`.
    """

    def __init__(
        self,
        channel: int,
        payload_types: PayloadTypes,
        offered_type: int,
        split: Callable[[bytes], list[bytes]],
    ) -> None:
        self._channel = channel
        self._payload_types = payload_types
        self._offered_type = offered_type
        self._split = split
        self._order = SequenceTracker()
        self._number = 0
        self._newest = b""

    def rewrite(self, frames: bytes) -> bytes:
        """Whole interleaved frames, those of other channels among them."""
        pieces: list[bytes] = []
        at = 0
        while at + 4 <= len(frames):
            end = at + 4 + (frames[at + 2] << 8 | frames[at + 3])
            frame = frames[at:end]
            if frame[1] == self._channel and len(frame) >= 16:
                if frame != self._newest:
                    pieces += self._rewrite_packet(frame[4:])
                self._newest = frame
            else:
                pieces.append(frame)
            at = end
        return b"".join(pieces)

    def _rewrite_packet(self, packet: bytes) -> list[bytes]:
        if not self._payload_types.is_video(packet[1] & 0x7F):
            return [self._make_frame(packet[:12], packet[12:], packet[1])]
        self._number += self._order.missing_before(packet[2] << 8 | packet[3])
        begin = 12 + 4 * (packet[0] & 15)
        if packet[0] & 0x10 and begin + 4 <= len(packet):
            begin += 4 + 4 * (packet[begin + 2] << 8 | packet[begin + 3])
        end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
        payload = packet[begin:end]
        marker, offered = packet[1] & 0x80, self._offered_type
        if len(payload) <= MAX_PAYLOAD_BYTES or begin > MAX_PAYLOAD_BYTES:
            return [self._numbered(packet[:12], packet[12:], marker | offered)]
        pieces = self._split(payload)
        found = []
        for place, piece in enumerate(pieces):
            # What stands in front of the payload goes with the first; padding with none.
            more = packet[12:begin] if place == 0 else b""
            first = packet[0] & ~0x20 if place == 0 else 0x80
            last = place == len(pieces) - 1
            head = bytes([first]) + packet[1:12]
            found.append(self._numbered(head, more + piece, offered | (marker if last else 0)))
        return found

    def _numbered(self, head: bytes, rest: bytes, second: int) -> bytes:
        self._number = self._number + 1 & 0xFFFF
        return self._make_frame(head[:2] + self._number.to_bytes(2, "big") + head[4:], rest, second)

    def _make_frame(self, head: bytes, rest: bytes, second: int) -> bytes:
        size = (len(head) + len(rest)).to_bytes(2, "big")
        return bytes([0x24, self._channel]) + size + head[:1] + bytes([second]) + head[2:] + rest
