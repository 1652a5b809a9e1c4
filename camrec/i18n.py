"""Every text a person reads, in French and English, from the catalogues in `locale/`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

LANGUAGES = ("en", "fr")
LOCALE_FOLDER = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> dict[str, Any]:
    """All texts of one language: ``{"errors.camera_refused": "...", "page.live": "..."}``.

    The first word of a key is the name of the file in `locale/<language>/` that holds it.
    """
    texts: dict[str, Any] = {}
    for file in sorted((LOCALE_FOLDER / language).glob("*.json")):
        for key, value in json.loads(file.read_text("utf-8")).items():
            texts[f"{file.stem}.{key}"] = value
    return texts


@runtime_checkable
class Translatable(Protocol):
    """A fact that is itself told in the language of the text that it fills in."""

    def text(self, language: str) -> str: ...


class Phrase:
    """A text of the catalogues with its facts, whose language is chosen when it is told."""

    def __init__(self, key: str, /, **facts: Any) -> None:
        self.key = key
        self.facts = facts

    def text(self, language: str = "en") -> str:
        return translate(self.key, language, **self.facts)

    def __str__(self) -> str:
        return self.text()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.key, self.facts) == (other.key, other.facts)

    __hash__ = None  # type: ignore[assignment]


class PhraseList:
    """Several phrases, one below the other, each with a dash in front."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = list(phrases)

    def text(self, language: str = "en") -> str:
        return "\n".join(
            f"- {each}" for each in dict.fromkeys(map(_in_language(language), self._phrases))
        )

    def __str__(self) -> str:
        return self.text()


def _in_language(language: str) -> Callable[[Phrase], str]:
    return lambda phrase: phrase.text(language)


def translate(key: str, language: str = "en", /, **facts: Any) -> str:
    """The text for `key` with `facts` filled in; English where a language lacks it.

    A fact that is `Translatable` is told in that language too.

    A text in two forms is ``{"one": ..., "other": ...}`` and chosen by the fact `count`
    (French counts 0 as one).
    """
    facts = {name: _localize(fact, language) for name, fact in facts.items()}
    found = catalogue(language).get(key)
    if found is None:
        found = catalogue("en")[key]
    if isinstance(found, dict):
        count = facts["count"]
        found = found["one" if count == 1 or (count == 0 and language == "fr") else "other"]
    return found.format(**facts)


def _localize(fact: Any, language: str) -> Any:
    if isinstance(fact, Translatable):
        return fact.text(language)
    if isinstance(fact, float) and language == "fr":
        return str(fact).replace(".", ",")  # 1.5 is written 1,5
    return fact


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
