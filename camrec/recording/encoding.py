"""How pictures get into the file: as they came, or encoded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from camrec.media import Unit, VideoTrack
from camrec.receipt import RecordingWarning

CHROMA = {2: "4:2:2", 3: "4:4:4"}


@dataclass(frozen=True)
class Coding:
    """What the settings say of it; H.264 that plays everywhere is always copied.

    h265 : "encode" (plays everywhere) or "copy" (costs nothing, and few browsers play it); H.264 of
        a kind that few browsers play (4:2:2, 4:4:4, more than 8 bits) likewise.
    mjpeg_preset : x264's preset for MJPEG.
    anew : encode what would be copied, where that is not to be avoided (`for_stream`).
    """

    h265: str = "encode"
    mjpeg_preset: str = "veryfast"
    anew: bool = False

    def for_stream(self, first: Unit) -> Coding:
        """As it is for a stream that can only be begun at such a picture. Browsers seek to one like
        that and fail, or show something else: a video that plays everywhere has others.
        """
        return replace(self, anew=True) if first.open and self.h265 == "encode" else self

    def copies(self, video: VideoTrack) -> bool:
        """Whether its pictures go into the file as they came."""
        if video.codec == "h264" and plays_everywhere(video):
            return not self.anew
        return video.codec != "mjpeg" and self.h265 == "copy"

    def preset(self, video: VideoTrack) -> str:
        return self.mjpeg_preset if video.codec == "mjpeg" else "veryfast"

    def warning(self, video: VideoTrack) -> RecordingWarning | None:
        """What a reader of the receipt should know."""
        if video.codec == "mjpeg" or not self.copies(video):
            return None
        if video.codec == "h265":
            return RecordingWarning.of("h265_copied")
        if plays_everywhere(video):
            return None
        kind = f"{CHROMA.get(video.chroma, '')}, {video.depth} bit".removeprefix(", ")
        return RecordingWarning.of("h264_rare", kind=kind)


def plays_everywhere(video: VideoTrack) -> bool:
    """Whether browsers decode its H.264: they know pictures of 8 bits in 4:2:0, and hardly more."""
    return video.chroma <= 1 and video.depth == 8


USUAL = Coding()
