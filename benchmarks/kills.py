"""Measure what is lost when a process is killed (`kill -9`) at random moments.

    python benchmarks/kills.py --kills 10 --seed 7

Each kind of process is killed ten times. "power" kills all processes and then discards everything
on the disk that was not written with fsync.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from contextlib import ExitStack
from pathlib import Path

import tests_support  # noqa: F401

from support.kills import HEAD, Loss, drill
from support.powercut import Disk
from support.programs import programs
from support.victim import VICTIMS

KINDS = (*VICTIMS, "power")
QUIET = (1.5, 3.0)  # seconds between two kills
HEALTHY = (10.5, 12.0)  # the same for proxies: one that ends sooner is restarted later


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    given = asked.parse_args()
    print(f"seed {given.seed}\n{HEAD}", flush=True)
    for kind in given.kinds:
        print(f"{kind:10} {killed(kind, given.kills, given.seed)}", flush=True)


def killed(kind: str, kills: int, seed: int) -> Loss:
    used = list(vars(programs()).values())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        if kind != "power":
            quiet = HEALTHY if kind in ("mediamtx", "go2rtc") else QUIET
            return drill(kind, kills, folder, used, seed, quiet=quiet)
        disk = stack.enter_context(Disk(folder / "disk", folder / "kept"))
        return drill("all", kills, disk.folder, used, seed, disk)


if __name__ == "__main__":
    main()
