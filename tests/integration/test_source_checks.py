"""The source passes the quick hooks of `.pre-commit-config.yaml`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "ruff-check": ["ruff", "check", "."],
    "ruff-format": ["ruff", "format", "--check", "."],
    "codespell": ["codespell_lib", "."],
}
# These take a minute: each has a test of its own, or is run by its own command.
ELSEWHERE = {"import-linter", "mypy"}


@pytest.mark.parametrize("hook", COMMANDS)
def test_the_source_passes_a_quick_hook(hook):
    done = subprocess.run(
        [sys.executable, "-m", *COMMANDS[hook]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_hook_is_local_and_is_run_by_a_test():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook for each in config["repos"] for hook in each["hooks"]]
    assert {each["repo"] for each in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["id"] for hook in hooks} == COMMANDS.keys() | ELSEWHERE


def test_no_test_module_imports_another():
    for file in sorted((ROOT / "tests").rglob("*.py")):
        source = file.read_text("utf-8")
        imported = re.findall(r"^ *(?:from|import) ([\w.]+)", source, re.MULTILINE)
        assert not [name for name in imported if name.rpartition(".")[2].startswith("test_")], file
