"""Who may ask: what every request passes before anything is done for it."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import re
import secrets
import time
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from camrec.config import LOOPBACK_HOSTS, WILDCARD_HOSTS, Config
from camrec.errors import AccessError, CamrecError, MethodError, NotFoundError
from camrec.web.security.rate_limit import FailedLogins, RateLimiter

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN_PATH = "/login"
COOKIE_MAX_AGE_S = 30 * 86_400  # seconds after which one has to log in again
INVITATION_MAX_AGE_S = 300.0  # seconds
KEY_BYTES = 16

_HOST_HEADER_PATTERN = re.compile(
    r"(?:\[(?P<ip6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:/?#@\\\[\]]+))(?::(?P<port>\d{1,5}))?"
)


class RequestGuard:
    """Decides by host, rate, origin and token; knows nothing of what is asked for."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._rate_limiter = RateLimiter()
        self._failed_logins = FailedLogins()
        self._one_time_token: tuple[bytes, float] | None = None

    def check(self, request: HTTPServerRequest) -> None:
        """Raises AccessError.

        ``foreign_host``, ``too_many_requests``, ``foreign_origin``, ``too_many_tries``,
        ``token_wrong``.
        """
        # Origin before token: a foreign page is not to use up the user's tries.
        refusal = (
            self._check_host(request) or self._check_rate(request) or self._check_origin(request)
        ) or self._check_token(request)
        if refusal is not None:
            raise refusal

    @property
    def requires_token(self) -> bool:
        return bool(self._config.token)

    def allows_embedding(self, request: HTTPServerRequest) -> bool:
        """Whether another server's page may draw the answer into itself."""
        return False

    def make_login_cookie(self) -> str:
        """What a browser that has logged in carries: not the token, and of no use after a while."""
        issued = str(int(time.time()))
        return f"{issued}.{self._sign(issued)}"

    def make_one_time_token(self) -> str:
        """A word that logs in once: for a browser's command line, which others can read."""
        word = secrets.token_urlsafe(24)
        self._one_time_token = (word.encode(), time.monotonic() + INVITATION_MAX_AGE_S)
        return word

    def _check_host(self, request: HTTPServerRequest) -> CamrecError | None:
        # A page that rebinds its own name to 127.0.0.1 still asks for its own name.
        header = request.headers.get("Host", "")
        if self._is_allowed_host(parse_host_name(header)):
            return None
        return AccessError("foreign_host", host=header[:100])

    def _is_allowed_host(self, name: str) -> bool:
        if self._config.socket:
            # No browser opens one: a proxy does, which has a log-in and a name of its own.
            return bool(name)
        if name in LOOPBACK_HOSTS or name in map(str.lower, self._config.allowed_hosts):
            return True
        if self._config.host in WILDCARD_HOSTS:
            # Only names can be rebound; an address is where the browser really went.
            return _is_ip_address(name)
        return name == self._config.host.lower()

    def _check_rate(self, request: HTTPServerRequest) -> CamrecError | None:
        wait = self._rate_limiter.wait(request.remote_ip or "")
        return AccessError("too_many_requests", seconds=math.ceil(wait)) if wait else None

    def _check_origin(self, request: HTTPServerRequest) -> CamrecError | None:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if request.method in SAFE_METHODS and not socket:
            foreign = self._is_embedding(request, site)
        elif origin is None:
            # Not a browser, unless it says whose page it asks for.
            foreign = site not in ("same-origin", "none")
        else:
            foreign = _netloc(origin) != request.headers.get("Host", "").lower()
        return AccessError("foreign_origin", origin=str(origin)[:100]) if foreign else None

    def _is_embedding(self, request: HTTPServerRequest, site: str) -> bool:
        """Whether another page takes our pictures, scripts or answers into itself.

        It may lead here, and show us in a frame as far as ``frame-ancestors`` lets it.
        """
        if site in ("same-origin", "none"):
            return False
        leads = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
        return not (leads and request.headers.get("Sec-Fetch-Dest") in ("document", "iframe"))

    def _check_token(self, request: HTTPServerRequest) -> CamrecError | None:
        wanted = self._config.token.encode()
        if not wanted or self._is_valid_cookie(login_cookie(request)):
            return None
        given = bearer_token(request)
        if not given:
            return AccessError("token_wrong")
        address = request.remote_ip or ""
        wait = self._failed_logins.wait(address)
        if wait:
            return AccessError("too_many_tries", seconds=math.ceil(wait))
        right = hmac.compare_digest(given, wanted) or self._accepts_one_time_token(given, request)
        self._failed_logins.note(address, right=right)
        return None if right else AccessError("token_wrong")

    def _is_valid_cookie(self, cookie: str) -> bool:
        issued, _, seal = cookie.partition(".")
        if not (issued.isascii() and issued.isdecimal() and len(issued) < 15):
            return False
        right = hmac.compare_digest(seal.encode(), self._sign(issued).encode())
        return right and 0 <= time.time() - int(issued) + 60 <= COOKIE_MAX_AGE_S

    def _sign(self, issued: str) -> str:
        key = self._config.token.encode()
        return hmac.new(key, f"camrec cookie {issued}".encode(), hashlib.sha256).hexdigest()

    def _accepts_one_time_token(self, given: bytes, request: HTTPServerRequest) -> bool:
        if self._one_time_token is None or not request.path.endswith(LOGIN_PATH):
            return False
        word, until = self._one_time_token
        right = hmac.compare_digest(given, word) and time.monotonic() < until
        if right:
            self._one_time_token = None
        return right


class KeyedGuard:
    """Of addresses that begin with a key which nobody can guess: who has it may watch.

    A notebook's page has Jupyter's name, or that of a hub before it, as its host and origin: they
    tell nothing. Whatever changes something is refused, but for what is below the other key: there
    a server puts what begins and ends recordings, and nothing else.

    Parameters
    ----------
    others
        The guard of all other addresses; None: there are none.
    """

    requires_token = False

    def __init__(self, others: RequestGuard | None = None) -> None:
        self.key, self.record_key = make_key(), make_key()
        self._fallback = others

    def check(self, request: HTTPServerRequest) -> None:
        """Raises MethodError, NotFoundError (``no_route``), and as the other guard does."""
        if _path_has_key(request, self.record_key):
            return
        if _path_has_key(request, self.key):
            if request.method not in SAFE_METHODS:
                raise MethodError("method_not_allowed", method=request.method)
        elif self._fallback is not None:
            self._fallback.check(request)
        else:
            raise NotFoundError("no_route", path=request.path[:200])

    def allows_embedding(self, request: HTTPServerRequest) -> bool:
        """Whether another server's page may draw the answer into itself: where it has a key."""
        return _path_has_key(request, self.key) or _path_has_key(request, self.record_key)


def make_key() -> str:
    """What nobody guesses, as a part of a path, made anew for each server."""
    return secrets.token_urlsafe(KEY_BYTES)


def parse_host_name(host: str) -> str:
    """``localhost`` of ``localhost:8000``, ``::1`` of ``[::1]:8000``; empty when malformed."""
    found = _HOST_HEADER_PATTERN.fullmatch(host)
    return (found["ip6"] or found["name"]).lower() if found else ""


def bearer_token(request: HTTPServerRequest) -> bytes:
    """The token of the Authorization header; empty when none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # Headers come decoded as Latin-1: back to the bytes that were sent.
    return token.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""


def login_cookie_name(request: HTTPServerRequest) -> str:
    """Of this port: cookies are shared by all ports of a host, and so by two camrecs."""
    found = _HOST_HEADER_PATTERN.fullmatch(request.headers.get("Host", ""))
    return f"camrec_{found['port'] or 'login'}" if found else "camrec_login"


def login_cookie(request: HTTPServerRequest) -> str:
    cookie = request.cookies.get(login_cookie_name(request))
    return cookie.value if cookie is not None else ""


def _path_has_key(request: HTTPServerRequest, key: str) -> bool:
    first = request.path.lstrip("/").partition("/")[0]
    return hmac.compare_digest(first.encode("utf-8", "replace"), key.encode())


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
