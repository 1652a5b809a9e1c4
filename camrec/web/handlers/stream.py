"""The live picture over a WebSocket: JPEGs, or H.264 for a browser that decodes it by itself.

A client that says nothing gets each picture as a JPEG as soon as the one before has left for the
network; what comes meanwhile is replaced by what is newer. The others answer each picture with the
text ``ok``, so that few are on their way and the newest is never far behind, however slow the
network is; once a second they get a text message with the `facts`.

``mode=page``: in front of each JPEG are the 16 bytes of `HEADER`; two are on their way at most.

``mode=h264``: in front of each picture are the 24 bytes of `LONG_HEADER`. Pictures come as the
camera coded them, four that are not `PASSING` on their way at most. A text message with the codec
goes before the first and wherever it changes. Where the camera sends something else than H.264,
JPEGs come as in ``mode=page``, with the flag `JPEG`.

In both, nothing follows while `ON_WAY` bytes are on their way: on a slow link that would be old.

An answer may speak of several: ``ok 3 4`` for three pictures, and the next answer comes after four
more at the latest, or 64 KB, or half a second. Then three pictures more may be on their way, and
twice the bytes.

``width``: the pixels that a client can show. Where JPEGs are made here, they may then be smaller.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from camrec.errors import InputError
from camrec.live import PacketSubscription, Picture, PictureSubscription, codec_string
from camrec.media import VideoTrack
from camrec.session import Session, SessionState
from camrec.station.station import RUNNING, Station
from camrec.web.handlers.base import Desk, Handler
from camrec.web.handlers.flow_control import Flow
from camrec.web.handlers.recordings import describe
from camrec.web.handlers.viewer_group import Audience
from camrec.web.request_models import FieldError

log = logging.getLogger(__name__)

HEADER = struct.Struct("<QQ")  # capture time in UTC microseconds, number of the picture
LONG_HEADER = struct.Struct("<QQQ")  # the same, and flags
KEY, PASSING, JPEG = 1, 2, 4
MODES = (None, "page", "h264")
CREDITS = 2  # JPEGs on their way to a page that has not drawn them
PACKET_CREDITS = 4  # H.264 pictures on their way to one that has not begun to decode them
SEND_BUFFER = 256 << 10  # bytes; the system's own would hold seconds of old pictures
PING = 5.0  # seconds; a viewer that does not answer within as long is gone
FACTS = 1.0  # seconds between two text messages
GONE = 1001  # WebSocket code: the session has ended, or the server
CLOSED = "closed"  # and the reason where it is the session
RUNNING_STATES = {state.value for state in RUNNING}
ENDED = (SessionState.CLOSED, SessionState.FAILED)
ANSWER = re.compile(r"ok(?: ([1-9]\d{0,3}) ([1-9]\d{0,3}))?", re.ASCII)
TEXT, BINARY = 0x81, 0x82  # first byte of a message that is whole (RFC 6455, 5.2)


class StreamHandler(Handler, WebSocketHandler):
    """One viewer of one session."""

    ping_interval = PING
    ping_timeout = PING

    def initialize(self, desk: Desk) -> None:
        super().initialize(desk)
        self._over = False
        self._turn = asyncio.Event()  # this way to the pictures, or the viewer, is over
        self._source: PacketSubscription | PictureSubscription | None = None
        self._next: Callable[[], bool] | None = None  # sends one more, if there is one
        self._track: VideoTrack | None = None  # the one that was told
        self._telling: asyncio.Task[None] | None = None
        self._flow = Flow()

    def prepare(self) -> None:
        super().prepare()
        if not is_handshake(self.request.headers):
            raise InputError("not_a_websocket")
        self._mode = self.get_query_argument("mode", None)
        if self._mode not in MODES:
            raise FieldError("mode", "mode")
        self._width = whole(self.get_query_argument("width", None))
        self.session = self.station.session(self.get_query_argument("session_id"))

    def check_origin(self, origin: str) -> bool:
        return True  # the guard has decided

    def open(self) -> None:
        self._line = self.ws_connection
        self._stream = self._line.stream
        self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        self._viewing = self._loop.create_task(self._view())

    def on_message(self, message: str | bytes) -> None:
        answer = ANSWER.fullmatch(message) if isinstance(message, str) else None
        if answer:
            count, together = answer.groups()
            self._flow.answered(int(count or 1), int(together or 1))
            self.look()

    def on_close(self) -> None:
        self._end()

    async def leave(self) -> None:
        """End this viewer now, and wait until nothing of it is left."""
        self.close(GONE)
        self._stream.close()
        await self._viewing

    def look(self) -> None:
        """In the loop: something came, or there is more room. Send what can be sent now."""
        try:
            if isinstance(self._source, PacketSubscription):
                self._source.fill()
            while self._next is not None and self._room() and self._next():
                pass
        except StreamClosedError:
            self._end()
        except Exception:
            log.exception("a viewer of %s failed", self.session.session_id)
            self._end()

    async def _view(self) -> None:
        """From the subscription to its end; never cancelled, so that the end always comes."""
        self.desk.viewers.add(self)
        forget = self.session.machine.changed.connect(self._moved)
        self._moved(None, self.session.state)
        with Audience.join(self.desk.audiences, self.session.session_id, self) as wake:
            pictures = self.session.pictures
            if self._mode == "h264":
                await self._show(await self.call(pictures.packets, wake), self._next_packet)
            if not self._over:
                hasty = self._mode is not None
                source = await self.call(pictures.subscribe, wake, self._width, hasty=hasty)
                await self._show(source, self._next_picture)
        if self._telling is not None:
            self._telling.cancel()
            (ended,) = await asyncio.gather(self._telling, return_exceptions=True)
            if isinstance(ended, Exception):
                log.error("a viewer of %s failed", self.session.session_id, exc_info=ended)
        forget()
        self.close(GONE, CLOSED if self.session.state in ENDED else None)
        self.desk.viewers.discard(self)

    async def _show(self, source: Any, send_next: Callable[[], bool]) -> None:
        """Send what the source gives, until the viewer is over or nothing more can come of it."""
        self._source = source
        self._flow.begin(PACKET_CREDITS if isinstance(source, PacketSubscription) else CREDITS)
        self._turn.clear()
        if self._mode and self._telling is None:
            self._telling = self._loop.create_task(self._send_facts())
        await self._show_last()
        self._next = send_next
        self.look()
        if not self._over:
            await self._turn.wait()
        self._source = self._next = None
        await self.call(source.close)

    def _end(self) -> None:
        self._over = True
        self._turn.set()

    def _room(self) -> bool:
        """Whether one more may be on its way; not before the last has left for the network.

        The next is then the newest.
        """
        busy = self._line.is_closing() or self._stream.writing()
        return not busy and self._flow.room

    def _next_packet(self) -> bool:
        """Until the camera sends something else than H.264."""
        packets = self._source
        assert isinstance(packets, PacketSubscription)
        packet = packets.take()
        if packets.unfit:
            self._turn.set()
            self._next = None
        if packets.unfit or packet is None:
            return False
        if packet.track is not self._track:
            self._track = packet.track
            self._put(TEXT, json.dumps(described(packet.track)).encode())
        flags = KEY * packet.key | PASSING * packet.passing
        self._flow.sent(len(packet.data), shown=not packet.passing)
        header = LONG_HEADER.pack(packet.captured // 1000, packet.number, flags)
        self._put(BINARY, header, packet.data)
        return True

    def _next_picture(self) -> bool:
        assert isinstance(self._source, PictureSubscription)
        picture = self._source.take()
        if picture is None:
            return False
        self._give(picture)
        return True

    async def _show_last(self) -> None:
        """Where the stream is broken: what there was last, for one that is told how old it is."""
        if self._mode is None or self.session.feed.video is not None:
            return
        picture = await self.call(self.session.pictures.last, self._width)
        if picture is not None:
            with contextlib.suppress(StreamClosedError):
                self._give(picture)

    def _give(self, picture: Picture) -> None:
        known = (picture.captured // 1000, picture.number)
        header = b""
        if self._mode == "page":
            header = HEADER.pack(*known)
        elif self._mode == "h264":
            header = LONG_HEADER.pack(*known, KEY | JPEG)
        if header:
            self._flow.sent(len(picture.jpeg))
        self._put(BINARY, header, picture.jpeg)

    def _put(self, kind: int, *parts: bytes) -> None:
        """Write a message: as `write_message` does, but without a task for each."""
        size = sum(map(len, parts))
        left = self._stream.write(b"".join((head(kind, size), *parts)))
        if self._stream.writing():
            left.add_done_callback(lambda _: self.look())

    async def _send_facts(self) -> None:
        with contextlib.suppress(WebSocketClosedError):
            while True:
                lag = self._flow.lag
                if self._source is not None:
                    self._source.lag = lag
                told = await self.call(facts, self.session, self.station, self.language)
                await self.write_message(json.dumps(told | {"lag": round(lag, 3)}))
                self.look()
                await asyncio.sleep(FACTS)

    def _moved(self, old: SessionState | None, new: SessionState) -> None:
        """From any thread."""
        if new in ENDED:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._end)


def head(kind: int, size: int) -> bytes:
    """What stands before a message of so many bytes from a server (RFC 6455, 5.2)."""
    if size < 126:
        return struct.pack("!BB", kind, size)
    if size < 1 << 16:
        return struct.pack("!BBH", kind, 126, size)
    return struct.pack("!BBQ", kind, 127, size)


def whole(text: str | None) -> int | None:
    """The `width` that is asked for; raises InputError (``bad_field``)."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) > 0):
        raise FieldError("width", "wrong_type")
    return int(text)


def described(track: VideoTrack) -> dict[str, Any]:
    """What a browser's decoder is made with."""
    return {"codec": codec_string(track), "width": track.width, "height": track.height}


def facts(session: Session, station: Station, language: str) -> dict[str, Any]:
    """What a page shows beside the picture. It looks at the disk: not for the loop.

    `now`: UTC in seconds, by which a page knows how its clock differs; `age` in seconds since the
    last picture; `recorded`: bytes of the recording that runs, or null; `recording`: the latest
    one, or null; `retries`: how often the camera was sought anew since it was last there;
    `usual_distance`: seconds from one picture to the next, 0 while that is not known;
    `waiting_for`: as a session's;
    `room_bytes`, `file_bit_rate`, `max_seconds`: what recordings may take of the disk, what one
    of this camera is expected to take, and the longest one that is admitted.
    """
    video, figures, recording = session.feed.video, session.feed.figures(), session.recording
    latest = describe(recording, language).model_dump() if recording else None
    return {
        "now": time.time(),
        "video_codec": video.codec if video else None,
        "width": video.width if video else None,
        "height": video.height if video else None,
        "fps": round(figures.fps, 2),
        "bit_rate": round(figures.bit_rate),
        "lost": figures.lost,
        "age": round(figures.age, 3) if figures.age is not None else None,
        "usual_distance": round(session.feed.usual_distance, 3),
        "waiting_for": session.waiting_for,
        "retries": session.retries,
        "viewers": session.viewers,
        "recorded": latest["bytes"] if latest and latest["state"] in RUNNING_STATES else None,
        "recording": latest,
        "free_bytes": station.library.free_bytes(),
        "room_bytes": station.library.room.left,
        "file_bit_rate": round(station.file_rate([session])),
        "max_seconds": station.most_seconds([session]),
    }


def is_handshake(headers: Any) -> bool:
    """Whether these headers open a WebSocket; Tornado would answer others in plain text."""
    connection = [part.strip().lower() for part in headers.get("Connection", "").split(",")]
    return (
        headers.get("Upgrade", "").lower() == "websocket"
        and "upgrade" in connection
        and headers.get("Sec-WebSocket-Version") == "13"
        and bool(headers.get("Sec-WebSocket-Key"))
    )
