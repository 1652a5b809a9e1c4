"""Where a picture begins though its time is that of the one before."""

from __future__ import annotations

from camrec.codecs.nal_units import NalDepacketizer
from camrec.codecs.parameter_sets import ParameterSets


class FrameStartDetector:
    """Looks at the slices of one time. With a coarse clock several pictures have the same.

    The first slice of a picture says that it is that. Another one does not begin a picture where it
    is the first of the second field, a redundant one, or the same once more.

    is_duplicate : the picture comes once more, and what follows of it is of no use.
    """

    def __init__(self, nals: NalDepacketizer, sets: ParameterSets) -> None:
        self._nals = nals
        self._sets = sets
        self._first_slice: bytes | None = None
        self._is_paired = False
        self.is_duplicate = False

    def start_timestamp(self) -> None:
        self._first_slice = None
        self._is_paired = self.is_duplicate = False

    def starts_frame(self, nal: bytes) -> bool:
        """Whether a picture begins here that is not the first one of its time."""
        if not self._nals.is_first_slice(nal):
            return False
        before, self._first_slice = self._first_slice, nal
        if before is None:
            return False
        if before == nal:
            self.is_duplicate = True
            return False
        relation = self._nals.compare_slices(before, nal, self._sets.sequence(nal))
        if relation == "same":
            return False
        if relation == "field" and not self._is_paired:
            self._is_paired = True
            return False
        self._is_paired = self.is_duplicate = False
        return True
