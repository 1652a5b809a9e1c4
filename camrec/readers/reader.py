"""The base of the readers: used once, closed from any thread, with one kind of error."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from camrec.clock import Clock
from camrec.media import MediaUnit, StreamNotice
from camrec.readers.errors import StreamError
from camrec.rtp import UnsupportedVideo


class InterruptibleConnection(Protocol):
    """A connection whose `interrupt` ends a read in another thread."""

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


ConnectionT = TypeVar("ConnectionT", bound=InterruptibleConnection)


class StreamReader(ABC):
    """Reads one stream, once.

    Parameters
    ----------
    clock
        Gives the arrival times.
    timeout
        Seconds without a response of the proxy after which the reader ends with "silent".
    patience
        The same for responses that depend on the camera: the description of the stream, and its
        media. None: `timeout`.

    Attributes
    ----------
    advertised_codecs : the codecs in the stream's description, in upper case.
    unsupported_audio : the codec of the stream's audio in upper case if no audio is read; else "".
    notices : what a recording should report, one notice per code. Replaced when something changes.
    """

    def __init__(self, clock: Clock, timeout: float, patience: float | None = None) -> None:
        self._clock = clock
        self._timeout = timeout
        self._media_timeout = timeout if patience is None else patience
        self._lock = threading.Lock()
        self._closed = False
        self._read_interval = 0.0
        self._wake = threading.Event()
        self._connection: InterruptibleConnection | None = None
        self.advertised_codecs: tuple[str, ...] = ()
        self.unsupported_audio = ""
        self.notices: tuple[StreamNotice, ...] = ()

    def units(self) -> Iterator[MediaUnit]:
        """Every unit from now on. Raises StreamError."""
        for batch in self.batches():
            for unit in batch:
                if self._closed:
                    return
                yield unit

    def batches(self) -> Iterator[Sequence[MediaUnit]]:
        """Every unit from now on; units that arrived together are in one batch.

        Ends when the stream ends, or after `close`. Raises StreamError.
        """
        try:
            for batch in self._read_batches():
                if self._closed:
                    return
                yield batch
        except EOFError:
            return
        except (OSError, StreamError, UnsupportedVideo) as error:
            if not self._closed:
                raise _to_stream_error(error) from None
        finally:
            if self._connection is not None:
                self._connection.close()

    def set_read_interval(self, seconds: float) -> None:
        """Read only every so many seconds, to wake up less often; 0: as soon as data arrives.

        Any thread may call this. A reader whose timestamps are arrival times ignores it.
        """
        self._read_interval = seconds
        if seconds:
            self._wake.clear()
        else:
            self._wake.set()

    def close(self) -> None:
        """End the reader. Any thread may call this, any number of times."""
        self._wake.set()
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.interrupt()

    @abstractmethod
    def _read_batches(self) -> Iterator[Sequence[MediaUnit]]:
        """As `batches`. Raises OSError, StreamError, UnsupportedVideo; EOFError at the end."""

    def _register_connection(self, connection: ConnectionT) -> ConnectionT:
        """Let `close` interrupt this connection. Raises EOFError if `close` was already called."""
        with self._lock:
            self._connection = connection
            if self._closed:
                raise EOFError
        return connection


def _to_stream_error(error: OSError | StreamError | UnsupportedVideo) -> StreamError:
    if isinstance(error, StreamError):
        return error
    if isinstance(error, UnsupportedVideo):
        return StreamError(error.reason, error.detail)
    if isinstance(error, TimeoutError):
        return StreamError("silent")
    if isinstance(error, ConnectionRefusedError):
        return StreamError("refused")
    return StreamError("lost", type(error).__name__)
