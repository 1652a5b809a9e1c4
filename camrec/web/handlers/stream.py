"""The endpoint ``/stream``: the live view of a session over a WebSocket.

docs/wire.md specifies the protocol: its modes, messages, acknowledgements and status.
`stream_protocol` reads and writes the messages, `stream_viewer` sends the frames.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from camrec.errors import InputError
from camrec.session import ENDED_SESSION_STATES, SessionState
from camrec.web.handlers.base import ApiHandler
from camrec.web.handlers.stream_protocol import (
    is_websocket_handshake,
    parse_acknowledgement,
    parse_options,
)
from camrec.web.handlers.stream_status import stream_status
from camrec.web.handlers.stream_viewer import StreamViewer
from camrec.web.handlers.websocket_writer import WebSocketWriter
from camrec.web.websocket_rules import GOING_AWAY_CODE, PING_INTERVAL_S

log = logging.getLogger(__name__)

STATUS_INTERVAL_S = 1.0
CLOSED_REASON = "closed"  # the reason that a client gets if the session has ended


class StreamHandler(ApiHandler, WebSocketHandler):
    """The WebSocket of one viewer of one session."""

    ping_interval = PING_INTERVAL_S
    ping_timeout = PING_INTERVAL_S
    _viewer: StreamViewer | None = None  # None until the connection is open

    def prepare(self) -> None:
        """Check the handshake and the query. Raises CamrecError."""
        super().prepare()
        if not is_websocket_handshake(self.request.headers):
            raise InputError("not_a_websocket")
        self._options = parse_options(
            self.get_query_argument("mode", None), self.get_query_argument("width", None)
        )
        self.session = self.station.cameras.session(self.get_query_argument("session_id"))

    def check_origin(self, origin: str) -> bool:
        """Accept every origin: the guard has checked it."""
        return True

    def open(self) -> None:
        """Start to send frames."""
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        viewer = StreamViewer(self.context, self.session, self._options, WebSocketWriter(self))
        self._viewer = viewer
        self._viewer_task = self._loop.create_task(self._run_viewer(viewer))

    def on_message(self, message: str | bytes) -> None:
        """Read an acknowledgement; other messages have no meaning."""
        acknowledgement = parse_acknowledgement(message)
        if acknowledgement is not None and self._viewer is not None:
            self._viewer.acknowledge(*acknowledgement)

    def on_close(self) -> None:
        """End the viewer: the connection is gone, perhaps before it was open."""
        if self._viewer is not None:
            self._viewer.end()

    async def leave(self) -> None:
        """Close the connection now, and wait until nothing of the viewer is left."""
        assert self._viewer is not None
        self.close(GOING_AWAY_CODE)
        self._viewer.writer.abort()
        await self._viewer_task

    async def _run_viewer(self, viewer: StreamViewer) -> None:
        """Run the viewer and clean up. Nothing cancels this task, so it always finishes."""
        self.context.viewers.add(self)
        disconnect = self.session.machine.changed.connect(
            lambda old, new: self._end_with_session(viewer, new)
        )
        self._end_with_session(viewer, self.session.state)
        has_status = self._options.mode is not None
        status_task = self._loop.create_task(self._send_status(viewer)) if has_status else None
        await viewer.run()
        if status_task is not None:
            status_task.cancel()
            (result,) = await asyncio.gather(status_task, return_exceptions=True)
            if isinstance(result, Exception):
                log.error("a viewer of %s failed", self.session.session_id, exc_info=result)
        disconnect()
        has_ended = self.session.state in ENDED_SESSION_STATES
        self.close(GOING_AWAY_CODE, CLOSED_REASON if has_ended else None)
        self.context.viewers.discard(self)

    async def _send_status(self, viewer: StreamViewer) -> None:
        await viewer.subscribed.wait()
        with contextlib.suppress(WebSocketClosedError):
            while True:
                lag = viewer.update_lag()
                status = await self.call(
                    stream_status, self.session, self.station, self.language, lag
                )
                await self.write_message(json.dumps(status))
                viewer.send_pending()
                await asyncio.sleep(STATUS_INTERVAL_S)

    def _end_with_session(self, viewer: StreamViewer, state: SessionState) -> None:
        """End the viewer if the session has ended; called in any thread."""
        if state in ENDED_SESSION_STATES:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(viewer.end)
