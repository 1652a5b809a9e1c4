"""The package has no type errors, and neither has a user's script that uses the Python API.

mypy runs once for all of this. Its cache is not in the clone but in `~/.cache/camrec/tests`, as the
clips are: a clone that is tested for the first time is quick, too.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import platformdirs
import pytest

from support.source import MODULES, PACKAGE, nodes

pytestmark = pytest.mark.busy

ROOT = PACKAGE.parent
USER_SCRIPT = "tests/typing/user_script.py"
CACHE = platformdirs.user_cache_path("camrec", appauthor=False) / "tests" / "mypy"

# Each `Any` is for JSON, or for a library without types.
MAX_ANY_ANNOTATIONS = 10
MAX_CASTS = 5

ERROR_PATTERN = re.compile(r"^(?P<file>[^:]+):\d+(?::\d+)?: error: .*", re.M)
IGNORE_PATTERN = re.compile(r"type: ignore(?P<rule>\[[\w, -]+\])?\s*(?P<reason>#.*)?")


@pytest.fixture(scope="module")
def type_errors() -> list[str]:
    """The errors that mypy finds in the package and in the user's script."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--no-pretty"]
    command += ["--cache-dir", str(CACHE), "camrec", USER_SCRIPT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return [found[0] for found in ERROR_PATTERN.finditer(done.stdout)]


@pytest.mark.slow(60)
@pytest.mark.timeout(900)
def test_the_package_has_no_type_errors(type_errors):
    assert [error for error in type_errors if not error.startswith(USER_SCRIPT)] == []


@pytest.mark.timeout(900)
def test_a_user_s_script_gets_the_types_that_the_reference_says(type_errors):
    assert [error for error in type_errors if error.startswith(USER_SCRIPT)] == []


def test_any_annotations_do_not_exceed_their_limit():
    found = {}
    for module in MODULES:
        count = sum(
            (isinstance(node, ast.Name) and node.id == "Any")
            or (isinstance(node, ast.Attribute) and node.attr == "Any")
            for node in nodes(module)
        )
        if count:
            found[str(module.relative_to(ROOT))] = count
    assert sum(found.values()) <= MAX_ANY_ANNOTATIONS, found


def test_type_casts_do_not_exceed_their_limit():
    found = [
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for module in MODULES
        for node in nodes(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("cast", "typing.cast")
    ]
    assert len(found) <= MAX_CASTS, found


def comments(module: Path) -> dict[int, str]:
    """The comments of a module by their line."""
    tokens = tokenize.generate_tokens(io.StringIO(module.read_text("utf-8")).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def test_each_ignored_type_error_names_its_rule_and_reason():
    """The reason is after the rule, or in a comment on the line above."""
    unexplained = []
    for module in MODULES:
        found = comments(module)
        lines = module.read_text("utf-8").splitlines()
        for number, comment in found.items():
            ignored = IGNORE_PATTERN.search(comment)
            if ignored is None:
                continue
            above = lines[number - 2].lstrip() if number > 1 else ""
            if not ignored["rule"] or not (ignored["reason"] or above.startswith("# ")):
                unexplained.append(f"{module.relative_to(ROOT)}:{number}: {comment}")
    assert unexplained == []
