"""What H.264 and H.265 have in common: NAL units, put together again from RTP payloads."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, NamedTuple

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.media import VideoCodec

START_CODE = b"\0\0\0\1"
MAX_NAL_BYTES = 16 << 20  # bytes of one NAL unit; what is larger is none
MAX_INSPECTED_NALS = 64  # NAL units: who glues some together does so among the first
RECOVERY_POINT_SEI_TYPE = 6  # the kind of a message that tells where decoding can begin
PARAMETER_SET_ID_BYTES = 32  # bytes in front of a slice that hold the number of its parameter set

find_start = re.compile(b"\0\0\1").search
# Pixel shapes by number (H.264 table E-1, H.265 table E.1).
SAMPLE_ASPECT_RATIOS = (
    (1, 1), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11),
    (80, 33), (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
)  # fmt: skip
EXTENDED_SAR_IDC = 255  # it stands behind


# Another picture, the other field of the same one, or the same one.
SliceRelation = Literal["next", "field", "same"]


class SpsInfo(NamedTuple):
    """What a sequence parameter set says of the pictures: pixels as displayed, reorder depth, and
    the rest as in `VideoTrack`.
    """

    width: int
    height: int
    reorder: int
    pixel: tuple[int, int] = (1, 1)
    chroma: int = 1
    depth: int = 8


class NalDepacketizer(ABC):
    """Puts the NAL units of one stream together again.

    PARAMETERS : kinds of the parameter sets, in the order in which they have to be sent.
    SEQUENCE : which of them is the sequence parameter set.
    DELIMITER : the kind that stands before all others in an access unit.
    FRAGMENT_HEAD : bytes in front of a fragment; in the last of them, 128: the first, 64: the last.
    HEAD : bytes of a NAL unit's own header.
    MESSAGE : the kind that holds messages (SEI).
    IN_FRONT : the parameter sets and the messages.
    LEADING : kinds that cannot be decoded by who begins at the key picture before them.
    PLAIN : kinds that end the dependence on what was before them: nothing reaches over them.
    oversized_count : NAL units that were left out since this was last looked at.
    continuation_header : how the payload of a fragment begins that goes on with the NAL unit that
    is being put
        together, and does not end it; empty where there is none.
    """

    CODEC: ClassVar[VideoCodec]
    PARAMETERS: ClassVar[tuple[int, ...]]
    SEQUENCE: ClassVar[int]
    DELIMITER: ClassVar[int]
    FRAGMENT_HEAD: ClassVar[int]
    HEAD: ClassVar[int]
    MESSAGE: ClassVar[int]
    IN_FRONT: ClassVar[frozenset[int]]
    LEADING: ClassVar[tuple[int, ...]] = ()
    PLAIN: ClassVar[tuple[int, ...]]

    def __init__(self) -> None:
        self._fragments: list[bytes] = []
        self._size = 0
        self._inspected_count = 0
        self._has_start_codes = False
        self.oversized_count = 0
        self.continuation_header = b""

    @staticmethod
    @abstractmethod
    def kind(nal: bytes | memoryview) -> int: ...

    @staticmethod
    @abstractmethod
    def is_slice(kind: int) -> bool:
        """Whether it holds a part of a picture."""

    @staticmethod
    @abstractmethod
    def is_key_slice(kind: int) -> bool:
        """Whether it holds a part of a picture where decoding can begin."""

    @classmethod
    def is_reference(cls, nals: Sequence[bytes], kinds: Sequence[int]) -> bool:
        """Whether other pictures may refer to this one."""
        return True

    @classmethod
    @abstractmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        """Whether it is the first slice of a picture."""

    @classmethod
    def compare_slices(cls, before: bytes, nal: bytes, sequence: bytes | None) -> SliceRelation:
        """How one first slice lies to the one before it, by their sequence parameter set."""
        return "next"

    @staticmethod
    @abstractmethod
    def form(sequence: bytes) -> SpsInfo:
        """Read a sequence parameter set; ValueError where it is none."""

    @abstractmethod
    def find_recovery_count(self, nals: Sequence[bytes], kinds: Sequence[int]) -> int | None:
        """In a picture that is no key one: after how many pictures all is right for who begins to
        decode here; None where nobody can.
        """

    @classmethod
    @abstractmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        """The number of the picture parameter set that a slice needs; ValueError: cut off."""

    @classmethod
    @abstractmethod
    def number(cls, parameter_set: bytes) -> int:
        """A parameter set's own number; ValueError where it has none."""

    @classmethod
    def read_pps_sps_id(cls, picture_set: bytes) -> int:
        """The number of the sequence parameter set that a picture parameter set belongs to."""
        bits = BitReader(unescape_nal(picture_set[cls.HEAD : PARAMETER_SET_ID_BYTES]))
        bits.ue()
        return bits.ue()

    @abstractmethod
    def _split_payload(self, payload: memoryview) -> Iterator[bytes] | None:
        """The NAL units of a payload; None where it holds a fragment of one."""

    @abstractmethod
    def _parse_fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        """A fragment taken apart: first?, last?, the NAL unit's header, the rest."""

    def add(self, rest: memoryview) -> None:
        """Take in what goes on behind a `continuation_header`, or behind a fragment's header."""
        self._size += len(rest)
        if self._size <= MAX_NAL_BYTES:
            self._fragments.append(bytes(rest))

    def push(self, payload: memoryview, gap: bool) -> list[bytes]:
        """The NAL units that this RTP payload completes.

        After a `gap` (packets are missing just before it) the NAL unit that was being put together
        is given as far as it came, and what follows of it is dropped: a decoder can use the
        front of a slice, and not what comes after a hole.
        """
        found = self._take_nal() if gap else []
        whole = self._split_payload(payload)
        if whole is not None:
            found += self._take_nal()
            found += whole
            return self._split_start_codes(found)
        if len(payload) <= self.FRAGMENT_HEAD:
            return self._split_start_codes(found)
        first, last, header, rest = self._parse_fragment(payload)
        if first:
            found += self._take_nal()
            self._fragments.append(header)
        elif not self._fragments:
            return self._split_start_codes(found)
        self.add(rest)
        head = self.FRAGMENT_HEAD
        self.continuation_header = bytes((*payload[: head - 1], payload[head - 1] & 0x3F))
        if last:
            found += self._take_nal()
        return self._split_start_codes(found)

    def is_duplicate(self, payload: memoryview) -> bool:
        """Whether it is the `continuation_header` once more that was added last."""
        end = len(self.continuation_header)
        is_middle = end > 0 and payload[:end] == self.continuation_header
        return is_middle and bool(self._fragments) and payload[end:] == self._fragments[-1]

    @property
    def has_partial_nal(self) -> bool:
        return bool(self._fragments)

    def finish(self) -> list[bytes]:
        """The NAL unit that is unfinished, as far as it came."""
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
        """Some cameras send several NAL units as one, with start codes between them.

        None may hold what looks like a start code. Slices make up nearly all that comes: in those
        it is searched for at the beginning only, unless something was found.
        """
        found: list[bytes] = []
        if not nals:
            return found
        for nal in nals:
            if self._inspected_count < MAX_INSPECTED_NALS:
                self._inspected_count += 1
            elif not self._has_start_codes and self.is_slice(self.kind(nal)) and nal[:2] != b"\0\0":
                found.append(nal)
                continue
            if find_start(nal) is None:
                found.append(nal)
            else:
                self._has_start_codes = True
                parts = (part.rstrip(b"\0") for part in nal.split(b"\0\0\1"))
                found += (part for part in parts if len(part) > self.HEAD)
        return found


def split_aggregation(payload: memoryview) -> Iterator[bytes]:
    """The NAL units of an aggregation packet's body: each behind its size in 16 bits."""
    at = 0
    while at + 2 < len(payload):
        size = payload[at] << 8 | payload[at + 1]
        nal = payload[at + 2 : at + 2 + size]
        if nal:
            yield bytes(nal)
        at += 2 + size


def parse_sei_messages(nal: bytes, head: int) -> Iterator[tuple[int, bytes]]:
    """(kind, payload) of each message of an SEI NAL unit whose header has `head` bytes."""
    data = unescape_nal(nal[head:])
    at = 0
    while at + 2 < len(data):
        told = [0, 0]
        for place in (0, 1):
            while at < len(data) and data[at] == 255:
                told[place] += 255
                at += 1
            if at == len(data):
                return
            told[place] += data[at]
            at += 1
        kind, size = told
        yield kind, data[at : at + size]
        at += size


def read_pixel_aspect(bits: BitReader) -> tuple[int, int]:
    """The shape of a pixel from the beginning of the usability information; square if untold."""
    if not bits.flag():
        return 1, 1
    shape = bits.take(8)
    pixel = SAMPLE_ASPECT_RATIOS[shape] if shape < len(SAMPLE_ASPECT_RATIOS) else (1, 1)
    if shape == EXTENDED_SAR_IDC:
        pixel = bits.take(16), bits.take(16)
    return pixel if all(pixel) else (1, 1)


def to_annex_b(nals: list[bytes]) -> bytes:
    """NAL units as a byte stream, each behind a start code of four bytes."""
    return START_CODE + START_CODE.join(nals) if nals else b""
