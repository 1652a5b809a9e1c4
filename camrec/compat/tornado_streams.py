"""The sockets behind Tornado's handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream
from tornado.web import Application, OutputTransform
from tornado.websocket import WebSocketHandler


class MessageWriter(Protocol):
    """The part of a WebSocket's protocol object that says whether it can still be written to."""

    def is_closing(self) -> bool: ...


def websocket_stream(handler: WebSocketHandler) -> tuple[MessageWriter, IOStream]:
    """The protocol object and the stream of a WebSocket that is open.

    Library: Tornado, ``WebSocketHandler.ws_connection`` and ``WebSocketProtocol.stream``, 4.0 to
    6.6.
    Reason: ``write_message`` creates a task for each message. The live view writes whole frames
    (RFC 6455) to the stream itself, and asks the stream whether the last one has been sent.
    If it is gone: use ``write_message``, and await it; a viewer then costs more time of the loop.
    """
    protocol = handler.ws_connection
    assert protocol is not None and protocol.stream is not None
    return protocol, protocol.stream


def server_connection_stream(connection: object) -> IOStream:
    """The stream of a connection that an HTTPServer's `start_request` was called with.

    Library: Tornado, ``HTTP1ServerConnection.stream``, 4.0 to 6.6.
    Reason: if there are too many connections, the one that has been idle for longest is closed.
    If it is gone: keep the stream that `handle_stream` was called with.
    """
    stream = getattr(connection, "stream", None)
    assert isinstance(stream, IOStream)
    return stream


def abort_response(request: HTTPServerRequest) -> None:
    """Close the connection of a request whose response cannot be completed.

    Library: Tornado, ``HTTP1Connection.stream``, 4.0 to 6.6.
    Reason: the header has promised more bytes than there are. Only a closed connection tells the
    client that the body is incomplete.
    If it is gone: ``RequestHandler.detach().close()``, after everything else has been flushed.
    """
    server_connection_stream(request.connection).close()


def add_response_transform(
    application: Application, transform: Callable[[HTTPServerRequest], OutputTransform]
) -> None:
    """Pass the header and the body of each of the application's responses through `transform`.

    Library: Tornado, ``Application.add_transform`` and `tornado.web.OutputTransform`, 1.0 to 6.6;
    Tornado says that applications are not expected to use either.
    Reason: the security headers must be on every response, also on those of Panel's handlers.
    If it is gone: set the headers in a subclass of HTTPConnection in ``web/security``.
    """
    # Tornado calls it with the request; the annotation there asks for a class.
    application.add_transform(transform)  # type: ignore[arg-type]  # a function does as well
