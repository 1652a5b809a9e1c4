"""Sends videos of any folder or storage that the kernel has shown to a page."""

from __future__ import annotations

from camrec.web.handlers.file import FileHandler


class ExternalVideoHandler(FileHandler):
    """``GET /films/KEY/videos/FILENAME``"""

    async def get(self, key: str, filename: str) -> None:
        """Send the video, or the range of it that the request selects."""
        await self.send(self.context.external_videos.find(key, filename), "video/mp4")

    async def head(self, key: str, filename: str) -> None:
        """Send the headers that GET would send."""
        await self.get(key, filename)
