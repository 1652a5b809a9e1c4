"""What the library and the player share: the row of a video, and the actions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Concatenate, ParamSpec

from camrec.dashboard.component import AskingComponent
from camrec.dashboard.wire_types import VideoRow
from camrec.errors import CamrecError
from camrec.i18n import translate

if TYPE_CHECKING:
    from camrec.library import VideoFile

ActionP = ParamSpec("ActionP")


def video_row(video: VideoFile) -> VideoRow:
    """What a card shows of a video."""
    gaps = video.receipt.gaps if video.receipt else []
    return {
        "filename": video.filename,
        "name": video.name,
        "camera": video.camera,
        "started_at": video.started_at / 1e6,
        "duration": video.duration,
        "size": video.size,
        "gaps": [{"start": gap.start, "duration": gap.duration} for gap in gaps],
        "playable": video.playable,
        "locked": video.locked,
    }


@dataclass(frozen=True)
class VideoActions:
    """What the library does to one video, by its file name. A CamrecError is shown to the user.

    rename : also takes the new name, and returns the new file name.
    lock : also takes whether the video is to be locked.
    """

    delete: Callable[[str], object]
    rename: Callable[[str, str], str]
    lock: Callable[[str, bool], object]


class VideoComponent(AskingComponent):
    """A component that shows videos. It can delete, lock and unlock several at once."""

    text_prefixes: ClassVar[tuple[str, ...]] = ("videos",)

    def __init__(self, *, actions: VideoActions, **params: object) -> None:
        super().__init__(**params)
        self._actions = actions

    def do_delete(self, filenames: list[str]) -> None:
        """The user has confirmed it in the browser."""
        self.ask("delete", apply_to_each, self._actions.delete, list(filenames))

    def do_lock(self, filenames: list[str], locked: bool) -> None:
        self.ask("lock", apply_to_each, self._actions.lock, list(filenames), bool(locked))


def apply_to_each(
    action: Callable[Concatenate[str, ActionP], object],
    filenames: Iterable[str],
    *args: ActionP.args,
    **kwargs: ActionP.kwargs,
) -> None:
    """Call ``action(filename, ...)`` for each file; one that fails does not stop the others.

    Raises
    ------
    PartialFailure
        Some failed. It is raised at the end.
    """
    errors = []
    for filename in filenames:
        try:
            action(filename, *args, **kwargs)
        except CamrecError as error:
            errors.append(error)
    if errors:
        raise PartialFailure(errors)


class PartialFailure(CamrecError):
    """Why some videos were not changed: how many they are, and the error of the first one."""

    def __init__(self, errors: list[CamrecError]) -> None:
        super().__init__(errors[0].code, **errors[0].facts)
        self._count = len(errors)

    def text(self, language: str = "en") -> str:
        reason = super().text(language)
        if self._count == 1:
            return reason
        return f"{translate('videos.refused', language, count=self._count)} {reason}"
