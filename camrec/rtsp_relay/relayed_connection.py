"""One connection of MediaMTX, and the camera's behind it."""

from __future__ import annotations

import contextlib
import logging
import re
import selectors
import socket
import threading
import time
from http.client import HTTPException
from typing import Protocol

from camrec.camera_address import Source
from camrec.camera_errors import named
from camrec.errors import AccessError, CameraError
from camrec.network_policy import Reach
from camrec.rtsp_relay.camera_client import CameraClient
from camrec.rtsp_relay.camera_stream import CameraStream, Track
from camrec.rtsp_relay.description import Format, write_description
from camrec.rtsp_relay.jpeg_packets import JpegPackets, offered
from camrec.rtsp_relay.messages import Inbox, Message, encode, has_channel
from camrec.rtsp_relay.nal_packets import is_readable, nal_packets, unread
from camrec.rtsp_relay.payload_types import PayloadTypes
from camrec.rtsp_relay.response_errors import broken_off
from camrec.rtsp_relay.unread_packets import UnreadPackets

log = logging.getLogger(__name__)

MAX_EARLY_BYTES = 4 << 20  # of frames that come before MediaMTX asked for them
RECEIVE_BYTES = 64 << 10
SEND_TIMEOUT_S = 10.0
KEEP_ALIVE_HURTS_S = 1.0  # a camera that hangs up within it does so because of the keep-alive
SESSION = "camrec"
PUBLIC = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"

_TRACK = re.compile(r"/trackID=(\d)$")


class _MediamtxLeft(Exception):
    pass


class Owner(Protocol):
    """Who is told how it goes.

    keep_alive : the method that keeps the camera's session alive, None where the receiver reports
        alone have to.
    unread : whether MediaMTX is to pass on H.264 and H.265 without a look.
    was_redirected : whether the camera ever led to another address.
    """

    was_redirected: bool

    @property
    def keep_alive(self) -> str | None: ...

    @property
    def unread(self) -> bool: ...

    def keep_alive_hurt(self) -> None: ...

    def opened(self, stream: CameraStream) -> None:
        """Also when more is known of it."""

    def delivers(self) -> None: ...

    def failed(self, error: CameraError) -> None: ...


class RelayedConnection:
    """Begun once, ended once: by the camera, by MediaMTX, or by `close` from any thread.

    MediaMTX is answered by us alone, in the form that it reads. The camera's tracks are set up
    before MediaMTX gets the description, so that it holds those only which can be had. After PLAY
    frames pass as they are.

    Parameters
    ----------
    client
        MediaMTX's connection.
    inbox
        What was read of it already.
    """

    def __init__(
        self, source: Source, reach: Reach, client: socket.socket, inbox: Inbox, owner: Owner
    ) -> None:
        self._source = source
        self._client = client
        self._inbox = inbox
        self._owner = owner
        self._stream = CameraStream(source, reach, self._take_frames)
        self._unread: UnreadPackets | None = None
        self._early: list[bytes] | None = []  # None: MediaMTX plays
        self._kept_alive = 0.0  # when the camera was last told that somebody is there
        self._is_played = False  # playing was asked for
        self._delivering = False
        self._closing = False
        self._ended = threading.Event()

    def run(self, request: Message) -> None:
        """Serve MediaMTX until it is over; `request` is its first one."""
        try:
            self._converse(request)
        except _MediamtxLeft:
            pass
        except (OSError, EOFError, ValueError, HTTPException, AccessError, CameraError) as error:
            if not self._closing:
                self._tell(error)
        finally:
            self.close()
            self._stream.client.close()
            self._client.close()
            self._ended.set()

    def close(self) -> None:
        self._closing = True
        self._stream.client.abort()
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def wait(self, timeout: float) -> bool:
        """Until both connections are closed."""
        return self._ended.wait(timeout)

    # What MediaMTX asks.

    def _converse(self, request: Message | None) -> None:
        while request is None or self._serve(request):
            if self._early is None:
                self._pass_on()
                return
            self._inbox.frames()
            request = self._inbox.message()
            if request is None and not self._receive():
                return

    def _serve(self, request: Message) -> bool:
        """Answer one request; whether another one may follow."""
        method = request.method
        if method == "DESCRIBE":
            self._stream.open()
            self._owner.opened(self._stream)
            tracks = self._stream.tracks
            body = write_description([(each.kind, self._offered(each)) for each in tracks])
            base = request.url.rstrip("/") + "/"
            self._reply(request, body, Content_Type="application/sdp", Content_Base=base)
        elif method == "SETUP":
            track = _TRACK.search(request.url)
            place = int(track[1]) if track else 0
            if place >= len(self._stream.tracks):
                self._reply(request, status="404 Not Found")
                return False
            channel = self._stream.tracks[place].channel
            transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
            self._reply(request, Transport=transport, Session=self._session)
        elif method == "PLAY" and self._stream.tracks:
            early, self._early = self._early, None
            for frames in early or ():
                self._forward(frames)
            self._is_played = True
            self._stream.play()
            self._reply(request, Session=self._session)
        elif method == "TEARDOWN":
            with contextlib.suppress(OSError):
                self._stream.tear_down()
            self._reply(request)
            return False
        else:
            self._reply(request, Public=PUBLIC)
        return True

    def _offered(self, track: Track) -> Format:
        """The format as MediaMTX is told it."""
        form = track.format
        types = PayloadTypes(form.payload_type, track.payload_types)
        if form.codec == "JPEG":
            self._unread = JpegPackets(track.channel, types)
        elif track.kind == "video" and (self._owner.unread or not is_readable(form.payload_type)):
            self._unread = nal_packets(track.channel, form, types)
            return unread(form)
        return offered(form)

    def _reply(
        self, request: Message, body: bytes = b"", status: str = "200 OK", **headers: str
    ) -> None:
        fields = [("CSeq", value) for value in request.values("CSeq")]
        fields += [(name.replace("_", "-"), value) for name, value in headers.items()]
        self._send(encode(f"RTSP/1.0 {status}", fields, body))

    def _receive(self) -> bool:
        """Take in what MediaMTX sends; False where it leaves."""
        try:
            data = self._client.recv(RECEIVE_BYTES)
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
    def _session(self) -> str:
        timeout = self._stream.timeout
        return f"{SESSION};timeout={timeout}" if timeout else SESSION

    def _tell(self, error: Exception) -> None:
        log.debug("%s: the dialogue ended: %s", self._source.url, type(error).__name__)
        self._owner.was_redirected |= self._stream.client.redirected
        answered = self._stream.client.answered
        self._owner.failed(broken_off(self._source, error, answered, self._is_played))
        # Any error will do: what it means is told.
        with contextlib.suppress(OSError):
            self._client.sendall(encode("RTSP/1.0 502 Bad Gateway", []))

    # Frames.

    def _take_frames(self, frames: bytes) -> None:
        """Those that come while the camera's answer is waited for."""
        if self._early is None:
            self._forward(frames)
        elif sum(map(len, self._early)) + len(frames) <= MAX_EARLY_BYTES:
            self._early.append(frames)

    def _forward(self, frames: bytes) -> None:
        """Whole frames, RTP on the even channels and RTCP on the odd ones."""
        self._send(frames if self._unread is None else self._unread.rewrite(frames))
        doubtful = self._stream.doubtful_channel
        if doubtful >= 0 and has_channel(frames, doubtful):
            self._stream.doubtful_channel, self._stream.unheard = -1, ""
            self._owner.opened(self._stream)
        if not self._delivering:
            self._delivering = True
            self._owner.delivers()

    def _pass_on(self) -> None:
        """Both ways, until one of the two ends it."""
        camera = self._stream.client
        self._client.settimeout(SEND_TIMEOUT_S)
        self._take_in(camera.inbox)
        with selectors.DefaultSelector() as ready:
            ready.register(self._client, selectors.EVENT_READ)
            ready.register(camera.socket, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj is not self._client:
                        self._take_from(camera)
                    elif not self._heed():
                        return

    def _take_from(self, camera: CameraClient) -> None:
        try:
            left = not camera.receive()
        except OSError:
            left = True
        if left:
            if time.monotonic() < self._kept_alive + KEEP_ALIVE_HURTS_S:
                self._owner.keep_alive_hurt()
            code = "camera_broke_off" if self._delivering else "camera_hung_up_at_play"
            raise named(self._source, code)
        self._take_in(camera.inbox)

    def _take_in(self, inbox: Inbox) -> None:
        """Pass the camera's frames on; what it says between them is not for MediaMTX."""
        while True:
            if frames := inbox.frames():
                self._forward(frames)
            if inbox.empty or (message := inbox.message()) is None:
                return
            if message.status is None:
                self._stream.client.answer(message)
            elif message.status == 401 and self._stream.client.challenged(message):
                # The nonce was too old; the packets go on.
                self._keep_alive()

    def _heed(self) -> bool:
        """What MediaMTX sends while it plays; False when it leaves."""
        if not self._receive():
            with contextlib.suppress(OSError):
                self._stream.tear_down()
            return False
        while True:
            if frames := self._inbox.frames():
                self._stream.client.socket.sendall(frames)
            if self._inbox.empty or (request := self._inbox.message()) is None:
                return True
            if request.method == "TEARDOWN":
                return self._serve(request)
            self._reply(request, Session=self._session)
            self._keep_alive()

    def _keep_alive(self) -> None:
        if self._owner.keep_alive is not None:
            self._stream.keep_alive(self._owner.keep_alive)
            self._kept_alive = time.monotonic()
