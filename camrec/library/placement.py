"""Moves finished videos into the videos folder, with names that are not in use."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from camrec import file_system
from camrec.library import filenames


def place_video(folder: Path, file: Path, receipt_file: Path | None, stem: str) -> str:
    """Move a video and its receipt into `folder`, with the name `stem` or the first free number.

    The receipt is moved first: a receipt alone is not a video, but a video alone would be listed
    without its receipt. Returns the file name of the video. If it raises OSError, the video is
    still in its old place.
    """
    for candidate in numbered_stems(stem):
        if filename := try_place_video(folder, file, receipt_file, candidate):
            return filename
    raise AssertionError("the numbers never end")


def try_place_video(folder: Path, file: Path, receipt_file: Path | None, stem: str) -> str | None:
    """Move a video and its receipt to `stem`; None if the name is taken. Raises OSError."""
    target = folder / f"{stem}{filenames.VIDEO_FILE_SUFFIX}"
    receipt_target = target.with_suffix(".json")
    if target.exists():
        return None
    if receipt_file is not None and not _move_if_free(receipt_file, receipt_target):
        return None
    moved = False
    try:
        moved = _move_if_free(file, target)
    finally:
        if not moved and receipt_file is not None:
            file_system.rename_no_overwrite(receipt_target, receipt_file)
    return target.name if moved else None


def numbered_stems(stem: str) -> Iterator[str]:
    """Yield ``stem``, ``stem (2)``, ``stem (3)`` and so on."""
    return (filenames.numbered_stem(stem, number) for number in itertools.count(1))


def _move_if_free(source: Path, target: Path) -> bool:
    try:
        file_system.rename_no_overwrite(source, target)
    except FileExistsError:
        return False
    return True
