"""Makes and checks file names that every system accepts, and that cannot leave the folder."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from pathlib import Path

from camrec import file_system
from camrec.errors import InputError

VIDEO_FILE_SUFFIX = ".mp4"
MAX_STEM_BYTES = 150  # without the time, the number and the suffix
MIN_NAME_CHARS = 16  # a shorter name could no longer be recognized
# What camrec adds to the name of a video: the time, a number, and then a folder and suffixes, most
# of all for the frame index while it is written.
_LONGEST_ADDITION = "/.indexes/ 2026-11-24 14-03-00 (9999).mp4.npz.4294967295"
_FORBIDDEN_CHARS_PATTERN = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]')
_PERCENT_ESCAPE_PATTERN = re.compile(r"%[0-9a-fA-F]{2}")


def max_name_chars(folder: Path) -> int:
    """Return how long the name of a video in `folder` may be, in UTF-16 units; may be negative.

    On Windows a path has a limit. All programs that open a video must be able to do so, so camrec
    does not use the longer paths for which Windows has a prefix.
    """
    remaining = file_system.remaining_path_chars(folder)
    if remaining is None:
        return MAX_STEM_BYTES
    return min(MAX_STEM_BYTES, remaining - len(_LONGEST_ADDITION))


def check_folder_length(folder: Path) -> None:
    """Raise InputError (``folder_too_long``) if Windows allows no path for a video in `folder`."""
    excess = MIN_NAME_CHARS - max_name_chars(folder)
    if excess > 0:
        raise InputError("folder_too_long", folder=str(folder), excess=excess)


def video_stem(name: str, utc_ns: int, max_chars: int = MAX_STEM_BYTES) -> str:
    """Return `safe_filename` of the name and the local time: ``Door 2026-11-24 14-03-00``."""
    local = datetime.fromtimestamp(utc_ns // 10**9)
    return f"{safe_filename(name, max_chars)} {local:%Y-%m-%d %H-%M-%S}"


def safe_filename(name: str, max_chars: int = MAX_STEM_BYTES) -> str:
    """Return `name`, changed so that Windows, macOS and Linux accept it.

    max_chars : how long it may be at most, in UTF-16 units.
    """
    printable = "".join(char if char.isprintable() else "_" for char in name)
    stem = (
        _FORBIDDEN_CHARS_PATTERN.sub("_", unicodedata.normalize("NFC", printable))
        .strip()
        .lstrip(". ")
    )
    stem = stem.encode("utf-8")[:MAX_STEM_BYTES].decode("utf-8", "ignore")
    stem = file_system.truncate_utf16(stem, max_chars).rstrip(". ")
    if file_system.is_reserved_name(stem):
        stem = f"_{stem}"
    return stem or "video"


def numbered_stem(stem: str, number: int) -> str:
    """Return `stem` with a number, such as ``Door (2)``; for number 1, `stem` itself."""
    return stem if number == 1 else f"{stem} ({number})"


def is_video_filename(filename: object) -> bool:
    """Return whether `filename` can be the name of a video directly in the videos folder."""
    return (
        isinstance(filename, str)
        and filename.lower().endswith(VIDEO_FILE_SUFFIX)
        and not filename.startswith(".")
        and len(filename) <= 255
        and filename.isprintable()
        and not any(char in filename for char in '/\\:*?"<>|')
        and not _PERCENT_ESCAPE_PATTERN.search(filename)
    )


def check_filename(filename: str) -> str:
    """Return `filename`. If no video can have this name, raise InputError (``bad_filename``)."""
    if not is_video_filename(filename):
        raise InputError("bad_filename")
    return filename
