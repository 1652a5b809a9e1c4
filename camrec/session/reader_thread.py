"""A thread that reads a stream once, from its first unit to its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from camrec.media import MediaUnit, StreamNotice
from camrec.readers import StreamError
from camrec.session.upstream import UnitReader

log = logging.getLogger(__name__)


class ReaderThread:
    """Delivers what its reader reads. After `close` it delivers nothing more.

    error : why the reading ended, if an error ended it.

    Parameters
    ----------
    deliver
        Called in this thread with the units that arrived together.
    wake
        Set when the reading ends, so that the owner needs to wait for only one event.
    """

    def __init__(
        self,
        reader: UnitReader,
        deliver: Callable[[Sequence[MediaUnit]], None],
        wake: threading.Event,
        name: str,
    ) -> None:
        self._reader = reader
        self._deliver = deliver
        self._wake = wake
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._read, name=name, daemon=True)
        self.error: StreamError | None = None

    def start(self) -> ReaderThread:
        """Start the thread, and return this object."""
        self._thread.start()
        return self

    @property
    def unsupported_audio(self) -> str:
        """As `UnitReader.unsupported_audio`."""
        return self._reader.unsupported_audio

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        """As `UnitReader.notices`."""
        return self._reader.notices

    @property
    def has_ended(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def set_read_interval(self, seconds: float) -> None:
        """As `UnitReader.set_read_interval`."""
        self._reader.set_read_interval(seconds)

    def close(self) -> None:
        """End the reading and wait for the thread."""
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
