"""The sockets behind Tornado's handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream
from tornado.web import Application, OutputTransform
from tornado.websocket import WebSocketHandler


class MessageWriter(Protocol):
    """The part of a WebSocket's protocol object that says whether it is still open for writing."""

    def is_closing(self) -> bool: ...


def websocket_stream(handler: WebSocketHandler) -> tuple[MessageWriter, IOStream]:
    """Return the protocol object and the stream of an open WebSocket.

    Library: Tornado, ``WebSocketHandler.ws_connection`` and ``WebSocketProtocol.stream``, 4.0 to
    6.6.
    Reason: ``write_message`` creates a task for each message. The live view writes WebSocket frames
    (RFC 6455) to the stream itself, and checks whether the stream has sent the last one.
    If it is gone: await ``write_message``. Each viewer then takes more time of the event loop.
    """
    protocol = handler.ws_connection
    assert protocol is not None and protocol.stream is not None
    return protocol, protocol.stream


def server_connection_stream(connection: object) -> IOStream:
    """Return the stream of the connection with which an HTTPServer's `start_request` was called.

    Library: Tornado, ``HTTP1ServerConnection.stream``, 4.0 to 6.6.
    Reason: if there are too many connections, the one that has been idle for longest is closed.
    If it is gone: keep the stream with which `handle_stream` was called.
    """
    stream = getattr(connection, "stream", None)
    assert isinstance(stream, IOStream)
    return stream


def abort_response(request: HTTPServerRequest) -> None:
    """Close the connection of a request whose response cannot be completed.

    Library: Tornado, ``HTTP1Connection.stream``, 4.0 to 6.6.
    Reason: the header has promised more bytes than there are. The client notices that the body is
    incomplete only if the connection is closed.
    If it is gone: ``RequestHandler.detach().close()``, after everything else has been flushed.
    """
    server_connection_stream(request.connection).close()


def add_response_transform(
    application: Application, transform: Callable[[HTTPServerRequest], OutputTransform]
) -> None:
    """Pass the header and the body of each response of the application through `transform`.

    Library: Tornado, ``Application.add_transform`` and `tornado.web.OutputTransform`, 1.0 to 6.6.
    Tornado says that applications are not expected to use either.
    Reason: every response needs the security headers, including those of Panel's handlers.
    If it is gone: set the headers in a subclass of HTTPConnection in ``web/security``.
    """
    # Tornado calls `transform` with the request, but its annotation requires a class.
    application.add_transform(transform)  # type: ignore[arg-type]  # a function does as well
