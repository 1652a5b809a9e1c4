"""A camera's address: a URL without the credential, and the credential separately."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Literal
from urllib.parse import unquote, urlsplit

from camrec.address_userinfo import AUTHORITY_PATTERN, AmbiguousAddress, split_userinfo
from camrec.errors import InputError
from camrec.pasted_address import clean_pasted_address
from camrec.redaction import MIN_SECRET_CHARS, Credential, find_secret_parameters, mask_url

CameraKind = Literal["rtsp", "mjpeg"]

KIND_BY_SCHEME: dict[str, CameraKind] = {
    "rtsp": "rtsp",
    "rtsps": "rtsp",
    "http": "mjpeg",
    "https": "mjpeg",
}
DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
MAX_ADDRESS_CHARS = 2048
MAX_HOST_CHARS = 253
MAX_NAME_CHARS = 100


@dataclass(frozen=True)
class MaskedUrl:
    """The complete URL of an address whose path or query contains a credential.

    It prints as "***".
    """

    url: str = field(repr=False)
    values: tuple[Credential, ...] = field(repr=False)

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True)
class CameraAddress:
    """Where a camera is, and which protocol it uses.

    url : without any credential: it may be logged, shown and stored.
    host : without brackets.
    masked_url : the complete URL if the path or the query contains a credential, else None.
    """

    kind: CameraKind
    url: str
    host: str
    port: int
    credential: Credential | None = None
    masked_url: MaskedUrl | None = None

    def target(self) -> str:
        """The URL that the camera gets in requests: complete, but without user and password."""
        return self.masked_url.url if self.masked_url is not None else self.url

    def address(self) -> str:
        """The URL with user and password. Only a proxy's API may get it."""
        if self.credential is None:
            return self.target()
        scheme, rest = self.target().split("://", 1)
        return f"{scheme}://{self.credential.userinfo()}@{rest}"

    def secrets(self) -> frozenset[str]:
        """All forms of the credential, which must not appear anywhere."""
        known = [*(self.masked_url.values if self.masked_url else ()), self.credential]
        return frozenset().union(
            *(each.pair_forms | each.password_forms for each in known if each is not None)
        )


def parse_address(address: str) -> CameraAddress:
    """Parse a camera's address as a person typed or pasted it.

    Raises
    ------
    InputError
        ``address_type``, ``address_length``, ``address_characters``, ``address_scheme``,
        ``address_host``, ``address_ambiguous``.
    """
    if not isinstance(address, str):
        raise InputError("address_type")
    if len(address) > MAX_ADDRESS_CHARS:
        raise InputError("address_length", longest=MAX_ADDRESS_CHARS)
    address = clean_pasted_address(address)
    if any(not char.isprintable() or char == " " for char in address):
        raise InputError("address_characters")
    scheme, rest = _split_scheme(address)
    try:
        userinfo, after = split_userinfo(rest)
    except AmbiguousAddress:
        raise InputError("address_ambiguous") from None
    return _create_address(scheme, userinfo, after)


def restore_address(address: str) -> CameraAddress:
    """Parse the result of `CameraAddress.address()` or `CameraAddress.url`.

    These are always escaped, so there is only one way to read them. Raises InputError, as
    `parse_address`.
    """
    scheme, rest = _split_scheme(address)
    authority = re.split(r"[/?#]", rest)[0]
    userinfo, at, _ = authority.rpartition("@")
    return _create_address(scheme, userinfo, rest[len(userinfo) + len(at) :])


def _split_scheme(address: str) -> tuple[str, str]:
    scheme, separator, rest = address.partition("://")
    if not separator or scheme.lower() not in KIND_BY_SCHEME:
        raise InputError("address_scheme")
    return scheme.lower(), rest


def _create_address(scheme: str, userinfo: str | None, after: str) -> CameraAddress:
    """The address from its parts; `after` is the text after the userinfo."""
    host, port, tail = _split_host(after)
    credential = None
    if userinfo not in (None, "", ":"):
        user, _, password = userinfo.partition(":")
        credential = Credential(unquote(user), unquote(password))
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc = f"{netloc}:{port}"
    # Path and query stay as they were typed: for some cameras "/video?" is not "/video".
    url = f"{scheme}://{netloc}{tail}"
    # Only path and query: the "%40" of "[fe80::1%40]", the 40th network interface, is no "@".
    public_url = f"{scheme}://{netloc}{mask_url(tail)}"
    masked_url = None
    if public_url != url:
        words = [word for word in find_secret_parameters(tail) if len(word) >= MIN_SECRET_CHARS]
        masked_url = MaskedUrl(url, tuple(Credential("", word) for word in words))
    port = port or DEFAULT_PORTS[scheme]
    kind = KIND_BY_SCHEME[scheme]
    return CameraAddress(kind, public_url, host, port, credential, masked_url)


def _split_host(after: str) -> tuple[str, int | None, str]:
    """``host:80/path?query#fragment`` as ``("host", 80, "/path?query")``.

    A fragment is never sent. Raises InputError (``address_host``).
    """
    found = AUTHORITY_PATTERN.match(after)
    if found is None:
        raise InputError("address_host")
    host, port = found["host"].lower(), int(found["port"]) if found["port"] else None
    if host.startswith("["):
        host = host[1:-1]
        valid = _is_ipv6(host)
    else:
        valid = len(host) <= MAX_HOST_CHARS and not host.startswith("-")
    if not valid or (port is not None and not 0 < port < 1 << 16):
        raise InputError("address_host")
    return host, port, after[found.end() :].partition("#")[0]


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def validate_name(name: str | None) -> str | None:
    """A session's or recording's name, trimmed.

    Raises
    ------
    InputError
        ``bad_name``: not 1 to 100 printable characters.
    """
    if name is None:
        return None
    if not isinstance(name, str):
        raise InputError("bad_name", longest=MAX_NAME_CHARS)
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise InputError("bad_name", longest=MAX_NAME_CHARS)
    return name


def default_name(source: CameraAddress, others: Mapping[str, CameraAddress]) -> str:
    """The name of a camera without a name: its host, and what distinguishes it from `others`.

    For the streams of one video recorder this is the part of the address that differs:
    ``192.168.1.9 · 201``, ``192.168.1.9 · channel=2``. If nothing differs, it gets a number.

    others : the addresses of the open cameras, by name.
    """
    host = source.host[:MAX_NAME_CHARS]
    if host not in others:
        return host
    known = {part for each in others.values() for part in _url_parts(each)}
    parts = [part for part in _url_parts(source) if part not in known] or _url_parts(source)
    typed_port = f":{source.port}"
    port = typed_port if typed_port in parts else ""
    detail = "/".join(part for part in parts if part != typed_port)[-50:]
    return unused_name(f"{host[:40]}{port}{f' · {detail}' if detail else ''}", others)


def unused_name(name: str, others: Collection[str]) -> str:
    """The name, with a number if it is among `others`: ``Door (2)``."""
    numbered = (f"{name[:90]} ({number})" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in others)


def _url_parts(source: CameraAddress) -> list[str]:
    """The parts of an address without its host: ``:8555``, and those of path and query."""
    address = urlsplit(source.url)
    pieces = re.split(r"[/?&;]", f"{address.path}?{address.query}")
    return [f":{address.port}"] * bool(address.port) + [piece for piece in pieces if piece]
