"""One video: played, stepped through, its gaps and its receipt shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import param

from camrec.dashboard.video_component import VideoComponent, video_row

if TYPE_CHECKING:
    from camrec.library import VideoFile


class VideoPlayer(VideoComponent):
    """The view ``#videos/FILE``; on an address that it was not told yet it waits."""

    shown = param.Dict(default={}, doc="{filename, video, receipt}; video None: there is none.")

    _script: ClassVar[str] = "components/player.js"
    text_prefixes: ClassVar[tuple[str, ...]] = (*VideoComponent.text_prefixes, "warnings")

    def do_rename(self, filename: str, name: str) -> None:
        self.ask("rename", self._actions.rename, filename, name)

    def show(self, filename: str, video: VideoFile | None) -> None:
        """Show the library's `video` of that name, or say that there is none."""
        shown: dict[str, Any] = {"filename": filename, "video": None, "receipt": None}
        if video is not None:
            receipt = video.receipt.model_dump(mode="json") if video.receipt else None
            shown |= {"video": video_row(video) | _media_fields(video), "receipt": receipt}
        self.shown = shown


def _media_fields(video: VideoFile) -> dict[str, Any]:
    return {
        "width": video.width,
        "height": video.height,
        "video_codec": video.video_codec,
        "audio_codec": video.audio_codec,
    }
