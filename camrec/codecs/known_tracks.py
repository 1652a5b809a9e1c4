"""The tracks of a camera that changes to and fro: the same form is the same track."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from camrec.media import VideoTrack

MAX_KNOWN_TRACKS = 8  # tracks that are known, the latest

FormatT = TypeVar("FormatT", bound=Hashable)


class KnownTracks(Generic[FormatT]):
    """Makes a track of each new form; one it was made of already gives that track again."""

    def __init__(self, make: Callable[[FormatT], VideoTrack]) -> None:
        self._create_track = make
        self._tracks: dict[FormatT, VideoTrack] = {}

    def of(self, form: FormatT) -> VideoTrack:
        track = self._tracks.pop(form, None) or self._create_track(form)
        self._tracks[form] = track
        if len(self._tracks) > MAX_KNOWN_TRACKS:
            del self._tracks[next(iter(self._tracks))]
        return track
