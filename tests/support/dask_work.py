"""Processes videos on a Dask cluster of processes, one of which is killed meanwhile.

    python -m support.dask_work FOLDER

Prints as JSON: "numbers", which are drawn on each frame of the first video, by its lazy array;
"counts", the frames of each video, by the lazy library; "killed", whether a worker was killed while
it had work to do. It is a process of its own because Dask's threads stay until its end.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import dask
import numpy as np
from dask.distributed import Client, LocalCluster

import camrec
from support.cameras import barcode
from support.stopping import kill


def numbers(pictures: np.ndarray) -> np.ndarray:
    time.sleep(0.05)  # so that a worker is killed while it has something to do
    return np.array([barcode.read(each) for each in pictures])


def count(video: camrec.Video) -> int:
    return sum(1 for _ in video.frames())


def main(folder: str) -> None:
    dask.config.set({"distributed.worker.profile.enabled": False})
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        videos = camrec.videos(folder)
        array = videos[0].to_dask()
        work = array.map_blocks(numbers, drop_axis=(1, 2, 3), dtype=np.int64)
        future = client.compute(work)
        killed = []

        def kill_worker() -> None:
            kill(next(iter(cluster.workers.values())).pid)
            killed.append(not future.done())

        killer = threading.Timer(0.3, kill_worker)
        killer.start()
        found = future.result()
        killer.join()
        counts = client.gather(client.compute(videos.to_dask().map(count)))
        print(json.dumps({"numbers": found.tolist(), "counts": counts, "killed": killed == [True]}))


if __name__ == "__main__":
    main(sys.argv[1])
