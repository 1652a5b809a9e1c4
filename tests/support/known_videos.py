"""Videos of which the content of each frame is known: recorded by the real recorder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import camrec
from camrec.library import VideoLibrary
from support.studio import Studio, expected
from support.units_made import SECOND, audio_units, irregular, mixed, video_units

SIZE = (160, 120)
BUTTON, LENGTH, END = 1.53, 20, 24
STEADY = [number / 25 for number in range(END * 25)]
AWAY = (10, 14)  # seconds without a frame
KINDS = {
    "b-frames": lambda: mixed(
        video_units(irregular(END), b_frames=2, size=SIZE), audio_units(float(END))
    ),
    "gop-of-10-s": lambda: video_units(STEADY, gop=250, size=SIZE),
    "mjpeg": lambda: video_units(irregular(END), codec="mjpeg", size=SIZE),
    "gap": lambda: video_units(STEADY, b_frames=2, size=SIZE),
}


@dataclass(frozen=True)
class Made:
    """A video, and what it has to show.

    numbers : as they are drawn on its frames, in order.
    seconds : when each was captured, from the first one on.
    """

    video: camrec.Video
    numbers: list[int]
    seconds: list[float]


def make(kind: str, folder: Path, ffmpeg: Path) -> Made:
    """Record one of `KINDS`, in the library ``folder / "videos"``."""
    parts = folder / kind
    parts.mkdir()
    studio = Studio(parts, ffmpeg)
    library = VideoLibrary(folder / "videos", studio.clock)
    library.open()
    units = KINDS[kind]()
    # The recorder gets some of the frames that the camera captured; the numbers count all.
    taken = sorted(unit.time for unit in units if unit.track.medium == "video")
    if kind == "gap":
        away = [studio.begin + at * SECOND for at in AWAY]
        units = [unit for unit in units if not away[0] <= unit.arrived < away[1]]
    studio.play(units, -1, BUTTON)
    recording = studio.record(LENGTH, save_video=library.save)
    studio.play(units, BUTTON, END)
    assert recording.wait(60)
    studio.end()
    library.close()
    assert recording.error is None
    begun = studio.begin + round(BUTTON * SECOND)
    seconds, places = expected(units, begun, begun + LENGTH * SECOND)
    given = sorted(unit.time for unit in units if unit.track.medium == "video")
    numbers = [taken.index(given[place]) for place in places]
    return Made(camrec.Video(library.get(recording.filename)), numbers, seconds)
