"""Passes a session's live frames to all its viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import StateError
from camrec.feed import MediaFeed
from camrec.live.h264_viewer import H264Viewer
from camrec.live.jpeg_encoder_thread import JpegProducer, decode_last_frame
from camrec.live.jpeg_frame import JpegFrame
from camrec.live.jpeg_sizes import FrameVariants
from camrec.live.jpeg_viewer import JpegViewer
from camrec.media import MediaUnit

OVERDUE_FRAME_INTERVALS = 1.5  # usual frame intervals after which a newer frame must exist
# The newer frame arrives within this time: without viewers, frames arrive in batches.
UNREAD_FRAME_WAIT_S = 0.25


class LiveViews:
    """Passes on an MJPEG camera's own JPEGs, or encodes each frame once as JPEG for all viewers.

    Frames are decoded only while there are viewers that do not decode H.264 themselves.
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
        """The number of viewers of JPEGs and of H.264."""
        return len(self._jpeg_viewers) + len(self._h264_viewers)

    @property
    def lag(self) -> float | None:
        """The lag of the slowest viewer in seconds; None if no viewer's is known."""
        viewers: tuple[JpegViewer | H264Viewer, ...] = (*self._jpeg_viewers, *self._h264_viewers)
        lags = [each.lag for each in viewers]
        return max((lag for lag in lags if lag is not None), default=None)

    def subscribe_h264(self, on_ready: Callable[[], object]) -> H264Viewer:
        """Get the frames as the camera encoded them: the current GOP, and each new frame.

        Parameters
        ----------
        on_ready
            See `H264Viewer`.
        """
        viewer = H264Viewer(self._feed, self._clock, on_ready, self._remove_h264_viewer)
        with self._lock:
            closed = self._closed
            if not closed:
                self._h264_viewers = (*self._h264_viewers, viewer)
        if closed:
            viewer.close()
        return viewer

    def subscribe_jpeg(
        self,
        on_ready: Callable[[], object],
        width: int | None = None,
        *,
        allow_stale: bool = False,
    ) -> JpegViewer:
        """Get the newest frame as a JPEG, at once if there is one, and each new frame.

        Parameters
        ----------
        on_ready
            See `JpegViewer`.
        width
            The width in pixels that the viewer can show. Frames that camrec encodes may then be
            smaller than the camera's, but not narrower than this.
        allow_stale
            Whether the viewer gets the first frame of the GOP while camrec decodes the rest of the
            GOP.
        """
        viewer = JpegViewer(on_ready, self._remove_jpeg_viewer, width, allow_stale=allow_stale)
        with self._lock:
            if self._closed:
                return viewer
            newest = self._newest_frame
            self._jpeg_viewers = (*self._jpeg_viewers, viewer)
            if self._producer is None:
                self._producer = JpegProducer(
                    self._feed, self._clock, self._number, self._deliver, self._deliver_preview
                ).start()
        if newest is not None:
            viewer.put_first(newest.for_width(width))
        return viewer

    def snapshot(self, timeout: float = 5.0) -> JpegFrame:
        """Return the newest frame in full size.

        Raises
        ------
        StateError
            ``session_not_live``: no frame arrived within `timeout` seconds.
        """
        ready = threading.Event()
        requested_at = self._clock.utc_ns()
        viewer = self.subscribe_jpeg(ready.set)
        try:
            ready.wait(timeout)
            ready.clear()
            frame = viewer.next_frame()
            overdue_after = OVERDUE_FRAME_INTERVALS * self._feed.frame_interval * NS_PER_SECOND
            if (
                frame is not None
                and requested_at - frame.captured > overdue_after
                and ready.wait(UNREAD_FRAME_WAIT_S)
            ):
                frame = viewer.next_frame() or frame
        finally:
            viewer.close()
        if frame is None:
            raise StateError("session_not_live")
        return frame

    def last_frame(self, width: int | None = None) -> JpegFrame | None:
        """Return the last frame before an interruption; None while there is no interruption."""
        units = self._feed.interrupted_gop()
        if not units:
            return None
        if self._last_frame is None or self._last_frame[0] is not units[-1]:
            self._last_frame = units[-1], decode_last_frame(units, self._clock)
        variants = self._last_frame[1]
        return variants.for_width(width) if variants else None

    def close(self) -> None:
        """End the live view for all viewers."""
        with self._lock:
            self._closed = True
            self._jpeg_viewers = ()
            h264_viewers = self._h264_viewers
        for viewer in h264_viewers:
            viewer.close()
        self._stop_if_unused()

    def _deliver_preview(self, producer: JpegProducer, variants: FrameVariants) -> None:
        with self._lock:
            is_current = producer is self._producer
            viewers = [each for each in self._jpeg_viewers if each.allow_stale and is_current]
        for viewer in viewers:
            viewer.put(variants.for_width(viewer.width))

    def _deliver(self, producer: JpegProducer, variants: FrameVariants) -> None:
        with self._lock:
            if producer is not self._producer:
                return
            self._newest_frame = variants
            self._number = variants.number
            viewers = self._jpeg_viewers
        for viewer in viewers:
            viewer.put(variants.for_width(viewer.width))

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
            producer, self._producer, self._newest_frame = self._producer, None, None
        if producer is not None:
            producer.close()
            producer.join()
