"""Record without an end while faults happen at random, and count each frame over the joins.

    python benchmarks/endless.py --minutes 60 --seed 7

`tests/support/endless_soak.py` checks the recordings.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import tests_support  # noqa: F401

from support.endless_soak import endless_soak
from support.programs import programs

PAUSES = (5.0, 30.0)  # seconds between two faults


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--video-length", type=int, default=60, metavar="SECONDS")
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = asked.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="endless-") as folder:
        made = endless_soak(
            Path(folder),
            list(vars(programs()).values()),
            seed=given.seed,
            seconds=60 * given.minutes,
            video_length=given.video_length,
            pauses=PAUSES,
            tell=lambda text: print(text, flush=True),
        )
    faults = ", ".join(f"{count} {kind}" for kind, count in sorted(made.faults.items()))
    print(f"{made.faults.total()} faults: {faults}")
    for recording, videos in made.videos.items():
        print(f"{recording}: {videos} videos")
    for trouble in made.troubles:
        print(f"PROBLEM: {trouble}")
    return 1 if made.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
