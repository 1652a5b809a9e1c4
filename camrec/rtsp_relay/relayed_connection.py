"""Relays one connection of MediaMTX to the camera."""

from __future__ import annotations

import contextlib
import logging
import re
import selectors
import socket
import threading
from http.client import HTTPException

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error
from camrec.clock import monotonic_s
from camrec.errors import AccessError, CameraError
from camrec.network_policy import NetworkPolicy
from camrec.rtsp_relay.camera_client import CameraRtspClient
from camrec.rtsp_relay.camera_stream import CameraStream
from camrec.rtsp_relay.description import write_description
from camrec.rtsp_relay.frame_forwarder import FrameForwarder
from camrec.rtsp_relay.messages import (
    RtspMessage,
    RtspMessageReader,
    encode_message,
)
from camrec.rtsp_relay.relay_events import RelayEvents
from camrec.rtsp_relay.response_errors import error_from_broken_dialogue
from camrec.tcp_sockets import interrupt_socket

log = logging.getLogger(__name__)

CLIENT_RECEIVE_BYTES = 64 << 10
SEND_TIMEOUT_S = 10.0
KEEP_ALIVE_HANG_UP_S = 1.0  # a camera that hangs up so soon after a keep-alive rejects it
RTSP_SESSION_ID = "camrec"
PUBLIC_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"

_TRACK_ID_PATTERN = re.compile(r"/trackID=(\d)$")


class _MediamtxLeft(Exception):
    """MediaMTX closed its connection."""


class RtspRelayConnection:
    """One connection of MediaMTX and one to the camera; runs once.

    It ends when the camera or MediaMTX hangs up, or when any thread calls `close`.

    The relay itself responds to MediaMTX, in a form that MediaMTX understands. It sets up the
    camera's tracks before it sends the description, so that the description contains only tracks
    that the camera provides. After PLAY it passes the frames on.

    Parameters
    ----------
    network_policy
        In which networks the camera may be.
    client
        MediaMTX's connection.
    inbox
        What was already received from MediaMTX.
    events
        The relay.
    """

    def __init__(
        self,
        source: CameraAddress,
        network_policy: NetworkPolicy,
        client: socket.socket,
        inbox: RtspMessageReader,
        events: RelayEvents,
    ) -> None:
        self._source = source
        self._client = client
        self._inbox = inbox
        self._events = events
        self._stream = CameraStream(source, network_policy, self._on_camera_frames)
        self._frames = FrameForwarder(self._stream, self._send, events)
        self._keep_alive_sent_at = 0.0  # monotonic time of the last keep-alive
        self._is_played = False  # PLAY was sent to the camera
        self._closing = False
        self._ended = threading.Event()

    def run(self, request: RtspMessage) -> None:
        """Serve MediaMTX until the connection ends. `request` is its first request."""
        try:
            self._serve_until_play(request)
        except _MediamtxLeft:
            pass
        except (OSError, EOFError, ValueError, HTTPException, AccessError, CameraError) as error:
            if not self._closing:
                self._report_error(error)
        finally:
            self.close()
            self._stream.client.close()
            self._client.close()
            self._ended.set()

    def close(self) -> None:
        """End both connections. To be called from any thread, any number of times."""
        self._closing = True
        self._stream.client.abort()
        interrupt_socket(self._client)

    def wait(self, timeout: float) -> bool:
        """Wait until both connections are closed; False after `timeout` seconds."""
        return self._ended.wait(timeout)

    # MediaMTX's requests.

    def _serve_until_play(self, request: RtspMessage | None) -> None:
        while request is None or self._serve_request(request):
            if self._frames.is_started:
                self._relay_frames()
                return
            self._inbox.frames()
            request = self._inbox.message()
            if request is None and not self._receive():
                return

    def _serve_request(self, request: RtspMessage) -> bool:
        """Respond to one request; returns whether another one may follow."""
        method = request.method
        if method == "DESCRIBE":
            self._stream.open()
            self._events.on_opened(self._stream)
            tracks = self._stream.tracks
            body = write_description(
                [(each.kind, self._frames.choose_format(each)) for each in tracks]
            )
            base = request.url.rstrip("/") + "/"
            self._reply(request, body, Content_Type="application/sdp", Content_Base=base)
        elif method == "SETUP":
            track = _TRACK_ID_PATTERN.search(request.url)
            place = int(track[1]) if track else 0
            if place >= len(self._stream.tracks):
                self._reply(request, status="404 Not Found")
                return False
            channel = self._stream.tracks[place].channel
            transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
            self._reply(request, Transport=transport, Session=self._session_header)
        elif method == "PLAY" and self._stream.tracks:
            self._frames.start()
            self._is_played = True
            self._stream.play()
            self._reply(request, Session=self._session_header)
        elif method == "TEARDOWN":
            with contextlib.suppress(OSError):
                self._stream.tear_down()
            self._reply(request)
            return False
        else:
            self._reply(request, Public=PUBLIC_METHODS)
        return True

    def _reply(
        self, request: RtspMessage, body: bytes = b"", status: str = "200 OK", **headers: str
    ) -> None:
        fields = [("CSeq", value) for value in request.values("CSeq")]
        fields += [(name.replace("_", "-"), value) for name, value in headers.items()]
        self._send(encode_message(f"RTSP/1.0 {status}", fields, body))

    def _receive(self) -> bool:
        """Receive data from MediaMTX; returns False if it closed its connection."""
        try:
            data = self._client.recv(CLIENT_RECEIVE_BYTES)
        except OSError:
            raise _MediamtxLeft from None
        self._inbox.put(data)
        return bool(data)

    def _send(self, data: bytes) -> None:
        try:
            self._client.sendall(data)
        except OSError:
            raise _MediamtxLeft from None

    @property
    def _session_header(self) -> str:
        timeout = self._stream.session_timeout
        return f"{RTSP_SESSION_ID};timeout={timeout}" if timeout else RTSP_SESSION_ID

    def _report_error(self, error: Exception) -> None:
        log.debug("%s: the dialogue ended: %s", self._source.url, type(error).__name__)
        self._events.was_redirected |= self._stream.client.was_redirected
        has_responded = self._stream.client.has_responded
        self._events.on_error(
            error_from_broken_dialogue(self._source, error, has_responded, self._is_played)
        )
        # MediaMTX gets a general error; the real one was reported.
        with contextlib.suppress(OSError):
            self._client.sendall(encode_message("RTSP/1.0 502 Bad Gateway", []))

    # Frames.

    def _on_camera_frames(self, frames: bytes) -> None:
        """Called with frames that arrive before a response of the camera."""
        self._frames.add(frames)

    def _relay_frames(self) -> None:
        """Pass frames on in both directions until one side closes its connection."""
        camera = self._stream.client
        self._client.settimeout(SEND_TIMEOUT_S)
        self._forward_from_camera(camera.inbox)
        with selectors.DefaultSelector() as ready:
            ready.register(self._client, selectors.EVENT_READ)
            ready.register(camera.socket, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj is not self._client:
                        self._receive_from_camera(camera)
                    elif not self._serve_while_playing():
                        return

    def _receive_from_camera(self, camera: CameraRtspClient) -> None:
        try:
            is_open = camera.receive()
        except OSError:
            is_open = False
        if not is_open:
            if monotonic_s() < self._keep_alive_sent_at + KEEP_ALIVE_HANG_UP_S:
                self._events.on_keep_alive_rejected()
            code = "camera_broke_off" if self._frames.has_delivered else "camera_hung_up_at_play"
            raise create_camera_error(self._source, code)
        self._forward_from_camera(camera.inbox)

    def _forward_from_camera(self, inbox: RtspMessageReader) -> None:
        """Pass the camera's frames on. Messages between them are not for MediaMTX."""
        while True:
            if frames := inbox.frames():
                self._frames.forward(frames)
            if inbox.is_empty or (message := inbox.message()) is None:
                return
            if message.status is None:
                self._stream.client.respond(message)
            elif message.status == 401 and self._stream.client.accept_challenge(message):
                # The nonce was too old; the camera still sends packets.
                self._send_keep_alive()

    def _serve_while_playing(self) -> bool:
        """Handle what MediaMTX sends during playback; returns False when it leaves."""
        if not self._receive():
            with contextlib.suppress(OSError):
                self._stream.tear_down()
            return False
        while True:
            if frames := self._inbox.frames():
                self._stream.client.socket.sendall(frames)
            if self._inbox.is_empty or (request := self._inbox.message()) is None:
                return True
            if request.method == "TEARDOWN":
                return self._serve_request(request)
            self._reply(request, Session=self._session_header)
            self._send_keep_alive()

    def _send_keep_alive(self) -> None:
        if self._events.keep_alive_method is not None:
            self._stream.keep_alive(self._events.keep_alive_method)
            self._keep_alive_sent_at = monotonic_s()
