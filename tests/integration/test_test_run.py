"""A test run reports what happened, also if a second try was needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATE_ONCE = """
from pathlib import Path

import pytest

def late(name):
    tried = Path(__file__).with_name(name)
    before = tried.exists()
    tried.touch()
    assert before

@pytest.mark.flaky(reruns=2, reason="it is late")
def test_that_was_late_once():
    late("one")

def test_that_was_wrong_once():
    late("other")
"""
SKIPPED = """
import pytest

def test_that_runs():
    pass

@pytest.mark.xfail
def test_that_is_known_to_fail():
    assert False

@pytest.mark.skip(reason="a program is missing")
def test_that_is_skipped():
    pass
"""


def run(folder: Path, *options: str) -> tuple[int, str]:
    """The exit code and the output of a run of the tests in a folder."""
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    command = [sys.executable, "-m", "pytest", *settings, "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


def test_only_tests_marked_flaky_are_rerun_and_their_reruns_are_reported(tmp_path):
    (tmp_path / "test_late.py").write_text(LATE_ONCE)
    code, said = run(tmp_path)
    assert code == 1, said
    assert "RERUN test_late.py::test_that_was_late_once" in said
    assert "FAILED test_late.py::test_that_was_wrong_once" in said
    assert "1 failed, 1 passed, 1 rerun" in said


def test_a_run_fails_if_it_skipped_what_the_list_does_not_name(tmp_path):
    (tmp_path / "test_skipped.py").write_text(SKIPPED)
    assert run(tmp_path, "-p", "support.windows_skips")[0] == 0
    code, said = run(tmp_path, "-p", "support.windows_skips", "--skips-as-listed")
    assert code == 1, said
    assert "1 passed, 1 skipped, 1 xfailed" in said
    (line,) = (line for line in said.splitlines() if "not in skips.txt" in line)
    assert "test_skipped.py::test_that_is_skipped" in line and "a program is missing" in line
