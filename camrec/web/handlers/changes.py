"""The endpoint ``/changes``: what changes, as server-sent events, for programs."""

from __future__ import annotations

import asyncio

from tornado.iostream import StreamClosedError

from camrec.compat import abort_response
from camrec.errors import AccessError
from camrec.web.handlers.base import ApiHandler

MAX_FOLLOWERS = 32
KEEP_ALIVE_INTERVAL_S = 15.0  # proxies close a connection on which nothing happens
# A client that takes nothing for so long is gone, or too slow for this.
MAX_WRITE_S = 20.0
RECONNECT_AFTER_MS = 2000
# Many changes come together, and are sent together.
CHANGES_BATCH_S = 0.05


class ChangesHandler(ApiHandler):
    """``GET /changes``"""

    async def get(self) -> None:
        """Send each change until the client leaves or is too slow, or the server stops.

        Nothing is stored for a client: it is sent what the log still has after the change that it
        got last.
        """
        log = self.context.change_log
        if log.follower_count >= MAX_FOLLOWERS:
            raise AccessError("too_many_followers", most=MAX_FOLLOWERS)
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._has_ended = asyncio.Event()
        self._is_leaving = False
        stop_following = log.add_follower(self._wake)
        self.context.viewers.add(self)
        try:
            await self._follow()
        except StreamClosedError:
            pass
        except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
            abort_response(self.request)
        finally:
            stop_following()
            self.context.viewers.discard(self)
            self._has_ended.set()

    def on_connection_close(self) -> None:
        """Wait for no further change, because the client has gone."""
        self._is_leaving = True
        self._news.set()

    async def leave(self) -> None:
        """Close the connection, because the server stops."""
        abort_response(self.request)
        self._is_leaving = True
        self._news.set()
        await self._has_ended.wait()

    async def _follow(self) -> None:
        log = self.context.change_log
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")  # nginx passes each change on at once
        last_id = self.request.headers.get("Last-Event-ID", "")
        begin = f"retry: {RECONNECT_AFTER_MS}\n"
        if not last_id:
            # Without data it is no event, but a client that connects again sends this id.
            last_id = log.newest_id
            begin += f"id: {last_id}\n"
        await self._send(f"{begin}\n")
        while not self._is_leaving:
            self._news.clear()
            changes = log.after(last_id)
            if changes is None:
                changes = [log.reset_event()]
            if changes:
                last_id = changes[-1].event_id
                await self._send("".join(each.to_event() for each in changes))
                await asyncio.sleep(CHANGES_BATCH_S)
            else:
                await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), KEEP_ALIVE_INTERVAL_S)
        except (TimeoutError, asyncio.TimeoutError):
            await self._send(": nothing new\n\n")

    async def _send(self, text: str) -> None:
        """Return once the system has it. Raises TimeoutError if the client takes nothing."""
        self.write(text)
        await asyncio.wait_for(self.flush(), MAX_WRITE_S)

    def _wake(self) -> None:
        """There is a change. Called in any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)
