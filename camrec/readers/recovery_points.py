"""Where decoding can begin, and which pictures reach back behind that place."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.readers.nal_units import Nals

BROKEN = range(16, 19)  # H.265: what leads such a key picture can be decoded by nobody


class Reference:
    """Looks at pictures in the order of decoding.

    Not only where all begins anew (IDR) can decoding begin: at a picture that nothing after it
    reaches back over but those that are shown before it (an open group), and at the beginning of a
    renewal bit by bit (intra refresh), after which all is right some pictures later.

    dependent, open : as in `Unit`, of the last one.
    never_shown : it is not meant to be shown by anybody.
    """

    def __init__(self, nals: Nals) -> None:
        self._nals = nals
        self._key: int | None = None  # time of the newest key picture that others reach back over
        self._broken = False
        self._left = 0  # pictures that others refer to, until all is right
        self._righted = True  # all was right since the newest key picture
        self.dependent = self.open = False
        self.never_shown = False

    def note(self, nals: Sequence[bytes], kinds: Sequence[int], time: int, reordered: bool) -> bool:
        """Whether it is a key picture.

        reordered : some may be shown before a picture that is decoded earlier.
        """
        # Most are a slice or some, and nothing else: told from the last.
        shown = kinds[-1]
        if not self._nals.is_picture(shown):
            shown = next(kind for kind in kinds if self._nals.is_picture(kind))
        key = self._nals.is_key(shown) or any(map(self._nals.is_key, kinds))
        if key:
            self._key = None if shown in self._nals.PLAIN else time
            self._broken = self._nals.CODEC == "h265" and shown in BROKEN
            self._left = 0
            self._righted = True
        # One renewal may follow the other without a pause, or begin before the last one ends.
        elif (
            not self._nals.IN_FRONT.isdisjoint(kinds)
            and (left := self._nals.recovery(nals, kinds)) is not None
            and (self._righted or not left)
        ):
            key, self._key, self._left, self._broken = True, time, left, False
            self._righted = not left
        leading = shown in self._nals.LEADING
        if not self._nals.LEADING:
            leading = self._key is not None and time < self._key
        self.never_shown = self._broken and leading
        self.dependent = leading or self._left > 0
        # H.265 names those that lead: players pass over them.
        reached_over = reordered and self._key is not None and not self._nals.LEADING
        self.open = key and (self._left > 0 or reached_over)
        self._righted = self._righted or not self.dependent
        if self._left and self._nals.is_referred_to(nals, kinds):
            self._left -= 1
        return key
