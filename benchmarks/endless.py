"""Record without an end while faults happen at random, and count each frame over the joins.

    python benchmarks/endless.py --minutes 60 --seed 7

`tests/support/endless_soak.py` checks the recordings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from soak_script import run_soak, soak_arguments

from support.endless_soak import EndlessSoak, endless_soak

PAUSES = (5.0, 30.0)  # seconds between two faults


def main() -> int:
    asked = soak_arguments(__doc__, minutes=60)
    asked.add_argument("--video-length", type=int, default=60, metavar="SECONDS")
    given = asked.parse_args()
    return run_soak(
        given.seed,
        lambda folder, binaries, tell: endless_soak(
            folder,
            binaries,
            seed=given.seed,
            seconds=60 * given.minutes,
            video_length=given.video_length,
            pauses=PAUSES,
            tell=tell,
        ),
        describe,
    )


def describe(made: EndlessSoak) -> Iterator[str]:
    for recording, videos in made.videos.items():
        yield f"{recording}: {videos} videos"


if __name__ == "__main__":
    sys.exit(main())
