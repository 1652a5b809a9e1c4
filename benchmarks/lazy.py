"""Compare the processing of a video on a Dask cluster with a single process.

    python benchmarks/lazy.py --seconds 120 --rounds 3

The work is motion detection in 720p25: the difference of each frame to the previous one, with
OpenCV on one thread. "frames" is a loop over `Video.frames`, whose decoder may use all cores.
"array" is `Video.to_dask` on one thread of this process. The other rows are clusters of one and two
processes; starting them is not counted.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import dask
import numpy as np
import tests_support  # noqa: F401
from dask.distributed import Client, LocalCluster
from frames import made

import camrec


def movement(pictures: np.ndarray) -> np.ndarray:
    """(n,) float64: the change since the previous frame; 0 for the first frame of a chunk."""
    cv2.setNumThreads(1)
    grey = [
        cv2.GaussianBlur(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), (9, 9), 0) for each in pictures
    ]
    changed = [cv2.absdiff(one, other).mean() for one, other in itertools.pairwise(grey)]
    return np.array([0.0, *changed])[: len(pictures)]


def lazily(video: camrec.Video, **options) -> np.ndarray:
    work = [dask.delayed(movement)(group) for group in video.to_dask().to_delayed().ravel()]
    return np.concatenate(dask.compute(*work, **options))


def in_a_loop(video: camrec.Video) -> np.ndarray:
    found, group = [], []
    for number, (_, picture) in enumerate(video.frames()):
        if number and number % 50 == 0:
            found.append(movement(group))
            group = []
        group.append(picture)
    return np.concatenate([*found, movement(group)])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=120)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="lazy-") as folder:
        path, _ = made(Path(folder) / "0", given.seconds, {"gop": 50})
        video = next(each for each in camrec.videos(path.parent) if each.path == path)
        count = len(video.times())
        took: dict[str, list[float]] = {}
        for _ in range(given.rounds):
            took.setdefault("frames", []).append(timed(lambda: in_a_loop(video)))
            took.setdefault("array", []).append(timed(lambda: lazily(video, scheduler="sync")))
            for workers in (1, 2):
                with (
                    LocalCluster(workers, threads_per_worker=1, dashboard_address=None) as cluster,
                    Client(cluster) as client,
                ):
                    client.run(cv2.setNumThreads, 1)
                    lazily(video, scheduler=client)  # the workers import their modules
                    took.setdefault(f"{workers} processes", []).append(
                        timed(lambda client=client: lazily(video, scheduler=client))
                    )
        base = statistics.median(took["array"])
        print(f"{count} frames\n{'':14}{'s':>8}{'frames per s':>14}{'ratio':>7}")
        for way, seconds in took.items():
            middle = statistics.median(seconds)
            print(f"{way:14}{middle:8.2f}{count / middle:14.0f}{base / middle:7.2f}")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
