"""Decides whether a camera sets RTP's marker bit at the end of each frame, and only there."""

from __future__ import annotations

MIN_CORRECT_MARKERS = 3


class MarkerTrust:
    """Counts the frames that ended with their marker.

    Markers are trusted after `MIN_CORRECT_MARKERS` frames, one of them a key frame: some cameras
    set a marker at the end of each slice, and key frames have the most slices. One wrong marker
    ends the trust for good.
    """

    def __init__(self) -> None:
        self._correct_count = 0
        self._key_frame_seen = False
        self._wrong_marker_seen = False

    @property
    def is_established(self) -> bool:
        """Whether a frame can be returned at its marker, without waiting for the next frame."""
        return (
            self._key_frame_seen
            and self._correct_count >= MIN_CORRECT_MARKERS
            and not self._wrong_marker_seen
        )

    def note_correct(self, key: bool) -> None:
        """Count a frame that had its marker at the end. `key`: it is a key frame."""
        self._correct_count += 1
        self._key_frame_seen = self._key_frame_seen or key

    def note_wrong(self) -> None:
        """Note that a slice of a frame came after the frame's marker."""
        self._wrong_marker_seen = True
