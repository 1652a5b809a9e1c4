"""The standard library's HTTP client."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from typing import Protocol

# Called with (host, port), the timeout in seconds, and further arguments that can be ignored.
ConnectFunction = Callable[..., socket.socket]


class ResponseFile(Protocol):
    """What HTTPResponse reads from: a buffered file of the socket, or a replacement for it."""

    def readline(self, limit: int = -1, /) -> bytes: ...

    def read1(self, size: int = -1, /) -> bytes: ...

    def read(self, size: int = -1, /) -> bytes: ...


def set_connect_function(connection: HTTPConnection, connect: ConnectFunction) -> None:
    """Let `connection` connect with this function instead of `socket.create_connection`.

    Library: CPython, ``http.client.HTTPConnection._create_connection``, 3.5 to 3.14.
    Reason: a camera's host is resolved only once. The check of its address and the connection must
    use the same DNS response; otherwise camrec could connect to an address that it did not check.
    If it is gone: override ``HTTPConnection.connect`` (and ``HTTPSConnection.connect``, which adds
    TLS) in a subclass, as in their source code.
    """
    connection._create_connection = connect  # type: ignore[attr-defined]  # private


def connection_socket(connection: HTTPConnection) -> socket.socket | None:
    """Return the socket of a connection; None if it is not connected.

    Library: CPython, ``http.client.HTTPConnection.sock``, all versions of Python 3; undocumented.
    Reason: camrec ends a response that another thread reads, and sets another timeout for the body
    than for the header.
    If it is gone: keep the socket that the function in `set_connect_function` returned.
    """
    return connection.sock


class ReplaceableStatusLineResponse(HTTPResponse):
    """A response whose subclasses may read the status line in their own way.

    Library: CPython, ``http.client.HTTPResponse._read_status``, and its attributes ``fp``,
    ``length``, ``chunked`` and ``will_close``, 3.0 to 3.14; undocumented.
    Reason: cameras send status lines and headers that http.client rejects.
    If it is gone: parse the header in ``mjpeg_relay``, which takes about 60 lines.
    """

    def read_status_line(self) -> tuple[str, int, str]:
        """Return version, status and reason. A subclass may prepare `fp` before it calls this."""
        read: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # private
        return read

    def _read_status(self) -> tuple[str, int, str]:
        return self.read_status_line()
