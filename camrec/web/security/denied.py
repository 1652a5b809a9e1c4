"""What is answered to one who may not: an error in its one shape, or the page to log in."""

from __future__ import annotations

import json
import secrets
from functools import cache
from html import escape
from pathlib import Path

from tornado.httputil import HTTPHeaders, HTTPServerRequest

from camrec import schema
from camrec.config import Config
from camrec.errors import CamrecError
from camrec.i18n import LANGUAGES, best_language, text
from camrec.web.security.auth import LOGIN, SAFE_METHODS
from camrec.web.security.headers import protect

TEMPLATE = Path(__file__).with_name("login.html")
TEXTS = ("title", "lead", "token", "enter", "where", "wrong", "no_answer")


def of(
    error: CamrecError, request: HTTPServerRequest, config: Config
) -> tuple[int, HTTPHeaders, bytes]:
    """Status, headers and body."""
    language = best_language(request.headers.get("Accept-Language"))
    headers = HTTPHeaders({"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"})
    nonce = ""
    if error.status == 401 and _by_a_person(request):
        nonce = secrets.token_urlsafe(16)
        headers["Content-Type"] = "text/html; charset=utf-8"
        body = page(
            _chosen(request) or config.language or language,
            _way(request.path.removeprefix(config.prefix)),
            nonce,
        )
    else:
        headers["Content-Type"] = "application/json; charset=utf-8"
        body = schema.ErrorReply.of(error, language).model_dump_json()
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status == 405:
        headers["Allow"] = ", ".join(sorted(SAFE_METHODS))
    if "seconds" in error.facts:
        headers["Retry-After"] = str(error.facts["seconds"])
    protect(headers, request, config, nonce=nonce)
    written = body.encode()
    headers["Content-Length"] = str(len(written))
    return error.status, headers, written


def page(language: str, way: str, nonce: str) -> str:
    """The page to log in; `way` leads from where it is shown to where it is sent."""
    facts = {name: escape(text(f"web.login_{name}", language)) for name in TEXTS}
    facts |= {"language": language, "nonce": nonce, "way": json.dumps(way)}
    made = _template()
    for name, value in facts.items():
        made = made.replace(f"[[{name}]]", value)
    return made


@cache
def _template() -> str:
    return TEMPLATE.read_text("utf-8")


def _by_a_person(request: HTTPServerRequest) -> bool:
    wants = request.headers.get("Accept", "")
    return request.method in ("GET", "HEAD") and "text/html" in wants


def _way(path: str) -> str:
    # Relative: in front of us may be a server that puts a prefix before every path.
    return "../" * (path.count("/") - 1) + LOGIN.strip("/")


def _chosen(request: HTTPServerRequest) -> str | None:
    cookie = request.cookies.get("camrec_language")
    return cookie.value if cookie is not None and cookie.value in LANGUAGES else None
