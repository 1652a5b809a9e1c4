"""A session's pictures, for all its viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camrec.clock import Clock
from camrec.errors import StateError
from camrec.live.h264_viewer import PacketSubscription
from camrec.live.jpeg_encoder_thread import Feed, Show, last_sight
from camrec.live.jpeg_frame import Picture
from camrec.live.jpeg_sizes import Sight
from camrec.live.jpeg_viewer import PictureSubscription
from camrec.media import Unit

OVERDUE = 1.5  # usual distances after which a newer picture than the last should be there
# Seconds in which it then comes: while nobody looked the camera was read some at a time.
UNREAD = 0.25


class Pictures:
    """An MJPEG camera's own bytes, or one decoding and one JPEG a picture for all viewers.

    Nothing is decoded while nobody looks, nor for viewers that decode by themselves.
    """

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._lock = threading.Lock()
        self._viewers: tuple[PictureSubscription, ...] = ()
        self._decoding: tuple[PacketSubscription, ...] = ()
        self._show: Show | None = None
        self._newest: Sight | None = None
        self._last: tuple[Unit, Sight | None] | None = None
        self._number = 0
        self._closed = False

    @property
    def viewers(self) -> int:
        """Those of both kinds."""
        return len(self._viewers) + len(self._decoding)

    @property
    def lag(self) -> float | None:
        """Of the viewer that is farthest behind, in seconds; None where none is known."""
        lags = [each.lag for each in (*self._viewers, *self._decoding)]
        return max((lag for lag in lags if lag is not None), default=None)

    def packets(self, on_ready: Callable[[], object]) -> PacketSubscription:
        """Get the pictures as the camera coded them: the current group, and each that follows.

        Parameters
        ----------
        on_ready
            Called when something has come and nothing waited, from another thread.
        """
        viewer = PacketSubscription(self._feed, self._clock, on_ready, self._forget_decoding)
        with self._lock:
            closed = self._closed
            if not closed:
                self._decoding = (*self._decoding, viewer)
        if closed:
            viewer.close()
        return viewer

    def subscribe(
        self, on_ready: Callable[[], object], width: int | None = None, *, hasty: bool = False
    ) -> PictureSubscription:
        """Get the newest picture, at once if there is one, and each that follows.

        Parameters
        ----------
        on_ready
            Called when a picture waits and none did, from another thread: it hands over and
            returns.
        width
            Pixels that the viewer can show; a picture that has to be encoded may then be
            smaller than the camera's, but not than this.
        hasty
            The newest takes as long as its group takes to decode: until then have the group's
            first one.
        """
        viewer = PictureSubscription(on_ready, self._forget, width, hasty=hasty)
        with self._lock:
            if self._closed:
                return viewer
            newest = self._newest
            self._viewers = (*self._viewers, viewer)
            if self._show is None:
                show = Show(
                    self._feed, self._clock, self._number, self._deliver, self._deliver_early
                )
                self._show = show.start()
        if newest is not None:
            viewer.begin(newest.at(width))
        return viewer

    def snapshot(self, timeout: float = 5.0) -> Picture:
        """The newest picture.

        Raises
        ------
        StateError
            ``session_not_live``: none came within `timeout` seconds.
        """
        ready = threading.Event()
        asked = self._clock.utc_ns()
        viewer = self.subscribe(ready.set)
        try:
            ready.wait(timeout)
            ready.clear()
            picture = viewer.take()
            late = OVERDUE * self._feed.usual_distance * 1e9
            if picture is not None and asked - picture.captured > late and ready.wait(UNREAD):
                picture = viewer.take() or picture
        finally:
            viewer.close()
        if picture is None:
            raise StateError("session_not_live")
        return picture

    def last(self, width: int | None = None) -> Picture | None:
        """What was seen last where the stream is broken now; None while it goes on."""
        units = self._feed.cut_off()
        if not units:
            return None
        if self._last is None or self._last[0] is not units[-1]:
            self._last = units[-1], last_sight(units, self._clock)
        sight = self._last[1]
        return sight.at(width) if sight else None

    def close(self) -> None:
        """End it for all viewers."""
        with self._lock:
            self._closed = True
            self._viewers = ()
            decoding = self._decoding
        for viewer in decoding:
            viewer.close()
        self._end_show()

    def _deliver_early(self, show: Show, sight: Sight) -> None:
        with self._lock:
            hasty = [each for each in self._viewers if each.hasty and show is self._show]
        for viewer in hasty:
            viewer.put(sight.at(viewer.width))

    def _deliver(self, show: Show, sight: Sight) -> None:
        with self._lock:
            if show is not self._show:
                return
            self._newest = sight
            self._number = sight.number
            viewers = self._viewers
        for viewer in viewers:
            viewer.put(sight.at(viewer.width))

    def _forget(self, viewer: PictureSubscription) -> None:
        with self._lock:
            self._viewers = tuple(each for each in self._viewers if each is not viewer)
            if self._viewers:
                return
        self._end_show()

    def _forget_decoding(self, viewer: PacketSubscription) -> None:
        with self._lock:
            self._decoding = tuple(each for each in self._decoding if each is not viewer)

    def _end_show(self) -> None:
        with self._lock:
            if self._viewers:
                return
            show, self._show, self._newest = self._show, None, None
        if show is not None:
            show.close()
            show.join()
