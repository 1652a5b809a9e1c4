"""Translates every text that people read, from the French and English catalogues in `locale/`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from camrec import windows_api

LANGUAGES = ("en", "fr")
LOCALE_FOLDER = Path(__file__).parent / "locale"

# One text, or {"one": ..., "other": ...} for a text with a count.
CatalogueText = str | dict[str, str]


@cache
def catalogue(language: str) -> dict[str, CatalogueText]:
    """Return all texts of one language: ``{"errors.camera_refused": "...", "page.live": "..."}``.

    The first word of a key is the name of its file in `locale/<language>/`.
    """
    texts: dict[str, CatalogueText] = {}
    for file in sorted((LOCALE_FOLDER / language).glob("*.json")):
        for key, value in json.loads(file.read_text("utf-8")).items():
            texts[f"{file.stem}.{key}"] = value
    return texts


@runtime_checkable
class Translatable(Protocol):
    """A fact that is translated into the language of the text that it fills in."""

    def text(self, language: str) -> str:
        """Return the fact in `language`."""


class Phrase:
    """A text of the catalogues with its facts; the caller chooses the language later.

    Parameters
    ----------
    key
        The key in the catalogues, such as ``"reasons.not_ready"``.
    facts
        The values that fill in the text.
    """

    def __init__(self, key: str, /, **facts: object) -> None:
        self.key = key
        self.facts = facts

    def text(self, language: str = "en") -> str:
        """Return the text in `language`."""
        return translate(self.key, language, **self.facts)

    def __str__(self) -> str:
        return self.text()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.key, self.facts) == (other.key, other.facts)

    # Facts may be unhashable, so a phrase is unhashable too.
    __hash__ = None  # type: ignore[assignment]  # typeshed expects a method


class PhraseList:
    """Several phrases, one per line, each with a dash in front and only once."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = list(phrases)

    def text(self, language: str = "en") -> str:
        """Return the lines in `language`."""
        return "\n".join(
            f"- {each}" for each in dict.fromkeys(map(_in_language(language), self._phrases))
        )

    def __str__(self) -> str:
        return self.text()


def _in_language(language: str) -> Callable[[Phrase], str]:
    return lambda phrase: phrase.text(language)


def translate(key: str, language: str = "en", /, **facts: object) -> str:
    """Return the text for `key` with `facts` filled in, in English if `language` lacks it.

    A fact that is `Translatable` is translated too. If the text has the two forms ``{"one": ...,
    "other": ...}``, the fact `count` selects one of them (French uses the singular for 0).

    Raises
    ------
    KeyError
        No catalogue has `key`, or a fact is missing.
    """
    facts = {name: _localize(fact, language) for name, fact in facts.items()}
    found = catalogue(language).get(key)
    if found is None:
        found = catalogue("en")[key]
    if isinstance(found, dict):
        count = facts["count"]
        found = found["one" if count == 1 or (count == 0 and language == "fr") else "other"]
    return found.format(**facts)


def _localize(fact: object, language: str) -> object:
    if isinstance(fact, Translatable):
        return fact.text(language)
    if isinstance(fact, float) and language == "fr":
        return str(fact).replace(".", ",")  # 1.5 is written 1,5
    return fact


def best_language(accept: str | None) -> str:
    """Return the language that an ``Accept-Language`` header or a locale (``fr_FR``) prefers."""
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
    """Return the language of this process's environment: a terminal or a kernel.

    Windows sets none of these variables. There it is the language of its menus.
    """
    preferred = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not preferred and sys.platform == "win32":
        preferred = windows_api.ui_language()
    return best_language(preferred.partition(".")[0])
