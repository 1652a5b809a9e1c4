"""What the soak scripts have in common: their arguments, their folder and what they print."""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import tests_support  # noqa: F401

from support.programs import programs
from support.soak import Soak

SoakT = TypeVar("SoakT", bound=Soak)


def soak_arguments(about: str, minutes: float) -> argparse.ArgumentParser:
    """Return the arguments of a soak script. `minutes`: how long it runs if nothing is given."""
    asked = argparse.ArgumentParser(description=about.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=minutes)
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    return asked


def run_soak(
    seed: int,
    run: Callable[[Path, list[Path], Callable[[str], None]], SoakT],
    describe: Callable[[SoakT], Iterable[str]],
) -> int:
    """Run a soak test in a temporary folder, and print what came of it.

    If there was a problem, the folder stays: it has the videos with their receipts, what was on the
    disk after each kill of camrec, what the cameras sent, the faults, and camrec's log.

    run : gets the folder, the programs, and a function that prints a line.
    describe : what this script prints besides.

    Returns
    -------
    The exit code: 1 if there was a problem.
    """
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    try:
        made = run(folder, list(vars(programs()).values()), lambda text: print(text, flush=True))
    except Exception:
        print(f"everything is kept in {folder}", flush=True)
        raise
    faults = ", ".join(f"{count} {kind}" for kind, count in sorted(made.faults.items()))
    print(f"{made.faults.total()} faults: {faults}")
    for line in describe(made):
        print(line)
    for trouble in made.troubles:
        print(f"PROBLEM: {trouble}")
    if made.troubles:
        print(f"everything is kept in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0
