"""Where user and password end in an address that a person typed, with a password as it is.

A password may hold @ : / ? and #, unescaped. Where that leaves two readings, neither is taken: the
wrong one would send a piece of the password to another machine, as a host's name.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

AUTHORITY_PATTERN = re.compile(
    r"(?P<host>\[[^\[\]\s/?#@]+\]|[\w-]+(?:\.[\w-]+)*\.?)(?::(?P<port>\d{0,5}))?(?=[/?#]|$)"
)
# What may be meant as a host, however wrong; parameters such as "y_channel=1" are none.
_POSSIBLE_HOST_PATTERN = re.compile(r"[^/?#@=&;,]*(?=[/?#@]|$)")
_QUERY_PATTERN = re.compile(r"\?[^@#]*=")
_DELIMITER_PATTERN = re.compile(r"[/?#]")


class AmbiguousAddress(ValueError):
    """It can be read in two ways; what it holds is not told."""


@dataclass(frozen=True)
class _Reading:
    """The host begins at `start` of `rest`; what is in front of it, but for the @, is userinfo."""

    rest: str
    start: int
    end: int
    host: str
    port: str | None

    @property
    def is_certain(self) -> bool:
        """No password has an IP address between its characters, as if it were a host."""
        try:
            ipaddress.ip_address(self.host.strip("[]").partition("%")[0])
        except ValueError:
            return self.host.lower() == "localhost"
        return True

    @property
    def is_likely(self) -> bool:
        if self.start and not _may_be_userinfo(self.rest[: self.start - 1]):
            return False
        return self.is_certain or "@" not in self.rest[self.end :] or self._continues_as_address()

    def _continues_as_address(self) -> bool:
        """Not as a password does: cameras have no fragments, and a query has an equals sign."""
        if self.port == "" or self.rest.startswith("#", self.end):
            return False
        return not self.rest.startswith("?", self.end) or bool(
            _QUERY_PATTERN.match(self.rest, self.end)
        )

    def is_disputed(self) -> bool:
        """Whether a later @ may be the one that ends the password."""
        later = (each for each in re.finditer("@", self.rest) if each.start() >= self.end)
        return not self.is_certain and any(
            _POSSIBLE_HOST_PATTERN.match(self.rest, at.end())
            and _may_be_userinfo(self.rest[: at.start()])
            for at in later
        )


def split_userinfo(rest: str) -> tuple[str | None, str]:
    """``user:p@ss#w@host/path``, what follows ``://``, as ``("user:p@ss#w", "host/path")``.

    Raises
    ------
    AmbiguousAddress
    """
    if "@" not in rest:
        return None, rest
    readings = list(_find_readings(rest))
    likely = [each for each in readings if each.is_likely]
    if not likely and not readings:
        # No host anywhere: whoever takes the rest apart finds none.
        return None, ""
    if not likely or likely[0].is_disputed():
        raise AmbiguousAddress
    start = likely[0].start
    return (rest[: start - 1] if start else None), rest[start:]


def _find_readings(rest: str) -> list[_Reading]:
    starts = [0, *(at.end() for at in re.finditer("@", rest))]
    found = ((start, AUTHORITY_PATTERN.match(rest, start)) for start in starts)
    return [
        _Reading(rest, start, match.end(), match["host"], match["port"])
        for start, match in found
        if match
    ]


def _may_be_userinfo(text: str) -> bool:
    """A user, or a user and a password; not a host with a path or a query."""
    delimiter = _DELIMITER_PATTERN.search(text)
    if delimiter is None:
        return True
    colon = text.find(":")
    if colon < 0 or text.startswith("://", colon):
        return False
    return colon < delimiter.start() or not _QUERY_PATTERN.search(text, 0, colon)
