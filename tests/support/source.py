"""The source of the package, parsed once for all tests that read it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "camrec"
MODULES = sorted(PACKAGE.rglob("*.py"))


@cache
def nodes(module: Path) -> tuple[ast.AST, ...]:
    """All nodes of the module's syntax tree; the first is the module itself."""
    return tuple(ast.walk(ast.parse(module.read_text("utf-8"))))


def statements(module: Path) -> list[ast.stmt]:
    """The statements at module level."""
    (root, *_) = nodes(module)
    assert isinstance(root, ast.Module)
    return root.body
