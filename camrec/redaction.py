"""Keeps credentials out of all output: they never print, and `redact` masks them in any line.

This module knows each `Credential` object that exists. So `redact` can mask it in a line, in all
forms in which programs print it.
"""

from __future__ import annotations

import base64
import json
import re
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, quote_plus, unquote

# A shorter password occurs in too many words to be masked everywhere.
MIN_SECRET_CHARS = 4

# user:password@ in anything that looks like a URL, up to its last @: a password may contain one.
_USERINFO_PATTERN = re.compile(r"(?P<scheme>\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s\"'<>]*@")
_URL_PATTERN = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>]+")
# ?user=NAME&pwd=WORD, and /user=NAME_password=WORD_channel=1 as some cameras use it.
_URL_PARAMETER_PATTERN = re.compile(
    r"(?P<name>(?<=[?&;/_])(?:"
    r"[\w.-]*?(?:user|usr|login|pass|pwd|psw|token|auth|secret|key|session|account|cred)[\w.-]*?="
    r"|(?:x-)?(?:u|un|pw|pd|pin|sid)="
    r"|p=(?!\d{1,4}(?:[&;/?#]|$))))"  # ?p=2 is a page or a profile
    r"(?P<value>(?!\*\*\*).*?)(?=[&;/?#]|_[A-Za-z]+=|$)",
    re.IGNORECASE,
)
# ?src=rtsp://user:password@host, plain or encoded: an address inside an address.
_INNER_URL_PATTERN = re.compile(
    r"(?P<name>://|%3a%2f%2f)(?P<value>(?!\*\*\*)[^/?#&\s]*)(?=@|%40)", re.IGNORECASE
)
# Headers as programs write them into their logs, quoted or not.
_AUTHORIZATION_PATTERN = re.compile(
    r"(?P<name>\bauthorization\\?[\"']?\s*[:=]\s*\[?\\?[\"']?\s*)(?:basic|digest|bearer)\b[^\r\n]*",
    re.IGNORECASE,
)
_DIGEST_FIELD_PATTERN = re.compile(
    r"(?P<name>\b(?:username|response)\s*=\s*)(?P<q>\\?\")[^\"\\]*(?P=q)", re.I
)

_alive: weakref.WeakValueDictionary[int, Credential] = weakref.WeakValueDictionary()


@dataclass(frozen=True)
class Credential:
    """A user name and a password, or a password alone; neither of them is ever printed."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _alive[id(self)] = self

    def __str__(self) -> str:
        return "***"

    def userinfo(self) -> str:
        """Return ``user:password``, percent-encoded: only for the memory of a proxy."""
        word = f":{quote(self.password, safe='')}" if self.password or not self.user else ""
        return f"{quote(self.user, safe='')}{word}"

    @cached_property
    def pair_forms(self) -> frozenset[str]:
        """All encoded forms of user and password together; no other text looks like them."""
        if not self.user:
            return frozenset()
        pair = f"{self.user}:{self.password}".encode()
        both = zip(_encoded_forms(self.user), _encoded_forms(self.password), strict=True)
        plain = {f"{user}:{word}" for user, word in both}
        coded = {base64.b64encode(pair).decode(), base64.urlsafe_b64encode(pair).decode()}
        return frozenset(plain | {quote(each, safe="") for each in plain} | coded)

    @cached_property
    def password_forms(self) -> frozenset[str]:
        """All encoded forms of the password alone."""
        return frozenset(filter(None, _encoded_forms(self.password)))


def _encoded_forms(word: str) -> tuple[str, ...]:
    """The word itself, and as Python, Go and JSON write it in URLs, queries and logs."""
    once = quote(word, safe="")
    by_go = quote(word, safe="$&+,;=-_.~")
    in_json = json.dumps(word, ensure_ascii=False)[1:-1]
    go_json = in_json
    for sign in "&<>":
        go_json = go_json.replace(sign, f"\\u{ord(sign):04x}")
    return (
        word,
        word.encode().decode("latin-1"),
        once,
        re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), once),
        by_go,
        quote_plus(word),
        quote(once, safe=""),
        quote(by_go, safe=""),
        in_json,
        json.dumps(word)[1:-1],
        go_json,
    )


def redact(line: str) -> str:
    """Return `line` without credentials: those in URLs and headers, and all that exist now."""
    line = _USERINFO_PATTERN.sub(r"\g<scheme>***@", line)
    line = _URL_PATTERN.sub(lambda url: mask_url(url[0]), line)
    line = _AUTHORIZATION_PATTERN.sub(r"\g<name>***", line)
    line = _DIGEST_FIELD_PATTERN.sub(r"\g<name>\g<q>***\g<q>", line)
    known = [each for each in (there() for there in _alive.valuerefs()) if each is not None]
    pairs = {form for secret in known for form in secret.pair_forms}
    words = {
        form for secret in known for form in secret.password_forms if len(form) >= MIN_SECRET_CHARS
    }
    return mask_words(line, pairs | words)


def mask_words(line: str, words: Iterable[str]) -> str:
    """Return `line` with each of `words` masked, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        line = line.replace(word, "***")
    return line


def mask_url(url: str) -> str:
    """Mask users and passwords in the parameters of a URL, or of its path and query."""
    return _INNER_URL_PATTERN.sub(r"\g<name>***", _URL_PARAMETER_PATTERN.sub(r"\g<name>***", url))


def find_secret_parameters(url: str) -> list[str]:
    """Return the texts that `mask_url` masks, decoded."""
    values = [
        unquote(found["value"]) for found in _URL_PARAMETER_PATTERN.finditer(url) if found["value"]
    ]
    inner = [
        unquote(found["value"]) for found in _INNER_URL_PATTERN.finditer(url) if found["value"]
    ]
    return values + inner + [each.partition(":")[2] for each in inner]
