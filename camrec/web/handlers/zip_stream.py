"""Several files as one ZIP, made while it is sent."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from camrec.library import VideoFile, safe_filename

ZIP_CHUNK_BYTES = 256 << 10  # bytes read at a time


class ChunkSink(io.RawIOBase):
    """Takes what is written, to be given on; it cannot go back, as a network cannot."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self._buffer += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._buffer)
        self._buffer.clear()
        return taken


def archive_filename(videos: Sequence[VideoFile]) -> str:
    """What the archive of `videos` is called: ``Door 2026-11-24 to 2026-11-26, 3 videos.zip``."""
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
    """Each video, and its receipt behind it where it has one."""
    paths: list[Path] = []
    for video in videos:
        paths.append(video.path)
        if video.receipt is not None:
            paths.append(video.path.with_suffix(".json"))
    return paths


def stream_zip(paths: Sequence[Path]) -> Iterator[bytes]:
    """The archive of `paths`, stored as they are: a video does not get smaller.

    Raises OSError when a file cannot be read any more: what came before it is no whole archive.
    """
    outlet = ChunkSink()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.name, time.localtime(path.stat().st_mtime)[:6])
            entry.external_attr = 0o644 << 16
            with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as into:
                while chunk := file.read(ZIP_CHUNK_BYTES):
                    into.write(chunk)
                    yield outlet.take()
    yield outlet.take()
