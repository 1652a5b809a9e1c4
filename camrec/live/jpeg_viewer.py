"""One viewer of a session's JPEGs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from camrec.live.jpeg_frame import JpegFrame

log = logging.getLogger(__name__)


class JpegViewer:
    """Stores only the newest frame, so that a slow viewer uses no more memory than a fast one.

    lag : seconds from sending a frame to the viewer's acknowledgement, which the viewer's handler
        measures; None if unknown.
    width : the width in pixels that the viewer can show; None: any width.
    allow_stale : whether an older frame is better for the viewer than none.

    Parameters
    ----------
    on_ready
        Called when there is a frame and there was none before. It runs in another thread and must
        return quickly.
    on_close
        Called when the viewer closes.
    """

    def __init__(
        self,
        on_ready: Callable[[], object],
        on_close: Callable[[JpegViewer], None],
        width: int | None,
        *,
        allow_stale: bool = False,
    ) -> None:
        self.width = width
        self.allow_stale = allow_stale
        self._lock = threading.Lock()
        self._frame: JpegFrame | None = None
        self._has_received = False
        self._on_ready = on_ready
        self._on_close = on_close
        self.lag: float | None = None

    def next_frame(self) -> JpegFrame | None:
        """Return the newest frame; None if it was already taken."""
        with self._lock:
            frame, self._frame = self._frame, None
            return frame

    def put(self, frame: JpegFrame) -> None:
        """Replace the newest frame. The producer calls this."""
        with self._lock:
            was_empty = self._frame is None
            self._frame = frame
            self._has_received = True
        if was_empty:
            self.notify()

    def put_first(self, frame: JpegFrame) -> None:
        """Add the frame that was the newest before the viewer, unless a newer one has arrived."""
        with self._lock:
            if self._has_received:
                return
            self._frame = frame
        self.notify()

    def notify(self) -> None:
        """Call `on_ready`. An error that it raises is logged."""
        try:
            self._on_ready()
        except Exception:
            log.exception("a viewer failed")

    def close(self) -> None:
        """Stop receiving frames. Any thread may call it, any number of times."""
        self._on_close(self)
