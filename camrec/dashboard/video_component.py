"""What the library and the player share: a video as the page knows it, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from camrec.dashboard.component import AskingComponent
from camrec.errors import CamrecError
from camrec.i18n import translate

if TYPE_CHECKING:
    from camrec.library import VideoFile


def video_row(video: VideoFile) -> dict[str, Any]:
    """What a card shows: milliseconds since 1970, lengths in seconds, sizes in bytes."""
    gaps = video.receipt.gaps if video.receipt else []
    return {
        "filename": video.filename,
        "name": video.name,
        "camera": video.camera,
        "started_at": video.started_at / 1e6,
        "duration": video.duration,
        "size": video.size,
        "gaps": [gap.model_dump() for gap in gaps],
        "playable": video.playable,
        "locked": video.locked,
    }


@dataclass(frozen=True)
class VideoActions:
    """What the library does to one video, by its file's name; a CamrecError is told in its words.

    rename : takes the new name too, and gives the file's name from then on.
    lock : takes whether it is to be locked.
    """

    delete: Callable[[str], object]
    rename: Callable[[str, str], str]
    lock: Callable[[str, bool], object]


class VideoComponent(AskingComponent):
    """A component that shows videos, and can delete, lock and unlock them, several at once."""

    text_prefixes: ClassVar[tuple[str, ...]] = ("videos",)

    def __init__(self, *, deeds: VideoActions, **params: Any) -> None:
        super().__init__(**params)
        self._actions = deeds

    def do_delete(self, filenames: list[str]) -> None:
        """The browser's user has confirmed."""
        self.ask("delete", apply_to_each, self._actions.delete, list(filenames))

    def do_lock(self, filenames: list[str], locked: bool) -> None:
        self.ask("lock", apply_to_each, self._actions.lock, list(filenames), bool(locked))


def apply_to_each(deed: Callable[..., object], filenames: Iterable[str], *more: object) -> None:
    """Do it to all of them; one that fails keeps no other from it. Raises SomeError at the end."""
    refused = []
    for filename in filenames:
        try:
            deed(filename, *more)
        except CamrecError as error:
            refused.append(error)
    if refused:
        raise PartialFailure(refused)


class PartialFailure(CamrecError):
    """Why some videos are as they were: the first one's reason, and how many there are."""

    def __init__(self, refused: list[CamrecError]) -> None:
        super().__init__(refused[0].code, **refused[0].facts)
        self._count = len(refused)

    def text(self, language: str = "en") -> str:
        reason = super().text(language)
        if self._count == 1:
            return reason
        return f"{translate('videos.refused', language, count=self._count)} {reason}"
