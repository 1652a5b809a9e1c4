"""The real programs that the tests run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import platformdirs

from camrec.binaries import find_program
from camrec.config import Config


@dataclass(frozen=True)
class Programs:
    mediamtx: Path
    go2rtc: Path
    ffmpeg: Path

    @property
    def settings(self) -> dict[str, str]:
        """Their paths, as `config.yaml` has them."""
        return {f"{name}_path": str(path) for name, path in vars(self).items()}

    def config(self, folder: Path, **further: Any) -> Config:
        """The settings of a station that has its files in `folder`, and any free ports."""
        ports = {"mediamtx_port": 0, "go2rtc_port": 0}
        folders = {"videos_dir": folder / "videos", "bin_dir": folder / "bin"}
        return Config(**self.settings, **ports, **folders, **further)


@cache
def programs() -> Programs:
    """The real programs, found as camrec finds them: downloaded or built on a new machine."""
    folder = platformdirs.user_cache_path("camrec", appauthor=False) / "tests"
    return Programs(
        mediamtx=find_program("mediamtx", folder=folder).path,
        go2rtc=find_program("go2rtc", folder=folder).path,
        # The newest one, which every machine has, whatever is in PATH.
        ffmpeg=Path(imageio_ffmpeg.get_ffmpeg_exe()),
    )
