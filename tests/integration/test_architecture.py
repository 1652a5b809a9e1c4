"""Imports run downward only, and modules of one layer do not import each other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from support.source import MODULES, nodes

ROOT = Path(__file__).parents[2]


def test_the_import_contract_of_the_packages_is_kept():
    # In its own process: import-linter changes the logging of the process that it runs in.
    lint = "from importlinter.cli import lint_imports; exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("library", "room"),
    [
        ("panel", "dashboard"),
        ("bokeh", "dashboard"),
        ("tornado.web", "web"),
        ("prometheus_client", "web"),
    ],
)
def test_a_library_is_imported_only_in_its_package(library, room):
    strangers = {
        file.relative_to(ROOT).as_posix()
        for file in MODULES
        for name in imported(file)
        if f"{name}.".startswith(f"{library}.") and not is_in(room, file)
    }
    assert strangers <= COMPAT_ROOMS.keys()


# What these modules use of a library is for one package only.
COMPAT_ROOMS = {
    "camrec/compat/panel_notebook.py": "dashboard",
    "camrec/compat/panel_page.py": "dashboard",
    "camrec/compat/tornado_streams.py": "web",
}


@pytest.mark.parametrize("module", COMPAT_ROOMS)
def test_each_undocumented_library_feature_is_used_in_one_package(module):
    names = {f"camrec.compat.{name}" for name in names_defined_in(ROOT / module)}
    users = {
        file
        for file in (ROOT / "camrec").rglob("*.py")
        if imported(file) & names and ROOT / "camrec/compat" not in file.parents
    }
    assert users
    assert all(is_in(COMPAT_ROOMS[module], file) for file in users)


def is_in(room: str, file: Path) -> bool:
    return ROOT / "camrec" / room in file.parents


def names_defined_in(file: Path) -> set[str]:
    names = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


@cache
def imported(file: Path) -> set[str]:
    found = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_module_imports_past_the_init_of_another_package():
    package = ROOT / "camrec"
    rooms = {entry.parent.name for entry in package.glob("*/__init__.py")}
    reaching = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in MODULES
        for name in sorted(imported(file))
        if (parts := name.split("."))[0] == "camrec"
        and len(parts) > 2
        and parts[1] in rooms
        and is_module(parts)
        and not is_in(parts[1], file)
    ]
    assert not reaching


def is_module(parts: list[str]) -> bool:
    folder = ROOT.joinpath(*parts[:-1])
    # Windows would also find `camera.py` as `Camera.py`, which is a class.
    return folder.is_dir() and parts[-1] in {entry.stem for entry in folder.iterdir()}


def test_every_module_is_on_the_architecture_page():
    picture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = {
        entry.stem
        for entry in (ROOT / "camrec").iterdir()
        if not entry.name.startswith(("_", ".")) and entry.name not in ("locale", "py.typed")
    }
    missing = {room for room in rooms if not re.search(rf"`{room}/?`", picture)}
    assert not missing
