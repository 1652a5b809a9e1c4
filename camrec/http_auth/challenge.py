"""Parses the challenges in the ``WWW-Authenticate`` headers of a 401, even if malformed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_CHALLENGE_CHARS = 4096  # of one header line; the rest is ignored

_SEPARATORS_PATTERN = re.compile(r"[\s,;]*")
# name="value", name=value, name= ; if the closing quote is missing, the value ends with the line.
_AUTH_PARAMETER_PATTERN = re.compile(
    r"""(?P<name>[^\s,;="]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<bare>[^\s,;"]*))""",
    re.DOTALL,
)
_WORD_PATTERN = re.compile(r"""[^\s,;"]+""")
_KNOWN_SCHEMES = ("basic", "digest")
_QOP_VALUES = ("auth", "auth-int")


@dataclass
class Challenge:
    """One challenge.

    scheme : the name of the scheme in lower case.
    parameters : values by names in lower case. Values have no quotes, but are otherwise unchanged.
    """

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return the value of a parameter without escapes; "" if it is missing."""
        return re.sub(r"\\(.)", r"\1", self.parameters.get(name, ""), flags=re.DOTALL)


def parse_challenges(lines: Sequence[str]) -> list[Challenge]:
    """Return all challenges of all header lines, in order. A line may contain several.

    Quotes and commas may be missing, also where the standard requires them. Other malformed text is
    ignored.
    """
    return [challenge for line in lines for challenge in _LineParser(line).challenges]


class _LineParser:
    """Parses one header line; `challenges` is the result."""

    def __init__(self, line: str) -> None:
        self.challenges: list[Challenge] = []
        self._line = line[:MAX_CHALLENGE_CHARS]
        self._position = 0
        self._last_name = ""  # the name of the previous parameter
        self._last_was_unquoted = False  # whether the previous value had no quotes
        while self._parse_next():
            pass

    def _parse_next(self) -> bool:
        separators = _SEPARATORS_PATTERN.match(self._line, self._position)
        assert separators is not None
        after_comma = self._position == 0 or not separators[0].isspace()
        self._position = separators.end()
        if self._position == len(self._line):
            return False
        if found := _AUTH_PARAMETER_PATTERN.match(self._line, self._position):
            self._add_parameter(found)
        elif found := _WORD_PATTERN.match(self._line, self._position):
            self._add_word(found[0], after_comma)
        self._position = found.end() if found else self._position + 1
        return True

    def _add_parameter(self, found: re.Match[str]) -> None:
        if not self.challenges:
            return
        quoted = found["quoted"]
        self._last_name, self._last_was_unquoted = found["name"].lower(), quoted is None
        value = found["bare"] if quoted is None else quoted
        self.challenges[-1].parameters.setdefault(self._last_name, value)

    def _add_word(self, word: str, after_comma: bool) -> None:
        """Add a word, which is a new scheme or belongs to a value that should have quotes."""
        parameters = self.challenges[-1].parameters if self.challenges else {}
        if self._last_was_unquoted and self._last_name == "qop" and word.lower() in _QOP_VALUES:
            parameters["qop"] += f",{word}"
        elif self._last_was_unquoted and self._last_name and not after_comma:
            parameters[self._last_name] += f" {word}"
        elif after_comma or word.lower() in _KNOWN_SCHEMES:
            self.challenges.append(Challenge(word.lower()))
            self._last_name, self._last_was_unquoted = "", False
