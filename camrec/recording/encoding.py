"""Decides whether video is copied into the file or encoded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from camrec.media import MediaUnit, VideoTrack
from camrec.receipt import RecordingWarning

CHROMA_LABELS = {2: "4:2:2", 3: "4:4:4"}


@dataclass(frozen=True)
class EncodingPolicy:
    """What the settings say about encoding. H.264 that plays everywhere is copied.

    h265 : "encode" (plays everywhere) or "copy" (needs no CPU time, but few browsers play it). It
        also applies to H.264 that few browsers play (4:2:2, 4:4:4, more than 8 bits).
    mjpeg_preset : x264's preset for MJPEG.
    force_encode : encode H.264 that would otherwise be copied, see `for_stream`.
    """

    h265: str = "encode"
    mjpeg_preset: str = "veryfast"
    force_encode: bool = False

    def for_stream(self, first: MediaUnit) -> EncodingPolicy:
        """The policy for a stream that begins with this key frame.

        If browsers cannot start at its key frames (`MediaUnit.open`), seeking would fail or show
        wrong frames, so the stream is encoded.
        """
        return replace(self, force_encode=True) if first.open and self.h265 == "encode" else self

    def can_copy(self, video: VideoTrack) -> bool:
        """Whether the video is copied."""
        if video.codec == "h264" and is_widely_playable(video):
            return not self.force_encode
        return video.codec != "mjpeg" and self.h265 == "copy"

    def x264_preset(self, video: VideoTrack) -> str:
        """The preset with which the video is encoded."""
        return self.mjpeg_preset if video.codec == "mjpeg" else "veryfast"

    def copy_warning(self, video: VideoTrack) -> RecordingWarning | None:
        """A warning if few browsers play the copied video; None otherwise."""
        if video.codec == "mjpeg" or not self.can_copy(video):
            return None
        if video.codec == "h265":
            return RecordingWarning.of("h265_copied")
        if is_widely_playable(video):
            return None
        kind = f"{CHROMA_LABELS.get(video.chroma, '')}, {video.depth} bit".removeprefix(", ")
        return RecordingWarning.of("h264_rare", kind=kind)


def is_widely_playable(video: VideoTrack) -> bool:
    """Whether browsers decode this H.264: few of them support over 8 bits, 4:2:2 or 4:4:4."""
    return video.chroma <= 1 and video.depth == 8


DEFAULT_ENCODING = EncodingPolicy()
