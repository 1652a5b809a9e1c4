"""Writes docs/api.md, the Python reference, from the docstrings.

python docs/api.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import griffe

import camrec

ROOT = Path(__file__).parent.parent
PAGE = Path(__file__).with_suffix(".md")
# What calls give, besides.
VALUES = tuple(f"camrec.receipt.{name}" for name in ("Receipt", "Gap", "RecordingWarning"))
HEAD = """# Python reference

`python docs/api.py` generates this page from the docstrings. All calls block and may come from any
thread. Times are UTC. Frames are arrays (H, W, 3) of uint8, RGB. Errors are subclasses of
`camrec.CamrecError`, with a `.code` that a program can match. Tables, lazy arrays and other
storages need `pip install "camrec[data]"`.
"""


def main() -> None:
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    package = loaded()
    lines = [HEAD]
    for title, objects in grouped(package):
        lines += [f"## {title}", ""]
        for each in objects:
            lines += entry(each)
    return "\n".join(lines).rstrip() + "\n"


def loaded() -> griffe.Module:
    """The package, read without being run."""
    loader = griffe.GriffeLoader(search_paths=[ROOT], docstring_parser="numpy")
    package = loader.load("camrec")
    loader.resolve_aliases()
    return package


def grouped(package: griffe.Module) -> Iterator[tuple[str, list[griffe.Object]]]:
    """All that is public, by what it is."""
    errors = [
        package["errors"][name] for name in camrec.__all__ if name in package["errors"].members
    ]
    names = [name for name in camrec.__all__ if name in package["api"].members]
    others = [package["api"][name].final_target for name in names]
    root = package["errors.CamrecError"]
    yield "Functions", [each for each in others if each.is_function]
    yield "Classes", [each for each in others if each.is_class]
    yield "Values", [package[path.removeprefix("camrec.")] for path in VALUES]
    yield "Errors", [root, *(each for each in errors if each is not root)]


def members(of: griffe.Class) -> list[griffe.Object]:
    """The public methods and properties of a class, in order."""
    found = (each for name, each in of.members.items() if not name.startswith("_"))
    return [each for each in found if each.is_function or "property" in each.labels]


def entry(of: griffe.Object, within: str = "") -> list[str]:
    name = f"{within}{of.name}"
    level = "####" if within else "###"
    lines = [f"{level} `{name}{signature(of)}`", "", *text(of)]
    if of.is_class:
        for each in members(of):
            lines += entry(each, f"{of.name}.")
    return lines


def signature(of: griffe.Object) -> str:
    if of.is_class:
        return ""
    returns = of.returns if of.is_function else of.annotation
    told = f" -> {returns}" if returns is not None else ""
    if not of.is_function:
        return told
    parameters = [shown for each in of.parameters if (shown := parameter(each))]
    return f"({', '.join(parameters)}){told}"


def parameter(of: griffe.Parameter) -> str:
    if of.name == "self":
        return ""
    told = f"{of.name}: {of.annotation}" if of.annotation is not None else of.name
    return told if of.default is None else f"{told} = {of.default}"


def text(of: griffe.Object) -> list[str]:
    """The docstring as Markdown."""
    if of.docstring is None:
        return []
    lines: list[str] = []
    for section in of.docstring.parse():
        if section.kind is griffe.DocstringSectionKind.text:
            lines += [listed(plain(section.value)), ""]
        elif section.kind is griffe.DocstringSectionKind.examples:
            shown = "\n".join(value for _, value in section.value)
            lines += ["```python", re.sub(r" +# doctest: \+SKIP", "", shown), "```", ""]
        else:
            lines += [f"*{section.kind.value.title()}*", ""]
            lines += [f"- {item(each)}" for each in section.value]
            lines += [""]
    return lines


def item(of: griffe.DocstringNamedElement) -> str:
    """One of what is given, returned or raised."""
    described = " ".join(plain(of.description).split())
    name = plain(getattr(of, "name", "") or str(of.annotation))
    if not described:
        return name
    return f"`{name}`: {described}"


def listed(paragraphs: str) -> str:
    """Lines such as ``size : bytes.`` as a list."""
    return re.sub(
        r"^([\w, ]+) : (.*(?:\n +.*)*)",
        lambda found: f"- `{found[1]}`: {' '.join(found[2].split())}",
        paragraphs,
        flags=re.M,
    )


def plain(rst: str) -> str:
    return rst.replace("``", "`")


if __name__ == "__main__":
    main()
