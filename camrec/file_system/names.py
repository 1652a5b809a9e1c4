"""Which names Windows rejects or changes. Other systems accept nearly all of them."""

from __future__ import annotations

import re

# Microsoft, "Naming Files, Paths, and Namespaces".
_FORBIDDEN_CHARS_PATTERN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED_NAME_PATTERN = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.I
)
# MAX_PATH is 260, with a zero at the end. Microsoft, "Maximum Path Length Limitation": longer paths
# need a setting of the system and of each program, and Explorer does not open them.
MAX_WINDOWS_PATH_CHARS = 259
LEFTOVER_SUFFIX = ".gone"  # of files that were deleted while somebody read them


def is_reserved_name(name: str) -> bool:
    """Whether a name, with or without a suffix, is a device on Windows, such as ``con.mp4``."""
    return _RESERVED_NAME_PATTERN.match(name) is not None


def is_forbidden_on_windows(name: str) -> bool:
    """Whether Windows rejects a name of a file or folder, or changes it.

    It removes dots and spaces at the end, and takes what follows a colon for a stream of the file.
    """
    return (
        _FORBIDDEN_CHARS_PATTERN.search(name) is not None
        or name.endswith((".", " "))
        or is_reserved_name(name)
    )


def utf16_length(text: str) -> int:
    """Return the length of a text as Windows counts it: an emoji has length 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def truncate_utf16(text: str, length: int) -> str:
    """Return the beginning of a text, at most `length` long as Windows counts it."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * length].decode("utf-16-le", "ignore")
