"""One reading of a stream, from its first unit to its end; used once and thrown away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from camrec.media import MediaUnit, StreamNotice
from camrec.readers import StreamError
from camrec.session.upstream import UnitReader

log = logging.getLogger(__name__)


class ReaderThread:
    """Reads in a thread of its own and delivers what comes; after `close` it delivers no more.

    woken : set by the owner's event when the reading ends, so that one wait serves all causes.
    """

    def __init__(
        self,
        reader: UnitReader,
        deliver: Callable[[Sequence[MediaUnit]], None],
        woken: threading.Event,
        name: str,
    ) -> None:
        self._reader = reader
        self._deliver = deliver
        self._wake = woken
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._read, name=name, daemon=True)
        self.error: StreamError | None = None

    def start(self) -> ReaderThread:
        self._thread.start()
        return self

    @property
    def unsupported_audio(self) -> str:
        return self._reader.unsupported_audio

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        return self._reader.notices

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def set_read_interval(self, seconds: float) -> None:
        """As `UnitReader.set_read_interval`."""
        self._reader.set_read_interval(seconds)

    def close(self) -> None:
        self._closed.set()
        self._reader.close()
        self._thread.join()

    def _read(self) -> None:
        try:
            for units in self._reader.batches():
                if self._closed.is_set():
                    return
                self._deliver(units)
        except StreamError as error:
            self.error = error
        except Exception as error:
            log.exception("reading failed")
            self.error = StreamError("lost", type(error).__name__)
        finally:
            self._reader.close()
            self._wake.set()
