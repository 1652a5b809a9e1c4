"""Access to the frames of a video by number, by seconds and by time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from camrec.errors import NotFoundError, describe_os_error
from camrec.frames import index_cache, positions
from camrec.frames.frame_index import FrameIndex
from camrec.frames.frame_reader import FrameReader
from camrec.frames.positions import Position
from camrec.frames.utc_map import VideoUtc
from camrec.i18n import Phrase
from camrec.receipt import UtcMap


class VideoFrames:
    """The frames that a video shows.

    Any thread may use it, and it can be sent to another process (pickled).

    Parameters
    ----------
    path
        The file, here or on another storage.
    started_at
        When the video starts: UTC nanoseconds.
    index_file
        Where the index of the video is stored between runs; None: nowhere.
    utc_map
        `Receipt.utc_map`: how the camera's clock drifted.
    """

    def __init__(
        self,
        path: Path,
        started_at: int,
        index_file: Path | None = None,
        utc_map: UtcMap = (),
    ) -> None:
        self.path = path
        self._utc = VideoUtc(started_at, utc_map)
        self._index_file = index_file
        self._index: FrameIndex | None = None
        self._reader: FrameReader | None = None
        self._lock = threading.Lock()

    @property
    def index(self) -> FrameIndex:
        """The index of all frames, which is read on first use.

        Raises
        ------
        NotFoundError
            ``no_video``, ``no_pictures``: the file does not exist, or cannot be read.
        """
        with self._lock:
            return self._load_index()

    def times(self) -> npt.NDArray[np.datetime64]:
        """Return when each frame was taken: (n,) datetime64[ns], UTC, increasing."""
        return self._utc.times(self.index.offsets)

    def numbers_at(self, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the number of the frame that is shown at each time, as near as there is one.

        Parameters
        ----------
        offsets
            Nanoseconds from the start of the video.
        """
        shown = self.index.offsets
        numbers = np.searchsorted(shown, offsets, "right") - 1
        found: npt.NDArray[np.int64] = np.clip(numbers, 0, shown.size - 1).astype("i8")
        return found

    def time_of(self, at: Position) -> int:
        """Return when a position was, in UTC nanoseconds. See `positions.find_time`."""
        return positions.find_time(at, self.index, self._utc)

    def frame(self, at: Position) -> tuple[np.datetime64, npt.NDArray[np.uint8]]:
        """Return the frame at `at` with its time. See `camrec.Video.frame`."""
        with self._lock:
            index = self._load_index()
            number = positions.find_frame(at, index, self._utc)
            with self._translate_errors():
                if self._reader is None:
                    self._reader = FrameReader(self.path)
                return self._read_frame(self._reader, index, number)

    def frames(
        self, start: Position | None = None, stop: Position | None = None, step: int = 1
    ) -> Iterator[tuple[np.datetime64, npt.NDArray[np.uint8]]]:
        """Iterate over frames and their times. See `camrec.Video.frames`."""
        index = self.index
        numbers = positions.find_frame_range(start, stop, step, index, self._utc)
        return self._read_frames(index, numbers)

    def close(self) -> None:
        """Close the file; it is opened again when a frame is read."""
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _read_frames(
        self, index: FrameIndex, numbers: range
    ) -> Iterator[tuple[np.datetime64, npt.NDArray[np.uint8]]]:
        if not numbers:
            return
        with self._translate_errors():
            reader = FrameReader(self.path)
            try:
                for number in numbers:
                    yield self._read_frame(reader, index, number)
            finally:
                reader.close()

    def _load_index(self) -> FrameIndex:
        if self._index is None:
            with self._translate_errors():
                self._index = index_cache.load_or_read_index(self.path, self._index_file)
        return self._index

    def _read_frame(
        self, reader: FrameReader, index: FrameIndex, number: int
    ) -> tuple[np.datetime64, npt.NDArray[np.uint8]]:
        (time,) = self._utc.times(index.offsets[number : number + 1])
        return time, reader.read_frame(index.seek_targets(number))

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise errors of the file as a NotFoundError that names the video."""
        name = self.path.name
        try:
            yield
        except FileNotFoundError:
            raise NotFoundError("no_video", filename=name) from None
        except (av.error.FFmpegError, OSError, LookupError) as error:
            reason: Phrase | str = Phrase("reasons.no_frame_decodes")
            if isinstance(error, OSError):
                reason = describe_os_error(error)
            raise NotFoundError("no_pictures", filename=name, reason=reason) from None

    def __reduce__(self) -> tuple[type[VideoFrames], tuple[Path, int, Path | None, UtcMap]]:
        """Pickle without the open file: another process opens the file itself."""
        utc = self._utc
        return VideoFrames, (self.path, utc.started_at, self._index_file, utc.points)
