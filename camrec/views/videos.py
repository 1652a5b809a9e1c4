"""What the library and the player share: a video as the page knows it, and its deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from camrec.clock import iso
from camrec.views.component import AskingComponent

if TYPE_CHECKING:
    from camrec.library import Video


def row(video: Video) -> dict[str, Any]:
    """One video in plain values: times in ISO 8601, lengths in seconds, sizes in bytes."""
    gaps = video.receipt.gaps if video.receipt else []
    return {
        "filename": video.filename,
        "name": video.name,
        "started_at": iso(video.started_at),
        "duration": video.duration,
        "size": video.size,
        "width": video.width,
        "height": video.height,
        "video_codec": video.video_codec,
        "audio_codec": video.audio_codec,
        "gaps": [gap.model_dump() for gap in gaps],
        "playable": video.playable,
    }


class VideoPart(AskingComponent):
    """A component that shows videos and can delete one.

    Parameters
    ----------
    on_delete
        Called with the file name, in a thread; a CamrecError that it raises is told in its words.
    """

    _shared: ClassVar[tuple[str, ...]] = ("videos.js", "videos.css")
    _rooms: ClassVar[tuple[str, ...]] = ("videos",)

    def __init__(self, *, on_delete: Callable[[str], object], **params: Any) -> None:
        super().__init__(**params)
        self._on_delete = on_delete

    def do_delete(self, filename: str) -> None:
        """The browser's user has confirmed."""
        self.ask(f"delete {filename}", self._on_delete, filename)
