"""The videos of a running camrec. A file is downloaded when it is needed."""

from __future__ import annotations

import threading
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import platformdirs
import requests

from camrec import file_system, schema
from camrec.api.rest_client import RestClient
from camrec.clock import iso_to_utc_ns
from camrec.errors import NotFoundError, ServiceError, StateError
from camrec.library import check_filename
from camrec.receipt import Receipt

VIDEO_DOWNLOAD_CHUNK_BYTES = 1 << 20


class RemoteLibrary:
    """The finished videos of a running camrec.

    Downloaded files are stored in the cache folder of the user, each with its receipt next to it.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._lock = threading.Lock()

    def videos(self) -> list[RemoteVideo]:
        """Return all videos, newest first."""
        videos = self._client.get_model(schema.VideoListReply, "/videos").videos
        return [RemoteVideo(self, video) for video in videos]

    def evicted(self) -> list[RemoteVideo]:
        """Return the videos that were deleted automatically and left their receipts."""
        path = "/videos?evicted=true"
        videos = self._client.get_model(schema.VideoListReply, path).videos
        return [RemoteVideo(self, video) for video in videos if video.evicted_at is not None]

    def video(self, filename: str) -> RemoteVideo:
        """Return one video.

        Raises
        ------
        NotFoundError
            ``no_video``: there is no such video.
        """
        for video in self.videos():
            if video.filename == filename:
                return video
        raise NotFoundError("no_video", filename=filename)

    def receipt(self, filename: str) -> Receipt | None:
        """Return the receipt of a video, or None if it has none."""
        try:
            return self._client.get_model(Receipt, f"/receipts/{quote(filename)}")
        except StateError:
            return None

    def download(self, filename: str, size: int) -> Path:
        """Return the local file of a video, which is downloaded only once.

        Parameters
        ----------
        filename
            The name of the file.
        size
            Its size in bytes. If the stored file has another size, it is downloaded again.

        Raises
        ------
        InputError
            ``bad_filename``: the name would lead out of the cache folder.
        ServiceError
            ``no_camrec``: camrec does not answer, or the download was interrupted.
        """
        server = sha256(self._client.url.encode()).hexdigest()[:12]
        folder = platformdirs.user_cache_path("camrec", appauthor=False) / "videos" / server
        # A video that Linux has may be called like a device of Windows.
        prefix = "_" if file_system.is_reserved_name(check_filename(filename)) else ""
        path = folder / f"{prefix}{filename}"
        with self._lock:
            if path.is_file() and path.stat().st_size == size:
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            try:
                with (
                    self._client.get(f"/videos/{quote(filename)}", stream=True) as response,
                    unfinished.open("wb") as file,
                ):
                    for chunk in response.iter_content(VIDEO_DOWNLOAD_CHUNK_BYTES):
                        file.write(chunk)
            except requests.RequestException:
                raise ServiceError("no_camrec", url=self._client.url) from None
            if receipt := self.receipt(filename):
                receipt.write(path.with_suffix(".json"))
            file_system.replace(unfinished, path)
            return path


class RemoteVideo:
    """A video of a running camrec. Implements `backend.VideoHandle`.

    Its receipt is requested, and its file is downloaded, on first use.
    """

    def __init__(self, library: RemoteLibrary, video: schema.VideoReply) -> None:
        self._library = library
        self.filename = video.filename
        self.name = video.name
        self.started_at = iso_to_utc_ns(video.started_at)
        self.duration = video.duration
        self.size = video.size
        self.width = video.width
        self.height = video.height
        self.video_codec = video.video_codec
        self.audio_codec = video.audio_codec
        self.playable = video.playable

    @cached_property
    def receipt(self) -> Receipt | None:
        return self._library.receipt(self.filename)

    @cached_property
    def path(self) -> Path:
        return self._library.download(self.filename, self.size)
