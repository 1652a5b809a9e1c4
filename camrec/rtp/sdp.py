"""Parses the description of a stream (SDP, RFC 8866), as far as a reader needs it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from camrec.rtp.text_numbers import parse_int

SLOWEST_VIDEO_CLOCK = 1000  # ticks per second; a lower rate, such as 90, is a mistake
MAX_JPEG_SIDE_PX = 0xFFFF

# (codec, clock rate, channels) of the static payload types (RFC 3551).
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
    """One `m=` line of the description, with the attributes that follow it.

    kind : "video", "audio" or another media type.
    payload : the first payload type.
    codec : the name in upper case; "" if the description does not say.
    rate : RTP ticks per second.
    format : the parameters of `a=fmtp`, with names in lower case. If the medium has no such line,
        those of the only `a=fmtp` line whose payload type does not exist.
    control : the address for SETUP, absolute or relative to the stream's address.
    size : (width, height) of the frames; None if the description does not say.
    has_invalid_clock : the clock rate is 0, not a number, or too slow for video.
    stray_formats : the parameters of `a=fmtp` lines with another payload type.
    mapped_payloads : the other payload types that have an `a=rtpmap`.
    """

    kind: str
    payload: int
    codec: str = ""
    rate: int = 90_000
    channels: int = 1
    format: dict[str, str] = field(default_factory=dict)
    control: str = ""
    size: tuple[int, int] | None = None
    has_invalid_clock: bool = False
    stray_formats: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    mapped_payloads: set[str] = field(default_factory=set, init=False, repr=False)

    def decode_parameter_sets(self) -> list[bytes]:
        """The NAL units in the `sprop-...` parameters of H.264 or H.265, without malformed ones."""
        found: list[bytes] = []
        for name in ("sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"):
            for text in filter(None, self.format.get(name, "").split(",")):
                try:
                    found += _without_start_codes(base64.b64decode(text, validate=True))
                except binascii.Error:
                    continue
        return [nal for nal in found if len(nal) > 2]

    def config(self) -> bytes:
        """AAC's AudioSpecificConfig or MP4A-LATM's StreamMuxConfig; empty if malformed."""
        try:
            return bytes.fromhex(self.format.get("config", ""))
        except ValueError:
            return b""


def _without_start_codes(sets: bytes) -> list[bytes]:
    """The NAL units in one parameter. Some cameras put several into one, with start codes."""
    return [each.rstrip(b"\0") for each in sets.split(b"\0\0\1") if each.strip(b"\0")]


def parse_sdp(text: str) -> list[MediaDescription]:
    """The media of a description; malformed lines are ignored."""
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
    payload, _, text = value.partition(" ")
    if payload != str(medium.payload):
        if name == "rtpmap":
            medium.mapped_payloads.add(payload)
        elif name == "fmtp":
            medium.stray_formats[payload] = text
        return
    if name == "rtpmap":
        _parse_rtpmap(medium, text)
    elif name == "fmtp":
        _parse_fmtp(medium, text)
    elif name == "framesize":  # W-H (3GPP TS 26.234)
        medium.size = _parse_size(text.replace("-", ",")) or medium.size


def _parse_rtpmap(medium: MediaDescription, text: str) -> None:
    codec, *numbers = text.strip().split("/")
    medium.codec = codec.upper()
    rate = parse_int(numbers[0]) if numbers else None
    medium.rate = rate or 90_000
    too_slow = medium.kind == "video" and medium.rate < SLOWEST_VIDEO_CLOCK
    medium.has_invalid_clock = not rate or too_slow
    channels = parse_int(numbers[1]) if len(numbers) > 1 else None
    medium.channels = 1 if channels is None else channels


def _parse_fmtp(medium: MediaDescription, text: str) -> None:
    for pair in text.split(";"):
        key, _, setting = pair.strip().partition("=")
        medium.format[key.lower()] = setting
    size = f"{medium.format.get('width', '')},{medium.format.get('height', '')}"
    medium.size = _parse_size(size) or medium.size


def _parse_size(text: str) -> tuple[int, int] | None:
    """(width, height) from "W,H"; None if a number is missing, 0 or too large."""
    before, _, after = text.partition(",")
    width, height = parse_int(before.strip()), parse_int(after.strip())
    if not width or not height or max(width, height) > MAX_JPEG_SIDE_PX:
        return None
    return width, height


def _adopt_stray_fmtp(medium: MediaDescription) -> None:
    """Use the parameters of a payload type that does not exist, if there is only one."""
    strays = [
        text
        for payload, text in medium.stray_formats.items()
        if payload not in medium.mapped_payloads
    ]
    if not medium.format and len(strays) == 1:
        _parse_fmtp(medium, strays[0])
