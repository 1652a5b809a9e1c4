"""Finds the programs that camrec runs, each of them once."""

from __future__ import annotations

import threading
from typing import Literal

from camrec.binaries import Binary, ProgressCallback, find_program
from camrec.config import Config


class StationPrograms:
    """MediaMTX, go2rtc and FFmpeg. Safe to call from any thread."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.RLock()
        self._found: dict[str, Binary] = {}

    def get(self, name: str, progress: ProgressCallback | None = None) -> Binary:
        """Find "mediamtx", "go2rtc" or "ffmpeg"; download or build it if it is missing.

        Parameters
        ----------
        progress
            Called while something is downloaded or built.

        Raises
        ------
        ServiceError
            ``binary_missing``, with what was tried.
        """
        with self._lock:
            if name not in self._found:
                self._found[name] = find_program(
                    name,
                    configured=getattr(self._config, f"{name}_path"),
                    folder=self._config.bin_path,
                    progress=progress,
                )
            return self._found[name]

    def found(self, name: Literal["mediamtx", "go2rtc", "ffmpeg"]) -> Binary | None:
        """The program, if `get` has found it already."""
        return self._found.get(name)
