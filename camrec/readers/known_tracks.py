"""The tracks of a camera that changes to and fro: the same form is the same track."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from camrec.media import VideoTrack

MOST = 8  # tracks that are known, the latest

F = TypeVar("F", bound=Hashable)


class KnownTracks(Generic[F]):
    """Makes a track of each new form; one it was made of already gives that track again."""

    def __init__(self, make: Callable[[F], VideoTrack]) -> None:
        self._make = make
        self._tracks: dict[F, VideoTrack] = {}

    def of(self, form: F) -> VideoTrack:
        track = self._tracks.pop(form, None) or self._make(form)
        self._tracks[form] = track
        if len(self._tracks) > MOST:
            del self._tracks[next(iter(self._tracks))]
        return track
