"""Which of the sounds that a stream describes can be taken, and by what."""

from __future__ import annotations

from camrec.media import AudioTrack
from camrec.rtp import latm
from camrec.rtp.audio import AacAudio, AudioDepacketizer, read_channel_count
from camrec.rtp.mpeg_audio import Ac3Audio, MpegAudio
from camrec.rtp.sdp import MediaDescription

PACKET_PER_UNIT_CODECS = (
    "PCMA",
    "PCMU",
    "OPUS",
    "L8",
    "L16",
    "L24",
    "GSM",
)  # a packet is a unit, a tick a sample


def create_audio_depacketizer(medium: MediaDescription) -> AudioDepacketizer | None:
    """What puts its units together; None for a codec that we cannot take."""
    codec, rate, count = medium.codec, medium.rate, medium.channels
    if codec in PACKET_PER_UNIT_CODECS:
        return AudioDepacketizer(AudioTrack(codec.lower(), rate, count))
    if codec == "G722":
        # Its clock has 8000 ticks a second by an old error that nobody may mend (RFC 3551).
        return AudioDepacketizer(AudioTrack("g722", rate, 1, sampling=16_000))
    order, _, bits = codec.rpartition("G726-")
    if order in ("", "AAL2-") and bits in ("16", "24", "32", "40"):
        kind = "g726" if order else "g726le"
        return AudioDepacketizer(AudioTrack(kind, rate, 1, bits_per_sample=int(bits) // 8))
    if codec == "MPA":
        return MpegAudio(rate)
    if codec == "AC3":
        return Ac3Audio(rate)
    try:
        if codec == "MP4A-LATM" and medium.format.get("cpresent") == "0":
            return latm.create_latm_audio(rate, medium.config())
        if codec == "MPEG4-GENERIC" and medium.format.get("sizelength", "13") == "13":
            config = medium.config()
            return AacAudio(AudioTrack("aac", rate, read_channel_count(config) or count, config))
    except ValueError:
        pass
    return None
