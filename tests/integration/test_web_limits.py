"""Limits: request rate, wrong tokens, connections, headers; and where the server listens."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPMessage, HTTPSConnection
from types import SimpleNamespace

import psutil
import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.netutil import bind_sockets
from tornado.web import Application

from camrec.config import Config
from camrec.errors import AccessError, InputError
from camrec.web.handlers.login import LoginHandler
from camrec.web.security.auth import RequestGuard
from camrec.web.security.rate_limit import (
    FREE_LOGIN_ATTEMPTS,
    MAX_BURST_REQUESTS,
    MAX_LOGIN_PAUSE_S,
    MAX_REQUESTS_PER_SECOND,
    MAX_TRACKED_ADDRESSES,
    FailedLogins,
    RateLimiter,
    peer_key,
)
from camrec.web.security.server import (
    MAX_CONNECTIONS,
    MAX_REQUEST_HEADERS_BYTES,
    GuardedServer,
    load_certificate,
    public_url,
)
from support.certificates import unknown_certificate
from support.wire import serving


class Now:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_of_requests_is_accepted_and_then_limited_to_a_rate():
    now = Now()
    rate = RateLimiter(now)
    assert [rate.count_request("10.0.0.1") for _ in range(int(MAX_BURST_REQUESTS))] == [0.0] * int(
        MAX_BURST_REQUESTS
    )
    assert rate.count_request("10.0.0.1") == pytest.approx(1 / MAX_REQUESTS_PER_SECOND)
    assert rate.count_request("10.0.0.2") == 0  # another address is not slowed down
    now.at += 1
    taken = [rate.count_request("10.0.0.1") for _ in range(int(MAX_REQUESTS_PER_SECOND) + 1)]
    assert taken[:-1] == [0.0] * int(MAX_REQUESTS_PER_SECOND) and taken[-1] > 0


def test_each_wrong_token_doubles_the_login_pause():
    now = Now()
    tries = FailedLogins(now)
    pauses = []
    for _ in range(FREE_LOGIN_ATTEMPTS + 10):
        tries.record("10.0.0.1", is_right=False)
        pauses.append(tries.seconds_until_allowed("10.0.0.1"))
        now.at += pauses[-1]
    assert pauses[: FREE_LOGIN_ATTEMPTS - 1] == [0.0] * (FREE_LOGIN_ATTEMPTS - 1)
    assert pauses[FREE_LOGIN_ATTEMPTS - 1 :][:4] == [1, 2, 4, 8]
    assert pauses[-1] == MAX_LOGIN_PAUSE_S
    assert tries.seconds_until_allowed("10.0.0.2") == 0
    tries.record("10.0.0.1", is_right=True)
    tries.record("10.0.0.1", is_right=False)
    assert tries.seconds_until_allowed("10.0.0.1") == 0


def test_the_number_of_tracked_client_addresses_is_bounded():
    rate, tries = RateLimiter(Now()), FailedLogins(Now())
    for number in range(3 * MAX_TRACKED_ADDRESSES):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        rate.count_request(address)
        tries.record(address, is_right=False)
    assert len(rate._tokens) == len(tries._failures) == MAX_TRACKED_ADDRESSES


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("192.168.1.2", "192.168.1.2"),
        ("::ffff:192.168.1.2", "192.168.1.2"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_a_client_is_counted_by_its_address_or_ipv6_network(address, peer):
    assert peer_key(address) == peer


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("limits")
    config = Config(
        videos_dir=folder / "videos", bin_dir=folder / "bin", ffmpeg_path=str(binaries.ffmpeg)
    )
    with serving(config) as (station, wire):
        yield station, wire


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open 4096 files and sockets. On Windows there is no such limit."""
    if sys.platform == "win32":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_guessing_the_token_is_slowed_down(served, monkeypatch):
    station, wire = served
    monkeypatch.setattr(station.config, "token", "right")
    answers = [
        wire.get("/health", Authorization="Bearer wrong") for _ in range(FREE_LOGIN_ATTEMPTS)
    ]
    assert {each.code for each in answers} == {"token_wrong"}
    # Now even the right token has to wait: otherwise the delay would tell a guesser nothing.
    late = wire.get("/health", Authorization="Bearer right")
    assert (late.status, late.code, late.headers["Retry-After"]) == (429, "too_many_tries", "1")
    # A request without a token is not a guess.
    assert wire.get("/health").code == "token_wrong"


def test_five_hundred_silent_connections_do_not_block_others(served, many_files):
    _, wire = served
    host, port = wire.host.split(":")
    before = psutil.Process().memory_info().rss
    with ExitStack() as stack:
        for _ in range(500):
            line = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
        assert wire.get("/health").status == 200
        assert wire.get("/videos").status == 200
        line.sendall(f"GET /health HTTP/1.1\r\nHost: {wire.host}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 200")
        held = sum(
            each.status == psutil.CONN_ESTABLISHED and each.laddr.port == int(port)
            for each in psutil.Process().net_connections(kind="tcp")
        )
        assert held <= MAX_CONNECTIONS
        assert psutil.Process().memory_info().rss - before < 64 << 20


def test_headers_without_an_end_are_cut_off(served):
    _, wire = served
    host, port = wire.host.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(f"GET /health HTTP/1.1\r\nHost: {wire.host}\r\n".encode())
        sent = 0
        with pytest.raises(OSError):
            while sent < 1 << 30:
                line.sendall(b"X-Long: " + b"x" * 8192 + b"\r\n")
                sent += 8192
    assert MAX_REQUEST_HEADERS_BYTES <= sent < 64 << 20  # the rest is what the system had buffered
    assert wire.get("/health").status == 200


def test_too_many_requests_get_429_with_retry_after(served, monkeypatch):
    _, wire = served
    monkeypatch.setattr("camrec.web.security.rate_limit.MAX_BURST_REQUESTS", 0.0)
    reply = wire.get("/health", Host=wire.host)
    while reply.status == 200:
        reply = wire.get("/health")
    assert (reply.status, reply.code, reply.headers["Retry-After"]) == (
        429,
        "too_many_requests",
        "1",
    )


def test_the_server_without_a_token_listens_on_this_machine_only():
    async def listens(config: Config, address: str) -> set[str]:
        server = GuardedServer(Application(), guard=RequestGuard(config), config=config)
        server.add_sockets(bind_sockets(0, address, socket.AF_INET))
        found = {each.getsockname()[0] for each in server._sockets.values()}
        server.stop()
        return found

    assert asyncio.run(listens(Config(), "0.0.0.0")) == {"127.0.0.1"}
    assert asyncio.run(listens(Config(), "127.0.0.1")) == {"127.0.0.1"}
    assert asyncio.run(listens(Config(token="t"), "0.0.0.0")) == {"0.0.0.0"}


def asked(path: str, word: str) -> HTTPServerRequest:
    headers = HTTPHeaders({"Host": "localhost", "Authorization": f"Bearer {word}"})
    line = RequestStartLine("POST", path, "HTTP/1.1")
    return HTTPServerRequest(start_line=line, headers=headers, connection=SimpleNamespace())


def test_an_invitation_logs_in_once_and_opens_nothing_else():
    guard = RequestGuard(Config(token="t"))
    word = guard.make_one_time_token()
    with pytest.raises(AccessError):
        guard.check(asked("/session/open", word))
    guard.check(asked("/login", word))
    with pytest.raises(AccessError):
        guard.check(asked("/login", word))


def test_the_page_is_served_by_tls(binaries, tmp_path):
    pem = unknown_certificate(tmp_path, "127.0.0.1")
    config = Config(tls_certificate=str(pem), token="t")
    found = []

    async def serve() -> None:
        context = SimpleNamespace(guard=RequestGuard(config), station=None)
        routes = [("/login", LoginHandler, {"context": context})]
        server = GuardedServer(Application(routes), guard=context.guard, config=config)
        server.listen(0, "127.0.0.1")
        (listener,) = server._sockets.values()
        found.append(await asyncio.to_thread(ask, listener.getsockname()[1]))
        server.stop()
        await server.close_all_connections()

    def ask(port: int) -> HTTPMessage:
        trust = ssl.create_default_context(cafile=str(pem))
        with closing(HTTPSConnection("127.0.0.1", port, context=trust, timeout=30)) as line:
            line.request("POST", "/login", headers={"Authorization": "Bearer t"})
            return line.getresponse().headers

    asyncio.run(serve())
    assert "Secure" in found[0]["Set-Cookie"]
    assert public_url("http://127.0.0.1:1/", config) == "https://127.0.0.1:1/"


def test_an_invalid_tls_certificate_is_rejected(tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("not a certificate")
    for path in (str(bad), str(tmp_path / "none.pem")):
        with pytest.raises(InputError) as refused:
            load_certificate(Config(tls_certificate=path))
        assert refused.value.code == "bad_certificate"
        assert path in str(refused.value)
    assert load_certificate(Config()) is None
