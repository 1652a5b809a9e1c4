"""The player of one video, with its gaps and its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import param

from camrec.clock import iso_to_utc_ns
from camrec.dashboard.component import PAGE_EVENT_SOURCE
from camrec.dashboard.video_component import VideoActions, VideoComponent, video_row
from camrec.dashboard.wire_types import PlayedVideoRow

if TYPE_CHECKING:
    from camrec.annotations import EventFields
    from camrec.library import VideoFile
    from camrec.station import Station


class VideoPlayer(VideoComponent):
    """The view ``#videos/FILE``. It is empty until Python has sent the video in its address.

    Parameters
    ----------
    station
        Marks, changes and deletes the events of the video. None: the page cannot.
    """

    shown = param.Dict(default={}, doc="{filename, video, receipt, can_mark}; video None: none.")

    _script: ClassVar[str] = "components/player.js"
    text_prefixes: ClassVar[tuple[str, ...]] = (*VideoComponent.text_prefixes, "warnings")

    def __init__(
        self, *, actions: VideoActions, station: Station | None = None, **params: object
    ) -> None:
        super().__init__(actions=actions, **params)
        self._station = station

    def do_mark(self, filename: str, second: float) -> None:
        """Mark an event at a second of a video; the answer has its id."""
        if self._station is not None:
            self.ask("mark", _mark, self._station, str(filename), second=float(second))

    def do_remark(self, filename: str, at: str, fields: EventFields) -> None:
        """Mark an event again that was deleted. `at`: its time, in ISO 8601."""
        if self._station is not None:
            at_ns = iso_to_utc_ns(str(at))
            self.ask("remark", _mark, self._station, str(filename), fields, at=at_ns)

    def do_note(self, event_id: str, text: str) -> None:
        """Say what an event was."""
        if self._station is not None:
            self.ask("note", self._station.events.change, str(event_id), {"text": str(text)})

    def do_unmark(self, event_id: str) -> None:
        if self._station is not None:
            self.ask("unmark", self._station.events.delete, str(event_id))

    def do_rename(self, filename: str, name: str) -> None:
        self.ask("rename", self._actions.rename, filename, name)

    def show_video(self, filename: str, video: VideoFile | None) -> None:
        """Show `video`, which has this file name. None: show that there is no such video."""
        receipt = video.receipt if video is not None else None
        self.shown = {
            "filename": filename,
            "video": _played_video_row(video) if video is not None else None,
            "receipt": receipt.model_dump(mode="json") if receipt is not None else None,
            "can_mark": self._station is not None and receipt is not None,
        }


def _mark(
    station: Station,
    filename: str,
    fields: EventFields | None = None,
    at: int | None = None,
    second: float | None = None,
) -> str:
    """Mark an event in a video, and return its id."""
    _, placed = station.events.mark_video(
        filename, fields or {}, source=PAGE_EVENT_SOURCE, at=at, second=second
    )
    return placed.event.id


def _played_video_row(video: VideoFile) -> PlayedVideoRow:
    return {
        **video_row(video),
        "width": video.width,
        "height": video.height,
        "video_codec": video.video_codec,
        "audio_codec": video.audio_codec,
    }
