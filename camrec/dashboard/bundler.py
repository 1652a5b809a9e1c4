"""Inlines the page's JavaScript modules, and the style sheets next to them, into one text.

Panel sends a component to the browser as one text, and a notebook's page may have no server to
import modules from. Therefore this module follows the imports, and there is no build step.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)"$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
# Comments that fill whole lines. The browser does not need them.
_DOCUMENTATION = re.compile(r"^ *(?:/\*\*(?:(?!\*/)[\s\S])*\*/|//.*)\n", re.MULTILINE)


@cache
def bundle(entry: str) -> str:
    """Return a JavaScript expression whose value is an object with everything `entry` exports.

    Each module becomes a function that is called once, so that the top-level names of two modules
    never collide.

    Parameters
    ----------
    entry
        The path of a module below ``static/``.

    Raises
    ------
    ImportError
        A module is missing, modules import each other, or a statement cannot be inlined.
    """
    wrapped = [f"const {_name(module)} = {_wrapped(module)}" for module in modules(entry)]
    return "\n".join(['(() => {\n"use strict"', *wrapped, f"return {_name(entry)}\n}})()"])


@cache
def styles(entry: str) -> str:
    """Return the style sheets of `entry` and of everything that it imports, imported ones first.

    A module's style sheet is next to the module and has the same name.
    """
    sheets = [(STATIC / module).with_suffix(".css") for module in modules(entry)]
    return "\n".join(sheet.read_text("utf-8") for sheet in sheets if sheet.exists())


@cache
def modules(entry: str) -> tuple[str, ...]:
    """Return `entry` and everything that it imports, each module once and after its imports."""
    order: dict[str, None] = {}
    _visit(entry, (), order)
    return tuple(order)


def _visit(module: str, importers: tuple[str, ...], order: dict[str, None]) -> None:
    if module in importers:
        circle = [*importers[importers.index(module) :], module]
        raise ImportError(f"JavaScript modules import each other: {' -> '.join(circle)}")
    if module in order:
        return
    for names, path in _IMPORT.findall(_source(module)):
        imported = _path(module, path)
        _visit(imported, (*importers, module), order)
        if missing := {each.split()[0] for each in _names(names)} - set(_exports(imported)):
            raise ImportError(f"{module} imports {min(missing)}, which {imported} does not export")
    order[module] = None


def _wrapped(module: str) -> str:
    """Return the module as a function that is called at once and returns the module's exports."""

    def destructured(match: re.Match[str]) -> str:
        names = ", ".join(each.replace(" as ", ": ") for each in _names(match[1]))
        return f"const {{ {names} }} = {_name(_path(module, match[2]))}"

    body = _EXPORT.sub("", _IMPORT.sub(destructured, _source(module)))
    if other := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ImportError(f"{module} has a statement that is not inlined: {other[0]}")
    body = _DOCUMENTATION.sub("", body)
    return f"(() => {{\n{body}return {{ {', '.join(_exports(module))} }}\n}})()"


def _exports(module: str) -> list[str]:
    return _EXPORT.findall(_source(module))


def _names(names: str) -> list[str]:
    """Return the names of ``a, b as c``, which may be on several lines."""
    return [" ".join(each.split()) for each in names.split(",") if each.strip()]


def _path(importer: str, path: str) -> str:
    return (STATIC / importer).parent.joinpath(path).resolve().relative_to(STATIC).as_posix()


def _name(module: str) -> str:
    """Return the name of the module's constant. No name in a module starts with a dollar sign."""
    return "$" + re.sub(r"\W", "_", module.removesuffix(".js"))


@cache
def _source(module: str) -> str:
    try:
        return (STATIC / module).read_text("utf-8")
    except FileNotFoundError:
        raise ImportError(f"there is no JavaScript module {module}") from None
