"""Run a soak test: cameras are recorded again and again while faults happen at random.

    python benchmarks/soak.py --minutes 30 --seed 7

`tests/support/soak.py` checks the recordings. The memory of all processes is printed as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from soak_script import run_soak, soak_arguments

from support.soak import Soak, soak

LENGTH = 20  # seconds of each recording
PAUSES = (3.0, 9.0)  # seconds between two faults


def main() -> int:
    given = soak_arguments(__doc__, minutes=30).parse_args()
    return run_soak(
        given.seed,
        lambda folder, binaries, tell: soak(
            folder,
            binaries,
            seed=given.seed,
            seconds=60 * given.minutes,
            length=LENGTH,
            pauses=PAUSES,
            tell=tell,
        ),
        describe,
    )


def describe(made: Soak) -> Iterator[str]:
    early, late = made.usual_memory(0.4, 0.6), made.usual_memory(0.8, 1.0)
    most = max(mb for _, mb in made.memory)
    yield f"memory: {early:.0f} MB half way, {late:.0f} MB at the end, {most:.0f} MB maximum"


if __name__ == "__main__":
    sys.exit(main())
