"""Rewrites video packets so that MediaMTX passes them on without parsing them.

MediaMTX parses the formats that it knows. It drops packets that it does not understand, and all
packets before the first one that begins a standard key frame. It passes on formats that it does not
know, but rejects payloads that are longer than a datagram.
"""

from __future__ import annotations

from collections.abc import Callable

from camrec.rtp import SequenceTracker
from camrec.rtsp_relay.payload_types import PayloadTypes

MAX_PAYLOAD_BYTES = 1400  # MediaMTX accepts up to 1440
OFFERED_TYPE = 127  # cameras do not use it for audio


class UnreadPackets:
    """Changes the payload type of one channel's packets, and splits payloads that are too long.

    The packets get new sequence numbers. If packets are missing according to the camera's numbers,
    the new numbers have the same gap. A packet that is sent twice in a row is passed on once.

    Parameters
    ----------
    channel
        The channel of the video's RTP packets.
    payload_types
        Which packets are video; others pass unchanged.
    offered_type
        The payload type in the description for MediaMTX.
    split
        Splits a long payload into several of at most `MAX_PAYLOAD_BYTES`.
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
        """Rewrite complete interleaved frames, which may belong to any channels."""
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
            # The first packet keeps the contributing sources and the extension; none keeps padding.
            more = packet[12:begin] if place == 0 else b""
            first = packet[0] & ~0x20 if place == 0 else 0x80
            last = place == len(pieces) - 1
            head = bytes([first]) + packet[1:12]
            found.append(self._numbered(head, more + piece, offered | (marker if last else 0)))
        return found

    def _numbered(self, head: bytes, body: bytes, second: int) -> bytes:
        self._number = self._number + 1 & 0xFFFF
        return self._make_frame(head[:2] + self._number.to_bytes(2, "big") + head[4:], body, second)

    def _make_frame(self, head: bytes, body: bytes, second: int) -> bytes:
        size = (len(head) + len(body)).to_bytes(2, "big")
        return bytes([0x24, self._channel]) + size + head[:1] + bytes([second]) + head[2:] + body
