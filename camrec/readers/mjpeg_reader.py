"""Reads go2rtc's JPEGs over WebSocket, each with its arrival time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from camrec.camera_clock import TrackClock
from camrec.clock import Clock
from camrec.codecs import KnownTracks, add_huffman_tables, read_jpeg_format, take_capture_time
from camrec.media import MediaUnit, VideoTrack
from camrec.readers.errors import StreamError
from camrec.readers.reader import StreamReader
from camrec.readers.stated_times import StatedTimes
from camrec.readers.websocket_client import WebSocketClient


class MjpegReader(StreamReader):
    """Reads one of go2rtc's streams; used once.

    go2rtc notices at once when a WebSocket client leaves, and then disconnects from the camera.
    A frame's timestamp is its arrival time, so its offset is 0.

    Parameters
    ----------
    url
        ``ws://127.0.0.1:PORT/api/ws?src=NAME``.
    timeout, patience
        As in `StreamReader`.
    count_broken
        Returns how many broken frames the relay has dropped since the camera was opened.
    has_capture_times
        The relay puts the time that the camera states into each JPEG. The frames then have
        `MediaUnit.clock`.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        clock: Clock,
        timeout: float = 5.0,
        patience: float | None = None,
        count_broken: Callable[[], int] = lambda: 0,
        has_capture_times: bool = False,
    ) -> None:
        super().__init__(clock, timeout, patience)
        self._count_broken = count_broken
        self._url = url
        self._login = (user, password)
        self._tracks = KnownTracks(_create_track)
        self._dropped = 0
        self._camera_clock = TrackClock() if has_capture_times else None
        self._stated_times = (
            None
            if self._camera_clock is None
            else StatedTimes(clock, self._camera_clock.note_report)
        )

    def _read_batches(self) -> Iterator[Sequence[MediaUnit]]:
        connection = self._register_connection(WebSocketClient(self._url, self._timeout))
        connection.open(*self._login)
        connection.send(json.dumps({"type": "mjpeg"}))
        connection.patience = self._media_timeout
        counted = self._count_broken()
        while True:
            message = connection.receive()
            arrived = self._clock.monotonic_ns()
            if isinstance(message, bytes):
                before, counted = counted, self._count_broken()
                self._dropped += counted - before
                unit = self._to_unit(message, arrived)
                if unit is not None:
                    yield [unit]
            else:
                self._handle_message(message)

    def _to_unit(self, message: bytes, arrived: int) -> MediaUnit | None:
        """A frame; None if the message is not a readable JPEG."""
        stated = None
        if self._stated_times is not None:
            message, stated = take_capture_time(message)
        track = self._find_track(message)
        if track is None:
            return None
        if self._stated_times is not None:
            self._stated_times.note(stated, arrived)
        dropped, self._dropped = self._dropped, 0
        data = add_huffman_tables(message)
        return MediaUnit(
            track, data, arrived, 0, arrived, True, dropped_frames=dropped, clock=self._camera_clock
        )

    def _find_track(self, message: bytes) -> VideoTrack | None:
        """The track of frames of this format; None if the message is not a readable JPEG."""
        try:
            return self._tracks.track_for(read_jpeg_format(message))
        except ValueError:
            self._dropped += 1
            return None

    def _handle_message(self, message: str) -> None:
        try:
            content = json.loads(message)
        except ValueError:
            return
        if not isinstance(content, dict):
            return
        if content.get("type") == "error":
            raise StreamError("message", str(content.get("value", "")))
        if content.get("type") == "mjpeg":
            self.advertised_codecs = ("JPEG",)


def _create_track(jpeg_format: tuple[int, int, int]) -> VideoTrack:
    width, height, orientation = jpeg_format
    return VideoTrack("mjpeg", width, height, timed_by_arrival=True, orientation=orientation)
