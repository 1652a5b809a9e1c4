"""The guard's rules, request by request: hosts, origins, tokens, cookies and keys."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from camrec.clock import monotonic_s, utc_s
from camrec.config import Config
from camrec.errors import AccessError, MethodError, NotFoundError
from camrec.web.security import auth
from camrec.web.security.auth import (
    COOKIE_MAX_AGE_S,
    ONE_TIME_TOKEN_MAX_AGE_S,
    KeyedGuard,
    RequestGuard,
    bearer_token,
    login_cookie,
    login_cookie_name,
)
from camrec.web.security.rate_limit import FailedLogins, RateLimiter

TOKEN = "a token: é"
HOST = "localhost:8000"


def request(
    method: str = "GET", path: str = "/", client: str = "192.0.2.7", **headers: str
) -> HTTPServerRequest:
    """A request of a client; header names are given with "_" for "-"."""
    given = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    context = SimpleNamespace(remote_ip=client, protocol="http")
    return HTTPServerRequest(
        headers=HTTPHeaders(given),
        connection=SimpleNamespace(context=context),
        start_line=RequestStartLine(method, path, "HTTP/1.1"),
    )


def bearer(token: str, scheme: str = "Bearer") -> dict[str, str]:
    """The header as Tornado passes it: bytes decoded as Latin-1."""
    return {"Authorization": f"{scheme} {token}".encode().decode("latin-1")}


def refusal(guard: RequestGuard | KeyedGuard, asked: HTTPServerRequest) -> str | None:
    """The code of the error; None if the request is accepted."""
    try:
        guard.check(asked)
    except (AccessError, MethodError, NotFoundError) as error:
        return error.code
    return None


@pytest.fixture
def later(monkeypatch):
    """Let so many seconds pass: exactly, so that a limit can be met."""
    passed = [0.0]
    utc, monotonic = float(int(utc_s())), float(int(monotonic_s()))
    monkeypatch.setattr(auth, "utc_s", lambda: utc + passed[0])
    monkeypatch.setattr(auth, "monotonic_s", lambda: monotonic + passed[0])

    def wait(seconds: float) -> None:
        passed[0] += seconds

    return wait


@pytest.mark.parametrize(
    ("settings", "host", "allowed"),
    [
        ({}, "localhost", True),
        ({}, "127.0.0.1:8000", True),
        ({}, "[::1]:8000", True),
        ({}, "evil.example", False),
        ({}, "192.0.2.1", False),
        ({}, "", False),
        ({"allowed_hosts": ["Cam.LAN"]}, "cam.lan:8000", True),
        ({"allowed_hosts": ["cam.lan"]}, "other.lan", False),
        ({"host": "0.0.0.0", "token": TOKEN}, "192.0.2.1:8000", True),
        ({"host": "0.0.0.0", "token": TOKEN}, "evil.example", False),
        ({"host": "Cam.LAN", "token": TOKEN}, "cam.lan", True),
        ({"host": "192.0.2.1", "token": TOKEN}, "192.0.2.2", False),
        ({"socket": "/tmp/camrec.socket"}, "any.example", True),
        ({"socket": "/tmp/camrec.socket"}, "", False),
        ({"host": "::", "token": TOKEN}, "[2001:DB8::1]:8000", True),
        ({}, "localhost:123456", False),
    ],
)
def test_a_host_is_allowed_by_the_settings(settings, host, allowed):
    code = refusal(RequestGuard(Config(**settings)), request(Host=host, **bearer(TOKEN)))
    assert code == (None if allowed else "foreign_host")


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("e" * 200, "e" * 100),
        ("Cam.lan:8000", "cam.lan"),  # as `allowed_hosts` contains it
        ("[2001:db8::1]:8000", "2001:db8::1"),
        ("cam.lan:123456", "cam.lan:123456"),
    ],
)
def test_a_foreign_host_is_named_in_the_error_up_to_a_hundred_characters(host, named):
    with pytest.raises(AccessError) as refused:
        RequestGuard(Config()).check(request(Host=host))
    assert refused.value.facts == {"host": named}


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        # A program, and camrec's own page.
        ("POST", {}, True),
        ("POST", {"Sec_Fetch_Site": "same-origin"}, True),
        ("GET", {"Sec_Fetch_Site": "same-origin"}, True),
        ("POST", {"Origin": f"http://{HOST}"}, True),
        ("POST", {"Origin": f"HTTP://{HOST.upper()}"}, True),
        # Another page.
        ("POST", {"Sec_Fetch_Site": "cross-site"}, False),
        ("POST", {"Sec_Fetch_Site": "same-site"}, False),
        ("POST", {"Origin": "http://evil.example"}, False),
        ("POST", {"Origin": "http://localhost:9000"}, False),
        ("POST", {"Origin": "null"}, False),
        ("POST", {"Origin": "http://["}, False),
        ("GET", {"Sec_Fetch_Site": "cross-site"}, False),
        ("HEAD", {"Sec_Fetch_Site": "cross-site"}, False),
        # A link to camrec, and a frame of it.
        *(
            (
                "GET",
                {
                    "Sec_Fetch_Site": "cross-site",
                    "Sec_Fetch_Mode": "navigate",
                    "Sec_Fetch_Dest": kind,
                },
                kind != "image",
            )
            for kind in ("document", "iframe", "image")
        ),
        (
            "HEAD",
            {
                "Sec_Fetch_Site": "cross-site",
                "Sec_Fetch_Mode": "navigate",
                "Sec_Fetch_Dest": "document",
            },
            False,
        ),
        (
            "GET",
            {
                "Sec_Fetch_Site": "cross-site",
                "Sec_Fetch_Mode": "cors",
                "Sec_Fetch_Dest": "document",
            },
            False,
        ),
        # A WebSocket is opened with GET, and its Origin counts.
        ("GET", {"Origin": "http://evil.example"}, True),
        ("GET", {"Origin": "http://evil.example", "Upgrade": "WebSocket"}, False),
        ("GET", {"Origin": f"http://{HOST}", "Upgrade": "websocket"}, True),
        ("OPTIONS", {"Sec_Fetch_Site": "none"}, True),
    ],
)
def test_a_page_of_another_server_is_refused_and_a_link_is_not(method, headers, allowed):
    code = refusal(RequestGuard(Config()), request(method, **headers))
    assert code == (None if allowed else "foreign_origin")


def test_a_foreign_origin_is_named_in_the_error_and_costs_no_try_of_the_token():
    guard = RequestGuard(Config(token=TOKEN))
    foreign = request("POST", Origin="http://" + "e" * 200, **bearer("wrong"))
    for _ in range(20):
        with pytest.raises(AccessError) as refused:
            guard.check(foreign)
        assert refused.value.facts == {"origin": ("http://" + "e" * 200)[:100]}
    assert refusal(guard, request(**bearer(TOKEN))) is None


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        (bearer(TOKEN), TOKEN),
        (bearer(f"  {TOKEN} ", "bEARER"), TOKEN),
        (bearer("X token X"), "X token X"),
        # Latin-1 has spaces among the last bytes of these letters.
        (bearer("voilà"), "voilà"),
        (bearer("\tÅ"), "Å"),
        (bearer(TOKEN, "Basic"), ""),
        ({"Authorization": "Bearer"}, ""),
        ({}, ""),
    ],
)
def test_the_token_of_a_request_is_that_of_its_authorization(headers, token):
    assert bearer_token(request(**headers)) == token.encode()


def test_a_token_is_required_once_the_settings_have_one():
    free, guard = RequestGuard(Config()), RequestGuard(Config(token=TOKEN))
    assert (free.requires_token, guard.requires_token) == (False, True)
    assert refusal(free, request()) is None
    assert refusal(guard, request()) == "token_wrong"
    assert refusal(guard, request(**bearer("wrong"))) == "token_wrong"
    assert refusal(guard, request(**bearer(TOKEN))) is None
    assert not guard.allows_embedding(request())


@pytest.fixture
def stopped(monkeypatch):
    """Let no time pass for the limits, however slow the machine is."""
    monkeypatch.setattr(auth, "RateLimiter", lambda: RateLimiter(lambda: 0.0))
    monkeypatch.setattr(auth, "FailedLogins", lambda: FailedLogins(lambda: 0.0))


@pytest.mark.usefixtures("stopped")
def test_wrong_tokens_block_even_the_right_one_for_a_while_and_a_missing_one_does_not():
    guard = RequestGuard(Config(token=TOKEN))
    for _ in range(20):
        assert refusal(guard, request()) == "token_wrong"
    assert refusal(guard, request(**bearer(TOKEN))) is None
    codes = [refusal(guard, request(**bearer("wrong"))) for _ in range(20)]
    assert codes[0] == "token_wrong" and codes[-1] == "too_many_tries"
    with pytest.raises(AccessError) as refused:
        guard.check(request(**bearer(TOKEN)))
    assert refused.value.code == "too_many_tries"
    assert isinstance(refused.value.facts["seconds"], int) and refused.value.facts["seconds"] >= 1


@pytest.mark.usefixtures("stopped")
def test_wrong_tokens_of_one_client_do_not_block_another():
    guard = RequestGuard(Config(token=TOKEN))
    codes = [refusal(guard, request(**bearer("wrong"))) for _ in range(20)]
    assert codes[-1] == "too_many_tries"
    assert refusal(guard, request(client="192.0.2.8", **bearer(TOKEN))) is None


@pytest.mark.usefixtures("stopped")
def test_too_many_requests_of_one_client_are_refused_with_the_seconds_to_wait():
    guard = RequestGuard(Config())
    assert refusal(guard, request()) is None
    assert "too_many_requests" in (refusal(guard, request()) for _ in range(5000))
    with pytest.raises(AccessError) as refused:
        guard.check(request())
    assert isinstance(refused.value.facts["seconds"], int) and refused.value.facts["seconds"] >= 1
    assert refusal(guard, request(client="192.0.2.8")) is None


def test_a_request_without_a_host_is_refused():
    asked = request()
    del asked.headers["Host"]
    with pytest.raises(AccessError) as refused:
        RequestGuard(Config()).check(asked)
    assert refused.value.facts == {"host": ""}
    assert login_cookie_name(asked) == "camrec_login"


def with_cookie(cookie: str, name: str = "camrec_8000") -> HTTPServerRequest:
    return request(Cookie=f"{name}={cookie}")


def test_a_login_cookie_is_valid_for_its_time(later):
    guard = RequestGuard(Config(token=TOKEN))
    cookie = guard.make_login_cookie()
    assert TOKEN not in cookie
    assert refusal(guard, with_cookie(cookie)) is None
    later(COOKIE_MAX_AGE_S - 60)
    assert refusal(guard, with_cookie(cookie)) is None
    later(1)
    assert refusal(guard, with_cookie(cookie)) == "token_wrong"


def test_a_login_cookie_from_the_future_is_refused_but_for_a_minute(later):
    guard = RequestGuard(Config(token=TOKEN))
    cookie = guard.make_login_cookie()
    later(-60)
    assert refusal(guard, with_cookie(cookie)) is None
    later(-1)
    assert refusal(guard, with_cookie(cookie)) == "token_wrong"


@pytest.mark.parametrize(
    "forge",
    [
        lambda issued, signature: f"{int(issued) + 1}.{signature}",
        lambda issued, signature: f"{issued}.{signature[:-1]}",
        lambda issued, signature: f"{issued}.",
        lambda issued, signature: issued,
        lambda issued, signature: f"{issued}.{base64.b64encode(b'no').decode()}",
        lambda issued, signature: f"{issued}0000000000.{signature}",
        lambda issued, signature: f"-{issued}.{signature}",
        lambda issued, signature: "",
    ],
)
def test_a_forged_login_cookie_is_refused(forge):
    guard = RequestGuard(Config(token=TOKEN))
    issued, _, signature = guard.make_login_cookie().partition(".")
    assert refusal(guard, with_cookie(forge(issued, signature))) == "token_wrong"


def test_a_signed_cookie_whose_time_is_no_time_is_refused():
    guard = RequestGuard(Config(token=TOKEN))
    for issued in ("", "x", "1" * 15, "1" * 40):
        cookie = f"{issued}.{guard._sign(issued)}"
        assert refusal(guard, with_cookie(cookie)) == "token_wrong"


def test_a_cookie_of_another_token_is_refused():
    other = RequestGuard(Config(token="another")).make_login_cookie()
    assert refusal(RequestGuard(Config(token=TOKEN)), with_cookie(other)) == "token_wrong"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8000", "camrec_8000"),
        ("[::1]:9", "camrec_9"),
        ("localhost", "camrec_login"),
        ("", "camrec_login"),
    ],
)
def test_the_login_cookie_is_named_by_the_port(host, name):
    asked = request(Host=host, Cookie=f"{name}=value; camrec_1=other")
    assert login_cookie_name(asked) == name
    assert login_cookie(asked) == "value"
    assert login_cookie(request(Host=host)) == ""


def test_a_one_time_token_logs_in_once_at_the_login_page_and_in_time(later):
    guard = RequestGuard(Config(token=TOKEN))
    assert refusal(guard, request(path="/login", **bearer("none"))) == "token_wrong"
    token = guard.make_one_time_token()
    assert refusal(guard, request(path="/videos", **bearer(token))) == "token_wrong"
    assert refusal(guard, request(path="/prelogin", **bearer(token))) == "token_wrong"
    assert refusal(guard, request(path="/login", **bearer("x" + token))) == "token_wrong"
    assert refusal(guard, request(path="/below/login", **bearer(token))) is None
    assert refusal(guard, request(path="/login", **bearer(token))) == "token_wrong"
    first, second = guard.make_one_time_token(), guard.make_one_time_token()
    assert first != second and len(first) >= 32
    assert refusal(guard, request(path="/login", **bearer(first))) == "token_wrong"
    later(ONE_TIME_TOKEN_MAX_AGE_S - 1)
    assert refusal(guard, request(path="/login", **bearer(second))) is None
    late = guard.make_one_time_token()
    later(ONE_TIME_TOKEN_MAX_AGE_S)
    assert refusal(guard, request(path="/login", **bearer(late))) == "token_wrong"


def test_the_keys_of_a_notebook_s_page_allow_to_watch_or_to_record_and_nothing_else():
    guard = KeyedGuard()
    assert guard.key != guard.record_key and min(len(guard.key), len(guard.record_key)) >= 20
    for method, path, code in [
        ("GET", f"/{guard.key}/stream", None),
        ("GET", f"//{guard.key}", None),
        ("HEAD", f"/{guard.key}/video", None),
        ("OPTIONS", f"/{guard.key}/video", None),
        ("POST", f"/{guard.key}/record", "method_not_allowed"),
        ("POST", f"/{guard.record_key}/record", None),
        ("GET", f"/{guard.key}x/stream", "no_route"),
        ("GET", f"/x/{guard.key}", "no_route"),
        ("GET", f"/X{guard.key}", "no_route"),
        ("GET", "/é", "no_route"),
        ("GET", "/", "no_route"),
    ]:
        assert refusal(guard, request(method, path, Host="hub.example")) == code, path
    for key in (guard.key, guard.record_key):
        assert guard.allows_embedding(request(path=f"/{key}/stream"))
    assert not guard.allows_embedding(request(path="/other"))
    assert not guard.requires_token


def test_an_error_of_a_key_says_the_method_or_the_beginning_of_the_path():
    guard = KeyedGuard()
    with pytest.raises(MethodError) as refused:
        guard.check(request("POST", f"/{guard.key}/record"))
    assert refused.value.facts == {"method": "POST"}
    with pytest.raises(NotFoundError) as missing:
        guard.check(request(path="/" + "x" * 300))
    assert missing.value.facts == {"path": "/" + "x" * 199}


def test_requests_without_a_key_are_decided_by_the_other_guard():
    guard = KeyedGuard(RequestGuard(Config(token=TOKEN)))
    assert refusal(guard, request()) == "token_wrong"
    assert refusal(guard, request(**bearer(TOKEN))) is None
    assert refusal(guard, request(path=f"/{guard.key}/stream", Host="hub.example")) is None
