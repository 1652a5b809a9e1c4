"""Decodes audio that NUT cannot carry to FFmpeg."""

from __future__ import annotations

import io
from dataclasses import replace

import av

from camrec.media import AudioTrack

RAW_AUDIO_FORMATS = {"g726": "g726", "g726le": "g726le", "gsm": "gsm"}


class AudioDecoder:
    """Decodes one track, packet by packet.

    NUT cannot say how many bits a G.726 sample has, and has no name for GSM. FFmpeg has no option
    for either.

    track : the format of the decoded audio.
    """

    def __init__(self, track: AudioTrack) -> None:
        options = {"code_size": str(track.bits_per_sample)} if track.bits_per_sample else {}
        # The option goes to the demuxer of a raw stream, and the decoder gets the value from it.
        self._container = av.open(
            io.BytesIO(b"\0"), format=RAW_AUDIO_FORMATS[track.codec], options=options
        )
        self._decoder = self._container.streams.audio[0].codec_context
        self.track = replace(track, codec="l16", bits_per_sample=0)

    def decode(self, data: bytes) -> bytes:
        """The samples of one packet, 16 bits big-endian; empty if it cannot be decoded."""
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.error.FFmpegError:
            return b""
        return b"".join(frame.to_ndarray().astype(">i2").tobytes() for frame in frames)


def audio_decoder_for(track: AudioTrack | None) -> AudioDecoder | None:
    """A decoder for the track; None if FFmpeg can read it as it is."""
    return AudioDecoder(track) if track is not None and track.codec in RAW_AUDIO_FORMATS else None
