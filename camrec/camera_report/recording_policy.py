"""Records everything that is sent and received on connections to a camera, TLS decrypted."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING

from camrec.camera_report.transcript import RecordedConnection, Transcript
from camrec.compat import ObservedTlsSocket
from camrec.network_policy import NetworkPolicy

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class RecordingPolicy(NetworkPolicy):
    """A `NetworkPolicy` that records each of its connections in `transcript`."""

    def __init__(self, networks: Sequence[str], transcript: Transcript) -> None:
        super().__init__(networks)
        self._transcript = transcript

    def connect(
        self, where: tuple[str, int], timeout: float | None = None, *rest: object
    ) -> socket.socket:
        plain = super().connect(where, timeout, *rest)
        seconds = plain.gettimeout()
        recorded = _RecordedSocket(self._transcript, plain.detach())
        recorded.settimeout(seconds)
        return recorded

    @property
    def own_connections_only(self) -> bool:
        return True

    def prepare_tls_context(self, context: ssl.SSLContext) -> ssl.SSLContext:
        # The bytes of the plain socket are encrypted: the TLS socket records them instead.
        transcript = self._transcript

        class Recorded(_RecordedTlsSocket):
            recorded_in = transcript

        context.sslsocket_class = Recorded
        return context


class _SocketRecorder:
    """Records the bytes of one socket. The recorded sockets inherit from it.

    recorded_in : the transcript that gets the bytes.
    """

    recorded_in: Transcript
    _recorded: RecordedConnection | None = None

    def record_sent(self, data: bytes) -> None:
        """Record bytes that camrec sent."""
        self.recorded_in.note(self._recorded_connection(), "camrec", data)

    def record_received(self, data: bytes) -> None:
        """Record bytes that the camera sent. No bytes mean that it closed the connection."""
        connection = self._recorded_connection()
        self.recorded_in.note(connection, "camera", data)
        if not data:
            self.recorded_in.close(connection)

    def record_close(self) -> None:
        """Record that camrec closed the socket."""
        if self._recorded is not None:
            self.recorded_in.close(self._recorded)

    def _recorded_connection(self) -> RecordedConnection:
        """Return the record of this connection, which the first byte creates.

        A plain socket that TLS takes over transfers no bytes itself, so it gets no record.
        """
        if self._recorded is None:
            self._recorded = self.recorded_in.open()
        return self._recorded


class _RecordedSocket(_SocketRecorder, socket.socket):
    def __init__(self, transcript: Transcript, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self.recorded_in = transcript

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        sent = super().send(data, flags)
        self.record_sent(bytes(memoryview(data)[:sent]))
        return sent

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        super().sendall(data, flags)
        self.record_sent(bytes(data))

    def recv(self, size: int, flags: int = 0) -> bytes:
        data = super().recv(size, flags)
        if not flags & socket.MSG_PEEK:
            self.record_received(data)
        return data

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        count = super().recv_into(buffer, nbytes, flags)
        if not flags & socket.MSG_PEEK:
            self.record_received(bytes(memoryview(buffer)[:count]))
        return count

    def close(self) -> None:
        self.record_close()
        super().close()


class _RecordedTlsSocket(_SocketRecorder, ObservedTlsSocket):
    def observe_sent(self, data: bytes) -> None:
        self.record_sent(data)

    def observe_received(self, data: bytes) -> None:
        self.record_received(data)

    def close(self) -> None:
        self.record_close()
        super().close()
