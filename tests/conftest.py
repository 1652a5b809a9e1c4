"""What every test stands on: the real programs, and proof that nothing is left behind."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import pytest


@dataclass(frozen=True)
class Programs:
    mediamtx: Path
    go2rtc: Path
    ffmpeg: Path


@pytest.fixture(scope="session")
def binaries() -> Programs:
    """The real MediaMTX, go2rtc and FFmpeg."""
    folder = Path(os.environ.get("CAMREC_TEST_BIN", "/tmp/camrec-bin"))
    return Programs(
        mediamtx=Path(shutil.which("mediamtx") or folder / "mediamtx"),
        go2rtc=Path(shutil.which("go2rtc") or folder / "go2rtc"),
        ffmpeg=Path(imageio_ffmpeg.get_ffmpeg_exe()),
    )
