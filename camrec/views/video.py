"""A player for a notebook's cell, or any other Panel page."""

from __future__ import annotations

from typing import ClassVar

import param
from panel.viewable import Viewer

from camrec.library import Video
from camrec.views.component import Component


class Playback(Component):
    filename = param.String()
    title = param.String(doc="The video's name.")

    _script: ClassVar[str] = "video.js"
    _styles: ClassVar[str] = "video.css"


class VideoView(Viewer):
    """Plays a video of the library from `base_url`, where it is served with ranges.

    Parameters
    ----------
    width
        In pixels; as wide as there is room, up to 640, by default.
    """

    def __init__(self, video: Video, base_url: str, width: int | None = None) -> None:
        super().__init__()
        size = {"width": width} if width else {"sizing_mode": "stretch_width", "max_width": 640}
        self._playback = Playback(filename=video.filename, title=video.name, base=base_url, **size)

    def __panel__(self) -> Playback:
        return self._playback
