"""Finished videos over HTTP: the list, the files, their pictures, several in one archive."""

from __future__ import annotations

import math

from tornado.iostream import StreamClosedError

from camrec import schema
from camrec.errors import StateError
from camrec.library import VideoFile
from camrec.replies import describe_video
from camrec.web.handlers import zip_stream
from camrec.web.handlers.base import ApiHandler
from camrec.web.handlers.file import FileHandler, content_disposition
from camrec.web.request_models import FieldError, VideoRequest


class VideosHandler(ApiHandler):
    async def get(self) -> None:
        videos = await self.call(self.station.library.videos)
        self.answer(schema.VideoListReply(videos=[describe_video(video) for video in videos]))


class VideoHandler(FileHandler):
    async def get(self, filename: str) -> None:
        video = await self.call(self.station.library.get, filename)
        download = self.get_query_argument("download", "") == "1"
        await self.send(video.path, "video/mp4", save_as=video.filename if download else None)

    async def head(self, filename: str) -> None:
        await self.get(filename)

    async def patch(self, filename: str) -> None:
        wanted = self.body(VideoRequest)
        self.answer(describe_video(await self.call(self._apply_change, filename, wanted)))

    def _apply_change(self, filename: str, wanted: VideoRequest) -> VideoFile:
        library = self.station.library
        if wanted.locked is not None:
            library.lock(filename, wanted.locked)
        if wanted.name is not None:
            filename = library.rename(filename, wanted.name)
        return library.get(filename)

    async def delete(self, filename: str) -> None:
        await self.call(self.station.library.delete, filename)
        self.set_status(204)


class ReceiptHandler(ApiHandler):
    async def get(self, filename: str) -> None:
        video = await self.call(self.station.library.get, filename)
        if video.receipt is None:
            raise StateError("no_receipt", filename=filename)
        self.answer(video.receipt.in_language(self.language))


class ThumbnailHandler(FileHandler):
    async def get(self, filename: str) -> None:
        path = await self.call(self.station.library.images.thumbnail, filename)
        await self.send(path, "image/jpeg")

    async def head(self, filename: str) -> None:
        await self.get(filename)


class PreviewHandler(ApiHandler):
    async def get(self, filename: str) -> None:
        asked = self.get_query_argument("at")
        try:
            at = float(asked)
        except ValueError:
            at = math.nan
        if not math.isfinite(at):
            raise FieldError("at", "wrong_type")
        jpeg = await self.call(self.station.library.images.preview, filename, at)
        self.set_header("Content-Type", "image/jpeg")
        self.write(jpeg)


class TimesHandler(ApiHandler):
    async def get(self, filename: str) -> None:
        times = await self.call(self.station.library.images.frame_times, filename)
        self.answer(await self.call(schema.FrameTimesReply, times=times))


class ArchiveHandler(ApiHandler):
    """Several videos as one file; it is made as it is sent, and never lies on the disk."""

    async def get(self) -> None:
        filenames = list(dict.fromkeys(self.get_query_arguments("video")))
        if not filenames:
            raise FieldError("video", "missing")
        videos = [await self.call(self.station.library.get, each) for each in filenames]
        self.set_header("Content-Type", "application/zip")
        self.set_header(
            "Content-Disposition", content_disposition(zip_stream.archive_filename(videos))
        )
        pieces = zip_stream.stream_zip(zip_stream.files_with_receipts(videos))
        while (piece := await self.call(next, pieces, None)) is not None:
            self.write(piece)
            try:
                await self.flush()
            except StreamClosedError:
                break
        await self.call(pieces.close)
