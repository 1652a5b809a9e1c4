"""The parameter sets of a stream: which are in force, and which a key picture needs in front."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.codecs.nal_units import NalDepacketizer, SpsInfo

MAX_PARAMETER_SET_BYTES = 1 << 13  # bytes of one
MAX_PARAMETER_SETS = 64  # parameter sets that are kept, the newest
MAX_ALL_PARAMETER_SETS_BYTES = 1 << 16  # of them together


class ParameterSets:
    """Keeps the newest of each kind and number.

    A camera may send some once only, some with each key picture, and change what stands under a
    number at any time.
    """

    def __init__(self, nals: NalDepacketizer) -> None:
        self._nals = nals
        self._sets: dict[tuple[int, int], bytes] = {}
        self._ids: dict[bytes, tuple[int, int] | None] = {}
        self._sps_infos: dict[bytes, SpsInfo | None] = {}
        self._newest_sps_id = 0  # number of the sequence parameter set that came last

    def learn(self, nals: Sequence[bytes], kinds: Sequence[int]) -> None:
        """Take note of those among the NAL units; what is broken is passed over."""
        for nal, kind in zip(nals, kinds, strict=True):
            if kind in self._nals.PARAMETERS:
                nal = nal.rstrip(b"\0")
                key = self._identify(nal)
                if key is None:
                    continue
                if kind == self._nals.SEQUENCE:
                    self._newest_sps_id = key[1]
                if self._sets.get(key) != nal:
                    self._sets.pop(key, None)
                    self._sets[key] = nal
                    self._limit_size()

    def form(self, nals: Sequence[bytes], kinds: Sequence[int]) -> SpsInfo | None:
        """What the pictures of an access unit are like; None where that is not known."""
        sequence = self._sets.get((self._nals.SEQUENCE, self._find_sps_id(nals, kinds)))
        return self._parse_sps(sequence) if sequence is not None and self._is_complete else None

    def sequence(self, slice: bytes) -> bytes | None:
        """The sequence parameter set that a slice goes by."""
        number = self._find_sps_id([slice], [self._nals.kind(slice)])
        return self._sets.get((self._nals.SEQUENCE, number))

    def find_required(self, nals: Sequence[bytes], kinds: Sequence[int]) -> list[bytes]:
        """All that an access unit's pictures may refer to, in the order in which it is sent."""
        number = self._find_sps_id(nals, kinds)
        return [
            nal
            for kind in self._nals.PARAMETERS
            for (of, own), nal in self._sets.items()
            if of == kind and self._belongs_to_sps(kind, own, nal, number)
        ]

    def add_required(self, nals: list[bytes], kinds: Sequence[int]) -> list[bytes]:
        """A key picture's NAL units with all that it needs, as sent where that is there."""
        needed = self.find_required(nals, kinds)
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
    def _is_complete(self) -> bool:
        return {kind for kind, _ in self._sets}.issuperset(self._nals.PARAMETERS)

    def _find_sps_id(self, nals: Sequence[bytes], kinds: Sequence[int]) -> int:
        """The number of the sequence parameter set that the first slice goes by."""
        if sum(kind == self._nals.SEQUENCE for kind, _ in self._sets) < 2:
            return self._newest_sps_id
        last = self._nals.PARAMETERS[-1]
        for nal, kind in zip(nals, kinds, strict=True):
            if self._nals.is_slice(kind):
                try:
                    picture_set = self._sets[last, self._nals.read_slice_pps_id(nal)]
                    number = self._nals.read_pps_sps_id(picture_set)
                except (ValueError, KeyError):
                    break
                return (
                    number if (self._nals.SEQUENCE, number) in self._sets else self._newest_sps_id
                )
        return self._newest_sps_id

    def _belongs_to_sps(self, kind: int, own: int, nal: bytes, number: int) -> bool:
        """Whether a parameter set is of use with the sequence parameter set of that number."""
        if kind == self._nals.SEQUENCE:
            return own == number
        try:
            return kind != self._nals.PARAMETERS[-1] or self._nals.read_pps_sps_id(nal) == number
        except ValueError:
            return False

    def _identify(self, nal: bytes) -> tuple[int, int] | None:
        """Kind and number; None where it is broken."""
        if len(nal) > MAX_PARAMETER_SET_BYTES:
            return None
        if nal not in self._ids:
            kind = self._nals.kind(nal)
            if len(self._ids) >= 2 * MAX_PARAMETER_SETS:
                self._ids.clear()
            try:
                key = kind, self._nals.number(nal)
            except ValueError:
                key = None
            if kind == self._nals.SEQUENCE and self._parse_sps(nal) is None:
                key = None
            self._ids[nal] = key
        return self._ids[nal]

    def _parse_sps(self, sequence: bytes) -> SpsInfo | None:
        if sequence not in self._sps_infos:
            if len(self._sps_infos) >= 2 * MAX_PARAMETER_SETS:
                self._sps_infos.clear()
            try:
                self._sps_infos[sequence] = self._nals.form(sequence)
            except ValueError:
                self._sps_infos[sequence] = None
        return self._sps_infos[sequence]

    def _limit_size(self) -> None:
        while (
            len(self._sets) > MAX_PARAMETER_SETS
            or sum(map(len, self._sets.values())) > MAX_ALL_PARAMETER_SETS_BYTES
        ):
            del self._sets[next(iter(self._sets))]
