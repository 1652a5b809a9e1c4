"""Node can parse every script of the page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from camrec import dashboard

VIEWS = Path(dashboard.__file__).parent
SCRIPTS = sorted(VIEWS.glob("*.js"))


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_node_parses_every_script_of_the_dashboard(file):
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node; the page's own tests read them in Chromium")
    command = [node, "--check", "--input-type=module"]
    told = subprocess.run(command, input=file.read_bytes(), capture_output=True, timeout=60)
    assert told.returncode == 0, told.stderr.decode()
