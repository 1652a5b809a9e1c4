"""Writes whole WebSocket messages to a connection, without a task for each."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

from tornado.websocket import WebSocketHandler

from camrec.compat import websocket_stream

# The system's default would buffer seconds of old frames.
SEND_BUFFER_BYTES = 256 << 10
# The first byte of a message in one frame (RFC 6455, 5.2).
TEXT_FRAME_BYTE, BINARY_FRAME_BYTE = 0x81, 0x82


class WebSocketWriter:
    """The sending side of an open WebSocket.

    Tornado's `write_message` creates a task for each message, which costs more than the write.

    Parameters
    ----------
    handler
        A handler whose WebSocket is open.

    Attributes
    ----------
    on_drained : called in the event loop when a message that had to wait has been sent.
    """

    def __init__(self, handler: WebSocketHandler) -> None:
        self.on_drained: Callable[[], object] = lambda: None
        self._protocol, self._stream = websocket_stream(handler)
        self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    @property
    def is_busy(self) -> bool:
        """Whether a message still waits for the network, or the connection is closing."""
        return self._protocol.is_closing() or self._stream.writing()

    def write_text(self, text: str) -> None:
        """Send a text message. Raises StreamClosedError."""
        self._write(TEXT_FRAME_BYTE, text.encode())

    def write_binary(self, *parts: bytes) -> None:
        """Send `parts` as one binary message. Raises StreamClosedError."""
        self._write(BINARY_FRAME_BYTE, *parts)

    def abort(self) -> None:
        """Close the connection without waiting for the client."""
        self._stream.close()

    def _write(self, first_byte: int, *parts: bytes) -> None:
        header = frame_header(first_byte, sum(map(len, parts)))
        written = self._stream.write(b"".join((header, *parts)))
        if self._stream.writing():
            written.add_done_callback(lambda _: self.on_drained())


def frame_header(first_byte: int, size: int) -> bytes:
    """Return the header of an unmasked frame with `size` bytes (RFC 6455, 5.2)."""
    if size < 126:
        return struct.pack("!BB", first_byte, size)
    if size < 1 << 16:
        return struct.pack("!BBH", first_byte, 126, size)
    return struct.pack("!BBQ", first_byte, 127, size)
