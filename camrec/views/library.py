"""The videos as cards: the newest in one row, or all of them by day with search and order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import param

from camrec.views.videos import VideoPart, row

if TYPE_CHECKING:
    from camrec.library import Video


def rows(videos: Iterable[Video]) -> list[dict[str, Any]]:
    """What `Library.videos` takes, from the library's own videos, newest first."""
    return [row(video) for video in videos]


class Library(VideoPart):
    """All cards in one component; a card is a link to ``#videos/FILE``, where the player is."""

    mode = param.Selector(default="all", objects=["latest", "all"], doc="One row, or everything.")
    videos = param.List(default=[], item_type=dict, doc="As `rows` makes them, newest first.")

    _shared: ClassVar[tuple[str, ...]] = (*VideoPart._shared, "card.js", "choices.js")
    _script: ClassVar[str] = "library.js"
    _styles: ClassVar[str] = "library.css"
