"""Who may send requests, and the one form of every error."""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from unittest.mock import Mock

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from camrec.config import Config
from camrec.errors import AccessError, StateError
from camrec.station import Station
from camrec.web import LocalServer
from camrec.web.endpoints import ENDPOINTS
from camrec.web.security.auth import RequestGuard, parse_host_name
from camrec.web.security.server import MAX_DRAINED_BODY_BYTES, MAX_REQUEST_BODY_BYTES
from support.wire import HANDSHAKE, Wire, refused, serving

CALLS = [
    (call.method.upper(), address.path) for address in ENDPOINTS for call in address.operations
]


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("guard")
    config = Config(
        videos_dir=folder / "videos",
        bin_dir=folder / "bin",
        ffmpeg_path=str(binaries.ffmpeg),
        allowed_hosts=["Camera-PC.lan"],
    )
    with serving(config) as (station, wire):
        yield station, wire


@pytest.fixture
def wire(served) -> Wire:
    return served[1]


@pytest.fixture
def token(served):
    station, _ = served
    station.config.token = "a long sécret"
    yield station.config.token
    station.config.token = ""


def test_a_client_that_keeps_its_connection_loses_no_request_to_a_refusal(wire, token):
    """Rejected with a bare 401, 403 or 405, or answered, in turn."""
    right = {"Authorization": b"Bearer " + token.encode()}
    kinds = [
        ("GET", {}, None, 401),
        ("GET", right, None, 200),
        ("HEAD", {}, None, 401),
        ("GET", {**right, "Host": "evil.example"}, None, 403),
        ("OPTIONS", {}, None, 401),
        ("DELETE", {}, b"", 401),
        ("GET", {"Upgrade": "websocket", "Connection": "keep-alive, Upgrade"}, None, 401),
    ]
    with closing(http.client.HTTPConnection(wire.host, timeout=30)) as client:
        client.connect()
        line = client.sock
        for number in range(60):
            method, headers, body, status = kinds[number % len(kinds)]
            client.request(method, "/session/list", body, headers)
            answer = client.getresponse()
            assert answer.read() or method == "HEAD"
            assert answer.status == status, kinds[number % len(kinds)]
            assert client.sock is line, "one connection for all"


def test_a_refusal_before_a_body_ends_the_connection_and_says_so(wire, token):
    with closing(http.client.HTTPConnection(wire.host, timeout=30)) as client:
        for _ in range(60):
            client.request("POST", "/session/open", b'{"url": "rtsp://h/"}')
            answer = client.getresponse()
            assert answer.status == 401 and answer.getheader("Connection") == "close"
            assert answer.read() and client.sock is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::1].evil", ""]
)
def test_a_request_for_a_foreign_host_is_rejected(wire, host):
    reply = wire.get("/health", Host=host)
    assert reply.status in (400, 403)  # Tornado itself rejects what is not a host at all
    if reply.status == 403:
        assert reply.code == "foreign_host"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]:8000", "camera-pc.lan:80"])
def test_requests_for_this_machine_s_own_names_are_answered(wire, host):
    assert wire.get("/health", Host=host).status == 200


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_passes_the_guard(wire, token, method, path):
    path = path.replace("{id}", "x").replace("{filename}", "x.mp4")
    for headers, status in (({"Host": "evil.example"}, 403), ({}, 401)):
        reply = wire.ask(method, path, headers=headers)
        assert reply.status == status
        if method != "HEAD":
            assert reply.code == {403: "foreign_host", 401: "token_wrong"}[status]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://["]
)
def test_a_foreign_page_changes_nothing(wire, origin):
    for method, path in (("POST", "/session/open"), ("DELETE", "/videos/x.mp4")):
        reply = wire.ask(method, path, {"url": "rtsp://127.0.0.1:1/"}, {"Origin": origin})
        assert (reply.status, reply.code) == (403, "foreign_origin")
    assert wire.get("/health", Origin=origin).status == 200


def test_a_page_without_an_origin_is_checked_by_its_fetch_site(wire):
    reply = wire.post("/session/close", {"session_id": "x"}, Sec_Fetch_Site="cross-site")
    assert reply.code == "foreign_origin"
    reply = wire.post("/session/close", {"session_id": "x"}, Sec_Fetch_Site="same-origin")
    assert reply.code == "no_session"


def test_camrec_s_own_page_may_change_things(wire):
    reply = wire.post("/session/close", {"session_id": "x"}, Origin=wire.url)
    assert (reply.status, reply.code) == (404, "no_session")


def test_a_websocket_is_guarded_too(wire):
    evil = {"Origin": "https://evil.example"}
    assert refused(wire, "session_id=x", evil) == (403, "foreign_origin")
    assert refused(wire, "session_id=x", {"Host": "evil.example"}) == (403, "foreign_host")
    # A name that was rebound to 127.0.0.1: host and origin agree, and are not camrec's.
    rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert refused(wire, "session_id=x", rebound) == (403, "foreign_host")
    notebook = {"Origin": "http://localhost:8888"}
    assert refused(wire, "session_id=x", notebook) == (403, "foreign_origin")


def test_a_notebook_s_page_has_a_key_to_watch_and_one_to_record_and_they_open_nothing_else(
    tmp_path,
):
    with Station(Config(videos_dir=tmp_path / "v", bin_dir=tmp_path / "b", token="s")) as station:
        server = LocalServer(station)
        wire, key = Wire(server.root), server.url.removeprefix(server.root)
        hub = {"Host": "hub.example.org", "Origin": "https://hub.example.org"}
        stream = {**HANDSHAKE, **hub}
        assert wire.ask("GET", f"{key}/stream?session_id=x", headers=stream).code == "no_session"
        assert wire.ask("GET", f"{key}/videos/x.mp4", headers=hub).code == "no_video"
        for method, path in [("POST", "/session/close"), ("DELETE", "/videos/x.mp4")]:
            reply = wire.ask(method, f"{key}{path}", {}, hub)
            assert (reply.status, reply.code) == (405, "method_not_allowed")
        # The other key starts and stops recordings, from any page, and allows nothing else.
        record = server.record_url.removeprefix(server.root)
        for path in ("/record/start", "/record/stop"):
            reply = wire.post(f"{record}{path}", {"session_id": "x", "duration": 1}, **hub)
            assert reply.headers["Access-Control-Allow-Origin"] == "*"
            assert reply.code == ("no_session" if path == "/record/start" else "bad_field")
        for method, path in [
            ("GET", "/videos"),
            ("GET", "/session/list"),
            ("POST", "/session/close"),
            ("POST", "/record/together"),
            ("DELETE", "/videos/x.mp4"),
        ]:
            assert wire.ask(method, f"{record}{path}", {}, hub).code == "no_route"
        assert wire.ask("GET", f"{record}/stream?session_id=x", headers=stream).code == "no_route"
        assert wire.ask("GET", f"{record}/record/start", headers=hub).code == "method_not_allowed"
        assert wire.post(f"{record[:-1]}/record/stop", {}, **hub).code == "foreign_host"
        assert key != record
        # Without a key, or with another one, the same rules apply as everywhere.
        assert wire.ask("GET", "/stream?session_id=x", headers=stream).code == "foreign_host"
        assert wire.get("/videos").code == "token_wrong"
        assert wire.get(f"{key[:-1]}/videos").code == "token_wrong"
        server.stop()


def test_every_host_but_no_foreign_origin_is_allowed_on_a_unix_socket():
    """The socket's permissions decide who may open it, but a page is still checked."""
    line = RequestStartLine("POST", "/session/close", "HTTP/1.1")
    asked = partial(
        HTTPServerRequest, start_line=line, connection=Mock(**{"context.remote_ip": ""})
    )
    guard = RequestGuard(Config(socket="/run/camrec"))
    hub = {"Host": "hub.example.org", "Origin": "https://hub.example.org"}
    guard.check(asked(headers=HTTPHeaders(hub)))
    with pytest.raises(AccessError):
        guard.check(asked(headers=HTTPHeaders({**hub, "Origin": "https://evil.example"})))


def test_every_request_requires_the_token(wire, token):
    wrong = {"Authorization": "Bearer a long secret"}
    assert wire.get("/videos").headers["WWW-Authenticate"] == "Bearer"
    assert wire.ask("GET", "/nothing", headers=wrong).code == "token_wrong"
    sent = token.encode().decode("latin-1")
    assert wire.get("/videos", Authorization=f"Bearer {sent}").status == 200
    assert refused(wire, "session_id=x") == (401, "token_wrong")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8000", "localhost"),
        ("[::1]:8000", "::1"),
        ("LOCALHOST", "localhost"),
        ("a:b", ""),
        ("a b", ""),
        ("a@b", ""),
        ("", ""),
    ],
)
def test_a_host_header_is_parsed_to_the_name(host, name):
    assert parse_host_name(host) == name


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "no_route"),
        ("POST", "/", 404, "no_route"),
        ("GET", "/session/nothing", 404, "no_route"),
        ("BREW", "/health", 405, "method_not_allowed"),
        ("GET", "/session/open", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("POST", "/videos/x.mp4", 405, "method_not_allowed"),
        ("OPTIONS", "/session/open", 405, "method_not_allowed"),
        ("GET", "/record/status/%ff", 400, "bad_request"),
        ("GET", "/stream?session_id=x", 400, "not_a_websocket"),
    ],
)
def test_every_error_has_one_shape(wire, method, path, status, code):
    reply = wire.ask(method, path)
    assert (reply.status, reply.code) == (status, code)


def test_a_wrong_method_gets_the_allowed_ones_in_its_response(wire):
    assert wire.ask("PUT", "/videos/x.mp4").headers["Allow"] == "GET, HEAD, DELETE, PATCH"


def test_an_error_is_in_the_language_that_the_client_accepts(wire):
    reply = wire.get("/nothing", Accept_Language="fr-CH, en;q=0.5")
    assert reply.json()["error"]["message"].startswith("Il n’y a pas de page à /nothing")


def test_an_internal_error_is_reported_without_its_text(served, wire, monkeypatch, caplog):
    station, _ = served

    def broken():
        raise RuntimeError("a secret")

    monkeypatch.setattr(station, "health", broken)
    reply = wire.get("/health")
    assert (reply.status, reply.code) == (500, "internal")
    assert b"secret" not in reply.body
    assert "GET /health failed" in caplog.text


def test_a_waiting_request_does_not_block_others(served, wire, monkeypatch):
    station, _ = served
    begun, released = threading.Barrier(4), threading.Event()

    def waits(url, name, clock, stays):
        begun.wait(30)
        released.wait(30)
        raise StateError("session_closed")

    monkeypatch.setattr(station.cameras, "open", waits)
    with ThreadPoolExecutor(3) as callers:
        body = {"url": "rtsp://127.0.0.1:1/"}
        opening = [callers.submit(wire.post, "/session/open", body) for _ in range(3)]
        begun.wait(30)
        assert wire.get("/health").status == 200
        assert wire.get("/videos").status == 200
        assert not any(each.done() for each in opening)
        released.set()
        assert {each.result().code for each in opening} == {"session_closed"}


def test_a_body_over_the_limit_is_refused(wire):
    body = b'{"url": "' + b"x" * MAX_REQUEST_BODY_BYTES + b'"}'
    for data in (body, body * 8):
        reply = wire.post("/session/open", data)
        assert (reply.status, reply.code) == (400, "body_too_large")


def test_a_body_far_over_the_limit_is_not_read(wire):
    reply = wire.ask(
        "POST", "/session/open", headers={"Content-Length": str(MAX_DRAINED_BODY_BYTES + 1)}
    )
    assert (reply.status, reply.code) == (400, "body_too_large")


def test_a_body_without_an_end_is_cut_off(wire):
    host, port = wire.host.split(":")
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(
            f"POST /session/open HTTP/1.1\r\nHost: {wire.host}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        sent, cut_off = 0, False
        try:
            while sent < 4 * MAX_DRAINED_BODY_BYTES:
                line.sendall(piece)
                sent += len(piece)
            # The system may have accepted it all before the server closed the connection.
            while line.recv(1 << 16):
                pass
            cut_off = True
        except TimeoutError:
            pass
        except OSError:
            cut_off = True
        assert cut_off
    assert wire.get("/health").status == 200
