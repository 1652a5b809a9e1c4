"""The live picture over a WebSocket: each binary message is one JPEG.

A client that says nothing gets each picture as soon as the one before has left for the network;
what comes meanwhile is replaced by what is newer. ``mode=page`` is for a client that answers each
picture it has drawn with the text ``ok``: never more than two are on their way, so that the newest
is at most two pictures old however slow the network is. In front of each JPEG it gets the 16 bytes
of `HEADER`, and once a second a text message with the `facts`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import struct
from collections.abc import Callable
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from camrec.errors import InputError
from camrec.pictures import Picture, PictureSubscription
from camrec.session import Session, SessionState
from camrec.station import RUNNING
from camrec.web.handler import Desk, Handler
from camrec.web.request import FieldError

log = logging.getLogger(__name__)

HEADER = struct.Struct("<QQ")  # capture time in UTC microseconds, number of the picture
CREDITS = 2  # pictures on their way to a page that has not drawn them
SEND_BUFFER = 256 << 10  # bytes; the system's own would hold seconds of old pictures
PING = 15.0  # seconds; a viewer that does not answer within as long is gone
FACTS = 1.0  # seconds between two text messages
GONE = 1001  # WebSocket code: the session has ended
ENDED = (SessionState.CLOSED, SessionState.FAILED)


class StreamHandler(Handler, WebSocketHandler):
    """One viewer of one session."""

    ping_interval = PING
    ping_timeout = PING

    def initialize(self, desk: Desk) -> None:
        super().initialize(desk)
        self._woken = asyncio.Event()  # a newer picture, or room for one
        self._over = asyncio.Event()
        self._credits = CREDITS

    def prepare(self) -> None:
        super().prepare()
        if not is_handshake(self.request.headers):
            raise InputError("not_a_websocket")
        self._page = self.get_query_argument("mode", None)
        if self._page not in (None, "page"):
            raise FieldError("mode", "mode")
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
        if message == "ok" and self._credits < CREDITS:
            self._credits += 1
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
        pictures = await self.call(self.session.pictures.subscribe, self._wake)
        self._moved(None, self.session.state)
        tasks = [self._loop.create_task(self._send_pictures(pictures))]
        if self._page:
            tasks.append(self._loop.create_task(self._send_facts()))
        for task in tasks:
            task.add_done_callback(lambda _: self._over.set())
        await self._over.wait()
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception) and not isinstance(ended, WebSocketClosedError):
                log.error("a viewer of %s failed", self.session.session_id, exc_info=ended)
        forget()
        await self.call(pictures.close)
        self.close(GONE)
        self.desk.viewers.discard(self)

    async def _send_pictures(self, pictures: PictureSubscription) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            picture = pictures.take() if self._credits else None
            if picture is None:
                continue
            if self._page:
                self._credits -= 1
            # Waits until the message has left for the network: the next is then the newest.
            await self.write_message(self._message(picture), binary=True)
            self._woken.set()

    async def _send_facts(self) -> None:
        while True:
            await self.write_message(json.dumps(facts(self.session)))
            await asyncio.sleep(FACTS)

    def _message(self, picture: Picture) -> bytes:
        if not self._page:
            return picture.jpeg
        return HEADER.pack(picture.captured // 1000, picture.number) + picture.jpeg

    # From any thread.

    def _wake(self) -> None:
        self._soon(self._woken.set)

    def _moved(self, old: SessionState | None, new: SessionState) -> None:
        if new in ENDED:
            self._soon(self._over.set)

    def _soon(self, do: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(do)


def facts(session: Session) -> dict[str, Any]:
    """What a page shows beside the picture.

    `age` in seconds since the last one; `recorded`: bytes of the recording that runs, or null.
    """
    video, figures, recording = session.feed.video, session.feed.figures(), session.recording
    return {
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
