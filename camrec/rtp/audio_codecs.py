"""Chooses the depacketizer for an audio codec, by its description in SDP."""

from __future__ import annotations

from camrec.media import AudioCodec, AudioTrack
from camrec.rtp.audio import AacAudio, AudioDepacketizer, read_channel_count
from camrec.rtp.latm import create_latm_audio
from camrec.rtp.mpeg_audio import Ac3Audio, MpegAudio
from camrec.rtp.sdp import MediaDescription

# A packet is a unit, and a tick is a sample.
PACKET_PER_UNIT_CODECS: dict[str, AudioCodec] = {
    "PCMA": "pcma",
    "PCMU": "pcmu",
    "OPUS": "opus",
    "L8": "l8",
    "L16": "l16",
    "L24": "l24",
    "GSM": "gsm",
}


def create_audio_depacketizer(medium: MediaDescription) -> AudioDepacketizer | None:
    """The depacketizer of an audio track; None if camrec does not support its codec."""
    codec, rate, channels = medium.codec, medium.rate, medium.channels
    if codec in PACKET_PER_UNIT_CODECS:
        return AudioDepacketizer(AudioTrack(PACKET_PER_UNIT_CODECS[codec], rate, channels))
    if codec == "G722":
        # Its clock has 8000 ticks per second by an old error that was never corrected (RFC 3551).
        return AudioDepacketizer(AudioTrack("g722", rate, 1, sampling=16_000))
    order, _, bits = codec.rpartition("G726-")
    if order in ("", "AAL2-") and bits in ("16", "24", "32", "40"):
        name: AudioCodec = "g726" if order else "g726le"
        return AudioDepacketizer(AudioTrack(name, rate, 1, bits_per_sample=int(bits) // 8))
    if codec == "MPA":
        return MpegAudio(rate)
    if codec == "AC3":
        return Ac3Audio(rate)
    try:
        if codec == "MP4A-LATM" and medium.format.get("cpresent") == "0":
            return create_latm_audio(rate, medium.config())
        if codec == "MPEG4-GENERIC" and medium.format.get("sizelength", "13") == "13":
            config = medium.config()
            return AacAudio(AudioTrack("aac", rate, read_channel_count(config) or channels, config))
    except ValueError:
        pass
    return None
