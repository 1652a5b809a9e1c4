"""The standard library's HTTP client."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from typing import Protocol

# Called with (host, port) and the time-out in seconds, and more that can be ignored.
ConnectFunction = Callable[..., socket.socket]


class ResponseFile(Protocol):
    """What HTTPResponse reads from: a buffered file of the socket, or one that stands in for it."""

    def readline(self, limit: int = -1, /) -> bytes: ...

    def read1(self, size: int = -1, /) -> bytes: ...

    def read(self, size: int = -1, /) -> bytes: ...


def set_connect_function(connection: HTTPConnection, connect: ConnectFunction) -> None:
    """Let `connection` connect with this function instead of `socket.create_connection`.

    Library: CPython, ``http.client.HTTPConnection._create_connection``, 3.5 to 3.14.
    Reason: a camera's host is resolved once. The check of its address and the connection must use
    the same answer of the name server, or another address could be connected to.
    If it is gone: override ``HTTPConnection.connect`` (and ``HTTPSConnection.connect``, which adds
    TLS) in a subclass, as their source code has it.
    """
    connection._create_connection = connect  # type: ignore[attr-defined]  # private


def connection_socket(connection: HTTPConnection) -> socket.socket | None:
    """The socket of a connection; None: it is not connected.

    Library: CPython, ``http.client.HTTPConnection.sock``, all versions of Python 3; undocumented.
    Reason: to end a response that is being read in another thread, and to give the body another
    time-out than the header.
    If it is gone: keep the socket that the function of `set_connect_function` returned.
    """
    return connection.sock


class ReplaceableStatusLineResponse(HTTPResponse):
    """A response whose subclass may read the status line in its own way.

    Library: CPython, ``http.client.HTTPResponse._read_status``, and its attributes ``fp``,
    ``length``, ``chunked`` and ``will_close``, 3.0 to 3.14; undocumented.
    Reason: cameras send status lines and headers that http.client rejects.
    If it is gone: parse the header in ``mjpeg_relay`` itself; it is 60 lines.
    """

    def read_status_line(self) -> tuple[str, int, str]:
        """Return version, status and reason; a subclass may prepare `fp` before it calls this."""
        read: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # private
        return read

    def _read_status(self) -> tuple[str, int, str]:
        return self.read_status_line()
