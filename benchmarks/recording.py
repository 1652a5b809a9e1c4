"""Measure the cost of a recorded minute: camrec, MediaMTX's own recorder and plain FFmpeg.

    python benchmarks/recording.py --seconds 60 --cameras 1,3,8

camrec and MediaMTX's recorder (with its default parts of one second, and with parts as short as
camrec's fragments) record the same cameras at the same time, so that other work on the machine
affects all of them equally. FFmpeg encodes, so it runs alone afterwards: it would take CPU time
from the others.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av
from contestants import Camrec, Contestant, FineRecorder, OwnRecorder, PlainFfmpeg
from cost import Cost
from light import RATE, Programs, light_cameras

SETTLED = 3.0  # seconds until the cameras are open


@dataclass(frozen=True)
class Result:
    """The result of one recorder.

    cpu : CPU-seconds per camera and recorded minute.
    memory : the highest sum of the unique memory (USS) of its processes, in MB.
    lost : frames that are missing between the first and the last frame of the files.
    held : the duration of the shortest file, in seconds.
    """

    name: str
    cameras: int
    cpu: float
    memory: float
    lost: int
    held: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--cameras", default="1,3,8", help="numbers of cameras, separated by commas")
    asked.add_argument("--no-ffmpeg", action="store_true", help="do not run the FFmpeg command")
    given = asked.parse_args()
    print("| cameras | recorder | CPU-s | ratio | peak MB | frames lost | shortest file |")
    print("|---|---|---|---|---|---|---|")
    for cameras in map(int, given.cameras.split(",")):
        rounds: list[list[type[Contestant]]] = [[Camrec, OwnRecorder, FineRecorder]]
        rounds += [] if given.no_ffmpeg else [[PlainFfmpeg]]
        found = list(measured(cameras, given.seconds, rounds))
        own = next(each.cpu for each in found if each.name == OwnRecorder.name)
        for each in found:
            print(
                f"| {cameras} | {each.name} | {each.cpu:.2f} | {each.cpu / own:.2f} "
                f"| {each.memory:.0f} | {each.lost} | {each.held:.1f} s |",
                flush=True,
            )


def measured(cameras: int, seconds: int, rounds: list[list[type[Contestant]]]) -> Iterator[Result]:
    programs = Programs.find()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        with light_cameras(programs, cameras, folder) as urls:
            for kinds in rounds:
                with ThreadPoolExecutor(len(kinds)) as pool:
                    made = (kind(programs, urls, folder / kind.name) for kind in kinds)
                    yield from pool.map(lambda each: _one(each, cameras, seconds), made)


def _one(contestant: Contestant, cameras: int, seconds: int) -> Result:
    with contestant, ExitStack() as stack:
        time.sleep(SETTLED)
        cost = stack.enter_context(Cost(contestant.pid))
        contestant.record(seconds)
        stack.close()
    times = [_times(file) for file in contestant.files()]
    return Result(
        contestant.name,
        cameras,
        cost.cpu * 60 / seconds / cameras,
        cost.memory,
        sum(map(_missing, times)),
        min((each[-1] - each[0] for each in times), default=0.0),
    )


def _times(file: Path) -> list[float]:
    """The presentation times of the frames, in seconds."""
    with av.open(str(file)) as container:
        video = container.streams.video[0]
        return sorted(float(p.pts * video.time_base) for p in container.demux(video) if p.size)


def _missing(times: list[float]) -> int:
    distances = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert abs(median(distances) - 1 / RATE) < 0.005
    # Where the file loops, the frame interval is half an interval longer.
    return sum(max(int(distance * RATE + 0.4) - 1, 0) for distance in distances)


main()
