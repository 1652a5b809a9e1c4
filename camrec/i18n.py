"""Every text a person reads, in French and English, from the catalogues in `locale/`."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr")
LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> dict[str, Any]:
    """All texts of one language: ``{"errors.camera_refused": "...", "page.live": "..."}``.

    The first word of a key is the name of the file in `locale/<language>/` that holds it.
    """
    texts: dict[str, Any] = {}
    for file in sorted((LOCALE / language).glob("*.json")):
        for key, value in json.loads(file.read_text("utf-8")).items():
            texts[f"{file.stem}.{key}"] = value
    return texts


def text(key: str, language: str = "en", /, **facts: Any) -> str:
    """The text for `key` with `facts` filled in; English where a language lacks it.

    A text in two forms is ``{"one": ..., "other": ...}`` and chosen by the fact `count`
    (French counts 0 as one).
    """
    if language == "fr":
        facts = {name: _with_comma(fact) for name, fact in facts.items()}
    found = catalogue(language).get(key)
    if found is None:
        found = catalogue("en")[key]
    if isinstance(found, dict):
        count = facts["count"]
        found = found["one" if count == 1 or (count == 0 and language == "fr") else "other"]
    return found.format(**facts)


def _with_comma(fact: Any) -> Any:
    """1.5 is written 1,5 in French."""
    return str(fact).replace(".", ",") if isinstance(fact, float) else fact


def best_language(accept: str | None) -> str:
    """The language an ``Accept-Language`` header (or a locale name such as ``fr_FR``) asks for."""
    ranked = []
    for place, entry in enumerate((accept or "").replace("_", "-").split(",")):
        tag, _, quality = entry.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        ranked.append((-weight, place, tag.split("-")[0].lower()))
    for _, _, tag in sorted(ranked):
        if tag in LANGUAGES:
            return tag
    return "en"


def system_language() -> str:
    """The language of this process's surroundings: a terminal, a kernel."""
    asked = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not asked and sys.platform == "win32":
        import ctypes
        import locale

        asked = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return best_language(asked.partition(".")[0])
