"""Joins the NAL units of H.264 and H.265 from RTP payloads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from camrec.codecs import NalSyntax, find_start_code

MAX_NAL_BYTES = 16 << 20  # larger NAL units are dropped
# How many NAL units are searched for start codes. A camera that joins NAL units does so at once.
MAX_INSPECTED_NALS = 64
FU_START_FLAG, FU_END_FLAG = 0x80, 0x40  # in the last byte of a fragmentation unit's header


class NalDepacketizer(ABC):
    """Returns the NAL units that a sequence of RTP payloads contains.

    SYNTAX : what the NAL units mean.
    FU_HEADER_BYTES : bytes before the data of a fragmentation unit.
    oversized_count : NAL units that were dropped because they were too large. The caller resets it.
    continuation_header : the first bytes of a payload that continues the current NAL unit and does
        not end it; empty if there is no current NAL unit.
    """

    SYNTAX: ClassVar[type[NalSyntax]]
    FU_HEADER_BYTES: ClassVar[int]

    def __init__(self) -> None:
        self._fragments: list[bytes] = []
        self._size = 0
        self._inspected_count = 0
        self._has_start_codes = False
        self.oversized_count = 0
        self.continuation_header = b""

    @abstractmethod
    def _split_payload(self, payload: memoryview) -> Iterator[bytes] | None:
        """The whole NAL units in a payload; None if it contains a fragment of one."""

    @abstractmethod
    def _parse_fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        """(is the first, is the last, header of the NAL unit, data) of a fragmentation unit."""

    def add(self, data: memoryview) -> None:
        """Append the data that follows a `continuation_header`, or a fragment's header."""
        self._size += len(data)
        if self._size <= MAX_NAL_BYTES:
            self._fragments.append(bytes(data))

    def push(self, payload: memoryview, gap: bool) -> list[bytes]:
        """The NAL units that this RTP payload completes.

        gap : packets are missing before this payload. Then what has arrived of the current NAL unit
            is returned, and its later fragments are dropped: a decoder can use the start of a
            slice, but not what follows a gap.
        """
        found = self._take_nal() if gap else []
        whole = self._split_payload(payload)
        if whole is not None:
            found += self._take_nal()
            found += whole
            return self._split_start_codes(found)
        if len(payload) <= self.FU_HEADER_BYTES:
            return self._split_start_codes(found)
        first, last, header, data = self._parse_fragment(payload)
        if first:
            found += self._take_nal()
            self._fragments.append(header)
        elif not self._fragments:
            return self._split_start_codes(found)
        self.add(data)
        end = self.FU_HEADER_BYTES
        self.continuation_header = bytes((*payload[: end - 1], payload[end - 1] & 0x3F))
        if last:
            found += self._take_nal()
        return self._split_start_codes(found)

    def is_duplicate(self, payload: memoryview) -> bool:
        """Whether this payload is a copy of the fragment that was added last."""
        end = len(self.continuation_header)
        is_middle = end > 0 and payload[:end] == self.continuation_header
        return is_middle and bool(self._fragments) and payload[end:] == self._fragments[-1]

    @property
    def has_partial_nal(self) -> bool:
        """Whether a NAL unit has begun and not ended."""
        return bool(self._fragments)

    def finish(self) -> list[bytes]:
        """What has arrived of the current NAL unit."""
        return self._split_start_codes(self._take_nal())

    def _take_nal(self) -> list[bytes]:
        if not self._fragments:
            return []
        nal = b"".join(self._fragments)
        too_long = self._size > MAX_NAL_BYTES
        self.oversized_count += too_long
        self._fragments.clear()
        self._size = 0
        self.continuation_header = b""
        return [] if too_long else [nal]

    def _split_start_codes(self, nals: list[bytes]) -> list[bytes]:
        """Split at start codes: some cameras send several NAL units as one.

        No NAL unit may contain a start code. Nearly all NAL units are slices; those are only
        searched at the beginning of the stream, unless a start code was found there.
        """
        found: list[bytes] = []
        if not nals:
            return found
        syntax = self.SYNTAX
        for nal in nals:
            if self._inspected_count < MAX_INSPECTED_NALS:
                self._inspected_count += 1
            elif (
                not self._has_start_codes
                and syntax.is_slice(syntax.nal_type(nal))
                and nal[:2] != b"\0\0"
            ):
                found.append(nal)
                continue
            if find_start_code(nal) is None:
                found.append(nal)
            else:
                self._has_start_codes = True
                parts = (part.rstrip(b"\0") for part in nal.split(b"\0\0\1"))
                found += (part for part in parts if len(part) > syntax.NAL_HEADER_BYTES)
        return found


def split_aggregation(body: memoryview) -> Iterator[bytes]:
    """The NAL units in the body of an aggregation packet: each follows its size in 16 bits."""
    at = 0
    while at + 2 < len(body):
        size = body[at] << 8 | body[at + 1]
        nal = body[at + 2 : at + 2 + size]
        if nal:
            yield bytes(nal)
        at += 2 + size
