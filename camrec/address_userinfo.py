"""Finds the end of user and password in an address that a person typed.

The password may contain @ : / ? and # without escapes. If such an address can be read in two ways,
it is rejected: read in the wrong way, a part of the password would be the name of another machine.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

AUTHORITY_PATTERN = re.compile(
    r"(?P<host>\[[^\[\]\s/?#@]+\]|[\w-]+(?:\.[\w-]+)*\.?)(?::(?P<port>\d{0,5}))?(?=[/?#]|$)"
)
# Anything that may be meant as a host. Parameters such as "y_channel=1" are not.
_POSSIBLE_HOST_PATTERN = re.compile(r"[^/?#@=&;,]*(?=[/?#@]|$)")
_QUERY_PATTERN = re.compile(r"\?[^@#]*=")
_DELIMITER_PATTERN = re.compile(r"[/?#]")


class AmbiguousAddress(ValueError):
    """The address can be read in two ways. The error does not contain it."""


@dataclass(frozen=True)
class _Reading:
    """One way to read an address.

    rest : the address after ``://``.
    start, end : where host and port begin and end in `rest`. If `start` is not 0, the userinfo and
        an @ are before it.
    """

    rest: str
    start: int
    end: int
    host: str
    port: str | None

    @property
    def is_certain(self) -> bool:
        """Whether the host is an IP address or localhost: no password contains one."""
        try:
            ipaddress.ip_address(self.host.strip("[]").partition("%")[0])
        except ValueError:
            return self.host.lower() == "localhost"
        return True

    @property
    def is_likely(self) -> bool:
        """Whether a person may have meant the address in this way."""
        if self.start and not _may_be_userinfo(self.rest[: self.start - 1]):
            return False
        return self.is_certain or "@" not in self.rest[self.end :] or self._continues_as_address()

    def _continues_as_address(self) -> bool:
        """Whether the text after the host is a path or a query, and not part of a password.

        Addresses of cameras have no fragments, and a query has an equals sign.
        """
        if self.port == "" or self.rest.startswith("#", self.end):
            return False
        return not self.rest.startswith("?", self.end) or bool(
            _QUERY_PATTERN.match(self.rest, self.end)
        )

    def is_disputed(self) -> bool:
        """Whether a later @ may be the end of the password."""
        later = (each for each in re.finditer("@", self.rest) if each.start() >= self.end)
        return not self.is_certain and any(
            _POSSIBLE_HOST_PATTERN.match(self.rest, at.end())
            and _may_be_userinfo(self.rest[: at.start()])
            for at in later
        )


def split_userinfo(rest: str) -> tuple[str | None, str]:
    """(userinfo, rest) of an address after ``://``; userinfo is None if there is none.

    ``user:p@ss#w@host/path`` becomes ``("user:p@ss#w", "host/path")``. Raises AmbiguousAddress.
    """
    if "@" not in rest:
        return None, rest
    readings = list(_find_readings(rest))
    likely = [each for each in readings if each.is_likely]
    if not likely and not readings:
        # There is no host anywhere. The caller rejects the empty text.
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
    """Whether a text can be a user, or user and password: not a host with a path or a query."""
    delimiter = _DELIMITER_PATTERN.search(text)
    if delimiter is None:
        return True
    colon = text.find(":")
    if colon < 0 or text.startswith("://", colon):
        return False
    return colon < delimiter.start() or not _QUERY_PATTERN.search(text, 0, colon)
