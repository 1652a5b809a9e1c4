"""A camera's address: a URL without credentials, and the credential apart from it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from camrec.address_userinfo import AUTHORITY, AmbiguousAddress, split_userinfo
from camrec.errors import InputError
from camrec.pasted_address import cleaned
from camrec.redaction import SHORTEST, Credential, mask, parameters

Kind = Literal["rtsp", "mjpeg"]

SCHEMES: dict[str, Kind] = {"rtsp": "rtsp", "rtsps": "rtsp", "http": "mjpeg", "https": "mjpeg"}
DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
LONGEST_ADDRESS = 2048
LONGEST_HOST = 253
LONGEST_NAME = 100


@dataclass(frozen=True)
class Hidden:
    """An address whose parameters say too much, as it is."""

    url: str = field(repr=False)
    values: tuple[Credential, ...] = field(repr=False)

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True)
class Source:
    """Where a camera is and how it is spoken to.

    `url` never holds a credential: it may be logged, shown and stored.

    hidden : where the path or the query hold one: what stands there in truth.
    """

    kind: Kind
    url: str
    host: str
    port: int
    credential: Credential | None = None
    hidden: Hidden | None = None

    def target(self) -> str:
        """The address as the camera is asked for it: without user and password in front."""
        return self.hidden.url if self.hidden is not None else self.url

    def address(self) -> str:
        """The whole address with its credential: only ever given to a proxy's API."""
        if self.credential is None:
            return self.target()
        scheme, rest = self.target().split("://", 1)
        return f"{scheme}://{self.credential.userinfo()}@{rest}"

    def secrets(self) -> frozenset[str]:
        """The forms in which the credential must not appear anywhere."""
        known = [*(self.hidden.values if self.hidden else ()), self.credential]
        return frozenset().union(*(each.pairs | each.words for each in known if each is not None))


def parse(address: str) -> Source:
    """Take a camera's address apart, as it was typed or pasted.

    Raises
    ------
    InputError
        ``address_type``, ``address_length``, ``address_characters``, ``address_scheme``,
        ``address_host``, ``address_ambiguous``.
    """
    if not isinstance(address, str):
        raise InputError("address_type")
    if len(address) > LONGEST_ADDRESS:
        raise InputError("address_length", longest=LONGEST_ADDRESS)
    address = cleaned(address)
    if any(not char.isprintable() or char == " " for char in address):
        raise InputError("address_characters")
    scheme, rest = _scheme_of(address)
    try:
        userinfo, after = split_userinfo(rest)
    except AmbiguousAddress:
        raise InputError("address_ambiguous") from None
    return _source(scheme, userinfo, after)


def restore(address: str) -> Source:
    """What gave this `Source.address()` or `Source.url`: what a person may have typed in it is
    written by the book there, so that it has one reading.

    Raises InputError, as `parse`.
    """
    scheme, rest = _scheme_of(address)
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    userinfo, at, _ = authority.rpartition("@")
    return _source(scheme, userinfo if at else None, rest[len(userinfo) + len(at) :])


def _scheme_of(address: str) -> tuple[str, str]:
    scheme, separator, rest = address.partition("://")
    if not separator or scheme.lower() not in SCHEMES:
        raise InputError("address_scheme")
    return scheme.lower(), rest


def _source(scheme: str, userinfo: str | None, after: str) -> Source:
    host, port, tail = _host_of(after)
    credential = None
    if userinfo not in (None, "", ":"):
        user, _, password = userinfo.partition(":")
        credential = Credential(unquote(user), unquote(password))
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc = f"{netloc}:{port}"
    # Its end as it was typed: some cameras tell "/video?" from "/video".
    url = f"{scheme}://{netloc}{tail}"
    found = mask(url)
    hidden = None
    if found != url:
        words = [word for word in parameters(url) if len(word) >= SHORTEST]
        hidden = Hidden(url, tuple(Credential("", word) for word in words))
    port = port or DEFAULT_PORTS[scheme]
    return Source(SCHEMES[scheme], found, host, port, credential, hidden)


def _host_of(after: str) -> tuple[str, int | None, str]:
    """``host:80/path?query#fragment`` as ``("host", 80, "/path?query")``.

    A fragment is never sent. Raises InputError (``address_host``).
    """
    found = AUTHORITY.match(after)
    if found is None:
        raise InputError("address_host")
    host, port = found["host"].lower(), int(found["port"]) if found["port"] else None
    if host.startswith("["):
        host = host[1:-1]
        valid = _is_ip(host) and ":" in host
    else:
        valid = len(host) <= LONGEST_HOST and not host.startswith("-")
    if not valid or port == 0 or (port or 0) >= 1 << 16:
        raise InputError("address_host")
    return host, port, after[found.end() :].partition("#")[0]


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def valid_name(name: str | None) -> str | None:
    """A session's or recording's name, trimmed.

    Raises
    ------
    InputError
        ``bad_name``: not 1 to 100 printable characters.
    """
    if name is None:
        return None
    if not isinstance(name, str):
        raise InputError("bad_name", longest=LONGEST_NAME)
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError("bad_name", longest=LONGEST_NAME)
    return name


def default_name(source: Source, others: Mapping[str, Source]) -> str:
    """A camera's name where nobody has given one: its host, and what tells it from `others`.

    Of a recorder's streams that is what differs in their addresses: ``192.168.1.9 · 201``,
    ``192.168.1.9 · channel=2``. An address that is open already gets a number.
    """
    if source.host not in others:
        return source.host
    known = {part for each in others.values() for part in _parts(each)}
    parts = [part for part in _parts(source) if part not in known] or _parts(source)
    port = "".join(part for part in parts if part.startswith(":"))
    detail = "/".join(part for part in parts if not part.startswith(":"))[-50:]
    name = f"{source.host[:40]}{port}{f' · {detail}' if detail else ''}"
    numbered = (name, *(f"{name} ({number})" for number in range(2, len(others) + 3)))
    return next(each for each in numbered if each not in others)


def _parts(source: Source) -> list[str]:
    """What tells of a stream beside its host: ``:8555``, and the pieces of path and query."""
    address = urlsplit(source.url)
    pieces = re.split(r"[/?&;]", f"{address.path}?{address.query}")
    return [f":{address.port}"] * bool(address.port) + [piece for piece in pieces if piece]
