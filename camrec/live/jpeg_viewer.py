"""One viewer's way to the pictures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from camrec.live.jpeg_frame import JpegFrame

log = logging.getLogger(__name__)


class JpegViewer:
    """Holds the newest picture until it is taken, so a viewer that takes none costs no more.

    lag : seconds from sending to the viewer's answer, as the one who sends measures it, or None.
    width : pixels that it can show, or None.
    hasty : shows an older picture rather than none.
    on_ready : called when there is a picture and was none before, in another thread: it hands
        over and returns.
    """

    def __init__(
        self,
        on_ready: Callable[[], object],
        on_close: Callable[[JpegViewer], None],
        width: int | None,
        *,
        hasty: bool = False,
    ) -> None:
        self.width = width
        self.allow_stale = hasty
        self._lock = threading.Lock()
        self._picture: JpegFrame | None = None
        self._has_received = False
        self._on_ready = on_ready
        self._on_close = on_close
        self.lag: float | None = None

    def take(self) -> JpegFrame | None:
        """The newest picture, once."""
        with self._lock:
            taken, self._picture = self._picture, None
            return taken

    def put(self, picture: JpegFrame) -> None:
        """The other side: this is the newest now."""
        with self._lock:
            new = self._picture is None
            self._picture = picture
            self._has_received = True
        if new:
            self.notify()

    def begin(self, picture: JpegFrame) -> None:
        """This was the newest when it came, unless it got a newer one meanwhile."""
        with self._lock:
            if self._has_received:
                return
            self._picture = picture
        self.notify()

    def notify(self) -> None:
        """Call `on_ready`; its error is its own."""
        try:
            self._on_ready()
        except Exception:
            log.exception("a viewer failed")

    def close(self) -> None:
        """Any number of times, from any thread."""
        self._on_close(self)
