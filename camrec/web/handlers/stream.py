"""The live picture over a WebSocket: JPEGs, or H.264 for a browser that decodes it by itself.

A client that says nothing gets each picture as a JPEG as soon as the one before has left for the
network; what comes meanwhile is replaced by what is newer. The others answer each picture with the
text ``ok``, so that few are on their way and the newest is never far behind, however slow the
network is; once a second they get a text message with the `stream_status`.

``mode=page``: in front of each JPEG are the 16 bytes of `FRAME_HEADER_STRUCT`; two are on their
way at most.

``mode=h264``: in front of each picture are the 24 bytes of `FLAGGED_FRAME_HEADER_STRUCT`. Pictures
come as the camera coded them, four that are not `SKIP_DISPLAY_FLAG` on their way at most. A text
message with the codec goes before the first and wherever it changes. Where the camera sends
something else than H.264, JPEGs come as in ``mode=page``, with the flag `JPEG_FLAG`.

In both, nothing follows while `MAX_IN_FLIGHT_BYTES` bytes are on their way: on a slow link that
would be old.

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

from camrec.compat import websocket_stream
from camrec.errors import InputError
from camrec.live import H264Viewer, JpegFrame, JpegViewer, codec_string
from camrec.media import VideoTrack
from camrec.recording import RUNNING_RECORDING_STATES
from camrec.replies import describe_recording
from camrec.session import ENDED_SESSION_STATES, Session, SessionState
from camrec.station import Station
from camrec.web.handlers.base import ApiHandler, HandlerContext
from camrec.web.handlers.flow_control import FlowControl
from camrec.web.handlers.viewer_group import ViewerGroup
from camrec.web.request_models import FieldError
from camrec.web.websocket_rules import GOING_AWAY_CODE, PING_INTERVAL_S

log = logging.getLogger(__name__)

FRAME_HEADER_STRUCT = struct.Struct(
    "<QQ"
)  # capture time in UTC microseconds, number of the picture
FLAGGED_FRAME_HEADER_STRUCT = struct.Struct("<QQQ")  # the same, and flags
KEY_FRAME_FLAG, SKIP_DISPLAY_FLAG, JPEG_FLAG = 1, 2, 4
STREAM_MODES = (None, "page", "h264")
MAX_IN_FLIGHT_JPEGS = 2  # JPEGs on their way to a page that has not drawn them
MAX_IN_FLIGHT_PACKETS = 4  # H.264 pictures on their way to one that has not begun to decode them
SEND_BUFFER_BYTES = 256 << 10  # bytes; the system's own would hold seconds of old pictures
FACTS_INTERVAL_S = 1.0  # seconds between two text messages
CLOSED_REASON = "closed"  # and the reason where it is the session
RUNNING_RECORDING_STATE_VALUES = {state.value for state in RUNNING_RECORDING_STATES}
REPLY_PATTERN = re.compile(r"ok(?: ([1-9]\d{0,3}) ([1-9]\d{0,3}))?", re.ASCII)
TEXT_FRAME_BYTE, BINARY_FRAME_BYTE = (
    0x81,
    0x82,
)  # first byte of a message that is whole (RFC 6455, 5.2)


class StreamHandler(ApiHandler, WebSocketHandler):
    """One viewer of one session."""

    ping_interval = PING_INTERVAL_S
    ping_timeout = PING_INTERVAL_S

    def initialize(self, desk: HandlerContext) -> None:
        super().initialize(desk)
        self._viewer_ended = False
        self._source_ended = asyncio.Event()  # this way to the pictures, or the viewer, is over
        self._source: H264Viewer | JpegViewer | None = None
        self._send_next: Callable[[], bool] | None = None  # sends one more, if there is one
        self._track: VideoTrack | None = None  # the one that was told
        self._status_task: asyncio.Task[None] | None = None
        self._flow = FlowControl()

    def prepare(self) -> None:
        super().prepare()
        if not is_websocket_handshake(self.request.headers):
            raise InputError("not_a_websocket")
        self._mode = self.get_query_argument("mode", None)
        if self._mode not in STREAM_MODES:
            raise FieldError("mode", "mode")
        self._width = parse_width(self.get_query_argument("width", None))
        self.session = self.station.cameras.session(self.get_query_argument("session_id"))

    def check_origin(self, origin: str) -> bool:
        return True  # the guard has decided

    def open(self) -> None:
        self._ws_protocol, self._iostream = websocket_stream(self)
        self._iostream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        self._view_task = self._loop.create_task(self._run_viewer())

    def on_message(self, message: str | bytes) -> None:
        answer = REPLY_PATTERN.fullmatch(message) if isinstance(message, str) else None
        if answer:
            count, together = answer.groups()
            self._flow.answered(int(count or 1), int(together or 1))
            self.look()

    def on_close(self) -> None:
        self._end_viewer()

    async def leave(self) -> None:
        """End this viewer now, and wait until nothing of it is left."""
        self.close(GOING_AWAY_CODE)
        self._iostream.close()
        await self._view_task

    def look(self) -> None:
        """In the loop: something came, or there is more room. Send what can be sent now."""
        try:
            if isinstance(self._source, H264Viewer):
                self._source.process_pending()
            while self._send_next is not None and self._can_send() and self._send_next():
                pass
        except StreamClosedError:
            self._end_viewer()
        except Exception:
            log.exception("a viewer of %s failed", self.session.session_id)
            self._end_viewer()

    async def _run_viewer(self) -> None:
        """From the subscription to its end; never cancelled, so that the end always comes."""
        self.context.viewers.add(self)
        forget = self.session.machine.changed.connect(self._on_state_change)
        self._on_state_change(None, self.session.state)
        with ViewerGroup.join(self.context.viewer_groups, self.session.session_id, self) as wake:
            pictures = self.session.live_views
            if self._mode == "h264":
                await self._send_from(
                    await self.call(pictures.subscribe_h264, wake), self._send_packet
                )
            if not self._viewer_ended:
                hasty = self._mode is not None
                source = await self.call(
                    pictures.subscribe_jpeg, wake, self._width, allow_stale=hasty
                )
                await self._send_from(source, self._send_jpeg)
        if self._status_task is not None:
            self._status_task.cancel()
            (ended,) = await asyncio.gather(self._status_task, return_exceptions=True)
            if isinstance(ended, Exception):
                log.error("a viewer of %s failed", self.session.session_id, exc_info=ended)
        forget()
        self.close(
            GOING_AWAY_CODE, CLOSED_REASON if self.session.state in ENDED_SESSION_STATES else None
        )
        self.context.viewers.discard(self)

    async def _send_from(self, source: Any, send_next: Callable[[], bool]) -> None:
        """Send what the source gives, until the viewer is over or nothing more can come of it."""
        self._source = source
        self._flow.begin(
            MAX_IN_FLIGHT_PACKETS if isinstance(source, H264Viewer) else MAX_IN_FLIGHT_JPEGS
        )
        self._source_ended.clear()
        if self._mode and self._status_task is None:
            self._status_task = self._loop.create_task(self._send_status())
        await self._send_last_jpeg()
        self._send_next = send_next
        self.look()
        if not self._viewer_ended:
            await self._source_ended.wait()
        self._source = self._send_next = None
        await self.call(source.close)

    def _end_viewer(self) -> None:
        self._viewer_ended = True
        self._source_ended.set()

    def _can_send(self) -> bool:
        """Whether one more may be on its way; not before the last has left for the network.

        The next is then the newest.
        """
        busy = self._ws_protocol.is_closing() or self._iostream.writing()
        return not busy and self._flow.room

    def _send_packet(self) -> bool:
        """Until the camera sends something else than H.264."""
        packets = self._source
        assert isinstance(packets, H264Viewer)
        packet = packets.next_packet()
        if packets.codec_unsupported:
            self._source_ended.set()
            self._send_next = None
        if packets.codec_unsupported or packet is None:
            return False
        if packet.track is not self._track:
            self._track = packet.track
            self._write_frame(TEXT_FRAME_BYTE, json.dumps(decoder_config(packet.track)).encode())
        flags = KEY_FRAME_FLAG * packet.key | SKIP_DISPLAY_FLAG * packet.skip_display
        self._flow.sent(len(packet.data), shown=not packet.skip_display)
        header = FLAGGED_FRAME_HEADER_STRUCT.pack(packet.captured // 1000, packet.number, flags)
        self._write_frame(BINARY_FRAME_BYTE, header, packet.data)
        return True

    def _send_jpeg(self) -> bool:
        assert isinstance(self._source, JpegViewer)
        picture = self._source.next_frame()
        if picture is None:
            return False
        self._write_jpeg(picture)
        return True

    async def _send_last_jpeg(self) -> None:
        """Where the stream is broken: what there was last, for one that is told how old it is."""
        if self._mode is None or self.session.feed.video is not None:
            return
        picture = await self.call(self.session.live_views.last_frame, self._width)
        if picture is not None:
            with contextlib.suppress(StreamClosedError):
                self._write_jpeg(picture)

    def _write_jpeg(self, picture: JpegFrame) -> None:
        known = (picture.captured // 1000, picture.number)
        header = b""
        if self._mode == "page":
            header = FRAME_HEADER_STRUCT.pack(*known)
        elif self._mode == "h264":
            header = FLAGGED_FRAME_HEADER_STRUCT.pack(*known, KEY_FRAME_FLAG | JPEG_FLAG)
        if header:
            self._flow.sent(len(picture.jpeg))
        self._write_frame(BINARY_FRAME_BYTE, header, picture.jpeg)

    def _write_frame(self, kind: int, *parts: bytes) -> None:
        """Write a message: as `write_message` does, but without a task for each."""
        size = sum(map(len, parts))
        left = self._iostream.write(b"".join((frame_header(kind, size), *parts)))
        if self._iostream.writing():
            left.add_done_callback(lambda _: self.look())

    async def _send_status(self) -> None:
        with contextlib.suppress(WebSocketClosedError):
            while True:
                lag = self._flow.lag
                if self._source is not None:
                    self._source.lag = lag
                told = await self.call(stream_status, self.session, self.station, self.language)
                await self.write_message(json.dumps(told | {"lag": round(lag, 3)}))
                self.look()
                await asyncio.sleep(FACTS_INTERVAL_S)

    def _on_state_change(self, old: SessionState | None, new: SessionState) -> None:
        """From any thread."""
        if new in ENDED_SESSION_STATES:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._end_viewer)


def frame_header(kind: int, size: int) -> bytes:
    """What stands before a message of so many bytes from a server (RFC 6455, 5.2)."""
    if size < 126:
        return struct.pack("!BB", kind, size)
    if size < 1 << 16:
        return struct.pack("!BBH", kind, 126, size)
    return struct.pack("!BBQ", kind, 127, size)


def parse_width(text: str | None) -> int | None:
    """The `width` that is asked for; raises InputError (``bad_field``)."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) > 0):
        raise FieldError("width", "wrong_type")
    return int(text)


def decoder_config(track: VideoTrack) -> dict[str, Any]:
    """What a browser's decoder is made with."""
    return {"codec": codec_string(track), "width": track.width, "height": track.height}


def stream_status(session: Session, station: Station, language: str) -> dict[str, Any]:
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
    latest = describe_recording(recording, language).model_dump() if recording else None
    disk = station.recordings.estimate_disk([session])
    return {
        "now": time.time(),
        "video_codec": video.codec if video else None,
        "width": video.width if video else None,
        "height": video.height if video else None,
        "fps": round(figures.fps, 2),
        "bit_rate": round(figures.bit_rate),
        "lost": figures.lost,
        "age": round(figures.age, 3) if figures.age is not None else None,
        "usual_distance": round(session.feed.frame_interval, 3),
        "waiting_for": session.waiting_for,
        "retries": session.retries,
        "viewers": session.viewers,
        "recorded": latest["bytes"]
        if latest and latest["state"] in RUNNING_RECORDING_STATE_VALUES
        else None,
        "recording": latest,
        "free_bytes": disk.free_bytes,
        "room_bytes": disk.available_bytes,
        "file_bit_rate": round(disk.file_bit_rate),
        "max_seconds": disk.max_seconds,
    }


def is_websocket_handshake(headers: Any) -> bool:
    """Whether these headers open a WebSocket; Tornado would answer others in plain text."""
    connection = [part.strip().lower() for part in headers.get("Connection", "").split(",")]
    return (
        headers.get("Upgrade", "").lower() == "websocket"
        and "upgrade" in connection
        and headers.get("Sec-WebSocket-Version") == "13"
        and bool(headers.get("Sec-WebSocket-Key"))
    )
