"""Where decoding can begin, and which pictures reach back behind that place."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.codecs.nal_units import NalDepacketizer

BLA_NAL_TYPES = range(16, 19)  # H.265: what leads such a key picture can be decoded by nobody


class DecodeStart:
    """Looks at pictures in the order of decoding.

    Not only where all begins anew (IDR) can decoding begin: at a picture that nothing after it
    reaches back over but those that are shown before it (an open group), and at the beginning of a
    renewal bit by bit (intra refresh), after which all is right some pictures later.

    dependent, open : as in `MediaUnit`, of the last one.
    never_shown : it is not meant to be shown by anybody.
    """

    def __init__(self, nals: NalDepacketizer) -> None:
        self._nals = nals
        self._key: int | None = None  # time of the newest key picture that others reach back over
        self._has_broken_leading = False
        self._frames_until_recovery = 0  # pictures that others refer to, until all is right
        self._is_recovered = True  # all was right since the newest key picture
        self.dependent = self.open = False
        self.never_shown = False

    def note(self, nals: Sequence[bytes], kinds: Sequence[int], time: int, reordered: bool) -> bool:
        """Whether it is a key picture.

        reordered : some may be shown before a picture that is decoded earlier.
        """
        # Most are a slice or some, and nothing else: told from the last.
        shown = kinds[-1]
        if not self._nals.is_slice(shown):
            shown = next(kind for kind in kinds if self._nals.is_slice(kind))
        key = self._nals.is_key_slice(shown) or any(map(self._nals.is_key_slice, kinds))
        if key:
            self._key = None if shown in self._nals.PLAIN else time
            self._has_broken_leading = self._nals.CODEC == "h265" and shown in BLA_NAL_TYPES
            self._frames_until_recovery = 0
            self._is_recovered = True
        # One renewal may follow the other without a pause, or begin before the last one ends.
        elif (
            not self._nals.IN_FRONT.isdisjoint(kinds)
            and (left := self._nals.find_recovery_count(nals, kinds)) is not None
            and (self._is_recovered or not left)
        ):
            key, self._key, self._frames_until_recovery, self._has_broken_leading = (
                True,
                time,
                left,
                False,
            )
            self._is_recovered = not left
        leading = shown in self._nals.LEADING
        if not self._nals.LEADING:
            leading = self._key is not None and time < self._key
        self.never_shown = self._has_broken_leading and leading
        self.dependent = leading or self._frames_until_recovery > 0
        # H.265 names those that lead: players pass over them.
        reached_over = reordered and self._key is not None and not self._nals.LEADING
        self.open = key and (self._frames_until_recovery > 0 or reached_over)
        self._is_recovered = self._is_recovered or not self.dependent
        if self._frames_until_recovery and self._nals.is_reference(nals, kinds):
            self._frames_until_recovery -= 1
        return key
