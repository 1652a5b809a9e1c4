"""Stores the cookies of a camera in memory, and sends them only to the same host."""

from __future__ import annotations

from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.parse import urlsplit
from urllib.request import Request

MAX_COOKIES = 32
MAX_COOKIE_HEADER_CHARS = 8192


class HostCookies:
    """The cookies of each scheme, host and port. They are kept in memory only."""

    def __init__(self) -> None:
        self._jars: dict[tuple[str, str], CookieJar] = {}

    def header(self, url: str) -> str | None:
        """The Cookie header of a request; None if it has no cookies."""
        request = Request(url)
        self._jar_for(url).add_cookie_header(request)
        header = request.get_header("Cookie")
        return header if header and len(header) <= MAX_COOKIE_HEADER_CHARS else None

    def store(self, url: str, response: HTTPResponse) -> None:
        """Store the cookies that a response sets."""
        jar = self._jar_for(url)
        jar.extract_cookies(response, Request(url))
        if len(jar) > MAX_COOKIES:
            jar.clear()

    def _jar_for(self, url: str) -> CookieJar:
        return self._jars.setdefault(urlsplit(url)[:2], CookieJar())
