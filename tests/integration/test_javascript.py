"""The dashboard's JavaScript, checked with Node: types, style, and modules that need no page.

Node is used here only. Without it, or without the package registry, these tests are skipped, unless
CI=true.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import platformdirs
import pytest

pytestmark = [pytest.mark.busy, pytest.mark.slow(20)]

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "camrec" / "dashboard" / "static"
# What TypeScript and ESLint know of files that have not changed.
CACHE = platformdirs.user_cache_path("camrec", appauthor=False) / "tests"
UNIT_TESTS = sorted((ROOT / "tests" / "javascript").glob("*.test.js"))


def node(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=280
    )


def unavailable(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the tools that ``package.json`` names, in exactly those versions."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        unavailable("needs node and npm")
    done = node(npm, "install", "--no-package-lock", "--prefer-offline")
    if done.returncode != 0:
        unavailable(f"npm could not install the tools: {done.stderr}")
    return ROOT / "node_modules" / ".bin"


def test_typescript_finds_no_type_error_in_the_dashboard(tools):
    checked = node(tools / "tsc", "--incremental", "--tsBuildInfoFile", CACHE / "tsc.json")
    assert checked.returncode == 0, checked.stdout


def test_eslint_finds_nothing_in_the_dashboard(tools):
    known = ("--cache", "--cache-strategy", "content", "--cache-location", CACHE / "eslint.json")
    checked = node(tools / "eslint", "--max-warnings", "0", *known, ".")
    assert checked.returncode == 0, checked.stdout


def test_the_dashboard_s_javascript_tests_pass(tools):
    assert UNIT_TESTS
    done = node("node", "--test", *UNIT_TESTS)
    assert done.returncode == 0, done.stdout


def test_typescript_finds_a_wrong_type(tools, tmp_path):
    """With the project's own settings."""
    wrong = tmp_path / "wrong.js"
    wrong.write_text(f'import {{ icon }} from "{STATIC}/kit/icons.js"\n\nicon("no such icon")\n')
    settings = {
        "extends": f"{ROOT}/tsconfig.json",
        "compilerOptions": {"types": []},
        "include": ["wrong.js"],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    checked = node(tools / "tsc", "--project", tmp_path)
    assert checked.returncode != 0
    assert "no such icon" in checked.stdout
