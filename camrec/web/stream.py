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

``width``: the pixels that a client can show. Where JPEGs are made here, they may then be smaller.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from camrec.errors import InputError
from camrec.pictures import PacketSubscription, Picture, PictureSubscription, codec_string
from camrec.session import Session, SessionState
from camrec.station import RUNNING
from camrec.units import VideoTrack
from camrec.web.handler import Desk, Handler
from camrec.web.request import FieldError

log = logging.getLogger(__name__)

HEADER = struct.Struct("<QQ")  # capture time in UTC microseconds, number of the picture
LONG_HEADER = struct.Struct("<QQQ")  # the same, and flags
KEY, PASSING, JPEG = 1, 2, 4
MODES = (None, "page", "h264")
CREDITS = 2  # JPEGs on their way to a page that has not drawn them
PACKET_CREDITS = 4  # H.264 pictures on their way to one that has not begun to decode them
ON_WAY = 64 << 10  # bytes on their way from which on nothing follows
SEND_BUFFER = 256 << 10  # bytes; the system's own would hold seconds of old pictures
PING = 5.0  # seconds; a viewer that does not answer within as long is gone
FACTS = 1.0  # seconds between two text messages
GONE = 1001  # WebSocket code: the session has ended
ENDED = (SessionState.CLOSED, SessionState.FAILED)


class Unanswered(NamedTuple):
    """A picture on its way: since when, its bytes, and whether it is to be shown."""

    sent: float
    size: int
    shown: bool


class StreamHandler(Handler, WebSocketHandler):
    """One viewer of one session."""

    ping_interval = PING
    ping_timeout = PING

    def initialize(self, desk: Desk) -> None:
        super().initialize(desk)
        self._woken = asyncio.Event()  # something newer, or room for it
        self._over = asyncio.Event()
        self._source: PacketSubscription | PictureSubscription | None = None
        self._telling: asyncio.Task[None] | None = None
        self._most = CREDITS
        self._unanswered: deque[Unanswered] = deque()
        self._lag = 0.0

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
        self._stream = self.ws_connection.stream
        self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        self._viewing = self._loop.create_task(self._view())

    def on_message(self, message: str | bytes) -> None:
        if message == "ok" and self._unanswered:
            self._lag = time.monotonic() - self._unanswered.popleft().sent
            self._woken.set()

    def on_close(self) -> None:
        self._over.set()

    async def leave(self) -> None:
        """End this viewer now, and wait until nothing of it is left."""
        self.close(GONE)
        self._stream.close()
        await self._viewing

    async def _view(self) -> None:
        """From the subscription to its end; never cancelled, so that the end always comes."""
        self.desk.viewers.add(self)
        forget = self.session.machine.changed.connect(self._moved)
        self._moved(None, self.session.state)
        if self._mode == "h264":
            await self._send(self._packets, await self.call(self._subscribe_packets))
        if not self._over.is_set():
            subscribe = self.session.pictures.subscribe
            hasty = self._mode is not None
            pictures = await self.call(subscribe, self._wake, self._width, hasty=hasty)
            await self._send(self._pictures, pictures)
        if self._telling is not None:
            await self._end(self._telling)
        forget()
        self.close(GONE)
        self.desk.viewers.discard(self)

    async def _send(self, way: Callable[[Any], Any], source: Any) -> None:
        """Send what the source gives, until the viewer is over or nothing more can come of it."""
        self._source = source
        if self._mode and self._telling is None:
            self._telling = self._loop.create_task(self._send_facts())
        sending = self._loop.create_task(way(source))
        over = self._loop.create_task(self._over.wait())
        await asyncio.wait((sending, over), return_when=asyncio.FIRST_COMPLETED)
        await self._end(over)
        if sending.done() and sending.exception():
            self._over.set()
        await self._end(sending)
        await self.call(source.close)

    async def _end(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(ended, Exception) and not isinstance(ended, WebSocketClosedError):
            log.error("a viewer of %s failed", self.session.session_id, exc_info=ended)

    async def _packets(self, packets: PacketSubscription) -> None:
        """Until the camera sends something else than H.264."""
        self._most = PACKET_CREDITS
        await self._show_last()
        track = None
        while True:
            packet = packets.take() if self._room() else None
            if packets.unfit:
                return
            if packet is None:
                await self._woken.wait()
                self._woken.clear()
                continue
            if packet.track is not track:
                track = packet.track
                await self.write_message(json.dumps(described(track)))
            flags = KEY * packet.key | PASSING * packet.passing
            self._note(len(packet.data), shown=not packet.passing)
            header = LONG_HEADER.pack(packet.captured // 1000, packet.number, flags)
            # Waits until the message has left for the network: the next is then the newest.
            await self.write_message(header + packet.data, binary=True)

    async def _pictures(self, pictures: PictureSubscription) -> None:
        self._most = CREDITS
        await self._show_last()
        while True:
            picture = pictures.take() if self._room() else None
            if picture is None:
                await self._woken.wait()
                self._woken.clear()
                continue
            await self._give(picture)

    async def _show_last(self) -> None:
        """Where the stream is broken: what there was last, for one that is told how old it is."""
        if self._mode is None or self.session.feed.video is not None:
            return
        picture = await self.call(self.session.pictures.last, self._width)
        if picture is not None:
            await self._give(picture)

    async def _give(self, picture: Picture) -> None:
        known = (picture.captured // 1000, picture.number)
        header = b""
        if self._mode == "page":
            header = HEADER.pack(*known)
        elif self._mode == "h264":
            header = LONG_HEADER.pack(*known, KEY | JPEG)
        if header:
            self._note(len(picture.jpeg))
        await self.write_message(header + picture.jpeg, binary=True)

    def _room(self) -> bool:
        """Whether one more may be on its way."""
        self._note_lag()
        shown = sum(each.shown for each in self._unanswered)
        return shown < self._most and sum(each.size for each in self._unanswered) < ON_WAY

    def _note(self, size: int, *, shown: bool = True) -> None:
        """One is sent now."""
        self._unanswered.append(Unanswered(time.monotonic(), size, shown))

    def _note_lag(self) -> float:
        """Seconds from sending to the answer: of the latest, or of one that waits for longer."""
        waits = time.monotonic() - self._unanswered[0].sent if self._unanswered else 0.0
        if self._source is not None and self._mode:
            self._source.lag = max(self._lag, waits)
        return max(self._lag, waits)

    async def _send_facts(self) -> None:
        while True:
            told = facts(self.session) | {"lag": round(self._note_lag(), 3)}
            await self.write_message(json.dumps(told))
            await asyncio.sleep(FACTS)

    # From any thread.

    def _subscribe_packets(self) -> PacketSubscription:
        return self.session.pictures.packets(self._wake)

    def _wake(self) -> None:
        self._soon(self._see)

    def _see(self) -> None:
        """In the loop: something came, also where it cannot be sent now."""
        if isinstance(self._source, PacketSubscription):
            self._source.fill()
        self._woken.set()

    def _moved(self, old: SessionState | None, new: SessionState) -> None:
        if new in ENDED:
            self._soon(self._over.set)

    def _soon(self, do: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(do)


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


def facts(session: Session) -> dict[str, Any]:
    """What a page shows beside the picture.

    `now`: UTC in seconds, by which a page knows how its clock differs; `age` in seconds since the
    last picture; `recorded`: bytes of the recording that runs, or null.
    """
    video, figures, recording = session.feed.video, session.feed.figures(), session.recording
    return {
        "now": time.time(),
        "width": video.width if video else None,
        "height": video.height if video else None,
        "fps": round(figures.fps, 2),
        "bit_rate": round(figures.bit_rate),
        "age": round(figures.age, 3) if figures.age is not None else None,
        "viewers": session.viewers,
        "recorded": recording.bytes if recording and recording.state in RUNNING else None,
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
