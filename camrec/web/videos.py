"""Finished videos over HTTP: the list, the files, their thumbnails."""

from __future__ import annotations

from camrec.clock import iso
from camrec.errors import StateError
from camrec.library import Video
from camrec.web import schema
from camrec.web.file import FileHandler
from camrec.web.handler import Handler
from camrec.web.request import LockRequest


class VideosHandler(Handler):
    async def get(self) -> None:
        videos = await self.call(self.station.library.videos)
        self.answer(schema.VideoList(videos=[describe(video) for video in videos]))


class VideoHandler(FileHandler):
    async def get(self, filename: str) -> None:
        video = await self.call(self.station.library.get, filename)
        download = self.get_query_argument("download", "") == "1"
        await self.send(video.path, "video/mp4", save_as=video.filename if download else None)

    async def head(self, filename: str) -> None:
        await self.get(filename)

    async def patch(self, filename: str) -> None:
        wanted = self.body(LockRequest)
        video = await self.call(self.station.library.lock, filename, wanted.locked)
        self.answer(describe(video))

    async def delete(self, filename: str) -> None:
        await self.call(self.station.library.delete, filename)
        self.set_status(204)


class ReceiptHandler(Handler):
    async def get(self, filename: str) -> None:
        video = await self.call(self.station.library.get, filename)
        if video.receipt is None:
            raise StateError("no_receipt", filename=filename)
        self.answer(video.receipt)


class ThumbnailHandler(FileHandler):
    async def get(self, filename: str) -> None:
        path = await self.call(self.station.library.thumbnail, filename)
        await self.send(path, "image/jpeg")

    async def head(self, filename: str) -> None:
        await self.get(filename)


def describe(video: Video) -> schema.Video:
    """A video as the wire shows it."""
    return schema.Video(
        filename=video.filename,
        name=video.name,
        started_at=iso(video.started_at),
        duration=video.duration,
        size=video.size,
        width=video.width,
        height=video.height,
        video_codec=video.video_codec,
        audio_codec=video.audio_codec,
        playable=video.playable,
        locked=video.locked,
    )
