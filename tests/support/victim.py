"""A camrec in its own process, whose processes can be killed one by one or all at once."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import av
import psutil

from camrec.recording.media_info import read_media_info
from support import recorder
from support.forked import start_python
from support.stopping import kill
from support.units_made import until

ROOT = Path(__file__).parents[2]
VICTIMS = ("ffmpeg", "mediamtx", "go2rtc", "camrec", "all")
KILL_TIMEOUT_S = 30  # for what was killed to be gone


class Victim:
    """`recorder` on a folder, started again after each kill. Nothing here waits without a limit."""

    def __init__(
        self,
        folder: Path,
        programs: Sequence[Path],
        cameras: dict[str, str],
        seconds: int,
        again: bool = False,
        video_length: int | None = None,
        timezone: str | None = None,
    ) -> None:
        self.folder = folder
        self._notes = tempfile.TemporaryDirectory(prefix="camrec-victim-")
        self._begun = Path(self._notes.name) / "begun.jsonl"
        self._noted: list[tuple[str, str, str, int | None]] = []  # once that file is removed
        self._families: list[psutil.Process] = []  # of those that were killed
        self._programs = [str(each) for each in programs]
        self._given = json.dumps(
            {
                "folder": str(folder),
                "programs": self._programs,
                "cameras": cameras,
                "seconds": seconds,
                "again": again,
                "video_length": video_length,
                "timezone": timezone,
                "begun": str(self._begun),
            }
        )
        self._child: subprocess.Popen | None = None

    def start(self) -> Victim:
        with (self.folder / "camrec.log").open("ab") as log:
            self._child = start_python(
                recorder.__file__,
                self._given,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
            )
        return self

    @property
    def begun(self) -> list[tuple[str, str, str, int | None]]:
        """Name, session id, recording id and end of each recording that it noted, in order."""
        if not self._begun.exists():
            return list(self._noted)
        found = []
        for line in self._begun.read_text("utf-8").splitlines():
            with contextlib.suppress(ValueError):  # it was killed in the middle of this line
                found.append(tuple(json.loads(line)))
        return found

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def dead(self) -> bool:
        return self._child is None or self._child.poll() is not None

    def processes(self, kind: str) -> list[int]:
        """The pids of the processes that `kind` (of `VICTIMS`) means, as they are now."""
        family = psutil.Process(self.pid).children(recursive=True)
        if kind == "camrec":
            return [self.pid]
        if kind == "all":
            return [each.pid for each in family] + [self.pid]
        program = self._programs[("mediamtx", "go2rtc", "ffmpeg").index(kind)]
        found = []
        for each in family:
            with contextlib.suppress(psutil.Error):
                command = each.cmdline()
                if command[0] == program and (kind != "ffmpeg" or "part-" in command[-1]):
                    found.append(each.pid)
        return found

    def kill(self, pids: Sequence[int]) -> None:
        """Kill all of them at once; if camrec is among them, wait for its end."""
        if self.pid in pids:
            for pid in self.processes("all"):
                with contextlib.suppress(psutil.NoSuchProcess):
                    self._families.append(psutil.Process(pid))
        for pid in pids:
            kill(pid)
        if self.pid in pids:
            self._leave(KILL_TIMEOUT_S)

    def rest(self) -> list[str]:
        """What still runs of a camrec that was killed."""
        return [str(each) for each in self._families if alive(each)]

    def finish(self, timeout: float = 60) -> int:
        """Let it end by itself; returns its exit code."""
        (self.folder / recorder.STOP_FILE).touch()
        return self._leave(timeout)

    def written(self) -> dict[str, int]:
        """Bytes in the segments of each recording that is not saved yet."""
        return {
            folder.name: sum(part.stat().st_size for part in folder.glob("part-*.mp4"))
            for folder in (self.folder / "videos" / ".parts").glob("*")
        }

    def shown_frames(self) -> int:
        """Frames in segments that are not saved yet, without those before Record was pressed."""
        frames = 0
        for part in (self.folder / "videos" / ".parts").glob("*/part-*.mp4"):
            with contextlib.suppress(av.error.FFmpegError, IndexError):  # only its header so far
                frames += len(read_media_info(part).times)
        return frames

    def __enter__(self) -> Victim:
        return self.start()

    def __exit__(self, *_: object) -> None:
        """End it and what is left of those that were killed."""
        try:
            if self._child is not None:
                self.kill(self.processes("all"))
        finally:
            for each in self._families:
                with contextlib.suppress(psutil.Error):
                    each.kill()
            self._noted = self.begun
            self._notes.cleanup()
        until(lambda: not self.rest(), KILL_TIMEOUT_S)

    def _leave(self, timeout: float) -> int:
        """Wait until it has ended; returns its exit code."""
        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            log = (self.folder / "camrec.log").read_text("utf-8", "replace")
            raise AssertionError(f"camrec does not end: {log[-2000:]}") from None
        child, self._child = self._child, None
        return child.returncode


def alive(process: psutil.Process) -> bool:
    """Whether it still runs: a process that nobody waited for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
