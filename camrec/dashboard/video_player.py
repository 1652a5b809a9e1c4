"""The player of one video, with its gaps and its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import param

from camrec.dashboard.video_component import VideoComponent, video_row
from camrec.dashboard.wire_types import PlayedVideoRow

if TYPE_CHECKING:
    from camrec.library import VideoFile


class VideoPlayer(VideoComponent):
    """The view ``#videos/FILE``. It is empty until Python has sent the video in its address."""

    shown = param.Dict(default={}, doc="{filename, video, receipt}; video None: there is none.")

    _script: ClassVar[str] = "components/player.js"
    text_prefixes: ClassVar[tuple[str, ...]] = (*VideoComponent.text_prefixes, "warnings")

    def do_rename(self, filename: str, name: str) -> None:
        self.ask("rename", self._actions.rename, filename, name)

    def show_video(self, filename: str, video: VideoFile | None) -> None:
        """Show `video`, which has this file name. None: show that there is no such video."""
        receipt = video.receipt if video is not None else None
        self.shown = {
            "filename": filename,
            "video": _played_video_row(video) if video is not None else None,
            "receipt": receipt.model_dump(mode="json") if receipt is not None else None,
        }


def _played_video_row(video: VideoFile) -> PlayedVideoRow:
    return {
        **video_row(video),
        "width": video.width,
        "height": video.height,
        "video_codec": video.video_codec,
        "audio_codec": video.audio_codec,
    }
