"""Sound that FFmpeg cannot take from the pipe, made plain samples on the way."""

from __future__ import annotations

import io
from dataclasses import replace

import av

from camrec.media import AudioTrack

FORMATS = {"g726": "g726", "g726le": "g726le", "gsm": "gsm"}


class Plain:
    """Decodes one track, packet by packet.

    A NUT does not tell how many bits a sample of G.726 has, and has no name for GSM; FFmpeg has no
    option for either.

    track : what it becomes.
    """

    def __init__(self, track: AudioTrack) -> None:
        options = {"code_size": str(track.bits)} if track.bits else {}
        # The reader of a raw stream is told the bits, and its decoder has them from it.
        self._raw = av.open(io.BytesIO(b"\0"), format=FORMATS[track.codec], options=options)
        self._decoder = self._raw.streams.audio[0].codec_context
        self.track = replace(track, codec="l16", bits=0)

    def decoded(self, data: bytes) -> bytes:
        """16 bits a sample, big endian; empty where it cannot be decoded."""
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.error.FFmpegError:
            return b""
        return b"".join(frame.to_ndarray().astype(">i2").tobytes() for frame in frames)


def plain(track: AudioTrack | None) -> Plain | None:
    """What it needs; None: nothing."""
    return Plain(track) if track is not None and track.codec in FORMATS else None
