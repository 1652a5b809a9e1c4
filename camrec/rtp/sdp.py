"""The description of a stream (SDP, RFC 8866): the little that a reader needs."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from camrec.rtp.text_numbers import parse_int

SLOWEST_VIDEO_CLOCK = 1000  # ticks a second: what is less, such as 90, is a mistake
MAX_JPEG_SIDE_PX = 0xFFFF  # pixels, in a JPEG

STATIC_PAYLOAD_FORMATS = {
    0: ("PCMU", 8000, 1),
    3: ("GSM", 8000, 1),
    8: ("PCMA", 8000, 1),
    9: ("G722", 8000, 1),
    10: ("L16", 44100, 2),
    11: ("L16", 44100, 1),
    14: ("MPA", 90_000, 1),
    26: ("JPEG", 90_000, 1),
}


@dataclass
class MediaDescription:
    """One `m=` of the description.

    codec : its name in upper case, "" where it is not told.
    format : the parameters of `a=fmtp`, names in lower case; of one under a number that nothing
        else stands under, if it has none of its own: no other can be meant.
    control : where to SETUP it, absolute or after the stream's own address.
    size : (width, height) of its frames; None where it is not told.
    odd_clock : the clock rate that is told is none: 0, no number, or too slow for video.
    """

    kind: str
    payload: int
    codec: str = ""
    rate: int = 90_000
    channels: int = 1
    format: dict[str, str] = field(default_factory=dict)
    control: str = ""
    size: tuple[int, int] | None = None
    odd_clock: bool = False
    stray_formats: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    mapped_payloads: set[str] = field(default_factory=set, init=False, repr=False)

    def decode_parameter_sets(self) -> list[bytes]:
        """The NAL units of H.264's or H.265's `sprop-...`; those that are malformed left out."""
        found = []
        for name in ("sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"):
            for text in filter(None, self.format.get(name, "").split(",")):
                try:
                    found += _without_start_codes(base64.b64decode(text, validate=True))
                except binascii.Error:
                    continue
        return [nal for nal in found if len(nal) > 2]

    def config(self) -> bytes:
        """AAC's AudioSpecificConfig; of MP4A-LATM its StreamMuxConfig."""
        try:
            return bytes.fromhex(self.format.get("config", ""))
        except ValueError:
            return b""


def _without_start_codes(sets: bytes) -> list[bytes]:
    """What stands under one name: some cameras describe their sets as a byte stream."""
    return [each.rstrip(b"\0") for each in sets.split(b"\0\0\1") if each.strip(b"\0")]


def parse_sdp(text: str) -> list[MediaDescription]:
    """The media of a description; lines that make no sense are passed over."""
    media: list[MediaDescription] = []
    for line in text.splitlines():
        name, _, value = line.strip().partition("=")
        if name == "m":
            words = value.split()
            if len(words) < 4 or parse_int(words[3]) is None:
                continue
            media.append(_create_medium(words[0], int(words[3])))
        elif name == "a" and media:
            _parse_attribute(media[-1], value)
    for medium in media:
        _adopt_stray_fmtp(medium)
    return media


def _create_medium(kind: str, payload: int) -> MediaDescription:
    codec, rate, channels = STATIC_PAYLOAD_FORMATS.get(payload, ("", 90_000, 1))
    return MediaDescription(kind, payload, codec, rate, channels)


def _parse_attribute(medium: MediaDescription, attribute: str) -> None:
    name, _, value = attribute.partition(":")
    if name == "control":
        medium.control = value
        return
    if name == "x-dimensions":  # W,H
        medium.size = _parse_size(value) or medium.size
        return
    payload, _, told = value.partition(" ")
    if payload != str(medium.payload):
        if name == "rtpmap":
            medium.mapped_payloads.add(payload)
        elif name == "fmtp":
            medium.stray_formats[payload] = told
        return
    if name == "rtpmap":
        codec, *rest = told.strip().split("/")
        medium.codec = codec.upper()
        rate = parse_int(rest[0]) if rest else None
        medium.rate = rate or 90_000
        too_slow = medium.kind == "video" and medium.rate < SLOWEST_VIDEO_CLOCK
        medium.odd_clock = not rate or too_slow
        channels = parse_int(rest[1]) if len(rest) > 1 else None
        medium.channels = 1 if channels is None else channels
    elif name == "fmtp":
        _parse_fmtp(medium, told)
    elif name == "framesize":  # W-H (3GPP TS 26.234)
        medium.size = _parse_size(told.replace("-", ",")) or medium.size


def _parse_fmtp(medium: MediaDescription, told: str) -> None:
    for pair in told.split(";"):
        key, _, setting = pair.strip().partition("=")
        medium.format[key.lower()] = setting
    told = f"{medium.format.get('width', '')},{medium.format.get('height', '')}"
    medium.size = _parse_size(told) or medium.size


def _parse_size(told: str) -> tuple[int, int] | None:
    width, _, height = told.partition(",")
    found = (parse_int(width.strip()), parse_int(height.strip()))
    return (
        (found[0], found[1]) if found[0] and found[1] and max(found) <= MAX_JPEG_SIDE_PX else None
    )


def _adopt_stray_fmtp(medium: MediaDescription) -> None:
    """Take over parameters that stand under a wrong number."""
    strays = [
        told
        for payload, told in medium.stray_formats.items()
        if payload not in medium.mapped_payloads
    ]
    if not medium.format and len(strays) == 1:
        _parse_fmtp(medium, strays[0])
