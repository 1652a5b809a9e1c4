"""A video's pictures, by number, by second and by time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np

from camrec.errors import NotFoundError, reason_of
from camrec.frames import index_cache, positions
from camrec.frames.frame_index import Index
from camrec.frames.frame_reader import Reader
from camrec.frames.positions import Place
from camrec.i18n import Phrase


class Footage:
    """What a video shows. Any thread may ask; it can be sent to another process.

    Parameters
    ----------
    path
        Of the file, here or on another storage.
    begun
        UTC nanoseconds of the video's time 0.
    keep
        The file in which its index is kept; None: it is not.
    """

    def __init__(self, path: Path, begun: int, keep: Path | None = None) -> None:
        self.path = path
        self._begun = begun
        self._keep = keep
        self._index: Index | None = None
        self._reader: Reader | None = None
        self._lock = threading.Lock()

    @property
    def index(self) -> Index:
        """Raises NotFoundError (``no_video``, ``no_pictures``)."""
        with self._lock:
            return self._indexed()

    def times(self) -> np.ndarray:
        """(n,) datetime64[ns], UTC."""
        return (self._begun + self.index.offsets).astype("datetime64[ns]")

    def frame(self, at: Place) -> tuple[np.datetime64, np.ndarray]:
        """See `camrec.Video.frame`."""
        with self._lock:
            index = self._indexed()
            number = positions.one(at, index, self._begun)
            with self._told():
                if self._reader is None:
                    self._reader = Reader(self.path)
                return self._picture(self._reader, index, number)

    def frames(
        self, start: Place | None = None, stop: Place | None = None, step: int = 1
    ) -> Iterator[tuple[np.datetime64, np.ndarray]]:
        """See `camrec.Video.frames`."""
        index = self.index
        numbers = positions.some(start, stop, step, index, self._begun)
        return self._all(index, numbers)

    def _all(self, index: Index, numbers: range) -> Iterator[tuple[np.datetime64, np.ndarray]]:
        if not numbers:
            return
        with self._told():
            reader = Reader(self.path)
            try:
                for number in numbers:
                    yield self._picture(reader, index, number)
            finally:
                reader.close()

    def close(self) -> None:
        """Let the file go; it is opened again when it is asked."""
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _indexed(self) -> Index:
        if self._index is None:
            with self._told():
                self._index = index_cache.get(self.path, self._keep)
        return self._index

    def _picture(
        self, reader: Reader, index: Index, number: int
    ) -> tuple[np.datetime64, np.ndarray]:
        time = np.datetime64(self._begun + int(index.offsets[number]), "ns")
        return time, reader.picture(index.aims(number))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong as errors that say of which video."""
        name = self.path.name
        try:
            yield
        except FileNotFoundError:
            raise NotFoundError("no_video", filename=name) from None
        except (av.error.FFmpegError, OSError, LookupError) as error:
            reason = Phrase("reasons.no_frame_decodes")
            if isinstance(error, OSError):
                reason = reason_of(error)
            raise NotFoundError("no_pictures", filename=name, reason=reason) from None

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_begun": self._begun, "_keep": self._keep}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"], state["_begun"], state["_keep"])
