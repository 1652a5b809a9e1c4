"""The guards: they check every request before anything else happens."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import re
import secrets
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from camrec.clock import monotonic_s, utc_s
from camrec.config import LOOPBACK_HOSTS, WILDCARD_HOSTS, Config
from camrec.errors import AccessError, CamrecError, MethodError, NotFoundError
from camrec.web.security.rate_limit import FailedLogins, RateLimiter

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN_PATH = "/login"
COOKIE_MAX_AGE_S = 30 * 86_400  # after this, the user must log in again
ONE_TIME_TOKEN_MAX_AGE_S = 300.0
KEY_BYTES = 16

_HOST_HEADER_PATTERN = re.compile(
    r"(?:\[(?P<ip6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:/?#@\\\[\]]+))(?::(?P<port>\d{1,5}))?"
)


class RequestGuard:
    """Checks host, rate, origin and token of a request, whatever its path is."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._rate_limiter = RateLimiter()
        self._failed_logins = FailedLogins()
        self._one_time_token: tuple[bytes, float] | None = None

    def check(self, request: HTTPServerRequest) -> None:
        """Check a request.

        Raises
        ------
        AccessError
            ``foreign_host``, ``too_many_requests``, ``foreign_origin``, ``too_many_tries``,
            ``token_wrong``.
        """
        # Origin before token: a foreign page must not use up the user's attempts.
        refusal = (
            self._check_host(request) or self._check_rate(request) or self._check_origin(request)
        ) or self._check_token(request)
        if refusal is not None:
            raise refusal

    @property
    def requires_token(self) -> bool:
        """Whether the settings have a token."""
        return bool(self._config.token)

    def allows_embedding(self, request: HTTPServerRequest) -> bool:
        """Whether a page of another server may embed the response."""
        return False

    def make_login_cookie(self) -> str:
        """Return a cookie for a browser that has logged in. It is not the token, and it expires."""
        issued = str(int(utc_s()))
        return f"{issued}.{self._sign(issued)}"

    def make_one_time_token(self) -> str:
        """Return a token that works once, for a browser's command line, which others can read."""
        token = secrets.token_urlsafe(24)
        self._one_time_token = (token.encode(), monotonic_s() + ONE_TIME_TOKEN_MAX_AGE_S)
        return token

    def _check_host(self, request: HTTPServerRequest) -> CamrecError | None:
        # A page that rebinds its own name to 127.0.0.1 still sends its own name.
        header = request.headers.get("Host", "")
        name = parse_host_name(header)
        if self._is_allowed_host(name):
            return None
        # Without the port, so that people can copy it into `allowed_hosts`.
        return AccessError("foreign_host", host=(name or header)[:100])

    def _is_allowed_host(self, name: str) -> bool:
        if self._config.socket:
            # No browser opens a Unix socket. A proxy does, with its own login and name.
            return bool(name)
        if name in LOOPBACK_HOSTS or name in map(str.lower, self._config.allowed_hosts):
            return True
        if self._config.host in WILDCARD_HOSTS:
            # Only names can be rebound: an address is where the browser really connected.
            return _is_ip_address(name)
        return name == self._config.host.lower()

    def _check_rate(self, request: HTTPServerRequest) -> CamrecError | None:
        wait = self._rate_limiter.count_request(request.remote_ip or "")
        return AccessError("too_many_requests", seconds=math.ceil(wait)) if wait else None

    def _check_origin(self, request: HTTPServerRequest) -> CamrecError | None:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if request.method in SAFE_METHODS and not socket:
            foreign = self._is_embedding(request, site)
        elif origin is None:
            # Not a browser, unless it says which page sends the request.
            foreign = site not in ("same-origin", "none")
        else:
            foreign = _netloc(origin) != request.headers["Host"].lower()
        return AccessError("foreign_origin", origin=str(origin)[:100]) if foreign else None

    def _is_embedding(self, request: HTTPServerRequest, site: str) -> bool:
        """Whether a page of another server embeds an image, a script or a response.

        Such a page may link here, and show camrec in a frame if ``frame-ancestors`` allows it.
        """
        if site in ("same-origin", "none"):
            return False
        is_link = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
        return not (is_link and request.headers.get("Sec-Fetch-Dest") in ("document", "iframe"))

    def _check_token(self, request: HTTPServerRequest) -> CamrecError | None:
        wanted = self._config.token.encode()
        if not wanted or self._is_valid_cookie(login_cookie(request)):
            return None
        token = bearer_token(request)
        if not token:
            return AccessError("token_wrong")
        address = request.remote_ip or ""
        wait = self._failed_logins.seconds_until_allowed(address)
        if wait:
            return AccessError("too_many_tries", seconds=math.ceil(wait))
        is_right = hmac.compare_digest(token, wanted) or self._accepts_one_time_token(
            token, request
        )
        self._failed_logins.record(address, is_right=is_right)
        return None if is_right else AccessError("token_wrong")

    def _is_valid_cookie(self, cookie: str) -> bool:
        issued, _, signature = cookie.partition(".")
        if not (issued.isascii() and issued.isdecimal()):
            return False
        is_genuine = hmac.compare_digest(signature.encode(), self._sign(issued).encode())
        return is_genuine and 0 <= utc_s() - int(issued) + 60 <= COOKIE_MAX_AGE_S

    def _sign(self, issued: str) -> str:
        key = self._config.token.encode()
        return hmac.new(key, f"camrec cookie {issued}".encode(), hashlib.sha256).hexdigest()

    def _accepts_one_time_token(self, token: bytes, request: HTTPServerRequest) -> bool:
        if self._one_time_token is None or not request.path.endswith(LOGIN_PATH):
            return False
        expected, until = self._one_time_token
        is_right = hmac.compare_digest(token, expected) and monotonic_s() < until
        if is_right:
            self._one_time_token = None
        return is_right


class KeyedGuard:
    """Guards URLs that start with a key that nobody can guess. Anyone with the key may watch.

    The host and origin of a notebook's page are those of Jupyter or a hub, so they are not checked.
    Below `key`, methods that change something are rejected. Below `record_key` they are allowed,
    because the server has only the routes there that start and stop recordings.

    Parameters
    ----------
    fallback
        The guard of all other URLs; None if there are none.

    Attributes
    ----------
    key : allows watching.
    record_key : allows starting and stopping recordings.
    """

    requires_token = False

    def __init__(self, fallback: RequestGuard | None = None) -> None:
        self.key, self.record_key = make_key(), make_key()
        self._fallback = fallback

    def check(self, request: HTTPServerRequest) -> None:
        """Raise MethodError, NotFoundError (``no_route``), or what the fallback raises."""
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
        """Whether a page of another server may embed the response: if it has a key."""
        return _path_has_key(request, self.key) or _path_has_key(request, self.record_key)


def make_key() -> str:
    """Return a segment of a path that nobody can guess; each server has its own."""
    return secrets.token_urlsafe(KEY_BYTES)


def parse_host_name(host: str) -> str:
    """Return ``localhost`` for ``localhost:8000``, ``::1`` for ``[::1]:8000``, "" if malformed."""
    found = _HOST_HEADER_PATTERN.fullmatch(host)
    return (found["ip6"] or found["name"]).lower() if found else ""


def bearer_token(request: HTTPServerRequest) -> bytes:
    """Return the token of the Authorization header; empty if there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # Tornado decodes headers as Latin-1: restore the bytes that the client sent. The last byte of
    # "à" is then a no-break space, which strip() without an argument would remove.
    return token.strip(" \t").encode("latin-1") if scheme.lower() == "bearer" else b""


def login_cookie_name(request: HTTPServerRequest) -> str:
    """Return the name of the login cookie.

    It contains the port, because all ports of a host share cookies, and so would two camrecs.
    """
    found = _HOST_HEADER_PATTERN.fullmatch(request.headers.get("Host", ""))
    return f"camrec_{found['port'] or 'login'}" if found else "camrec_login"


def login_cookie(request: HTTPServerRequest) -> str:
    """Return the login cookie of the request; empty if there is none."""
    cookie = request.cookies.get(login_cookie_name(request))
    return cookie.value if cookie is not None else ""


def _path_has_key(request: HTTPServerRequest, key: str) -> bool:
    first = request.path.lstrip("/").partition("/")[0]
    return hmac.compare_digest(first.encode(), key.encode())


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
