"""The fault drill of the tests, with a camera that stays away for ten seconds: a table.

python benchmarks/drill.py --away 10
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from conftest import programs  # noqa: E402
from test_drill import CAMERA_FAULTS, HEAD, PROXY_FAULTS, row, settings, strike  # noqa: E402

from camrec.station import Station  # noqa: E402

AFTER = 12  # seconds that are recorded after its return


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--away", type=float, default=10, help="seconds")
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
