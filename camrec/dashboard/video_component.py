"""What the library and the player share: the row of a video, and the actions on videos."""

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
    """Return what a card shows of a video."""
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
    """The library's actions on one video. Each takes its file name, and may raise a CamrecError.

    rename : also takes the new name, and returns the new file name.
    lock : also takes True to lock the video, or False to unlock it.
    """

    delete: Callable[[str], object]
    rename: Callable[[str, str], str]
    lock: Callable[[str, bool], object]


class VideoComponent(AskingComponent):
    """A component that shows videos. It can delete, lock and unlock several videos at once."""

    text_prefixes: ClassVar[tuple[str, ...]] = ("videos",)

    def __init__(self, *, actions: VideoActions, **params: object) -> None:
        super().__init__(**params)
        self._actions = actions

    def do_delete(self, filenames: list[str]) -> None:
        """Delete videos, which the user has confirmed in the browser."""
        self.ask("delete", apply_to_each, self._actions.delete, list(filenames))

    def do_lock(self, filenames: list[str], locked: bool) -> None:
        self.ask("lock", apply_to_each, self._actions.lock, list(filenames), bool(locked))


def apply_to_each(
    action: Callable[Concatenate[str, ActionP], object],
    filenames: Iterable[str],
    *args: ActionP.args,
    **kwargs: ActionP.kwargs,
) -> None:
    """Call ``action(filename, ...)`` for each file. If one call fails, the others are still made.

    Raises
    ------
    PartialFailure
        Some calls failed. It is raised after all calls.
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
    """Some videos were not changed. It says how many, and has the error of the first one."""

    def __init__(self, errors: list[CamrecError]) -> None:
        super().__init__(errors[0].code, **errors[0].facts)
        self._count = len(errors)

    def text(self, language: str = "en") -> str:
        reason = super().text(language)
        if self._count == 1:
            return reason
        return f"{translate('videos.refused', language, count=self._count)} {reason}"
