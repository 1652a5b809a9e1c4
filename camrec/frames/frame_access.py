"""A video's pictures, by number, by second and by time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np

from camrec.errors import NotFoundError, describe_os_error
from camrec.frames import index_cache, positions
from camrec.frames.frame_index import FrameIndex
from camrec.frames.frame_reader import FrameReader
from camrec.frames.positions import Position
from camrec.i18n import Phrase


class VideoFrames:
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
        self._started_at = begun
        self._index_file = keep
        self._index: FrameIndex | None = None
        self._reader: FrameReader | None = None
        self._lock = threading.Lock()

    @property
    def index(self) -> FrameIndex:
        """Raises NotFoundError (``no_video``, ``no_pictures``)."""
        with self._lock:
            return self._load_index()

    def times(self) -> np.ndarray:
        """(n,) datetime64[ns], UTC."""
        return (self._started_at + self.index.offsets).astype("datetime64[ns]")

    def frame(self, at: Position) -> tuple[np.datetime64, np.ndarray]:
        """See `camrec.Video.frame`."""
        with self._lock:
            index = self._load_index()
            number = positions.find_frame(at, index, self._started_at)
            with self._translate_errors():
                if self._reader is None:
                    self._reader = FrameReader(self.path)
                return self._read_frame(self._reader, index, number)

    def frames(
        self, start: Position | None = None, stop: Position | None = None, step: int = 1
    ) -> Iterator[tuple[np.datetime64, np.ndarray]]:
        """See `camrec.Video.frames`."""
        index = self.index
        numbers = positions.find_frame_range(start, stop, step, index, self._started_at)
        return self._read_frames(index, numbers)

    def _read_frames(
        self, index: FrameIndex, numbers: range
    ) -> Iterator[tuple[np.datetime64, np.ndarray]]:
        if not numbers:
            return
        with self._translate_errors():
            reader = FrameReader(self.path)
            try:
                for number in numbers:
                    yield self._read_frame(reader, index, number)
            finally:
                reader.close()

    def close(self) -> None:
        """Let the file go; it is opened again when it is asked."""
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _load_index(self) -> FrameIndex:
        if self._index is None:
            with self._translate_errors():
                self._index = index_cache.load_or_read_index(self.path, self._index_file)
        return self._index

    def _read_frame(
        self, reader: FrameReader, index: FrameIndex, number: int
    ) -> tuple[np.datetime64, np.ndarray]:
        time = np.datetime64(self._started_at + int(index.offsets[number]), "ns")
        return time, reader.picture(index.seek_targets(number))

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """What goes wrong as errors that say of which video."""
        name = self.path.name
        try:
            yield
        except FileNotFoundError:
            raise NotFoundError("no_video", filename=name) from None
        except (av.error.FFmpegError, OSError, LookupError) as error:
            reason = Phrase("reasons.no_frame_decodes")
            if isinstance(error, OSError):
                reason = describe_os_error(error)
            raise NotFoundError("no_pictures", filename=name, reason=reason) from None

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_begun": self._started_at, "_keep": self._index_file}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"], state["_begun"], state["_keep"])
