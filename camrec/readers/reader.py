"""What both readers have in common: one use, an end from any thread, one kind of error."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Protocol, TypeVar

from camrec.clock import Clock
from camrec.readers.stream_error import StreamError
from camrec.units import Unit


class Connection(Protocol):
    """What is read from: `interrupt` wakes a reading in another thread."""

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


C = TypeVar("C", bound=Connection)


class Reader(ABC):
    """Reads one stream, once.

    timeout
        Seconds without an answer or anything of the stream after which it ends as "silent".
    """

    def __init__(self, clock: Clock, timeout: float) -> None:
        self._clock = clock
        self._timeout = timeout
        self._lock = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None
        self.advertised: tuple[str, ...] = ()
        """Names of the codecs that the stream is said to have, in upper case."""
        self.unheard = ""
        """The codec of the stream's sound, in upper case, where there is some but none is read."""

    def units(self) -> Iterator[Unit]:
        """Every unit from now on; ends with the stream, or after `close`.

        Raises
        ------
        StreamError
        """
        try:
            for unit in self._units():
                if self._closed:
                    return
                yield unit
        except EOFError:
            return
        except (OSError, StreamError) as error:
            if not self._closed:
                raise _told(error) from None
        finally:
            if self._connection is not None:
                self._connection.close()

    def close(self) -> None:
        """End it, from any thread, any number of times."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.interrupt()

    @abstractmethod
    def _units(self) -> Iterator[Unit]:
        """As `units`, with the errors as they come: OSError, StreamError; EOFError at the end."""

    def _connected(self, connection: C) -> C:
        """Keep it, so that `close` can end it; EOFError where that came first."""
        with self._lock:
            self._connection = connection
            if self._closed:
                raise EOFError
        return connection


def _told(error: OSError | StreamError) -> StreamError:
    if isinstance(error, StreamError):
        return error
    if isinstance(error, TimeoutError):
        return StreamError("silent")
    if isinstance(error, ConnectionRefusedError):
        return StreamError("refused")
    return StreamError("lost", type(error).__name__)
