"""A camera's M-JPEG packets in a form that MediaMTX passes on unread.

Under payload type 26 it decodes them, and drops what it does not know: restart markers, tables of
16 bits or that are told once. Under a number of its own choice it does not look into them, but
takes none that is longer than a datagram.
"""

from __future__ import annotations

from camrec.rtsp_relay.description import Format

PAYLOAD_TYPE = 127  # no audio of cameras has it
MAX_PAYLOAD_BYTES = 1400  # MediaMTX takes 1440
MAIN_HEADER_BYTES = 8
RESTART = 0x40
TABLES_IN_BAND = 128


def offered(each: Format) -> Format:
    """The format as MediaMTX is told it."""
    if each.codec != "JPEG":
        return each
    return Format(PAYLOAD_TYPE, each.codec, each.rate, each.parameters)


class JpegPackets:
    """Rewrites the packets of one channel: the payload type, and in pieces what is too long.

    Numbers of packets that are missing stay missing.
    """

    def __init__(self, channel: int, payload_type: int) -> None:
        self._channel = channel
        self._payload_type = payload_type
        self._added = 0

    def rewrite(self, frames: bytes) -> bytes:
        """Whole interleaved frames, those of other channels among them."""
        pieces: list[bytes] = []
        at = 0
        while at + 4 <= len(frames):
            end = at + 4 + (frames[at + 2] << 8 | frames[at + 3])
            frame = frames[at:end]
            if frame[1] == self._channel and len(frame) >= 16:
                pieces += self._packets(frame[4:])
            else:
                pieces.append(frame)
            at = end
        return b"".join(pieces)

    def _packets(self, packet: bytes) -> list[bytes]:
        if packet[1] & 0x7F != self._payload_type:
            return [self._frame(packet[:12], packet[12:], packet[1])]
        begin = 12 + 4 * (packet[0] & 15)
        if packet[0] & 0x10 and begin + 4 <= len(packet):
            begin += 4 + 4 * (packet[begin + 2] << 8 | packet[begin + 3])
        end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
        payload = packet[begin:end]
        marker = packet[1] & 0x80
        if len(payload) <= MAX_PAYLOAD_BYTES or begin > MAX_PAYLOAD_BYTES:
            return [self._frame(packet[:12], packet[12:], marker | PAYLOAD_TYPE)]
        pieces = split(payload)
        found = []
        for place, piece in enumerate(pieces):
            # What stands in front of the payload goes with the first; padding with none.
            more = packet[12:begin] if place == 0 else b""
            first = packet[0] & ~0x20 if place == 0 else 0x80
            last = place == len(pieces) - 1
            head = bytes([first]) + packet[1:12]
            self._added += place > 0
            found.append(self._frame(head, more + piece, PAYLOAD_TYPE | (marker if last else 0)))
        return found

    def _frame(self, head: bytes, rest: bytes, second: int) -> bytes:
        sequence = (int.from_bytes(head[2:4], "big") + self._added) & 0xFFFF
        size = (len(head) + len(rest)).to_bytes(2, "big")
        start = bytes([0x24, self._channel]) + size + head[:1] + bytes([second])
        return start + sequence.to_bytes(2, "big") + head[4:] + rest


def split(payload: bytes) -> list[bytes]:
    """One payload (RFC 2435) as several, each with its place in the scan."""
    offset = int.from_bytes(payload[1:4], "big")
    common = MAIN_HEADER_BYTES + (4 if payload[4] & RESTART else 0)
    begin = common
    if offset == 0 and payload[5] >= TABLES_IN_BAND:
        begin += 4 + int.from_bytes(payload[begin + 2 : begin + 4], "big")
    if begin >= MAX_PAYLOAD_BYTES:
        return [payload]
    pieces, data = [], payload[begin:]
    at = 0
    while at < len(data):
        head = payload[:begin] if at == 0 else payload[:1]
        if at:
            head += (offset + at & 0xFFFFFF).to_bytes(3, "big") + payload[4:common]
        taken = data[at : at + MAX_PAYLOAD_BYTES - len(head)]
        pieces.append(head + taken)
        at += len(taken)
    return pieces
