"""Record without an end while faults happen at random, and count each frame over the joins.

    python benchmarks/endless.py --minutes 60 --seed 7
    python benchmarks/endless.py --plan --minutes 60 --video-length 20 --seed 12

With ``--plan`` each camera is recorded by a plan "always", which is added over HTTP. The plans go
by a time zone in which a day ends while they record. `tests/support/endless_soak.py` checks the
recordings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from soak_script import run_soak, soak_arguments

from support.endless_soak import EndlessSoak, endless_soak

PAUSES = (5.0, 30.0)  # seconds between two faults


def main() -> int:
    asked = soak_arguments(__doc__, minutes=60)
    asked.add_argument("--video-length", type=int, default=60, metavar="SECONDS")
    asked.add_argument("--plan", action="store_true", help="by a plan 'always'")
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
            timezone=zone_with_midnight_in(given.minutes) if given.plan else None,
            tell=tell,
        ),
        describe,
    )


def describe(made: EndlessSoak) -> Iterator[str]:
    for name, videos in made.videos.items():
        yield f"{name}: {videos} videos of {made.recordings[name]} recordings"
    if made.days:
        yield f"{made.days} days of the plans"


def zone_with_midnight_in(minutes: float) -> str:
    """The time zone with a midnight closest to the middle of the next `minutes`."""
    middle = datetime.now(timezone.utc) + timedelta(minutes=minutes / 2)
    hours = round(middle.hour + middle.minute / 60) % 24
    # POSIX has the opposite sign: Etc/GMT-3 is three hours ahead of UTC.
    return f"Etc/GMT{hours:+}" if hours <= 12 else f"Etc/GMT-{24 - hours}"


if __name__ == "__main__":
    sys.exit(main())
