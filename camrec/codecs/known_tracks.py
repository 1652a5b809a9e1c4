"""Reuses the track of a format, for cameras that switch between formats."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from camrec.media import VideoTrack

MAX_KNOWN_TRACKS = 8  # those that were used last

FormatT = TypeVar("FormatT", bound=Hashable)


class KnownTracks(Generic[FormatT]):
    """Creates a track for each new format, and returns the same track for the same format."""

    def __init__(self, create_track: Callable[[FormatT], VideoTrack]) -> None:
        self._create_track = create_track
        self._tracks: dict[FormatT, VideoTrack] = {}

    def track_for(self, video_format: FormatT) -> VideoTrack:
        """Return the track of this format."""
        track = self._tracks.pop(video_format, None) or self._create_track(video_format)
        self._tracks[video_format] = track
        if len(self._tracks) > MAX_KNOWN_TRACKS:
            del self._tracks[next(iter(self._tracks))]
        return track
