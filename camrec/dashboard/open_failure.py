"""Describes why a camera was not opened, as its card shows it: a title, the fact, what to check."""

from __future__ import annotations

from camrec.dashboard.wire_types import OpenFailure
from camrec.errors import CamrecError
from camrec.i18n import catalogue, translate


def describe_open_failure(error: CamrecError, tries: int, language: str) -> OpenFailure:
    """Return the title, the fact and the checks of the text ``page.failed_CODE``.

    If there is no such text, return a general title, the error itself, and no checks.

    tries : how often camrec tried to open the camera.
    """
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
