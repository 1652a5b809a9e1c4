"""Run a soak test: cameras are recorded again and again while faults happen at random.

    python benchmarks/soak.py --minutes 30 --seed 7

`tests/support/soak.py` checks the recordings. The memory of all processes is printed as well.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import tests_support  # noqa: F401

from support.programs import programs
from support.soak import soak

LENGTH = 20  # seconds of each recording
PAUSES = (3.0, 9.0)  # seconds between two faults


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = asked.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        made = soak(
            Path(folder),
            list(vars(programs()).values()),
            seed=given.seed,
            seconds=60 * given.minutes,
            length=LENGTH,
            pauses=PAUSES,
            tell=lambda text: print(text, flush=True),
        )
    faults = ", ".join(f"{count} {kind}" for kind, count in sorted(made.faults.items()))
    print(f"{made.faults.total()} faults: {faults}")
    early, late = made.usual_memory(0.4, 0.6), made.usual_memory(0.8, 1.0)
    most = max(mb for _, mb in made.memory)
    print(f"memory: {early:.0f} MB half way, {late:.0f} MB at the end, {most:.0f} MB maximum")
    for trouble in made.troubles:
        print(f"PROBLEM: {trouble}")
    return 1 if made.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
