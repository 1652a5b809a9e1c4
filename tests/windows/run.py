"""Runs tests in Windows' Python under Wine, each file in a process of its own, or all unit tests.

``python tests/windows/run.py quick`` runs what `quick.txt` names, ``all`` every test that needs no
browser, and anything else is taken for files or tests. It prints a table and fails if a test
failed, if one was skipped that `skips.txt` does not name, or if, of all of them, fewer than 85 %
passed. `set_up.sh` makes the Windows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from leftovers import GROUP_VARIABLE, end_group

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "camrec"
FOLDERS = ("unit", "integration", "drills")
QUICK, ALL = "quick", "all"
LEAST_PASSED = 0.85
# No group takes longer, tried again as well, so a run ends whatever Wine does.
GROUP_TIMEOUT_S = 1500
QUICK_GROUP_TIMEOUT_S = 450  # the longest takes 150 s
OPTIONS = ["-p", "no:cacheprovider", "-p", "no:terminalprogress", "-n", "0"]
OPTIONS += ["-v", "--durations", "10", "--skips-as-listed", "-m", "not browser"]
HEAD = f"{'file':58} {'passed':>6} {'skipped':>7} {'failed':>6} {'s':>5}"
UNIT = "tests/unit"
CAMERA_HOST_TIMEOUT_S = 60


@dataclass
class Outcome:
    """How many tests of a file had which result, and their time in seconds."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0

    def add(self, other: Outcome) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self, name: str) -> str:
        return f"{name:58} {self.passed:6} {self.skipped:7} {self.failed:6} {self.seconds:5.0f}"


@contextmanager
def camera_host() -> Iterator[str]:
    """The port of a camera host for as long as the ``with`` lasts."""
    command = [sys.executable, str(HERE / "camera_host.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as host:
        watchdog = threading.Timer(CAMERA_HOST_TIMEOUT_S, host.kill)
        watchdog.start()
        port = host.stdout.readline().strip()
        watchdog.cancel()
        if not port:
            sys.exit("the camera host did not start")
        yield port
        host.stdin.close()
        try:
            host.wait(CAMERA_HOST_TIMEOUT_S)
        except subprocess.TimeoutExpired:  # its cameras end with it
            host.kill()


class Run:
    """One run of tests, whose output and results are written to `results`."""

    def __init__(self, python: Path, results: Path, cameras: str, timeout_s: float) -> None:
        self._python = python
        self._timeout_s = timeout_s
        self._results = results
        # CI: a program that is missing is an error.
        self._environment = {
            **os.environ,
            "CAMREC": str(ROOT),
            "CAMREC_CAMERA_HOST": cameras,
            "CI": "true",
            "WINEPATH": f"Z:{python.parent / 'ffmpeg'}",
        }
        results.mkdir(parents=True, exist_ok=True)

    def group(self, name: str, tests: list[str], suffix: str = "") -> dict[str, Outcome]:
        """Run `tests` in one process, and write its log; returns the outcomes by file."""
        short = Path(name).stem + suffix
        report = self._results / f"{short}.xml"
        report.unlink(missing_ok=True)
        command = [str(self._python), "-u", "-m", "pytest", *OPTIONS, f"--basetemp=C:/t-{short}"]
        command += [f"--junitxml=Z:{report}", *tests]
        begun = time.monotonic()
        group = f"{os.getpid()} {short} {begun}"
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**self._environment, GROUP_VARIABLE: group},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        log = self._results / f"{short}.log"
        copier = threading.Thread(target=copy, args=(child.stdout, log), daemon=True)
        copier.start()
        try:
            code = child.wait(self._timeout_s)
        except subprocess.TimeoutExpired:
            print(f"{name} is not over after {self._timeout_s:.0f} s, and is ended", flush=True)
            child.kill()
            code = child.wait()
        if left := end_group(group):
            print(f"{name} left {', '.join(left)}: ended", flush=True)
        # Wine's own services keep the pipe open for as long as they run.
        copier.join(2)
        outcomes = read(report)
        if code != 0 and not has_failed(outcomes):
            # It ended before its end, or skipped what it must not skip.
            outcomes.setdefault(name, Outcome()).failed += 1
        for file, outcome in outcomes.items():
            print(outcome.row(file), flush=True)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
        return outcomes


def has_failed(outcomes: dict[str, Outcome]) -> bool:
    return any(each.failed for each in outcomes.values())


def copy(pipe: IO[bytes], file: Path) -> None:
    with file.open("wb", buffering=0) as log:
        while part := pipe.read1():
            log.write(part)


def read(report: Path) -> dict[str, Outcome]:
    """The outcomes of a junit report, by file."""
    if not report.exists():
        return {}
    cases = ElementTree.parse(report).iter("testcase")
    # A test that was tried again is there several times: its last try counts.
    last = {(case.get("classname", ""), case.get("name")): case for case in cases}
    found: dict[str, Outcome] = {}
    for (module, _), case in last.items():
        kinds = {child.tag for child in case}
        failed = bool(kinds & {"failure", "error"})
        skipped = not failed and "skipped" in kinds
        outcome = Outcome(not failed and not skipped, skipped, failed, float(case.get("time", 0)))
        found.setdefault(module.replace(".", "/") + ".py", Outcome()).add(outcome)
    return found


def grouped(wanted: list[str]) -> dict[str, list[str]]:
    """The tests to run in each process."""
    if wanted == [ALL]:
        wanted = [
            str(file.relative_to(ROOT))
            for folder in FOLDERS
            for file in sorted((ROOT / "tests" / folder).glob("test_*.py"))
        ]
    elif wanted == [QUICK]:
        lines = (HERE / "quick.txt").read_text("utf-8").splitlines()
        wanted = [line for line in lines if line and not line.startswith("#")]
    found: dict[str, list[str]] = {}
    for each in wanted:
        file = each.partition("::")[0]
        found.setdefault(UNIT if file.startswith(UNIT) else file, []).append(each)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Run camrec's tests in Windows' Python under Wine."
    )
    parser.add_argument("tests", nargs="+", help=f"{QUICK}, {ALL}, or files or tests")
    parser.add_argument("--python", type=Path, default=CACHE / "windows" / "python-windows")
    parser.add_argument("--results", type=Path, default=CACHE / "windows-results")
    parser.add_argument("--at-once", type=int, default=2, help="processes at a time")
    given = parser.parse_args()
    if not given.python.exists():
        sys.exit(f"{given.python} is missing: bash tests/windows/set_up.sh makes it")
    groups = grouped(given.tests)
    print(HEAD)
    total = Outcome()
    with camera_host() as cameras, ThreadPoolExecutor(given.at_once) as pool:
        timeout_s = QUICK_GROUP_TIMEOUT_S if given.tests == [QUICK] else GROUP_TIMEOUT_S
        run = Run(given.python.absolute(), given.results.absolute(), cameras, timeout_s)
        results = dict(zip(groups, pool.map(run.group, groups, groups.values()), strict=True))
        # Wine itself fails now and then: a pipe that one of its services inherited stays open.
        for name in [each for each, outcomes in results.items() if has_failed(outcomes)]:
            print(f"{name} is tried again, alone", flush=True)
            results[name] = run.group(name, groups[name], "-again")
        for outcomes in results.values():
            for outcome in outcomes.values():
                total.add(outcome)
    print(total.row("all"))
    # The line that says how many tests there were, whatever pytest printed where.
    passed, skipped, failed = total.passed, total.skipped, total.failed
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    share = passed / max(passed + skipped + failed, 1)
    if given.tests == [ALL]:
        print(f"{share:.1%} ran and passed")
    return int(failed > 0 or (given.tests == [ALL] and share < LEAST_PASSED))


if __name__ == "__main__":
    sys.exit(main())
