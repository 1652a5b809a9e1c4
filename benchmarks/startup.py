"""Measure how long camrec's commands take to start: ``python benchmarks/startup.py [RUNS]``.

The results are medians of fresh processes that take turns. The first line is Python's own start.
One run before the measurement reads all files, so that the disk has no influence.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

CALLS = {
    "python": ["-c", "pass"],
    "import camrec": ["-c", "import camrec"],
    "camrec --version": ["-m", "camrec", "--version"],
    "camrec --help": ["-m", "camrec", "--help"],
    "camrec record --help": ["-m", "camrec", "record", "--help"],
    "camrec videos": ["-m", "camrec", "videos"],
}


def seconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    taken: dict[str, list[float]] = {name: [] for name in CALLS}
    for run in range(runs + 1):
        for name, arguments in CALLS.items():
            took = seconds(arguments)
            if run:
                taken[name].append(took)
    print("| call | seconds |\n|---|---|")
    for name, each in taken.items():
        print(f"| `{name}` | {statistics.median(each):.2f} |")


if __name__ == "__main__":
    main()
