"""A session's pictures, for all its viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camrec.clock import Clock
from camrec.errors import StateError
from camrec.feed import MediaFeed
from camrec.live.h264_viewer import H264Viewer
from camrec.live.jpeg_encoder_thread import JpegProducer, decode_last_frame
from camrec.live.jpeg_frame import JpegFrame
from camrec.live.jpeg_sizes import FrameVariants
from camrec.live.jpeg_viewer import JpegViewer
from camrec.media import MediaUnit

OVERDUE_FRAME_INTERVALS = (
    1.5  # usual distances after which a newer picture than the last should be there
)
# Seconds in which it then comes: while nobody looked the camera was read some at a time.
UNREAD_FRAME_WAIT_S = 0.25


class LiveViews:
    """An MJPEG camera's own bytes, or one decoding and one JPEG a picture for all viewers.

    Nothing is decoded while nobody looks, nor for viewers that decode by themselves.
    """

    def __init__(self, feed: MediaFeed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._lock = threading.Lock()
        self._jpeg_viewers: tuple[JpegViewer, ...] = ()
        self._h264_viewers: tuple[H264Viewer, ...] = ()
        self._producer: JpegProducer | None = None
        self._newest_frame: FrameVariants | None = None
        self._last_frame: tuple[MediaUnit, FrameVariants | None] | None = None
        self._number = 0
        self._closed = False

    @property
    def viewers(self) -> int:
        """Those of both kinds."""
        return len(self._jpeg_viewers) + len(self._h264_viewers)

    @property
    def lag(self) -> float | None:
        """Of the viewer that is farthest behind, in seconds; None where none is known."""
        viewers: tuple[JpegViewer | H264Viewer, ...] = (*self._jpeg_viewers, *self._h264_viewers)
        lags = [each.lag for each in viewers]
        return max((lag for lag in lags if lag is not None), default=None)

    def packets(self, on_ready: Callable[[], object]) -> H264Viewer:
        """Get the pictures as the camera coded them: the current group, and each that follows.

        Parameters
        ----------
        on_ready
            Called when something has come and nothing waited, from another thread.
        """
        viewer = H264Viewer(self._feed, self._clock, on_ready, self._remove_h264_viewer)
        with self._lock:
            closed = self._closed
            if not closed:
                self._h264_viewers = (*self._h264_viewers, viewer)
        if closed:
            viewer.close()
        return viewer

    def subscribe(
        self, on_ready: Callable[[], object], width: int | None = None, *, hasty: bool = False
    ) -> JpegViewer:
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
        viewer = JpegViewer(on_ready, self._remove_jpeg_viewer, width, hasty=hasty)
        with self._lock:
            if self._closed:
                return viewer
            newest = self._newest_frame
            self._jpeg_viewers = (*self._jpeg_viewers, viewer)
            if self._producer is None:
                show = JpegProducer(
                    self._feed, self._clock, self._number, self._deliver, self._deliver_preview
                )
                self._producer = show.start()
        if newest is not None:
            viewer.begin(newest.at(width))
        return viewer

    def snapshot(self, timeout: float = 5.0) -> JpegFrame:
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
            late = OVERDUE_FRAME_INTERVALS * self._feed.frame_interval * 1e9
            if (
                picture is not None
                and asked - picture.captured > late
                and ready.wait(UNREAD_FRAME_WAIT_S)
            ):
                picture = viewer.take() or picture
        finally:
            viewer.close()
        if picture is None:
            raise StateError("session_not_live")
        return picture

    def last_frame(self, width: int | None = None) -> JpegFrame | None:
        """What was seen last where the stream is broken now; None while it goes on."""
        units = self._feed.interrupted_gop()
        if not units:
            return None
        if self._last_frame is None or self._last_frame[0] is not units[-1]:
            self._last_frame = units[-1], decode_last_frame(units, self._clock)
        sight = self._last_frame[1]
        return sight.at(width) if sight else None

    def close(self) -> None:
        """End it for all viewers."""
        with self._lock:
            self._closed = True
            self._jpeg_viewers = ()
            decoding = self._h264_viewers
        for viewer in decoding:
            viewer.close()
        self._stop_if_unused()

    def _deliver_preview(self, show: JpegProducer, sight: FrameVariants) -> None:
        with self._lock:
            hasty = [
                each for each in self._jpeg_viewers if each.allow_stale and show is self._producer
            ]
        for viewer in hasty:
            viewer.put(sight.at(viewer.width))

    def _deliver(self, show: JpegProducer, sight: FrameVariants) -> None:
        with self._lock:
            if show is not self._producer:
                return
            self._newest_frame = sight
            self._number = sight.number
            viewers = self._jpeg_viewers
        for viewer in viewers:
            viewer.put(sight.at(viewer.width))

    def _remove_jpeg_viewer(self, viewer: JpegViewer) -> None:
        with self._lock:
            self._jpeg_viewers = tuple(each for each in self._jpeg_viewers if each is not viewer)
            if self._jpeg_viewers:
                return
        self._stop_if_unused()

    def _remove_h264_viewer(self, viewer: H264Viewer) -> None:
        with self._lock:
            self._h264_viewers = tuple(each for each in self._h264_viewers if each is not viewer)

    def _stop_if_unused(self) -> None:
        with self._lock:
            if self._jpeg_viewers:
                return
            show, self._producer, self._newest_frame = self._producer, None, None
        if show is not None:
            show.close()
            show.join()
