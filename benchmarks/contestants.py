"""Recorders for the same cameras: camrec, MediaMTX's own recorder, and a plain FFmpeg command.

Each one connects to the cameras, reports the process to measure, records for some seconds and
returns its files.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

from light import Programs, free_port, mediamtx, running

SIDE = Path(__file__).with_name("camrec_side.py")


class Contestant(ABC):
    """A context manager. Entering it connects to the cameras, if the recorder does that early."""

    name: str

    def __init__(self, programs: Programs, urls: list[str], folder: Path) -> None:
        self._programs = programs
        self._urls = urls
        self._folder = folder
        self._stack = contextlib.ExitStack()
        folder.mkdir()

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, *error) -> None:
        self._stack.close()

    @property
    @abstractmethod
    def pid(self) -> int:
        """The PID of its process, or of the parent of all its processes."""

    @abstractmethod
    def record(self, seconds: int) -> None:
        """Record for this many seconds. Returns when the files are finished."""

    @abstractmethod
    def files(self) -> list[Path]:
        """One file per camera; complete once this recorder is closed."""


class Camrec(Contestant):
    name = "camrec"

    def __enter__(self) -> Camrec:
        command = [sys.executable, SIDE, self._folder, self._programs.ffmpeg, *self._urls]
        pipes = {"stdout": subprocess.PIPE, "text": True}
        self._child = self._stack.enter_context(running(command, **pipes))
        assert self._child.stdout.readline() == "open\n"
        return self

    @property
    def pid(self) -> int:
        return self._child.pid

    def record(self, seconds: int) -> None:
        self._child.stdin.write(f"{seconds}\n")
        self._child.stdin.flush()
        self._files = [Path(each) for each in json.loads(self._child.stdout.readline())]

    def files(self) -> list[Path]:
        return self._files


class OwnRecorder(Contestant):
    """MediaMTX reads and records the cameras itself: fragmented MP4, one file per camera."""

    name = "MediaMTX"
    part = "1s"  # MediaMTX's default: the most that a kill can lose

    def __enter__(self) -> OwnRecorder:
        paths = {f"cam{place}": {"source": url} for place, url in enumerate(self._urls)}
        settings = {
            "rtspAddress": f"127.0.0.1:{free_port()}",
            "pathDefaults": {
                "rtspTransport": "tcp",
                "record": True,
                "recordFormat": "fmp4",
                "recordPartDuration": self.part,
                "recordPath": f"{self._folder}/%path/%s-%f",
                "recordSegmentDuration": "1h",
            },
            "paths": paths,
        }
        server = mediamtx(self._programs.mediamtx, settings, self._folder / "mediamtx.yml")
        self._child = self._stack.enter_context(server)
        return self

    @property
    def pid(self) -> int:
        return self._child.pid

    def record(self, seconds: int) -> None:
        time.sleep(seconds)

    def files(self) -> list[Path]:
        return sorted(self._folder.glob("*/*.mp4"))


class FineRecorder(OwnRecorder):
    """The same, with parts as short as camrec's fragments, so a kill loses as little."""

    name = "MediaMTX, parts of 0.1 s"
    part = "100ms"


class PlainFfmpeg(Contestant):
    """A plain FFmpeg command per camera, all started by one shell."""

    name = "ffmpeg"
    ENCODING = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-c:a", "aac")

    def __enter__(self) -> PlainFfmpeg:
        pipes = {"stdout": subprocess.PIPE, "text": True}
        self._child = self._stack.enter_context(running(["sh"], **pipes))
        return self

    @property
    def pid(self) -> int:
        return self._child.pid

    def record(self, seconds: int) -> None:
        for url, file in zip(self._urls, self.files(), strict=True):
            command = [self._programs.ffmpeg, "-nostdin", "-v", "error", "-i", url]
            command += ["-t", seconds, *self.ENCODING, "-b:a", "128k", file]
            self._child.stdin.write(shlex.join(map(str, command)) + " &\n")
        self._child.stdin.write("wait; echo done\n")
        self._child.stdin.flush()
        self._child.stdout.readline()

    def files(self) -> list[Path]:
        return [self._folder / f"{place}.mp4" for place in range(len(self._urls))]
