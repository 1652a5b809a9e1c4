"""Paths as people type and paste them: with ``~``, ``%USERPROFILE%``, quotes, or as a file URL."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

_WINDOWS_VARIABLE_PATTERN = re.compile(r"%([^%]+)%")


def parse_path(text: str) -> Path:
    """Return the path that someone typed or pasted; see `expand_path`."""
    return Path(expand_path(text))


def expand_path(
    text: str,
    *,
    is_windows: bool = sys.platform == "win32",
    environment: Mapping[str, str] = os.environ,
) -> str:
    """Return a typed path with everything filled in that only some shells fill in.

    - ``~`` and ``~user`` at the start: cmd and PowerShell leave them to the program.
    - ``file://`` URLs, as browsers show them.
    - On Windows ``%NAME%``, which PowerShell does not know; an unknown variable stays as it is.
    - On Windows double quotes: "Copy as path" adds them, and cmd makes a quote of the last two
      characters of ``"C:\\My videos\\"``. No name contains one there.
    """
    if is_windows:
        text = _WINDOWS_VARIABLE_PATTERN.sub(
            lambda found: environment.get(found[1], found[0]), text.replace('"', "")
        )
    if text.lower().startswith("file://"):
        text = _path_of_file_url(text, is_windows)
    return os.path.expanduser(text) if text.startswith("~") else text


def _path_of_file_url(url: str, is_windows: bool) -> str:
    """``file:///C:/a%20b`` is C:/a b, ``file://server/share`` is //server/share."""
    host, _, rest = url[len("file://") :].partition("/")
    path = f"/{unquote(rest)}"
    if not is_windows:
        return path
    if host and host.lower() != "localhost":
        return f"//{host}{path}"
    return re.sub(r"^/(?=[A-Za-z]:)", "", path)
