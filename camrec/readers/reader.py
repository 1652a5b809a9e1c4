"""What both readers have in common: one use, an end from any thread, one kind of error."""

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
    """What is read from: `interrupt` wakes a reading in another thread."""

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


ConnectionT = TypeVar("ConnectionT", bound=InterruptibleConnection)


class StreamReader(ABC):
    """Reads one stream, once.

    timeout
        Seconds without an answer of the proxy after which it ends as "silent".
    patience
        The same for what only the camera can give: that the stream is there, and all that comes
        of it. None: as `timeout`.
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
        """Names of the codecs that the stream is said to have, in upper case."""
        self.unsupported_audio = ""
        """The codec of the stream's sound, in upper case, where there is some but none is read."""
        self.notices: tuple[StreamNotice, ...] = ()
        """What a recording of it should tell, one of a code; replaced when something changes."""

    def units(self) -> Iterator[MediaUnit]:
        """Every unit from now on, as `batches`."""
        for batch in self.batches():
            for unit in batch:
                if self._closed:
                    return
                yield unit

    def batches(self) -> Iterator[Sequence[MediaUnit]]:
        """Every unit from now on, those together that came together; ends with the stream, or
        after `close`.

        Raises
        ------
        StreamError
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

    def rest(self, seconds: float) -> None:
        """Read all that came only every so many seconds, to save wake-ups; 0: at once as it comes.

        From any thread. One whose units have their arrival as their time never rests.
        """
        self._read_interval = seconds
        if seconds:
            self._wake.clear()
        else:
            self._wake.set()

    def close(self) -> None:
        """End it, from any thread, any number of times."""
        self._wake.set()
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.interrupt()

    @abstractmethod
    def _read_batches(self) -> Iterator[Sequence[MediaUnit]]:
        """As `batches`, with the errors as they come: OSError, StreamError; EOFError at the end."""

    def _register_connection(self, connection: ConnectionT) -> ConnectionT:
        """Keep it, so that `close` can end it; EOFError where that came first."""
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
