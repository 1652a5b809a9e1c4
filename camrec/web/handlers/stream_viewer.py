"""Sends the frames of a session to one viewer, no faster than it can show them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from functools import partial

from tornado.iostream import StreamClosedError

from camrec.live import H264Viewer, JpegFrame, JpegViewer
from camrec.media import VideoTrack
from camrec.session import Session
from camrec.web.handlers.base import HandlerContext
from camrec.web.handlers.flow_control import FlowControl
from camrec.web.handlers.stream_protocol import (
    StreamOptions,
    decoder_config,
    jpeg_header,
    packet_header,
)
from camrec.web.handlers.viewer_group import ViewerGroup
from camrec.web.handlers.websocket_writer import WebSocketWriter

log = logging.getLogger(__name__)

MAX_IN_FLIGHT_JPEGS = 2  # JPEGs in flight to a page that has not drawn them
MAX_IN_FLIGHT_PACKETS = 4  # H.264 frames in flight to a decoder that has not taken them


class StreamViewer:
    """One viewer's subscription to the live view, and its flow control.

    All methods are called in the event loop.

    Parameters
    ----------
    context
        Has the threads for blocking calls, and the groups of viewers that are woken together.
    session
        The session whose frames are sent.
    options
        What the client requested.
    writer
        The sending side of the connection.

    Attributes
    ----------
    writer : the same.
    subscribed : set when the first subscription exists.
    """

    def __init__(
        self,
        context: HandlerContext,
        session: Session,
        options: StreamOptions,
        writer: WebSocketWriter,
    ) -> None:
        self.writer = writer
        writer.on_drained = self.send_pending
        self.subscribed = asyncio.Event()
        self._context = context
        self._session = session
        self._options = options
        self._flow = FlowControl()
        self._has_ended = False
        self._source_ended = asyncio.Event()  # this subscription, or the viewer, has ended
        self._source: H264Viewer | JpegViewer | None = None
        self._send_next: Callable[[], bool] | None = None  # sends a frame; False if there is none
        self._track: VideoTrack | None = None  # the track that the client's decoder expects

    async def run(self) -> None:
        """Send frames until `end` is called: H.264 if the client wants it, otherwise JPEGs."""
        with ViewerGroup.join(self._context.viewer_groups, self._session.session_id, self) as wake:
            views, options = self._session.live_views, self._options
            if options.mode == "h264":
                packets = await self._context.run_blocking(views.subscribe_h264, wake)
                send_packet = partial(self._send_packet, packets)
                await self._send_from(packets, send_packet, MAX_IN_FLIGHT_PACKETS)
            if not self._has_ended:
                jpegs = await self._context.run_blocking(
                    views.subscribe_jpeg, wake, options.width, allow_stale=options.mode is not None
                )
                send_jpeg = partial(self._send_jpeg, jpegs)
                await self._send_from(jpegs, send_jpeg, MAX_IN_FLIGHT_JPEGS)

    def end(self) -> None:
        """Let `run` finish."""
        self._has_ended = True
        self._source_ended.set()

    def acknowledge(self, count: int, next_count: int) -> None:
        """Note that the client has taken `count` frames; see `FlowControl.acknowledge`."""
        self._flow.acknowledge(count, next_count)
        self.send_pending()

    def update_lag(self) -> float:
        """Pass the lag in seconds on to the session's statistics, and return it."""
        lag = self._flow.lag
        if self._source is not None:
            self._source.lag = lag
        return lag

    def send_pending(self) -> None:
        """Send what can be sent now: a frame arrived, or there is more room in flight."""
        try:
            if isinstance(self._source, H264Viewer):
                self._source.process_pending()
            while self._send_next is not None and self._can_send() and self._send_next():
                pass
        except StreamClosedError:
            self.end()
        except Exception:  # a defect ends this viewer only, not the others of its group
            log.exception("a viewer of %s failed", self._session.session_id)
            self.end()

    async def _send_from(
        self, source: H264Viewer | JpegViewer, send_next: Callable[[], bool], max_in_flight: int
    ) -> None:
        """Send the frames of `source` until the viewer ends or the source has no more."""
        self._source = source
        self._flow.restart(max_in_flight)
        self._source_ended.clear()
        self.subscribed.set()
        await self._send_last_jpeg()
        self._send_next = send_next
        self.send_pending()
        if not self._has_ended:
            await self._source_ended.wait()
        self._source = self._send_next = None
        await self._context.run_blocking(source.close)

    def _can_send(self) -> bool:
        """Whether one more frame may be in flight.

        Not before the previous one has left for the network, so that the newest frame is sent next.
        """
        return not self.writer.is_busy and self._flow.has_room

    def _send_packet(self, source: H264Viewer) -> bool:
        """Send the next frame as the camera encoded it, as long as that is H.264."""
        packet = source.next_packet()
        if source.codec_unsupported:
            self._source_ended.set()
            self._send_next = None
        if source.codec_unsupported or packet is None:
            return False
        if packet.track is not self._track:
            self._track = packet.track
            self.writer.write_text(json.dumps(decoder_config(packet.track)))
        self._flow.record_sent(len(packet.data), shown=not packet.skip_display)
        self.writer.write_binary(packet_header(packet), packet.data)
        return True

    def _send_jpeg(self, source: JpegViewer) -> bool:
        frame = source.next_frame()
        if frame is None:
            return False
        self._write_jpeg(frame)
        return True

    async def _send_last_jpeg(self) -> None:
        """Send the last frame if the stream is interrupted. The status says how old it is."""
        if self._options.mode is None or self._session.feed.video is not None:
            return
        last_frame = self._session.live_views.last_frame
        frame = await self._context.run_blocking(last_frame, self._options.width)
        if frame is not None:
            with contextlib.suppress(StreamClosedError):
                self._write_jpeg(frame)

    def _write_jpeg(self, frame: JpegFrame) -> None:
        header = jpeg_header(frame, self._options.mode)
        if header:
            self._flow.record_sent(len(frame.jpeg))
        self.writer.write_binary(header, frame.jpeg)
