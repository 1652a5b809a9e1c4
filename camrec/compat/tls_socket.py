"""TLS sockets of the standard library."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from typing_extensions import Buffer


class ObservedTlsSocket(ssl.SSLSocket):
    """A TLS socket that passes everything that it sends and receives to two methods.

    Library: CPython, `ssl.SSLSocket`, 3.7 to 3.14. It is undocumented that ``sendall`` calls
    ``send``, and that ``recv`` and ``recv_into`` call ``read``.
    Reason: a camera's report contains what was exchanged inside TLS.
    If it is gone: override each of the four methods that a caller may use.
    """

    def observe_sent(self, data: bytes) -> None:
        """Called with the bytes that were sent."""
        raise NotImplementedError

    def observe_received(self, data: bytes) -> None:
        """Called with the bytes that were received. No bytes mean that the other side has ended."""
        raise NotImplementedError

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        sent = super().send(data, flags)
        self.observe_sent(bytes(memoryview(data)[:sent]))
        return sent

    def read(self, len: int = 1024, buffer: Buffer | None = None) -> bytes:
        found = super().read(len, buffer)
        # With a buffer, `read` returns the number of bytes, although its annotation says bytes.
        received = found if buffer is None else bytes(memoryview(buffer)[: int(found)])
        self.observe_received(received)
        return found
