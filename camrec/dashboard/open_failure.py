"""Why a camera was not opened, as its tile tells it: a title, the fact, and what to check."""

from __future__ import annotations

from typing import Any

from camrec.errors import CamrecError
from camrec.i18n import catalogue, translate


def describe_open_failure(error: CamrecError, tries: int, language: str) -> dict[str, Any]:
    """``{title, fact, checks}``; an error without words of its own here has no checks."""
    key = f"page.failed_{error.code}"
    if key not in catalogue(language):
        return {
            "title": translate("page.failed_other", language),
            "fact": error.text(language),
            "checks": [],
        }
    tried = translate("page.tries", language, count=tries)
    title, fact, *checks = translate(key, language, **error.facts, tries=tried).split("\n")
    return {"title": title, "fact": fact, "checks": checks}
