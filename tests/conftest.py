"""What every test stands on: the real programs, and proof that nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import platformdirs
import pytest
from units_made import MadeClock

from camrec.binaries import find
from camrec.config import Config
from camrec.feed import Feed

pytest_plugins = ["browser", "leaks", "sharing"]


@dataclass(frozen=True)
class Programs:
    mediamtx: Path
    go2rtc: Path
    ffmpeg: Path

    @property
    def settings(self) -> dict[str, str]:
        """As `config.yaml` takes them."""
        return {f"{name}_path": str(path) for name, path in vars(self).items()}

    def config(self, folder: Path, **further: Any) -> Config:
        """The settings of a station that has its files in `folder`, and any free ports."""
        ports = {"mediamtx_port": 0, "go2rtc_port": 0}
        folders = {"videos_dir": folder / "videos", "bin_dir": folder / "bin"}
        return Config(**self.settings, **ports, **folders, **further)


@cache
def programs() -> Programs:
    """The real programs, found as camrec itself finds them: fetched or built on a new machine."""
    folder = platformdirs.user_cache_path("camrec", appauthor=False) / "tests"
    return Programs(
        mediamtx=find("mediamtx", folder=folder).path,
        go2rtc=find("go2rtc", folder=folder).path,
        # The newest, which is on every machine, whatever is in PATH.
        ffmpeg=Path(imageio_ffmpeg.get_ffmpeg_exe()),
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Get the programs before the first test: a build takes longer than a test may."""
    needed = any("binaries" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        programs()


@pytest.fixture(scope="session")
def binaries() -> Programs:
    """The real MediaMTX, go2rtc and FFmpeg."""
    return programs()


@pytest.fixture
def clock() -> MadeClock:
    """It stands where it is put."""
    return MadeClock()


@pytest.fixture
def feed(clock) -> Iterator[Feed]:
    """By that clock."""
    feed = Feed(clock)
    yield feed
    feed.close()
