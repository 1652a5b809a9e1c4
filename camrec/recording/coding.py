"""How pictures get into the file: as they came, or encoded."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.receipt import RecordingWarning
from camrec.units import VideoTrack


@dataclass(frozen=True)
class Coding:
    """What the settings say of it; H.264 is always copied.

    h265 : "encode" (plays everywhere) or "copy" (costs nothing, and few browsers play it).
    mjpeg_preset : x264's preset for MJPEG.
    """

    h265: str = "encode"
    mjpeg_preset: str = "veryfast"

    def copies(self, video: VideoTrack) -> bool:
        """Whether its pictures go into the file as they came."""
        return video.codec == "h264" or (video.codec == "h265" and self.h265 == "copy")

    def preset(self, video: VideoTrack) -> str:
        return self.mjpeg_preset if video.codec == "mjpeg" else "veryfast"

    def warning(self, video: VideoTrack) -> RecordingWarning | None:
        """What a reader of the receipt should know."""
        if video.codec == "h265" and self.copies(video):
            return RecordingWarning.of("h265_copied")
        return None


USUAL = Coding()
