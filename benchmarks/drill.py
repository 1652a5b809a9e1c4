"""Run the fault drill of the tests with a camera that is unreachable for ten seconds.

    python benchmarks/drill.py --away 10

The faults and the columns are those of `tests/support/drilling.py`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import tests_support  # noqa: F401

from camrec.station import Station
from support.drilling import CAMERA_FAULTS, HEAD, PROXY_FAULTS, row, settings, strike
from support.programs import programs

AFTER = 12  # seconds recorded after the camera is back


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--away", type=float, default=10, help="seconds without the camera")
    given = asked.parse_args()
    print(HEAD, flush=True)
    for faults in (CAMERA_FAULTS, PROXY_FAULTS):
        with (
            tempfile.TemporaryDirectory(prefix="drill-") as folder,
            Station(settings(programs(), Path(folder))) as station,
        ):
            for name, figures in strike(station, faults, given.away, AFTER).items():
                print(row(name, figures), flush=True)


if __name__ == "__main__":
    main()
