"""Names in the package: each class name once, constants that say what they count, no old names."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from support.source import MODULES, PACKAGE, nodes, statements

# Words that say how much but not of what: a constant with one of them needs a noun as well.
BARE_WORDS = frozenset(
    {
        "AGAIN",
        "ALWAYS",
        "BEFORE",
        "BETWEEN",
        "CHUNK",
        "DAY",
        "EACH",
        "EARLY",
        "ENOUGH",
        "EVERY",
        "FAR",
        "FEW",
        "FINAL",
        "GRACE",
        "HALF",
        "LATE",
        "LATER",
        "LATEST",
        "LEAST",
        "LENGTH",
        "LIMIT",
        "LONGEST",
        "MANY",
        "MARGIN",
        "MAX",
        "MIN",
        "MOST",
        "NEVER",
        "NOW",
        "ONCE",
        "PATIENCE",
        "PAUSE",
        "PAUSES",
        "PIECE",
        "POLL",
        "RATE",
        "RETRIES",
        "ROOM",
        "SECOND",
        "SECONDS",
        "SHORTEST",
        "SIZE",
        "SLACK",
        "SPAN",
        "START",
        "TIMEOUT",
        "TRIES",
        "WINDOW",
    }
)
# Names that the package once had, each replaced by a better one.
OLD_NAMES = frozenset((PACKAGE.parent / "tests/support/old_names.txt").read_text("utf-8").split())


def names(module: Path) -> set[str]:
    """Every identifier that is defined or used in it."""
    found: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.alias)):
            found.add(node.name)
    return found


def constants(module: Path) -> set[str]:
    """Module-level names in capitals."""
    targets = [
        target
        for node in statements(module)
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    each = (
        name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
    )
    return {name for name in each if re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name)}


def test_no_two_classes_have_the_same_name():
    where = defaultdict(list)
    for module in MODULES:
        for node in statements(module):
            if isinstance(node, ast.ClassDef):
                where[node.name].append(str(module.relative_to(PACKAGE)))
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


def test_no_constant_is_a_bare_word():
    bare = {
        f"{module.relative_to(PACKAGE)}: {name}"
        for module in MODULES
        for name in constants(module)
        if name.strip("_") in BARE_WORDS
    }
    assert bare == set()


def test_a_number_of_seconds_bytes_or_nanoseconds_says_so():
    """A constant that is a plain number ends with its unit, or says what it counts."""
    unnamed = set()
    for module in MODULES:
        for node in statements(module):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name, value = node.targets[0].id.strip("_"), node.value
            number = isinstance(value, ast.Constant) and isinstance(value.value, (int, float))
            if number and name.isupper() and "_" not in name and name not in UNITLESS:
                unnamed.add(f"{module.relative_to(PACKAGE)}: {name}")
    assert unnamed == set()


# Numbers whose standard gives them a name of one word.
UNITLESS: frozenset[str] = frozenset()


def test_no_two_modules_define_the_same_constant():
    where = defaultdict(set)
    for module in MODULES:
        for name in constants(module):
            if not name.startswith("_"):
                where[name].add(str(module.relative_to(PACKAGE)))
    assert {name: sorted(each) for name, each in where.items() if len(each) > 1} == {}


def test_no_old_name_comes_back():
    old = {
        f"{module.relative_to(PACKAGE)}: {name}"
        for module in MODULES
        for name in names(module) & OLD_NAMES
    }
    assert old == set()
