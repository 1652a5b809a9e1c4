"""The parameter sets of a stream: which are in force, and which a key picture needs in front."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.readers.nal_units import Form, Nals

LONGEST = 1 << 13  # bytes of one
MOST = 64  # parameter sets that are kept, the newest
MOST_BYTES = 1 << 16  # of them together


class ParameterSets:
    """Keeps the newest of each kind and number.

    A camera may send some once only, some with each key picture, and change what stands under a
    number at any time.
    """

    def __init__(self, nals: Nals) -> None:
        self._nals = nals
        self._sets: dict[tuple[int, int], bytes] = {}
        self._numbers: dict[bytes, tuple[int, int] | None] = {}
        self._forms: dict[bytes, Form | None] = {}
        self._newest = 0  # number of the sequence parameter set that came last

    def learn(self, nals: Sequence[bytes], kinds: Sequence[int]) -> None:
        """Take note of those among the NAL units; what is broken is passed over."""
        for nal, kind in zip(nals, kinds, strict=True):
            if kind in self._nals.PARAMETERS:
                nal = nal.rstrip(b"\0")
                key = self._key(nal)
                if key is None:
                    continue
                if kind == self._nals.SEQUENCE:
                    self._newest = key[1]
                if self._sets.get(key) != nal:
                    self._sets.pop(key, None)
                    self._sets[key] = nal
                    self._bound()

    def form(self, nals: Sequence[bytes], kinds: Sequence[int]) -> Form | None:
        """What the pictures of an access unit are like; None where that is not known."""
        sequence = self._sets.get((self._nals.SEQUENCE, self._in_force(nals, kinds)))
        return self._form(sequence) if sequence is not None and self._complete else None

    def sequence(self, slice: bytes) -> bytes | None:
        """The sequence parameter set that a slice goes by."""
        number = self._in_force([slice], [self._nals.kind(slice)])
        return self._sets.get((self._nals.SEQUENCE, number))

    def needed(self, nals: Sequence[bytes], kinds: Sequence[int]) -> list[bytes]:
        """All that an access unit's pictures may refer to, in the order in which it is sent."""
        number = self._in_force(nals, kinds)
        return [
            nal
            for kind in self._nals.PARAMETERS
            for (of, own), nal in self._sets.items()
            if of == kind and self._belongs(kind, own, nal, number)
        ]

    def in_front(self, nals: list[bytes], kinds: Sequence[int]) -> list[bytes]:
        """A key picture's NAL units with all that it needs, as sent where that is there."""
        needed = self.needed(nals, kinds)
        sent = {
            nal.rstrip(b"\0")
            for nal, kind in zip(nals, kinds, strict=True)
            if kind in self._nals.PARAMETERS
        }
        if sent.issuperset(needed):
            return nals
        begin = 1 if kinds[0] == self._nals.DELIMITER else 0
        rest = [nal for nal in nals[begin:] if nal.rstrip(b"\0") not in needed]
        return [*nals[:begin], *needed, *rest]

    @property
    def _complete(self) -> bool:
        return {kind for kind, _ in self._sets}.issuperset(self._nals.PARAMETERS)

    def _in_force(self, nals: Sequence[bytes], kinds: Sequence[int]) -> int:
        """The number of the sequence parameter set that the first slice goes by."""
        if sum(kind == self._nals.SEQUENCE for kind, _ in self._sets) < 2:
            return self._newest
        last = self._nals.PARAMETERS[-1]
        for nal, kind in zip(nals, kinds, strict=True):
            if self._nals.is_picture(kind):
                try:
                    picture_set = self._sets[last, self._nals.parameter_set_of(nal)]
                    number = self._nals.sequence_of(picture_set)
                except (ValueError, KeyError):
                    break
                return number if (self._nals.SEQUENCE, number) in self._sets else self._newest
        return self._newest

    def _belongs(self, kind: int, own: int, nal: bytes, number: int) -> bool:
        """Whether a parameter set is of use with the sequence parameter set of that number."""
        if kind == self._nals.SEQUENCE:
            return own == number
        try:
            return kind != self._nals.PARAMETERS[-1] or self._nals.sequence_of(nal) == number
        except ValueError:
            return False

    def _key(self, nal: bytes) -> tuple[int, int] | None:
        """Kind and number; None where it is broken."""
        if len(nal) > LONGEST:
            return None
        if nal not in self._numbers:
            kind = self._nals.kind(nal)
            if len(self._numbers) >= 2 * MOST:
                self._numbers.clear()
            try:
                key = kind, self._nals.number(nal)
            except ValueError:
                key = None
            if kind == self._nals.SEQUENCE and self._form(nal) is None:
                key = None
            self._numbers[nal] = key
        return self._numbers[nal]

    def _form(self, sequence: bytes) -> Form | None:
        if sequence not in self._forms:
            if len(self._forms) >= 2 * MOST:
                self._forms.clear()
            try:
                self._forms[sequence] = self._nals.form(sequence)
            except ValueError:
                self._forms[sequence] = None
        return self._forms[sequence]

    def _bound(self) -> None:
        while len(self._sets) > MOST or sum(map(len, self._sets.values())) > MOST_BYTES:
            del self._sets[next(iter(self._sets))]
