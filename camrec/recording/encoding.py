"""How pictures get into the file: as they came, or encoded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from camrec.media import MediaUnit, VideoTrack
from camrec.receipt import RecordingWarning

CHROMA_LABELS = {2: "4:2:2", 3: "4:4:4"}


@dataclass(frozen=True)
class EncodingPolicy:
    """What the settings say of it; H.264 that plays everywhere is always copied.

    h265 : "encode" (plays everywhere) or "copy" (costs nothing, and few browsers play it); H.264 of
        a kind that few browsers play (4:2:2, 4:4:4, more than 8 bits) likewise.
    mjpeg_preset : x264's preset for MJPEG.
    force_encode : encode what would be copied, where that is not to be avoided (`for_stream`).
    """

    h265: str = "encode"
    mjpeg_preset: str = "veryfast"
    force_encode: bool = False

    def for_stream(self, first: MediaUnit) -> EncodingPolicy:
        """As it is for a stream that can only be begun at such a picture. Browsers seek to one like
        that and fail, or show something else: a video that plays everywhere has others.
        """
        return replace(self, force_encode=True) if first.open and self.h265 == "encode" else self

    def can_copy(self, video: VideoTrack) -> bool:
        """Whether its pictures go into the file as they came."""
        if video.codec == "h264" and is_widely_playable(video):
            return not self.force_encode
        return video.codec != "mjpeg" and self.h265 == "copy"

    def x264_preset(self, video: VideoTrack) -> str:
        return self.mjpeg_preset if video.codec == "mjpeg" else "veryfast"

    def copy_warning(self, video: VideoTrack) -> RecordingWarning | None:
        """What a reader of the receipt should know."""
        if video.codec == "mjpeg" or not self.can_copy(video):
            return None
        if video.codec == "h265":
            return RecordingWarning.of("h265_copied")
        if is_widely_playable(video):
            return None
        kind = f"{CHROMA_LABELS.get(video.chroma, '')}, {video.depth} bit".removeprefix(", ")
        return RecordingWarning.of("h264_rare", kind=kind)


def is_widely_playable(video: VideoTrack) -> bool:
    """Whether browsers decode its H.264: they know pictures of 8 bits in 4:2:0, and hardly more."""
    return video.chroma <= 1 and video.depth == 8


DEFAULT_ENCODING = EncodingPolicy()
