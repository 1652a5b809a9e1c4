"""How these tests are run says what happened, also where a second try was needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LATE_ONCE = """
from pathlib import Path

def test_that_was_late_once():
    tried = Path(__file__).with_suffix(".tried")
    before = tried.exists()
    tried.touch()
    assert before
"""


def test_one_that_needed_a_second_try_is_named(tmp_path):
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
    assert done.returncode == 0, done.stdout
    assert "RERUN test_late.py::test_that_was_late_once" in done.stdout
