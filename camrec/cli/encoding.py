"""Replaces characters that an output cannot encode by ASCII that people can read.

A pipe or a file on Windows has the system's code page, such as 1252 or 850, and a terminal on Linux
may be ASCII only. Without this, Python would raise an error in the middle of the output.
"""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

LEGIBLE = "camrec.legible"  # the name of the error handler

# The defaults of stdout and stderr. Any other error handler was chosen by the user.
DEFAULT_ERROR_HANDLERS = {
    "<stdout>": frozenset({"strict", "surrogateescape"}),
    "<stderr>": frozenset({"strict", "backslashreplace"}),
}

REPLACEMENTS = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2026": "...",
    "\u2022": "*",
    "\u00b7": "*",
    "\u2190": "<-",
    "\u2192": "->",
    "\u2248": "~",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u00d7": "x",
    "\u00b0": "o",
    "\u00b1": "+-",
    "\u2713": "OK",
    "\u2714": "OK",
    "\u2717": "x",
    "\u2718": "x",
    "\u0152": "OE",
    "\u0153": "oe",
    "\u00c6": "AE",
    "\u00e6": "ae",
    "\u00df": "ss",
    "\u00f8": "o",
    "\u00d8": "O",
    "\u20ac": "EUR",
    "\u2500": "-",
    "\u2501": "-",
    "\u2578": "-",
    "\u257a": "-",
    "\u2502": "|",
}


def make_legible(character: str) -> str:
    """Return ASCII for a character: a similar one, the letter without its accent, or an escape.

    An escape is written as in Python: ``\\u9ce5``.
    """
    if (replacement := REPLACEMENTS.get(character)) is not None:
        return replacement
    letters = [
        each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)
    ]
    plain = "".join(letters)
    return plain if plain.isascii() and plain else _escape(character)


def _escape(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode("ascii")


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unencodable = error.object[error.start : error.end]
    return "".join(map(make_legible, unencodable)), error.end


codecs.register_error(LEGIBLE, _replace_unencodable)


def make_output_legible() -> None:
    """Let stdout and stderr replace what they cannot encode.

    Their encoding stays as it is: that of the system, or of PYTHONIOENCODING and PYTHONUTF8. So
    does an error handler that PYTHONIOENCODING names, unless it is ``strict``.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            defaults = DEFAULT_ERROR_HANDLERS.get(stream.name, frozenset())
            if stream.errors in defaults:
                stream.reconfigure(errors=LEGIBLE)
