"""Connections to a camera that write down what passes, decrypted where TLS is spoken."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from typing import Any

from camrec.camera_report.transcript import RecordedConnection, Transcript
from camrec.compat import ObservedTlsSocket
from camrec.network_policy import NetworkPolicy


class RecordingPolicy(NetworkPolicy):
    """As `NetworkPolicy`, and every connection that it makes is in `transcript`."""

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
        # The plain socket's bytes are those of TLS: the decrypted ones are written down instead.
        transcript = self._transcript

        class Recorded(_RecordedTlsSocket):
            _transcript = transcript

        context.sslsocket_class = Recorded
        return context


class _RecordedSocket(socket.socket):
    def __init__(self, transcript: Transcript, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self._transcript = transcript
        self._connection: RecordedConnection | None = None

    def _ensure_connection(self) -> RecordedConnection:
        """Begun by the first byte: a socket that is handed on to TLS passes none itself."""
        if self._connection is None:
            self._connection = self._transcript.open()
        return self._connection

    def send(self, data: Any, flags: int = 0) -> int:
        sent = super().send(data, flags)
        self._transcript.note(self._ensure_connection(), "camrec", bytes(memoryview(data)[:sent]))
        return sent

    def sendall(self, data: Any, flags: int = 0) -> None:
        super().sendall(data, flags)
        self._transcript.note(self._ensure_connection(), "camrec", bytes(data))

    def recv(self, size: int, flags: int = 0) -> bytes:
        data = super().recv(size, flags)
        if not flags & socket.MSG_PEEK:
            self._record_received(data)
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        count = super().recv_into(buffer, nbytes, flags)
        if not flags & socket.MSG_PEEK:
            self._record_received(bytes(memoryview(buffer)[:count]))
        return count

    def close(self) -> None:
        if self._connection is not None:
            self._transcript.close(self._connection)
        super().close()

    def _record_received(self, data: bytes) -> None:
        self._transcript.note(self._ensure_connection(), "camera", data)
        if not data:
            self._transcript.close(self._ensure_connection())


class _RecordedTlsSocket(ObservedTlsSocket):
    _transcript: Transcript
    _connection: RecordedConnection | None = None

    def _ensure_connection(self) -> RecordedConnection:
        if self._connection is None:
            self._connection = self._transcript.open()
        return self._connection

    def observe_sent(self, data: bytes) -> None:
        self._transcript.note(self._ensure_connection(), "camrec", data)

    def observe_received(self, data: bytes) -> None:
        self._transcript.note(self._ensure_connection(), "camera", data)
        if not data:
            self._transcript.close(self._ensure_connection())

    def close(self) -> None:
        if self._connection is not None:
            self._transcript.close(self._connection)
        super().close()
