"""The page as one HTML document: its script is part of it, so that it needs no second request."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from camrec.i18n import translate

PAGE_FOLDER = Path(__file__).parent
TEXT_KEYS = ("title", "lead", "flicker", "full_screen", "clock")


def render_clock_page(language: str, *, reports_refresh: bool = False) -> str:
    """Return the HTML of the page. Its script has no nonce yet; the guarded server adds it.

    reports_refresh : whether the page requests ``refresh?ms=16.67`` when it has measured how long
        its screen shows an image.
    """
    document = _read("clock_page.html")
    for key in TEXT_KEYS:
        text = escape(translate(f"web.coded_clock_{key}", language))
        document = document.replace(f"[[{key}]]", text)
    document = document.replace("[[language]]", language)
    document = document.replace("[[reports]]", "yes" if reports_refresh else "no")
    return document.replace("[[script]]", _read("coded_clock.js"))


@cache
def _read(name: str) -> str:
    return (PAGE_FOLDER / name).read_text("utf-8")
