"""Who may ask: what every request passes before a handler does anything."""

from __future__ import annotations

import hmac
import ipaddress
import re
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from camrec.config import Config
from camrec.errors import AccessError, CamrecError, MethodError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"", "0.0.0.0", "::"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "camrec_token"

_HOST = re.compile(r"(?:\[(?P<ip6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:/?#@\\\[\]]+))(?::\d{1,5})?")


class KeyGuard:
    """Of addresses that begin with a key which nobody can guess: who has it may watch.

    A notebook's page has Jupyter's name, or that of a hub before it, as its host and origin: they
    tell nothing. Whatever changes something is refused.
    """

    def check(self, request: HTTPServerRequest) -> None:
        """Raises MethodError."""
        if request.method not in SAFE_METHODS:
            raise MethodError("method_not_allowed", method=request.method)


class Guard:
    """Decides by host, token and origin; knows nothing of what is asked for."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def check(self, request: HTTPServerRequest) -> None:
        """Raises AccessError: ``foreign_host``, ``token_wrong``, ``foreign_origin``."""
        refusal = self._host(request) or self._token(request) or self._origin(request)
        if refusal is not None:
            raise refusal

    def _host(self, request: HTTPServerRequest) -> CamrecError | None:
        # A page that rebinds its own name to 127.0.0.1 still asks for its own name.
        header = request.headers.get("Host", "")
        if self._ours(host_name(header)):
            return None
        return AccessError("foreign_host", host=header[:100])

    def _ours(self, name: str) -> bool:
        if self._config.socket:
            # No browser opens one: a proxy does, which has a log-in and a name of its own.
            return bool(name)
        if name in LOOPBACK or name in map(str.lower, self._config.allowed_hosts):
            return True
        if self._config.host in WILDCARDS:
            # Only names can be rebound; an address is where the browser really went.
            return _is_address(name)
        return name == self._config.host.lower()

    def _token(self, request: HTTPServerRequest) -> CamrecError | None:
        wanted = self._config.token
        if not wanted:
            return None
        # Headers come decoded as Latin-1: back to the bytes that were sent.
        given = token_of(request).encode("latin-1", "replace")
        return None if hmac.compare_digest(given, wanted.encode()) else AccessError("token_wrong")

    def _origin(self, request: HTTPServerRequest) -> CamrecError | None:
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if request.method in SAFE_METHODS and not socket:
            return None
        origin = request.headers.get("Origin")
        if origin is None:
            # Not a browser, unless it says whose page it asks for.
            site = request.headers.get("Sec-Fetch-Site", "none")
            foreign = site not in ("same-origin", "none")
        else:
            foreign = _netloc(origin) != request.headers.get("Host", "").lower()
        return AccessError("foreign_origin", origin=str(origin)[:100]) if foreign else None


def host_name(host: str) -> str:
    """``localhost`` of ``localhost:8000``, ``::1`` of ``[::1]:8000``; empty when malformed."""
    found = _HOST.fullmatch(host)
    return (found["ip6"] or found["name"]).lower() if found else ""


def token_of(request: HTTPServerRequest) -> str:
    """The token a request carries, by header or by cookie; empty when none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    cookie = request.cookies.get(COOKIE)
    return cookie.value if cookie is not None else ""


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
