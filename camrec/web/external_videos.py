"""Videos outside the videos folder that the kernel's server may send to a page."""

from __future__ import annotations

import hashlib
from pathlib import Path

from camrec import remote_files
from camrec.errors import NotFoundError


class ExternalVideos:
    """The videos that the kernel has shown. A page can get no other file."""

    def __init__(self) -> None:
        self._paths: dict[str, Path] = {}

    def add(self, path: Path) -> str:
        """Allow pages to get `path`; return the part of the URL that identifies it."""
        key = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        self._paths[key] = path
        return key

    def find(self, key: str, filename: str) -> Path:
        """Return the path for `key`; raises NotFoundError (``no_video``)."""
        path = self._paths.get(key)
        if path is None or remote_files.display_name(path) != filename:
            raise NotFoundError("no_video", filename=filename)
        return path
