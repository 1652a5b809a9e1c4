"""The language of a page that the server renders itself."""

from __future__ import annotations

from tornado.httputil import HTTPServerRequest

from camrec.config import Config
from camrec.i18n import LANGUAGES, best_language


def choose_page_language(request: HTTPServerRequest, config: Config) -> str:
    """Return what the user chose on the page, else what the settings say, else the browser's."""
    cookie = request.cookies.get("camrec_language")
    if cookie is not None and cookie.value in LANGUAGES:
        return cookie.value
    return config.language or best_language(request.headers.get("Accept-Language"))
