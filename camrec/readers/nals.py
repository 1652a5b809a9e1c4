"""What H.264 and H.265 have in common: NAL units, put together again from RTP payloads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from camrec.units import VideoCodec

START = b"\0\0\0\1"
LONGEST = 16 << 20  # bytes of one NAL unit; what is larger is none


class Form(NamedTuple):
    """What a sequence parameter set says of the pictures: pixels as displayed, reorder depth."""

    width: int
    height: int
    reorder: int


class Nals(ABC):
    """Puts the NAL units of one stream together again.

    PARAMETERS : kinds of the parameter sets, in the order in which they have to be sent.
    SEQUENCE : which of them is the sequence parameter set.
    DELIMITER : the kind that stands before all others in an access unit.
    FRAGMENT_HEAD : bytes in front of a fragment; in the last of them, 128: the first, 64: the last.
    middle : how the payload of a fragment begins that goes on with the NAL unit that is being put
        together, and does not end it; empty where there is none.
    """

    CODEC: ClassVar[VideoCodec]
    PARAMETERS: ClassVar[tuple[int, ...]]
    SEQUENCE: ClassVar[int]
    DELIMITER: ClassVar[int]
    FRAGMENT_HEAD: ClassVar[int]

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.middle = b""

    @staticmethod
    @abstractmethod
    def kind(nal: bytes | memoryview) -> int: ...

    @staticmethod
    @abstractmethod
    def is_picture(kind: int) -> bool:
        """Whether it holds a part of a picture."""

    @staticmethod
    @abstractmethod
    def is_key(kind: int) -> bool:
        """Whether it holds a part of a picture where decoding can begin."""

    @staticmethod
    @abstractmethod
    def form(sequence: bytes) -> Form:
        """Read a sequence parameter set; ValueError where it is none."""

    @abstractmethod
    def _whole(self, payload: memoryview) -> Iterator[bytes] | None:
        """The NAL units of a payload; None where it holds a fragment of one."""

    @abstractmethod
    def _fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        """A fragment taken apart: first?, last?, the NAL unit's header, the rest."""

    def add(self, rest: memoryview) -> None:
        """Take in what goes on behind a `middle`, or behind a fragment's header."""
        self._size += len(rest)
        if self._size <= LONGEST:
            self._parts.append(bytes(rest))

    def push(self, payload: memoryview, gap: bool) -> list[bytes]:
        """The NAL units that this RTP payload completes.

        After a `gap` (packets are missing just before it) the NAL unit that was being put together
        is given as far as it came, and what follows of it is dropped: a decoder can use the
        front of a slice, and not what comes after a hole.
        """
        found = self.finish() if gap else []
        whole = self._whole(payload)
        if whole is not None:
            found += self.finish()
            found += whole
            return found
        if len(payload) <= self.FRAGMENT_HEAD:
            return found
        first, last, header, rest = self._fragment(payload)
        if first:
            found += self.finish()
            self._parts.append(header)
        elif not self._parts:
            return found
        self.add(rest)
        head = self.FRAGMENT_HEAD
        self.middle = bytes((*payload[: head - 1], payload[head - 1] & 0x3F))
        if last:
            found += self.finish()
        return found

    @property
    def unfinished(self) -> bool:
        return bool(self._parts)

    def finish(self) -> list[bytes]:
        """The NAL unit that is unfinished, as far as it came."""
        if not self._parts:
            return []
        nal = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        self.middle = b""
        return [nal]


def aggregated(payload: memoryview) -> Iterator[bytes]:
    """The NAL units of an aggregation packet's body: each behind its size in 16 bits."""
    at = 0
    while at + 2 < len(payload):
        size = payload[at] << 8 | payload[at + 1]
        nal = payload[at + 2 : at + 2 + size]
        if nal:
            yield bytes(nal)
        at += 2 + size


def annex_b(nals: list[bytes]) -> bytes:
    """NAL units as a byte stream, each behind a start code of four bytes."""
    return START + START.join(nals) if nals else b""
