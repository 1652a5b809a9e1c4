"""The response to a rejected request: an error as JSON, or the page to log in."""

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
from camrec.i18n import best_language, translate
from camrec.web.page_language import choose_page_language
from camrec.web.security.auth import LOGIN_PATH, SAFE_METHODS
from camrec.web.security.headers import set_security_headers

LOGIN_TEMPLATE_PATH = Path(__file__).with_name("login.html")
LOGIN_TEXT_KEYS = ("title", "lead", "token", "enter", "where", "wrong", "no_answer")


def denied_response(
    error: CamrecError, request: HTTPServerRequest, config: Config
) -> tuple[int, HTTPHeaders, bytes]:
    """Return status, headers and body of the response to `request`."""
    language = best_language(request.headers.get("Accept-Language"))
    headers = HTTPHeaders({"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"})
    nonce = ""
    if error.status == 401 and _wants_html(request):
        nonce = secrets.token_urlsafe(16)
        headers["Content-Type"] = "text/html; charset=utf-8"
        body = render_login_page(
            choose_page_language(request, config),
            _login_path(request.path.removeprefix(config.prefix)),
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
    set_security_headers(headers, request, config, nonce=nonce)
    content = body.encode()
    headers["Content-Length"] = str(len(content))
    return error.status, headers, content


def render_login_page(language: str, login_path: str, nonce: str) -> str:
    """Return the page to log in.

    Parameters
    ----------
    login_path
        The path of ``/login``, relative to the URL of the page.
    nonce
        The nonce of the page's script.
    """
    facts = {name: escape(translate(f"web.login_{name}", language)) for name in LOGIN_TEXT_KEYS}
    facts |= {"language": language, "nonce": nonce, "way": json.dumps(login_path)}
    document = _read_template()
    for name, value in facts.items():
        document = document.replace(f"[[{name}]]", value)
    return document


@cache
def _read_template() -> str:
    return LOGIN_TEMPLATE_PATH.read_text("utf-8")


def _wants_html(request: HTTPServerRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return request.method in ("GET", "HEAD") and "text/html" in accept


def _login_path(path: str) -> str:
    # Relative, because a proxy may put a prefix in front of every path.
    return "../" * (path.count("/") - 1) + LOGIN_PATH.strip("/")
