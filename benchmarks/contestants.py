"""Ways to record the same cameras: camrec, MediaMTX's own recorder, the plain FFmpeg command.

Each is opened, says which process stands for it, records for some seconds and tells its files.
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
    """Used as a ``with``: then it is connected to its cameras, as far as it does that before."""

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
        """Of the process that it is, or that all of its processes are below."""

    @abstractmethod
    def record(self, seconds: int) -> None:
        """For so many seconds; returns when the files are finished."""

    @abstractmethod
    def files(self) -> list[Path]:
        """One a camera; good once it is closed."""


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
    """MediaMTX reads the cameras and writes them by itself: fragmented MP4, one file a camera."""

    name = "MediaMTX"
    part = "1s"  # its default: what a kill may cost

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
    """The same, in parts as short as camrec's: a kill costs both as little."""

    name = "MediaMTX, parts of 0.1 s"
    part = "100ms"


class PlainFfmpeg(Contestant):
    """The document's command, one a camera, all below one shell."""

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
