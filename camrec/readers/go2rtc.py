"""go2rtc's JPEGs over its WebSocket, each with its arrival."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from camrec.clock import Clock
from camrec.readers import jpeg
from camrec.readers.changes import Changes
from camrec.readers.reader import Reader
from camrec.readers.stream_error import StreamError
from camrec.readers.websocket import WebSocket
from camrec.units import Unit, VideoTrack


class Go2rtcReader(Reader):
    """Reads one of go2rtc's streams; used once.

    By WebSocket, because go2rtc notices at once when such a reader leaves, and leaves the camera.
    A picture's time is its arrival, so its offset is 0.

    Parameters
    ----------
    url
        ``ws://127.0.0.1:PORT/api/ws?src=NAME``.
    timeout, patience
        As `Reader`'s.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        clock: Clock,
        timeout: float = 5.0,
        patience: float | None = None,
    ) -> None:
        super().__init__(clock, timeout, patience)
        self._url = url
        self._login = (user, password)
        self._track: VideoTrack | None = None
        self._changes = Changes()

    def _batches(self) -> Iterator[Sequence[Unit]]:
        connection = self._connected(WebSocket(self._url, self._timeout))
        connection.open(*self._login)
        connection.send(json.dumps({"type": "mjpeg"}))
        connection.patience = self._patience
        while True:
            message = connection.receive()
            arrived = self._clock.monotonic_ns()
            if isinstance(message, bytes):
                track = self._track_of(message, arrived)
                if track is not None:
                    yield [Unit(track, message, arrived, 0, arrived, True)]
            else:
                self._heed(message)

    def _track_of(self, message: bytes, arrived: int) -> VideoTrack | None:
        """The track as it was, or a new one for another size; None where it is not to be had."""
        try:
            width, height = jpeg.size(message)
        except ValueError:
            return None
        if self._track is None or (self._track.width, self._track.height) != (width, height):
            if self._track is not None and not self._changes.take(arrived):
                return None
            self._track = VideoTrack("mjpeg", width, height, by_arrival=True)
        return self._track

    def _heed(self, message: str) -> None:
        try:
            told = json.loads(message)
        except ValueError:
            return
        if not isinstance(told, dict):
            return
        if told.get("type") == "error":
            raise StreamError("message", str(told.get("value", "")))
        if told.get("type") == "mjpeg":
            self.advertised = ("JPEG",)
