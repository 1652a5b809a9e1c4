"""The Python API is documented, and its reference is generated from the docstrings."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from camrec.i18n import catalogue

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    """What `docs/api.py` defines. It reads the package, which takes a second."""
    return runpy.run_path(str(DOCS / "api.py"))


def test_the_api_reference_is_what_the_docstrings_say(api):
    """`python docs/api.py` generates it."""
    assert (DOCS / "api.md").read_text("utf-8") == api["render_page"]()


def test_every_public_name_of_the_api_is_documented(api):
    """What it is, each parameter by name, the shape of each array, and only codes that exist."""
    for _, objects in api["grouped_objects"](api["load_package"]()):
        for found in objects:
            for each in (found, *(api["public_members"](found) if found.is_class else ())):
                is_documented(each)


def is_documented(found: Any) -> None:
    told = found.docstring.value if found.docstring else ""
    assert told, found.path
    if found.is_function:
        for each in found.parameters:
            assert each.name in ("self", "cls") or re.search(rf"\b{each.name}\b", told), each.name
        if "ndarray" in str(found.returns).lower():
            shape = re.search(r"\((\w+, )*\w+,? ?\w*\) (uint8|datetime64)", told)
            assert shape, found.path
    raised = told.partition("Raises")[2].partition("Examples")[0]
    for code in re.findall(r"``([a-z]+_[a-z_]+)``", raised):
        assert f"errors.{code}" in catalogue("en"), code


def test_the_api_reference_shows_every_public_name():
    import camrec

    page = (DOCS / "api.md").read_text("utf-8")
    for name in camrec.__all__:
        assert re.search(rf"^### `{name}[`(]", page, re.M), name
