"""Finds the frames where decoding can begin, and the frames that depend on earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.codecs.nal_syntax import NalSyntax


class RandomAccessTracker:
    """Classifies the frames of a stream, in decoding order.

    Decoding can begin at an IDR frame. It can also begin at a key frame of an open GOP: then only
    frames that are shown before the key frame refer to earlier frames. And it can begin at the
    start of an intra refresh: then the video is correct some frames later.

    dependent, open : as in `MediaUnit`, for the last frame.
    never_shown : no decoder can decode the last frame (H.265 after a broken link).
    """

    def __init__(self, syntax: type[NalSyntax]) -> None:
        self._syntax = syntax
        # The timestamp of the newest key frame if later frames may refer to frames before it.
        self._open_key_time: int | None = None
        self._has_broken_leading = False
        self._frames_until_recovery = 0  # reference frames until the video is correct
        self._is_recovered = True  # the video was correct at least once since the key frame
        self.dependent = self.open = False
        self.never_shown = False

    def update(
        self, nals: Sequence[bytes], types: Sequence[int], time: int, reordered: bool
    ) -> bool:
        """Classify the next frame. Returns whether it is a key frame.

        Parameters
        ----------
        nals, types
            The frame's NAL units, at least one of them a slice, and their nal_unit_types.
        time
            The frame's timestamp in nanoseconds.
        reordered
            Whether frames of this stream may be shown before frames that are decoded earlier.
        """
        # Most frames consist of slices only, so the last NAL unit is one.
        slice_type = types[-1]
        if not self._syntax.is_slice(slice_type):
            slice_type = next(each for each in types if self._syntax.is_slice(each))
        key = self._syntax.is_key_slice(slice_type) or any(map(self._syntax.is_key_slice, types))
        if key:
            self._begin_at_key_frame(slice_type, time)
        else:
            key = self._begin_at_recovery_point(nals, types, time)
        leading = slice_type in self._syntax.LEADING_TYPES
        if not self._syntax.LEADING_TYPES:
            leading = self._open_key_time is not None and time < self._open_key_time
        self.never_shown = self._has_broken_leading and leading
        self.dependent = leading or self._frames_until_recovery > 0
        # H.265 marks leading frames, and players skip them, so its GOPs do not count as open.
        refers_back = (
            reordered and self._open_key_time is not None and not self._syntax.LEADING_TYPES
        )
        self.open = key and (self._frames_until_recovery > 0 or refers_back)
        self._is_recovered = self._is_recovered or not self.dependent
        if self._frames_until_recovery and self._syntax.is_reference(nals, types):
            self._frames_until_recovery -= 1
        return key

    def _begin_at_key_frame(self, slice_type: int, time: int) -> None:
        self._open_key_time = None if slice_type in self._syntax.IDR_TYPES else time
        self._has_broken_leading = slice_type in self._syntax.BROKEN_LINK_TYPES
        self._frames_until_recovery = 0
        self._is_recovered = True

    def _begin_at_recovery_point(
        self, nals: Sequence[bytes], types: Sequence[int], time: int
    ) -> bool:
        """Return whether decoding can begin at a frame without key slices; if so, begin there."""
        if self._syntax.PARAMETER_SET_AND_SEI_TYPES.isdisjoint(types):
            return False
        count = self._syntax.read_recovery_count(nals, types)
        # An intra refresh may start directly after another one, or before the other one ends.
        if count is None or (count and not self._is_recovered):
            return False
        self._open_key_time = time
        self._has_broken_leading = False
        self._frames_until_recovery = count
        self._is_recovered = not count
        return True
