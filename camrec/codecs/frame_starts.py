"""Separates frames that have the same timestamp."""

from __future__ import annotations

from camrec.codecs.nal_syntax import NalSyntax
from camrec.codecs.parameter_sets import ParameterSets


class FrameStartDetector:
    """Decides which slices of one timestamp begin a frame.

    A camera with a coarse clock gives several frames the same timestamp. Only a slice that starts
    at the top of the image can begin a frame. It does not if it belongs to the second field of the
    same frame, is redundant, or repeats the slice that was there before.

    is_duplicate : the camera sends the same frame again; the rest of it must be dropped.
    """

    def __init__(self, syntax: type[NalSyntax], sets: ParameterSets) -> None:
        self._syntax = syntax
        self._sets = sets
        self._first_slice: bytes | None = None
        self._has_second_field = False
        self.is_duplicate = False

    def start_timestamp(self) -> None:
        """Start a new timestamp, which always begins a frame."""
        self._first_slice = None
        self._has_second_field = self.is_duplicate = False

    def starts_frame(self, nal: bytes) -> bool:
        """Return whether this NAL unit begins another frame with the same timestamp."""
        if not self._syntax.is_first_slice(nal):
            return False
        before, self._first_slice = self._first_slice, nal
        if before is None:
            return False
        if before == nal:
            self.is_duplicate = True
            return False
        relation = self._syntax.compare_slices(before, nal, self._sets.sps_of_slice(nal))
        if relation == "same":
            return False
        if relation == "field" and not self._has_second_field:
            self._has_second_field = True
            return False
        self._has_second_field = self.is_duplicate = False
        return True
