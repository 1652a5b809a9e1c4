"""What was on the disk when camrec was killed, and how long its processes waited for a processor.

What is on the disk has to be in a video later. What is not was on its way: from the camera through
the proxy and camrec to FFmpeg. That takes longer when the processes have to wait for a processor.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from support.cameras import barcode

WATCHED_S = 1.0


@dataclass(frozen=True)
class DiskAtKill:
    """A copy of the segments and the journal as a kill left them.

    folder : where they are.
    """

    folder: Path

    @classmethod
    def copy(cls, videos: Path, target: Path) -> DiskAtKill:
        """Copy what the folder `videos` has of recordings that are not saved."""
        for name in (".parts", ".journal"):
            if (videos / name).exists():
                shutil.copytree(videos / name, target / name[1:])
        return cls(target)

    def frames(self) -> Iterator[tuple[Path, list[int]]]:
        """Each segment with the numbers of its frames."""
        for segment in sorted(self.folder.glob("parts/*/part-*.mp4")):
            yield segment, readable_frames(segment)


def readable_frames(path: Path) -> list[int]:
    """The numbers of the frames that a player shows of a file that may break off."""
    found: list[int] = []
    with contextlib.suppress(av.error.FFmpegError, IndexError), av.open(str(path)) as container:
        for packet in container.demux(container.streams.video[0]):
            frames = () if packet.is_corrupt else packet.decode()
            shown = [frame for frame in frames if frame.pts is not None and frame.pts >= 0]
            found += [barcode.read(frame.to_ndarray()) for frame in shown]
    return found


def waited_for_cpu(groups: Sequence[Sequence[int]]) -> float:
    """Watch processes for `WATCHED_S` and return for how long they kept a frame waiting.

    groups : the pids of each kind of process that a frame passes through. Of each kind, the thread
        counts that waited longest for a processor; their sum is returned. It is 0 on systems that
        do not say how long threads wait.
    """
    before = [[_run_delays(pid) for pid in group] for group in groups]
    time.sleep(WATCHED_S)
    return sum(
        max(map(_longest_increase, earlier, map(_run_delays, group)), default=0.0)
        for group, earlier in zip(groups, before, strict=True)
    )


def missing_frames(segment: Sequence[int], video: Sequence[int]) -> list[int]:
    """The numbers of those frames of a segment that its video has not, or not in this order.

    A segment that repeats frames may begin before its video does.
    """
    own = list(segment)
    if video and video[0] in own:
        own = own[own.index(video[0]) :]
    missing, rest = [], list(video)
    for number in own:
        if number in rest:
            rest = rest[rest.index(number) + 1 :]
        else:
            missing.append(number)
    return missing


def _run_delays(pid: int) -> dict[str, int]:
    """Nanoseconds that each thread of a process has waited for a processor so far."""
    found = {}
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, IndexError, ValueError):  # it has ended
            found[file.parent.name] = int(file.read_text().split()[1])
    return found


def _longest_increase(before: dict[str, int], after: dict[str, int]) -> float:
    added = (delay - before.get(thread, 0) for thread, delay in after.items())
    return min(WATCHED_S, max(added, default=0) / 1e9)
