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


def test_only_tests_marked_flaky_are_rerun_and_their_reruns_are_reported(tmp_path):
    (tmp_path / "test_late.py").write_text(LATE_ONCE)
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    run = [sys.executable, "-m", "pytest", *settings, "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*run, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout
    assert "RERUN test_late.py::test_that_was_late_once" in done.stdout
    assert "FAILED test_late.py::test_that_was_wrong_once" in done.stdout
    assert "1 failed, 1 passed, 1 rerun" in done.stdout
