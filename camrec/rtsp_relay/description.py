"""Reads a camera's SDP (RFC 8866), even if malformed, and writes one that MediaMTX can read."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from camrec.codecs import H265Syntax
from camrec.rtp import (
    SLOWEST_VIDEO_CLOCK,
    STATIC_PAYLOAD_FORMATS,
    MediaDescription,
    create_audio_depacketizer,
    parse_sdp,
)

VIDEO_RATE = "90000"
MAX_RATE = 1 << 31
RELAYED_VIDEO_CODECS = ("H264", "H265", "JPEG")
_CODEC_ALIASES = {"HEVC": "H265", "AVC": "H264", "H.264": "H264", "H.265": "H265"}
_STATIC_VIDEO_FORMATS = {26: ("JPEG", "90000"), 32: ("MPV", "90000")}


@dataclass
class PayloadFormat:
    """One payload type of a medium.

    rate : clock rate and channels as in ``a=rtpmap``, such as ``48000/2``.
    parameters : those of ``a=fmtp``, with names in lower case.
    guessed : whether the parameters were listed with another payload type.
    """

    payload_type: int
    codec: str = ""
    rate: str = "90000"
    parameters: dict[str, str] = field(default_factory=dict)
    guessed: bool = False


@dataclass
class OfferedMedia:
    """One ``m=`` line and its attributes.

    control : the value of ``a=control``, absolute or relative.
    send_only : the camera receives this medium: a back channel to its loudspeaker.
    """

    kind: str
    formats: list[PayloadFormat] = field(default_factory=list)
    control: str = ""
    send_only: bool = False

    @property
    def format(self) -> PayloadFormat | None:
        """The first format that camrec supports; None if there is none."""
        readable = _is_readable_audio if self.kind == "audio" else _is_readable_video
        return next(filter(readable, self.formats), None)

    @property
    def codec(self) -> str:
        """The names of its formats."""
        names = [each.codec or f"payload type {each.payload_type}" for each in self.formats]
        return ", ".join(names)


@dataclass
class StreamDescription:
    """What a camera offers. `control` is the ``a=control`` of the whole stream."""

    media: list[OfferedMedia] = field(default_factory=list)
    control: str = ""

    def media_of_kind(self, kind: str) -> list[OfferedMedia]:
        """The media of this kind, without those that the camera receives."""
        media = [medium for medium in self.media if medium.kind == kind]
        # Some cameras mark all media in this way.
        if all(medium.send_only for medium in self.media):
            return media
        return [medium for medium in media if not medium.send_only]


def parse_description(body: bytes) -> StreamDescription:
    """Parse a camera's SDP; malformed lines are ignored."""
    description = StreamDescription()
    sections: list[tuple[OfferedMedia | None, list[str]]] = [(None, [])]
    for line in re.split(r"[\r\n]+", body.decode("latin-1")):
        name, _, value = line.strip().partition("=")
        if name.strip() == "m":
            words = value.split()
            sections.append(
                (OfferedMedia(words[0].lower() if words else ""), [" ".join(words[3:])])
            )
        elif name.strip() == "a":
            sections[-1][1].append(value.strip())
    for medium, lines in sections:
        if medium is None:
            description.control = _find_attribute(lines, "control")
        else:
            _parse_medium(medium, lines[0].split(), lines[1:])
            description.media.append(medium)
    return description


def write_description(formats: Sequence[tuple[str, PayloadFormat]]) -> bytes:
    """The SDP of a stream. The control of each track is ``trackID=`` and its index.

    Parameters
    ----------
    formats
        The kind and the format of each track.
    """
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camrec", "c=IN IP4 127.0.0.1", "t=0 0"]
    for place, (kind, each) in enumerate(formats):
        number = each.payload_type
        lines.append(f"m={kind} 0 RTP/AVP {number}")
        if each.codec and number not in _STATIC_VIDEO_FORMATS:
            lines.append(f"a=rtpmap:{number} {each.codec}/{each.rate}")
        if parameters := _mediamtx_parameters(each):
            fmtp = ";".join(f"{key}={value}" for key, value in parameters.items())
            lines.append(f"a=fmtp:{number} {fmtp}")
        lines.append(f"a=control:trackID={place}")
    return "\r\n".join([*lines, ""]).encode("latin-1")


def _find_attribute(lines: Sequence[str], wanted: str) -> str:
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == wanted), "")


def _by_payload_type(lines: Sequence[str], wanted: str) -> dict[int, str]:
    """``a=rtpmap`` or ``a=fmtp`` by payload type, the first of each."""
    found: dict[int, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        entry = re.match(r"\s*(\d{1,3})\s+(.*)", value)
        if name.strip().lower() == wanted and entry:
            found.setdefault(int(entry[1]), entry[2].strip())
    return found


def _parse_medium(medium: OfferedMedia, numbers: Sequence[str], lines: Sequence[str]) -> None:
    medium.control = _find_attribute(lines, "control")
    medium.send_only = "sendonly" in lines
    maps, parameters = _by_payload_type(lines, "rtpmap"), _by_payload_type(lines, "fmtp")
    payload_types = [int(each) for each in numbers if each.isdecimal() and int(each) < 128]
    # Some cameras write "smart/1/90000" instead of the number, which is in the rtpmap.
    payload_types = payload_types or list(maps)[:1]
    _assign_orphan(maps, payload_types)
    guessed = _assign_orphan(parameters, payload_types)
    for number in payload_types:
        each = PayloadFormat(number, guessed=number == guessed)
        if fmtp := parameters.get(number):
            for pair in fmtp.split(";"):
                key, _, value = pair.strip().partition("=")
                each.parameters[key.strip().lower()] = value.strip()
        each.codec, each.rate = _parse_codec(number, maps.get(number, ""), each.parameters)
        if each.codec == "JPEG" and (size := _parse_frame_size(number, lines)):
            each.parameters.update(zip(("width", "height"), map(str, size), strict=True))
        medium.formats.append(each)


def _assign_orphan(attributes: dict[int, str], payload_types: Sequence[int]) -> int | None:
    """Assign an attribute of a payload type that does not exist to the only type without one.

    Returns that payload type; None if nothing was assigned.
    """
    orphans = [number for number in attributes if number not in payload_types]
    without = [number for number in payload_types if number not in attributes]
    if len(orphans) == 1 and len(without) == 1:
        attributes[without[0]] = attributes[orphans[0]]
        return without[0]
    return None


def _parse_codec(number: int, rtpmap: str, parameters: dict[str, str]) -> tuple[str, str]:
    """(codec, rate) by the rtpmap, the static payload type or the parameters; "" if unknown."""
    if rtpmap:
        name, _, rate = rtpmap.partition("/")
        name = name.strip().upper()
        name, rate = _CODEC_ALIASES.get(name, name), rate.replace(" ", "") or VIDEO_RATE
        return name, _video_rate(rate) if name in RELAYED_VIDEO_CODECS else rate
    if number in _STATIC_VIDEO_FORMATS:
        return _STATIC_VIDEO_FORMATS[number]
    if number in STATIC_PAYLOAD_FORMATS:
        codec, clock_rate, channels = STATIC_PAYLOAD_FORMATS[number]
        return codec, f"{clock_rate}/{channels}" if channels > 1 else str(clock_rate)
    if "sprop-vps" in parameters or "sprop-sps" in parameters:
        return "H265", "90000"
    if "sprop-parameter-sets" in parameters or "packetization-mode" in parameters:
        return "H264", "90000"
    return "", "90000"


def _video_rate(text: str) -> str:
    """The clock rate of a video; the usual one if `text` is not a usable rate."""
    rate = text.partition("/")[0]
    is_one = rate.isdecimal() and SLOWEST_VIDEO_CLOCK <= int(rate) < MAX_RATE
    return rate if is_one else VIDEO_RATE


def _parse_frame_size(number: int, lines: Sequence[str]) -> tuple[int, int] | None:
    """The size in the attributes for M-JPEG, because RTP cannot express large sizes."""
    text = "\n".join([f"m=video 0 RTP/AVP {number}", *(f"a={line}" for line in lines)])
    return parse_sdp(text)[0].size


def _is_readable_video(each: PayloadFormat) -> bool:
    return each.codec in RELAYED_VIDEO_CODECS


def _is_readable_audio(each: PayloadFormat) -> bool:
    rate, _, channels = each.rate.partition("/")
    if not rate.isdecimal() or int(rate) == 0:
        return False
    medium = MediaDescription("audio", each.payload_type, each.codec, int(rate))
    medium.channels = int(channels) if channels.isdecimal() else 1
    medium.format = each.parameters
    if each.codec in ("MPEG4-GENERIC", "MP4A-LATM") and not medium.config():
        return False
    return create_audio_depacketizer(medium) is not None


def _mediamtx_parameters(each: PayloadFormat) -> dict[str, str]:
    """The parameters for MediaMTX, without those because of which it rejects a description."""
    parameters = each.parameters
    if each.codec == "H264":
        mode = parameters.get("packetization-mode", "")
        # MediaMTX rejects the interleaved mode. Some cameras announce it and do not use it.
        mode = "1" if mode == "2" else mode
        kept = {"packetization-mode": mode} if mode.isdecimal() else {}
        sets = [
            _normalize_base64(text)
            for text in parameters.get("sprop-parameter-sets", "").split(",")
        ]
        if len(sets) >= 2 and all(sets):
            kept["sprop-parameter-sets"] = ",".join(sets)
        return kept
    if each.codec == "H265":
        return _h265_parameter_sets(parameters)
    if each.codec == "MPEG4-GENERIC":
        lengths = {"sizelength": "13", "indexlength": "3", "indexdeltalength": "3"}
        kept = {key: _digits_or(parameters.get(key, ""), usual) for key, usual in lengths.items()}
        return {"streamtype": "5", "mode": "AAC-hbr", **kept, "config": parameters["config"]}
    if each.codec == "MP4A-LATM":
        return {"cpresent": "0", "config": parameters["config"]}
    return {key: value for key, value in parameters.items() if key and value}


def _h265_parameter_sets(parameters: dict[str, str]) -> dict[str, str]:
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    sets = {name: _normalize_base64(parameters.get(name, "").split(",")[0]) for name in names}
    try:
        H265Syntax.parse_sps(base64.b64decode(sets["sprop-sps"]))
    except ValueError:
        return {}
    return sets if all(sets.values()) else {}


def _normalize_base64(text: str) -> str:
    """The text with its padding; "" if it is not Base64."""
    text = text.strip().rstrip("=")
    text += "=" * (-len(text) % 4)
    try:
        return text if base64.b64decode(text, validate=True) else ""
    except binascii.Error:
        return ""


def _digits_or(text: str, usual: str) -> str:
    return text if text.isdecimal() else usual
