"""Stores the parameter sets of a stream, and finds those that a key frame needs."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.codecs.nal_syntax import NalSyntax
from camrec.codecs.sps import SpsInfo

MAX_PARAMETER_SET_BYTES = 1 << 13
MAX_PARAMETER_SETS = 64  # the newest are kept
MAX_ALL_PARAMETER_SETS_BYTES = 1 << 16


class ParameterSets:
    """Keeps the newest parameter set of each type and id.

    A camera may send a parameter set only once, or with each key frame, and may replace the
    parameter set of an id at any time.
    """

    def __init__(self, syntax: type[NalSyntax]) -> None:
        self._syntax = syntax
        self._sets: dict[tuple[int, int], bytes] = {}
        self._ids: dict[bytes, tuple[int, int] | None] = {}
        self._sps_infos: dict[bytes, SpsInfo | None] = {}
        self._newest_sps_id = 0  # id of the SPS that came last

    def store(self, nals: Sequence[bytes], types: Sequence[int]) -> None:
        """Store the parameter sets among these NAL units; broken ones are ignored.

        types : the nal_unit_types of `nals`, here and in the other methods.
        """
        for nal, nal_type in zip(nals, types, strict=True):
            if nal_type in self._syntax.PARAMETER_SET_TYPES:
                nal = nal.rstrip(b"\0")
                key = self._identify(nal)
                if key is None:
                    continue
                if nal_type == self._syntax.SPS_TYPE:
                    self._newest_sps_id = key[1]
                if self._sets.get(key) != nal:
                    self._sets.pop(key, None)
                    self._sets[key] = nal
                    self._limit_size()

    def sps_info(self, nals: Sequence[bytes], types: Sequence[int]) -> SpsInfo | None:
        """Return the video format of an access unit; None if parameter sets are still missing."""
        sps = self._sets.get((self._syntax.SPS_TYPE, self._find_sps_id(nals, types)))
        return self._parse_sps(sps) if sps is not None and self._is_complete else None

    def sps_of_slice(self, slice: bytes) -> bytes | None:
        """Return the SPS that a slice uses; None if it is unknown."""
        sps_id = self._find_sps_id([slice], [self._syntax.nal_type(slice)])
        return self._sets.get((self._syntax.SPS_TYPE, sps_id))

    def find_required(self, nals: Sequence[bytes], types: Sequence[int]) -> list[bytes]:
        """Return all parameter sets that an access unit may refer to, in sending order."""
        sps_id = self._find_sps_id(nals, types)
        return [
            nal
            for nal_type in self._syntax.PARAMETER_SET_TYPES
            for (set_type, set_id), nal in self._sets.items()
            if set_type == nal_type and self._belongs_to_sps(nal_type, set_id, nal, sps_id)
        ]

    def add_required(self, nals: list[bytes], types: Sequence[int]) -> list[bytes]:
        """Return the NAL units of a key frame, with all parameter sets that it needs in front.

        Returns `nals` itself if the camera sent them all.
        """
        needed = self.find_required(nals, types)
        sent = {
            nal.rstrip(b"\0")
            for nal, nal_type in zip(nals, types, strict=True)
            if nal_type in self._syntax.PARAMETER_SET_TYPES
        }
        if sent.issuperset(needed):
            return nals
        begin = 1 if types[0] == self._syntax.AUD_TYPE else 0
        others = [nal for nal in nals[begin:] if nal.rstrip(b"\0") not in needed]
        return [*nals[:begin], *needed, *others]

    @property
    def _is_complete(self) -> bool:
        return {set_type for set_type, _ in self._sets}.issuperset(self._syntax.PARAMETER_SET_TYPES)

    def _find_sps_id(self, nals: Sequence[bytes], types: Sequence[int]) -> int:
        """Return the id of the SPS that the first slice uses; of the newest SPS if unknown."""
        if sum(set_type == self._syntax.SPS_TYPE for set_type, _ in self._sets) < 2:
            return self._newest_sps_id
        pps_type = self._syntax.PARAMETER_SET_TYPES[-1]
        for nal, nal_type in zip(nals, types, strict=True):
            if self._syntax.is_slice(nal_type):
                try:
                    pps = self._sets[pps_type, self._syntax.read_slice_pps_id(nal)]
                    sps_id = self._syntax.read_pps_sps_id(pps)
                except (ValueError, KeyError):
                    break
                is_known = (self._syntax.SPS_TYPE, sps_id) in self._sets
                return sps_id if is_known else self._newest_sps_id
        return self._newest_sps_id

    def _belongs_to_sps(self, nal_type: int, set_id: int, nal: bytes, sps_id: int) -> bool:
        """Return whether a parameter set can be used together with the SPS of this id."""
        if nal_type == self._syntax.SPS_TYPE:
            return set_id == sps_id
        if nal_type != self._syntax.PARAMETER_SET_TYPES[-1]:
            return True
        try:
            return self._syntax.read_pps_sps_id(nal) == sps_id
        except ValueError:
            return False

    def _identify(self, nal: bytes) -> tuple[int, int] | None:
        """Return (nal_unit_type, id) of a parameter set; None if it is broken or too large."""
        if len(nal) > MAX_PARAMETER_SET_BYTES:
            return None
        if nal not in self._ids:
            nal_type = self._syntax.nal_type(nal)
            if len(self._ids) >= 2 * MAX_PARAMETER_SETS:
                self._ids.clear()
            try:
                key = nal_type, self._syntax.read_parameter_set_id(nal)
            except ValueError:
                key = None
            if nal_type == self._syntax.SPS_TYPE and self._parse_sps(nal) is None:
                key = None
            self._ids[nal] = key
        return self._ids[nal]

    def _parse_sps(self, sps: bytes) -> SpsInfo | None:
        if sps not in self._sps_infos:
            if len(self._sps_infos) >= 2 * MAX_PARAMETER_SETS:
                self._sps_infos.clear()
            try:
                self._sps_infos[sps] = self._syntax.parse_sps(sps)
            except ValueError:
                self._sps_infos[sps] = None
        return self._sps_infos[sps]

    def _limit_size(self) -> None:
        while (
            len(self._sets) > MAX_PARAMETER_SETS
            or sum(map(len, self._sets.values())) > MAX_ALL_PARAMETER_SETS_BYTES
        ):
            del self._sets[next(iter(self._sets))]
