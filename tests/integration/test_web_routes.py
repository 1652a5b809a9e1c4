"""Every route of the servers that a user starts is behind the guard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.served_station import Served, started
from support.stopping import ROOT
from support.wire import HANDSHAKE, Wire

pytestmark = pytest.mark.slow(4)

TOKEN = "a long sécret of my own"


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory) -> Iterator[Served]:
    """``camrec serve`` with a token in its settings."""
    folder = tmp_path_factory.mktemp("doors")
    with started(folder, binaries, "camrec", token=TOKEN) as served:
        yield served


def sample(pattern: str) -> str:
    """A path that the pattern of a route matches."""
    path = pattern.removesuffix("$").replace("(?!extensions/)", "")
    while (simpler := re.sub(r"\((?:\?:)?([^()]*)\)\??", _one, path)) != path:
        path = simpler
    path = re.sub(r"\\(.)", r"\1", path.replace("/?", "/"))
    assert re.fullmatch(pattern, path), (pattern, path)
    return path


def _one(group: re.Match[str]) -> str:
    first = group[1].split("|")[0]
    return {".*": "x", "/.*": "/x", "[^/]*": "x"}.get(first, first)


def unguarded(wire: Wire, path: str) -> list[str]:
    """The requests that passed the guard although they must not."""
    bearer = {"Authorization": "Bearer " + TOKEN.encode().decode("latin-1")}
    evil = {"Origin": "https://evil.example"}
    drawn = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    must = [
        ("no token", 401, "GET", {}),
        ("no token to post", 401, "POST", {}),
        ("no token on a socket", 401, "GET", {**HANDSHAKE}),
        ("a foreign host", 403, "GET", {**bearer, "Host": "evil.example"}),
        ("a foreign page posts", 403, "POST", {**bearer, **evil}),
        ("a foreign page deletes", 403, "DELETE", {**bearer, **evil}),
        ("a foreign page's socket", 403, "GET", {**bearer, **HANDSHAKE, **evil}),
        ("a foreign page draws it in", 403, "GET", {**bearer, **drawn}),
    ]
    return [
        what
        for what, status, method, headers in must
        if wire.ask(method, path, headers=headers).status != status
    ]


def _all_guarded(served: Served) -> None:
    paths = {sample(pattern): handler for pattern, handler in served.routes}
    paths["/nothing/at/all"] = "404"
    assert len(paths) >= 20
    assert any(handler.startswith("panel") for handler in paths.values())
    assert {path: got for path in paths if (got := unguarded(served.wire, path))} == {}
    print(f"routes guarded: {len(paths)} of {len(paths)}, 8 ways each")


def test_every_route_of_camrec_serve_is_guarded(served):
    _all_guarded(served)
    # The same routes without the guard: these tests do notice an unguarded route.
    assert all(
        unguarded(served.bare, path) for path in ("/", "/static/js/bokeh.min.js", "/metadata")
    )


def test_every_route_of_panel_serve_is_guarded(binaries, tmp_path):
    app = str(ROOT / "dashboards" / "camrec.py")
    command = ["serve", app, "--index", "camrec", "--plugins", "camrec.web.plugin", "--port", "0"]
    with started(tmp_path, binaries, *command, token=TOKEN) as served:
        _all_guarded(served)
        # With a token it may listen where it was told to, here on all addresses.
        assert "127.0.0.1" not in served.listens


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "camrec",
}


def test_every_response_has_the_headers_that_protect_the_page(served):
    bearer = "Bearer " + TOKEN.encode().decode("latin-1")
    scripts = "/static/js/bokeh.min.js"
    for path in ("/", "/health", "/nothing", scripts, "/autoload.js?bokeh-autoload-element=1"):
        for token in ({"Authorization": bearer}, {}):
            headers = served.wire.get(path, **token).headers
            assert {name: headers[name] for name in HEADERS} == HEADERS, path
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "frame-ancestors 'self'" in policy and "base-uri 'none'" in policy
            assert headers["Access-Control-Allow-Origin"] is None, path
    page = served.wire.get("/", Authorization=bearer)
    policy, body = page.headers["Content-Security-Policy"], page.body.decode()
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
    assert "unsafe-eval" not in policy and "unsafe-inline" not in policy.split("style-src")[0]
    assert set(re.findall(r"<script[^>]*nonce=\"([^\"]*)\"", body)) == {nonce}
    assert page.headers["Cache-Control"] == "no-store"
    # The token is not written into the page.
    assert TOKEN not in body and bearer not in body


def test_the_page_to_log_in_is_shown_to_people_only(served):
    person = served.wire.get("/videos/x.mp4", Accept="text/html", Accept_Language="fr")
    assert (person.status, person.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b'lang="fr"' in person.body and b'"../login"' in person.body
    assert served.wire.get("/videos/x.mp4").code == "token_wrong"


def test_the_login_cookie_does_not_contain_the_token_and_cannot_be_forged(served):
    bearer = {"Authorization": "Bearer " + TOKEN.encode().decode("latin-1")}
    reply = served.wire.ask("POST", "/login", headers=bearer)
    assert reply.status == 204
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert TOKEN not in cookie
    value = cookie.split(";")[0]
    name, _, sealed = value.partition("=")
    assert served.wire.get("/health", Cookie=value).status == 200
    issued, _, seal = sealed.partition(".")
    for made in (f"{int(issued) + 1}.{seal}", f"{issued}.{'0' * 64}", f"{issued}.", TOKEN, "x.y"):
        sent = made.encode().decode("latin-1")
        assert served.wire.get("/health", Cookie=f"{name}={sent}").status == 401, made


@pytest.mark.browser
def test_a_browser_logs_in_with_the_token(served, chromium):
    """With the field and with the link; then the page, its sockets and its parts all work."""
    context = chromium.new_context(
        locale="fr", color_scheme="dark", viewport={"width": 390, "height": 800}
    )
    try:
        page = context.new_page()
        problems = _problems(page)
        page.goto(served.wire.url + "/")
        page.get_by_label("Jeton d’accès").fill("wrong")
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("alert")).not_to_be_empty()
        page.get_by_label("Jeton d’accès").fill(TOKEN)
        page.get_by_role("button", name="Se connecter").click()
        _works(page)
        assert not page.evaluate("document.cookie").count("camrec_")
        # The link that is printed: the token is in no request, and no longer in the address bar.
        context.clear_cookies()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        link = next(line for line in served.said if "/login#" in line).strip()
        page.goto(link)
        _works(page)
        assert page.url == served.wire.url + "/"
        assert not [url for url in asked if "s%C3%A9cret" in url]
        assert not problems
    finally:
        context.close()


def _works(page: Page) -> None:
    """The page works, and so do its dialogs, which load further modules."""
    expect(page.get_by_role("button", name=re.compile("Settings|Réglages"))).to_be_visible(
        timeout=30_000
    )
    page.get_by_role("button", name=re.compile("Settings|Réglages")).click()
    expect(page.get_by_role("dialog").first).to_be_visible()
    page.keyboard.press("Escape")


def _problems(page: Page) -> list[str]:
    """What the console reports, except for the rejected requests that the test makes."""
    problems: list[str] = []

    def heard(message: object) -> None:
        refused = "401 (Unauthorized)" in message.text or "429" in message.text
        if message.type == "error" and not refused:
            problems.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return problems
