"""Viewers without a browser, to measure what they cost a server.

    python benchmarks/live_viewers.py COUNT ADDRESS

ADDRESS is camrec's ``ws://.../stream?...``, go2rtc's ``mse ws://...``, or an ``http://`` address.
The viewers run until stdin is closed. Then the number of bytes that each one received is printed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import urlsplit

from tornado.websocket import WebSocketClientConnection, websocket_connect

TOGETHER, LARGE = 8, 64 << 10  # the same values as in acknowledgements.js
MSE = json.dumps({"type": "mse", "value": "avc1.640029,avc1.64002A,avc1.640033"})


class Viewer:
    def __init__(self, address: str) -> None:
        self._address = address
        self.received = 0
        self._due: list[int] = []  # sizes of the frames that are not acknowledged yet
        self._together = 1

    async def run(self) -> None:
        if self._address.startswith("http"):
            await self._http()
        elif self._address.startswith("mse "):
            await self._socket(self._address[4:], MSE)
        else:
            await self._socket(self._address, None)

    async def _http(self) -> None:
        parts = urlsplit(self._address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(
            f"GET {parts.path}?{parts.query} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode()
        )
        while data := await reader.read(1 << 20):
            self.received += len(data)

    async def _socket(self, url: str, hello: str | None) -> None:
        socket = await websocket_connect(url, max_message_size=64 << 20)
        if hello:
            await socket.write_message(hello)
        while (message := await socket.read_message()) is not None:
            if isinstance(message, str):
                continue
            self.received += len(message)
            if "mode=page" in url:
                await socket.write_message("ok")
            elif "mode=h264" in url:
                await self._answer(socket, len(message))

    async def _answer(self, socket: WebSocketClientConnection, size: int) -> None:
        """Acknowledge frames as the page does while its decoder keeps up (acknowledgements.js)."""
        self._due.append(size)
        if len(self._due) < self._together and sum(self._due) < LARGE:
            return
        self._together = min(self._together + 1, TOGETHER)
        await socket.write_message(f"ok {len(self._due)} {self._together}")
        self._due.clear()


async def main() -> None:
    viewers = [Viewer(sys.argv[2]) for _ in range(int(sys.argv[1]))]
    tasks = [asyncio.create_task(viewer.run()) for viewer in viewers]
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
    print(json.dumps([viewer.received for viewer in viewers]))


asyncio.run(main())
