"""How long it takes until camrec answers: ``python benchmarks/startup.py [runs]``.

Medians of fresh processes, in turns, with Python's own start as the first line; everything is read
once before, so that the disk plays no part.
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
