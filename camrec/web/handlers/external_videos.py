"""Videos of any folder or storage, for a page that has been told where they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from camrec import remote_files
from camrec.errors import NotFoundError
from camrec.web.handlers.base import HandlerContext
from camrec.web.handlers.file import FileHandler


class ExternalVideos:
    """Those that were asked for; a page gets to no other file."""

    def __init__(self) -> None:
        self._paths: dict[str, Path] = {}

    def add(self, path: Path) -> str:
        """The part of an address that leads to this one."""
        word = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        self._paths[word] = path
        return word

    def find(self, word: str, filename: str) -> Path:
        """Raises NotFoundError (``no_video``)."""
        path = self._paths.get(word)
        if path is None or remote_files.display_name(path) != filename:
            raise NotFoundError("no_video", filename=filename)
        return path


class ExternalVideoHandler(FileHandler):
    """``/films/WORD/videos/FILENAME``"""

    def initialize(self, desk: HandlerContext, films: ExternalVideos) -> None:
        super().initialize(desk)
        self._external_videos = films

    async def get(self, word: str, filename: str) -> None:
        await self.send(self._external_videos.find(word, filename), "video/mp4")

    async def head(self, word: str, filename: str) -> None:
        await self.get(word, filename)
