"""Peers that reject, mislead or stay silent, as real cameras and other machines do.

They stand in for a camera's failures only: none of them ever sends a frame.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from camrec.tcp_sockets import interrupt_socket

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:t0\r\n"
)

# Sends the reply to one request; False hangs up.
Answer = Callable[[socket.socket, bytes], bool]


class Refusing:
    """A peer on `port` for as long as the ``with`` lasts.

    Parameters
    ----------
    answer
        What it replies to each request; None accepts the connection and stays silent.
    greeting
        What it sends at once, before any request.
    certificate
        A PEM file with key and certificate: it speaks TLS.
    """

    def __init__(
        self,
        answer: Answer | None,
        *,
        greeting: bytes = b"",
        certificate: Path | None = None,
    ) -> None:
        self._answer = answer
        self._greeting = greeting
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._lock = threading.Lock()
        self._clients: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0

    def __enter__(self) -> Refusing:
        self._spawn(self._accept)
        return self

    def __exit__(self, *error) -> None:
        with self._lock:
            ends = [self._listener, *self._clients]
        for end in ends:
            interrupt_socket(end)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _spawn(self, work, *given) -> None:
        thread = threading.Thread(target=work, args=given, name="refusing", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._clients.append(client)
                self.connections += 1
            self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        heard = b""
        with client, contextlib.suppress(OSError):
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
            with client:
                client.sendall(self._greeting)
                while data := client.recv(4096):
                    heard += data
                    while self._answer is not None and b"\r\n\r\n" in heard:
                        request, heard = heard.split(b"\r\n\r\n", 1)
                        if not self._answer(client, request):
                            return


def rtsp_status(status: str, headers: str = "") -> Answer:
    """An RTSP server that answers DESCRIBE with `status`."""

    def answer(client: socket.socket, request: bytes) -> bool:
        said = "200 OK" if request.startswith(b"OPTIONS") else status
        client.sendall(_rtsp(said, request, headers))
        return True

    return answer


def rtsp_without_picture(client: socket.socket, request: bytes) -> bool:
    """An RTSP camera that announces H.264 and never sends any."""
    headers, body = "Session: 1\r\n", ""
    if request.startswith(b"DESCRIBE"):
        body = SDP
        headers = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
    elif request.startswith(b"SETUP"):
        headers += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    client.sendall(_rtsp("200 OK", request, headers) + body.encode())
    return True


def rtsp_that_leaves(client: socket.socket, request: bytes) -> bool:
    """An RTSP camera that hangs up when it should play."""
    rtsp_without_picture(client, request)
    return not request.startswith(b"PLAY")


def says(data: bytes, *, then_closes: bool = True) -> Answer:
    """The same bytes in reply to any request."""

    def answer(client: socket.socket, request: bytes) -> bool:
        client.sendall(data)
        return not then_closes

    return answer


def http(status: str, headers: str = "", body: bytes = b"") -> Answer:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return says(head.encode() + body)


def _rtsp(status: str, request: bytes, headers: str) -> bytes:
    number = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"cseq"))
    return f"RTSP/1.0 {status}\r\n{headers}".encode() + number + b"\r\n\r\n"
