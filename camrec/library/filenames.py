"""Makes and checks file names that every system accepts, and that cannot leave the folder."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from camrec.errors import InputError

VIDEO_FILE_SUFFIX = ".mp4"
MAX_STEM_BYTES = 150  # without the time, the number and the suffix
_FORBIDDEN_CHARS_PATTERN = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]')
_RESERVED_NAME_PATTERN = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.I
)
_PERCENT_ESCAPE_PATTERN = re.compile(r"%[0-9a-fA-F]{2}")


def video_stem(name: str, utc_ns: int) -> str:
    """Return `safe_filename` of the name and the local time: ``Door 2026-11-24 14-03-00``."""
    local = datetime.fromtimestamp(utc_ns // 10**9)
    return f"{safe_filename(name)} {local:%Y-%m-%d %H-%M-%S}"


def safe_filename(name: str) -> str:
    """Return `name`, changed so that Windows, macOS and Linux accept it."""
    printable = "".join(char if char.isprintable() else "_" for char in name)
    stem = (
        _FORBIDDEN_CHARS_PATTERN.sub("_", unicodedata.normalize("NFC", printable))
        .strip()
        .lstrip(". ")
    )
    stem = stem.encode("utf-8")[:MAX_STEM_BYTES].decode("utf-8", "ignore").rstrip(". ")
    if _RESERVED_NAME_PATTERN.match(stem):
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
