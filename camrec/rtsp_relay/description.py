"""A camera's description (SDP, RFC 8866): read as it is meant, and written as MediaMTX reads it."""

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

    rate : clock rate and channels as they stand behind the codec, such as ``48000/2``.
    parameters : of ``a=fmtp``, names in lower case.
    guessed : they stood under another payload type.
    """

    payload_type: int
    codec: str = ""
    rate: str = "90000"
    parameters: dict[str, str] = field(default_factory=dict)
    guessed: bool = False


@dataclass
class OfferedMedia:
    """One ``m=``; `control` as it stands there."""

    kind: str
    formats: list[PayloadFormat] = field(default_factory=list)
    control: str = ""
    send_only: bool = False

    @property
    def format(self) -> PayloadFormat | None:
        """The format that can be read, where there is one."""
        readable = _is_readable_audio if self.kind == "audio" else _is_readable_video
        return next(filter(readable, self.formats), None)

    @property
    def codec(self) -> str:
        """What its formats are called."""
        names = [each.codec or f"payload type {each.payload_type}" for each in self.formats]
        return ", ".join(names)


@dataclass
class StreamDescription:
    """What a camera offers; `control` is that of the whole stream."""

    media: list[OfferedMedia] = field(default_factory=list)
    control: str = ""

    def media_of_kind(self, kind: str) -> list[OfferedMedia]:
        """Video or audio, without the ways back to a loudspeaker."""
        media = [medium for medium in self.media if medium.kind == kind]
        # Some cameras call everything a way back.
        if all(medium.send_only for medium in self.media):
            return media
        return [medium for medium in media if not medium.send_only]


def parse_description(body: bytes) -> StreamDescription:
    """Lines that make no sense are passed over."""
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
    """A description of one stream; each track's control is ``trackID=`` and its place.

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
            told = ";".join(f"{key}={value}" for key, value in parameters.items())
            lines.append(f"a=fmtp:{number} {told}")
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
        told = re.match(r"\s*(\d{1,3})\s+(.*)", value)
        if name.strip().lower() == wanted and told:
            found.setdefault(int(told[1]), told[2].strip())
    return found


def _parse_medium(medium: OfferedMedia, numbers: Sequence[str], lines: Sequence[str]) -> None:
    medium.control = _find_attribute(lines, "control")
    medium.send_only = "sendonly" in lines
    maps, parameters = _by_payload_type(lines, "rtpmap"), _by_payload_type(lines, "fmtp")
    payload_types = [int(each) for each in numbers if each.isdecimal() and int(each) < 128]
    # "smart/1/90000" stands where the number should be: it is in the rtpmap.
    payload_types = payload_types or list(maps)[:1]
    _assign_orphan(maps, payload_types)
    guessed = _assign_orphan(parameters, payload_types)
    for number in payload_types:
        each = PayloadFormat(number, guessed=number == guessed)
        if told := parameters.get(number):
            for pair in told.split(";"):
                key, _, value = pair.strip().partition("=")
                each.parameters[key.strip().lower()] = value.strip()
        each.codec, each.rate = _parse_codec(number, maps.get(number, ""), each.parameters)
        if each.codec == "JPEG" and (size := _parse_frame_size(number, lines)):
            each.parameters.update(zip(("width", "height"), map(str, size), strict=True))
        medium.formats.append(each)


def _assign_orphan(told: dict[int, str], payload_types: Sequence[int]) -> int | None:
    """One that stands under a number that there is not belongs to the one that has none: which."""
    orphans = [number for number in told if number not in payload_types]
    without = [number for number in payload_types if number not in told]
    if len(orphans) == 1 and len(without) == 1:
        told[without[0]] = told[orphans[0]]
        return without[0]
    return None


def _parse_codec(number: int, told: str, parameters: dict[str, str]) -> tuple[str, str]:
    if told:
        name, _, rate = told.partition("/")
        name = name.strip().upper()
        name, rate = _CODEC_ALIASES.get(name, name), rate.replace(" ", "") or VIDEO_RATE
        return name, _video_rate(rate) if name in RELAYED_VIDEO_CODECS else rate
    if number in _STATIC_VIDEO_FORMATS:
        return _STATIC_VIDEO_FORMATS[number]
    if number in STATIC_PAYLOAD_FORMATS:
        codec, rate, channels = STATIC_PAYLOAD_FORMATS[number]
        return codec, f"{rate}/{channels}" if channels > 1 else str(rate)
    if "sprop-vps" in parameters or "sprop-sps" in parameters:
        return "H265", "90000"
    if "sprop-parameter-sets" in parameters or "packetization-mode" in parameters:
        return "H264", "90000"
    return "", "90000"


def _video_rate(told: str) -> str:
    """The clock rate of a video, the usual one where what stands there is none."""
    rate = told.partition("/")[0]
    is_one = rate.isdecimal() and SLOWEST_VIDEO_CLOCK <= int(rate) < MAX_RATE
    return rate if is_one else VIDEO_RATE


def _parse_frame_size(number: int, lines: Sequence[str]) -> tuple[int, int] | None:
    """As the attributes tell it that go with RTP's M-JPEG, which cannot tell large ones."""
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
    """Those that MediaMTX reads, without what it would refuse the whole description for."""
    told = each.parameters
    if each.codec == "H264":
        mode = told.get("packetization-mode", "")
        # MediaMTX refuses the interleaved mode; who tells it and does not use it can be read.
        mode = "1" if mode == "2" else mode
        kept = {"packetization-mode": mode} if mode.isdecimal() else {}
        sets = [_normalize_base64(text) for text in told.get("sprop-parameter-sets", "").split(",")]
        if len(sets) >= 2 and all(sets):
            kept["sprop-parameter-sets"] = ",".join(sets)
        return kept
    if each.codec == "H265":
        return _h265_parameter_sets(told)
    if each.codec == "MPEG4-GENERIC":
        lengths = {"sizelength": "13", "indexlength": "3", "indexdeltalength": "3"}
        kept = {key: _digits_or(told.get(key, ""), usual) for key, usual in lengths.items()}
        return {"streamtype": "5", "mode": "AAC-hbr", **kept, "config": told["config"]}
    if each.codec == "MP4A-LATM":
        return {"cpresent": "0", "config": told["config"]}
    return {key: value for key, value in told.items() if key and value}


def _h265_parameter_sets(told: dict[str, str]) -> dict[str, str]:
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    sets = {name: _normalize_base64(told.get(name, "").split(",")[0]) for name in names}
    try:
        H265Syntax.parse_sps(base64.b64decode(sets["sprop-sps"]))
    except ValueError:
        return {}
    return sets if all(sets.values()) else {}


def _normalize_base64(text: str) -> str:
    """With its padding; "" where it is none."""
    text = text.strip().rstrip("=")
    text += "=" * (-len(text) % 4)
    try:
        return text if base64.b64decode(text, validate=True) else ""
    except binascii.Error:
        return ""


def _digits_or(text: str, usual: str) -> str:
    return text if text.isdecimal() else usual
