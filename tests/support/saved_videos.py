"""A library, and a real video to save in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from camrec.clock import Clock
from camrec.library import VideoLibrary
from camrec.receipt import Receipt
from support.studio import Studio
from support.units_made import audio_units, irregular, mixed, video_units


def make_segment_path(library: VideoLibrary, recording_id: str = "abc") -> Path:
    """Where a recording writes its first segment; the folder exists."""
    folder = library.segments_folder(recording_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "part-1.mp4"


def encode_small_video(ffmpeg: Path, path: Path, seconds: int) -> Path:
    """Encode a test picture that moves, 640x360 at 25 frames per second."""
    source = ["-f", "lavfi", "-i", f"testsrc=size=640x360:rate=25:duration={seconds}"]
    command = [str(ffmpeg), "-loglevel", "error", *source, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory, binaries) -> tuple[Path, Receipt]:
    """A real video of 4 s with its receipt."""
    studio = Studio(tmp_path_factory.mktemp("film"), binaries.ffmpeg)
    units = mixed(video_units(irregular(5), size=(640, 360)), audio_units(5.0))
    studio.play(units, -1, 1)
    recording = studio.record(4)
    studio.play(units, 1, 6)
    assert recording.wait(60)
    return studio.saved[0]


@pytest.fixture
def library(tmp_path):
    made = VideoLibrary(tmp_path / "videos", Clock())
    made.open()
    yield made
    made.close()


@pytest.fixture
def save(library, film):
    """Save a copy of the film under a name, with further keys in its receipt."""

    def save(name: str = "Door", **changes) -> str:
        file = make_segment_path(library)
        file.write_bytes(film[0].read_bytes())
        return library.save(file, film[1].model_copy(update={"name": name, **changes}))

    return save
