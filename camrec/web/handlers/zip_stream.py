"""Creates a ZIP file of several files while it is sent."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Generator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from camrec import remote_files
from camrec.clock import NS_PER_SECOND
from camrec.library import VideoFile, safe_filename

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ZIP_CHUNK_BYTES = 256 << 10  # read at a time


class ChunkSink(io.RawIOBase):
    """A file that collects what is written until `take`. It cannot seek."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Collect `data`; return the number of its bytes."""
        self._buffer += data
        return memoryview(data).nbytes

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = bytes(self._buffer)
        self._buffer.clear()
        return taken


def archive_filename(videos: Sequence[VideoFile]) -> str:
    """Return a name for the archive: ``Door 2026-11-24 to 2026-11-26, 3 videos.zip``."""
    names = {video.camera or video.name for video in videos}
    name = names.pop() if len(names) == 1 else "camrec"
    dates = sorted(
        f"{datetime.fromtimestamp(each.started_at // 10**9):%Y-%m-%d}" for each in videos
    )
    first, last = dates[0], dates[-1]
    days = first if first == last else f"{first} to {last}"
    count = "1 video" if len(videos) == 1 else f"{len(videos)} videos"
    return f"{safe_filename(name)} {days}, {count}.zip"


def files_with_receipts(videos: Sequence[VideoFile]) -> list[Path]:
    """Return the path of each video, followed by the path of its receipt if there is one."""
    paths: list[Path] = []
    for video in videos:
        paths.append(video.path)
        if video.receipt is not None:
            paths.append(video.path.with_suffix(".json"))
    return paths


def stream_zip(paths: Sequence[Path]) -> Generator[bytes, None, None]:
    """Yield the archive of `paths` in chunks, without compression: it does not help videos.

    Raises
    ------
    OSError
        A file can no longer be read; the chunks so far are not a complete archive.
    """
    sink = ChunkSink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            file, (_, changed_ns) = remote_files.open_with_stamp(path)
            entry = zipfile.ZipInfo(path.name, time.localtime(changed_ns // NS_PER_SECOND)[:6])
            entry.external_attr = 0o644 << 16
            with file, archive.open(entry, "w", force_zip64=True) as into:
                while chunk := file.read(ZIP_CHUNK_BYTES):
                    into.write(chunk)
                    yield sink.take()
    yield sink.take()
