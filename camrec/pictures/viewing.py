"""One viewer's way to the pictures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from camrec.pictures.picture import Picture

log = logging.getLogger(__name__)


class PictureSubscription:
    """Holds the newest picture until it is taken, so a viewer that takes none costs no more.

    lag : seconds from sending to the viewer's answer, as the one who sends measures it, or None.
    begin : the newest picture so far.
    on_ready : called when there is a picture and was none before, in another thread: it hands
        over and returns.
    """

    def __init__(
        self,
        begin: Picture | None,
        on_ready: Callable[[], object],
        on_close: Callable[[PictureSubscription], None],
    ) -> None:
        self._lock = threading.Lock()
        self._picture = begin
        self._on_ready = on_ready
        self._on_close = on_close
        self.lag: float | None = None

    def take(self) -> Picture | None:
        """The newest picture, once."""
        with self._lock:
            taken, self._picture = self._picture, None
            return taken

    def put(self, picture: Picture) -> None:
        """The other side: this is the newest now."""
        with self._lock:
            new = self._picture is None
            self._picture = picture
        if new:
            self.tell()

    def tell(self) -> None:
        """Call `on_ready`; its error is its own."""
        try:
            self._on_ready()
        except Exception:
            log.exception("a viewer failed")

    def close(self) -> None:
        """Any number of times, from any thread."""
        self._on_close(self)
