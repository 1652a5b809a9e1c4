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
# Classes that calls return and that are not in `camrec` itself.
VALUES = (
    *(
        f"camrec.receipt.{name}"
        for name in (
            "Receipt",
            "Gap",
            "PartFacts",
            "UtcSourceFacts",
            "CameraClockFacts",
            "ClockStepFacts",
            "HostClockFacts",
            "CalibratedDelay",
            "RecordingWarning",
        )
    ),
    "camrec.schema.ClockReply",
    "camrec.schema.DelayReply",
)
HEAD = """# Python reference

`python docs/api.py` generates this page from the docstrings. All calls block and may come from any
thread. Times are UTC. Frames are arrays (H, W, 3) of uint8, RGB. Errors are subclasses of
`camrec.CamrecError`, with a `.code` that a program can match. Tables, lazy arrays and other
storages need `pip install "camrec[data]"`. A `Position` in a video is an int, a float, a
`numpy.datetime64` or a `datetime.datetime`; see `Video.frame`.
"""


def main() -> None:
    PAGE.write_text(render_page(), "utf-8")


def render_page() -> str:
    package = load_package()
    lines = [HEAD]
    for title, objects in grouped_objects(package):
        lines += [f"## {title}", ""]
        for each in objects:
            lines += render_object(each)
    return "\n".join(lines).rstrip() + "\n"


def load_package() -> griffe.Module:
    """Read the package without running it."""
    loader = griffe.GriffeLoader(search_paths=[ROOT], docstring_parser="numpy")
    package = loader.load("camrec")
    loader.resolve_aliases()
    return package


def grouped_objects(package: griffe.Module) -> Iterator[tuple[str, list[griffe.Object]]]:
    """All public objects, by their kind."""
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


def public_members(of: griffe.Class) -> list[griffe.Object]:
    """The public methods and properties of a class, in order."""
    public = (each for name, each in of.members.items() if not name.startswith("_"))
    return [each for each in public if each.is_function or "property" in each.labels]


def render_object(of: griffe.Object, within: str = "") -> list[str]:
    name = f"{within}{of.name}"
    level = "####" if within else "###"
    lines = [f"{level} `{name}{render_signature(of)}`", "", *render_docstring(of)]
    if of.is_class:
        for each in public_members(of):
            lines += render_object(each, f"{of.name}.")
    return lines


def render_signature(of: griffe.Object) -> str:
    if of.is_class:
        return ""
    returns = of.returns if of.is_function else of.annotation
    result = f" -> {returns}" if returns is not None else ""
    if not of.is_function:
        return result
    parameters = [shown for each in of.parameters if (shown := render_parameter(each))]
    return f"({', '.join(parameters)}){result}"


def render_parameter(of: griffe.Parameter) -> str:
    if of.name in ("self", "cls"):
        return ""
    stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    name = f"{stars.get(of.kind, '')}{of.name}"
    shown = f"{name}: {of.annotation}" if of.annotation is not None else name
    return shown if of.default is None or of.kind in stars else f"{shown} = {of.default}"


def render_docstring(of: griffe.Object) -> list[str]:
    """The docstring as Markdown."""
    if of.docstring is None:
        return []
    lines: list[str] = []
    for section in of.docstring.parse():
        if section.kind is griffe.DocstringSectionKind.text:
            lines += [list_attributes(to_markdown(section.value)), ""]
        elif section.kind is griffe.DocstringSectionKind.examples:
            code = "\n".join(value for _, value in section.value)
            lines += ["```python", re.sub(r" +# doctest: \+SKIP", "", code), "```", ""]
        else:
            items = [render_item(each) for each in section.value]
            is_returned = section.kind is griffe.DocstringSectionKind.returns
            if is_returned and not any(each.description for each in section.value):
                items = [" ".join(items)]  # a sentence: each of its lines is an item to griffe
            lines += [f"*{section.kind.value.title()}*", "", *(f"- {each}" for each in items), ""]
    return lines


def render_item(of: griffe.DocstringNamedElement) -> str:
    """A parameter, an attribute, a returned value or an error."""
    text = of.description
    if isinstance(of, griffe.DocstringAttribute):  # ``name : text``, which looks like a type
        text = f"{of.annotation or ''} {text}"
    description = " ".join(to_markdown(text).split())
    name = to_markdown(getattr(of, "name", "") or str(of.annotation))
    if not description:
        return name
    return f"`{name}`: {description}"


def list_attributes(paragraphs: str) -> str:
    """Turn lines such as ``size : bytes.`` into a list."""
    return re.sub(
        r"^([\w, ]+) : (.*(?:\n +.*)*)",
        lambda found: f"- `{found[1]}`: {' '.join(found[2].split())}",
        paragraphs,
        flags=re.M,
    )


def to_markdown(rst: str) -> str:
    return rst.replace("``", "`")


if __name__ == "__main__":
    main()
