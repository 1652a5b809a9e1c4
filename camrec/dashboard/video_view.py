"""A video player for a notebook cell or any other Panel page."""

from __future__ import annotations

from typing import ClassVar, Protocol

import param

from camrec.dashboard.notebook_view import CellComponent, CellView, width_params


class VideoLike(Protocol):
    """A finished video: a `VideoFile`, or a video of another camrec."""

    @property
    def filename(self) -> str: ...
    @property
    def name(self) -> str: ...


class Playback(CellComponent):
    filename = param.String()
    title = param.String(doc="The video's name.")
    poster = param.Boolean(doc="Whether the server has a thumbnail of it.")

    _script: ClassVar[str] = "components/video_cell.js"


class VideoView(CellView):
    """Plays a video.

    Parameters
    ----------
    base_url
        The base URL of ``/videos``, from a server that supports range requests.
    width
        Pixels; by default as wide as its container, at most 640.
    poster
        Whether that server also has a thumbnail of the video.
    """

    def __init__(
        self,
        video: VideoLike,
        base_url: str,
        width: int | None = None,
        language: str = "en",
        *,
        poster: bool = True,
    ) -> None:
        playback = Playback(
            filename=video.filename,
            title=video.name,
            poster=poster,
            base=base_url,
            language=language,
            **width_params(width),
        )
        super().__init__(playback)
