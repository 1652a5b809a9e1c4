"""What a recorded minute costs: camrec, MediaMTX's own recorder, the plain FFmpeg command.

    python benchmarks/recording.py --seconds 60 --cameras 1,3,8

camrec and MediaMTX's recorder, with its own parts of a second and with parts as short as camrec's,
record the same cameras at the same time, so that whatever else runs on the machine hurts all
alike. FFmpeg, which encodes, follows alone: it would take the processor from them.
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

SETTLED = 3.0  # seconds: what opening costs is over


@dataclass(frozen=True)
class Result:
    """Of one contestant: per camera and recorded minute where it says so.

    cpu : CPU-seconds; memory : MB, the most that all of its processes had for themselves.
    lost : pictures that are missing between the first and the last one of the files.
    held : seconds of film in the file that holds the least.
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
    asked.add_argument("--cameras", default="1,3,8", help="how many, with commas")
    asked.add_argument("--no-ffmpeg", action="store_true", help="leave the encoding command out")
    given = asked.parse_args()
    print("| cameras | recorder | CPU-s a camera-minute | ratio | peak MB | lost | shortest file |")
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
    """When each picture is shown, in seconds."""
    with av.open(str(file)) as container:
        video = container.streams.video[0]
        return sorted(float(p.pts * video.time_base) for p in container.demux(video) if p.size)


def _missing(times: list[float]) -> int:
    distances = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert abs(median(distances) - 1 / RATE) < 0.005
    # Where the film begins anew its pictures are half a distance further apart.
    return sum(max(int(distance * RATE + 0.4) - 1, 0) for distance in distances)


main()
