"""The endpoints of finished videos: list, files, images, receipts, several in one archive."""

from __future__ import annotations

import math
from contextlib import ExitStack

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
    """``GET /videos``"""

    async def get(self) -> None:
        """Send the list of videos, newest first; on demand with those that left their receipt."""
        wanted = self.get_query_argument("evicted", "false")
        if wanted not in ("true", "false"):
            raise FieldError("evicted", "wrong_type")
        self.send_reply(await self.call(self._list, wanted == "true"))

    def _list(self, with_evicted: bool) -> schema.VideoListReply:
        library = self.station.library
        videos = library.videos()
        if with_evicted:
            videos += library.evicted()
            videos.sort(key=lambda each: (each.started_at, each.filename), reverse=True)
        return schema.VideoListReply(videos=[describe_video(video) for video in videos])


class VideoHandler(FileHandler):
    """``/videos/FILENAME``"""

    async def get(self, filename: str) -> None:
        """Send the video, or the range of it that the client wants."""
        video = await self.call(self.station.library.get, filename)
        download = self.get_query_argument("download", "") == "1"
        with self.station.library.reads.reading(filename):
            await self.send(video.path, "video/mp4", save_as=video.filename if download else None)

    async def head(self, filename: str) -> None:
        """Send the headers that GET would send."""
        await self.get(filename)

    async def patch(self, filename: str) -> None:
        """Rename, lock or unlock the video."""
        request = self.body(VideoRequest)
        self.send_reply(describe_video(await self.call(self._apply_change, filename, request)))

    def _apply_change(self, filename: str, request: VideoRequest) -> VideoFile:
        library = self.station.library
        if request.locked is not None:
            library.lock(filename, request.locked)
        if request.name is not None:
            filename = library.rename(filename, request.name)
        return library.get(filename)

    async def delete(self, filename: str) -> None:
        """Delete the video and its receipt, or the receipt that an evicted video has left."""
        await self.call(self.station.library.delete, filename)
        self.set_status(204)


class ReceiptHandler(ApiHandler):
    """``GET /receipts/FILENAME``"""

    async def get(self, filename: str) -> None:
        """Send the receipt, with its messages in the client's language."""
        video = await self.call(self.station.library.get_with_evicted, filename)
        if video.receipt is None:
            raise StateError("no_receipt", filename=filename)
        self.send_reply(video.receipt.in_language(self.language))


class ThumbnailHandler(FileHandler):
    """``GET /thumbnails/FILENAME``"""

    async def get(self, filename: str) -> None:
        """Send the thumbnail; the library makes it if necessary."""
        path = await self.call(self.station.library.images.thumbnail, filename)
        await self.send(path, "image/jpeg")

    async def head(self, filename: str) -> None:
        """Send the headers that GET would send."""
        await self.get(filename)


class PreviewHandler(ApiHandler):
    """``GET /videos/FILENAME/preview``"""

    async def get(self, filename: str) -> None:
        """Send the key frame at a time of the video, or the last one before it."""
        text = self.get_query_argument("at")
        try:
            at = float(text)
        except ValueError:
            at = math.nan
        if not math.isfinite(at):
            raise FieldError("at", "wrong_type")
        jpeg = await self.call(self.station.library.images.preview, filename, at)
        self.set_header("Content-Type", "image/jpeg")
        self.write(jpeg)


class TimesHandler(ApiHandler):
    """``GET /videos/FILENAME/times``"""

    async def get(self, filename: str) -> None:
        """Send the time of each frame."""
        times = await self.call(self.station.library.images.frame_times, filename)
        self.send_reply(await self.call(lambda: schema.FrameTimesReply(times=times)))


class ArchiveHandler(ApiHandler):
    """``GET /archive``"""

    async def get(self) -> None:
        """Send several videos in one ZIP file, which is created while it is sent."""
        filenames = list(dict.fromkeys(self.get_query_arguments("video")))
        if not filenames:
            raise FieldError("video", "missing")
        videos = [await self.call(self.station.library.get, each) for each in filenames]
        self.set_header("Content-Type", "application/zip")
        self.set_header(
            "Content-Disposition", content_disposition(zip_stream.archive_filename(videos))
        )
        with ExitStack() as reads:
            for each in filenames:
                reads.enter_context(self.station.library.reads.reading(each))
            await self._send_archive(videos)

    async def _send_archive(self, videos: list[VideoFile]) -> None:
        chunks = zip_stream.stream_zip(zip_stream.files_with_receipts(videos))
        while (chunk := await self.call(lambda: next(chunks, None))) is not None:
            self.write(chunk)
            try:
                await self.flush()
            except StreamClosedError:
                break
        await self.call(chunks.close)
