"""What camrec connects to, what it sends, and that no proxy of the environment gets to see it."""

from __future__ import annotations

import ast
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

import camrec
from camrec.alerts import post_webhook
from camrec.api.remote import RemoteBackend
from camrec.binaries.download import download_text
from camrec.camera_address import parse_address
from camrec.config import Config
from camrec.errors import CamrecError
from camrec.mjpeg_relay import inspect_stream
from camrec.proxies import Go2rtc, MediaMTX
from camrec.station import Station
from camrec.web import UpstreamProxy
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing, http
from support.wire import HANDSHAKE

pytestmark = pytest.mark.slow(1.2)

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-this-test"
# What opens a connection, by the last part of the name that is called.
OPENS = {
    *("create_connection", "create_server", "HTTPConnection", "HTTPSConnection", "urlopen"),
    *("websocket_connect", "AsyncHTTPClient", "UPath", "ThreadedWSDiscovery", "Session"),
    *("StreamInlet", "StreamOutlet", "resolve_byprop"),
    *("socket", "TCPClient", "open_connection", "fetch", "url_to_fs", "FTP", "SMTP"),
}
# They listen, or ask the operating system.
LISTENS = {"tcp_sockets.py", "process/tcp_bytes.py", "cli/startup_page.py"}
# A method of camrec's own with such a name, which opens no connection.
OURS = {"station/cameras.py", "station/camera_reports.py"}


def callers() -> Iterator[str]:
    """The modules that open a connection, as paths below the package."""
    for path in sorted((ROOT / "camrec").rglob("*.py")):
        name = path.relative_to(ROOT / "camrec").as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        calls = (each.func for each in ast.walk(tree) if isinstance(each, ast.Call))
        used = {getattr(each, "attr", getattr(each, "id", "")) for each in calls}
        classes = (each for each in ast.walk(tree) if isinstance(each, ast.ClassDef))
        bases = {getattr(b, "attr", getattr(b, "id", "")) for each in classes for b in each.bases}
        by_requests = re.search(
            r"\brequests\.(request|get|post|head|put|delete)\b", ast.unparse(tree)
        )
        if (used | bases) & OPENS or by_requests:
            yield name


def test_every_outgoing_connection_of_the_code_is_in_the_documented_table():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    table = text.partition("## Every outgoing connection")[2].partition("\n## ")[0]
    listed = set(re.findall(r"`([\w/]+\.py)`", table))
    assert all((ROOT / "camrec" / each).is_file() for each in listed)
    found = set(callers()) - LISTENS - OURS
    assert found <= listed, "a connection that SECURITY.md does not list"
    assert {
        "direct_http.py",
        "binaries/download.py",
        "network_policy.py",
        "remote_files.py",
    } <= found


@pytest.fixture
def proxy(monkeypatch, tmp_path) -> Iterator[Refusing]:
    """A proxy that the environment names, and a log-in for 127.0.0.1 in ~/.netrc."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login strange password strange\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Refusing(http("200 OK", body=b'{"status": "ok"}')) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        yield proxy


class Camrec(Refusing):
    """Replies to every request, and stores the headers."""

    def __init__(self) -> None:
        super().__init__(self._remember)
        self.heads: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _remember(self, client: socket.socket, request: bytes) -> bool:
        self.heads.append(request.decode("latin-1"))
        return http("200 OK", body=b'{"status": "ok"}')(client, request)

    def authorizations(self) -> set[str]:
        return set(re.findall(r"(?im)^authorization: (.*?)\r?$", "\n".join(self.heads)))


def test_a_token_is_sent_to_its_own_camrec_only(proxy):
    with Camrec() as there:
        with camrec.connect(there.url, token=TOKEN):
            pass
        assert there.authorizations() == {f"Bearer {TOKEN}"}
        with camrec.connect(there.url):
            pass
        assert there.authorizations() == {f"Bearer {TOKEN}"}, "something of ~/.netrc was sent"
        assert len(there.heads) == 2
    assert proxy.connections == 0


def test_the_upstream_proxy_of_a_notebook_sends_the_token_to_its_camrec_only(proxy):
    with Camrec() as there:
        relay = UpstreamProxy(there.url, {"Authorization": f"Bearer {TOKEN}"})
        try:
            host, _, key = relay.url.removeprefix("http://").partition("/")
            for head in ("", "Upgrade: websocket\r\nConnection: Upgrade\r\n"):
                path = "stream?session_id=x" if head else "videos/a.mp4"
                with socket.create_connection(host.split(":"), 30) as page:
                    asked = f"GET /{key}/{path} HTTP/1.1\r\nHost: {host}\r\n{head}\r\n"
                    page.sendall(asked.encode())
                    assert page.recv(4096)
        finally:
            relay.stop()
        assert len(there.heads) == 2 and there.authorizations() == {f"Bearer {TOKEN}"}
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (http("401 Unauthorized", body=b"{}"), 401),
        (http("404 Not Found", body=b"{}"), 404),
        (http("200 OK", body=b"{}"), 502),  # no WebSocket
        (lambda client, request: False, 502),
    ],
)
def test_the_status_of_the_remote_camrec_reaches_a_relayed_viewer(answer, expected):
    with Refusing(answer) as there:
        assert relayed_status(f"http://127.0.0.1:{there.port}") == expected


def test_an_internal_error_of_the_upstream_proxy_is_its_own_status_500(monkeypatch, caplog):
    def faulty(*_: object) -> None:
        raise KeyError("of our own")

    monkeypatch.setattr("camrec.web.upstream_proxy.websocket_connect", faulty)
    assert relayed_status("http://127.0.0.1:1") == 500
    assert "of our own" in caplog.text


def relayed_status(upstream: str) -> int:
    """The status that a page gets when it requests a stream through a relay."""
    relay = UpstreamProxy(upstream, {})
    try:
        host, _, key = relay.url.removeprefix("http://").partition("/")
        with closing(HTTPConnection(host, timeout=30)) as page:
            upgrade = {**HANDSHAKE, "Origin": f"http://{host}"}
            page.request("GET", f"/{key}/stream?session_id=x", headers=upgrade)
            return page.getresponse().status
    finally:
        relay.stop()


def test_a_login_in_the_address_of_camrec_neither_prints_nor_replaces_the_token():
    with Camrec() as there:
        given = there.url.replace("://", "://viewer:S3cr@t#1@")
        wire = RemoteBackend(given, TOKEN)
        assert wire.url == there.url and there.authorizations() == {f"Bearer {TOKEN}"}
        there.heads.clear()
        RemoteBackend(given, None)
        assert there.authorizations() == {"Basic dmlld2VyOlMzY3JAdCMx"}
    with pytest.raises(CamrecError) as gone:
        RemoteBackend(given, TOKEN)
    assert gone.value.code == "no_camrec" and "S3cr" not in str(gone.value)
    with pytest.raises(CamrecError) as refused:
        RemoteBackend("http://viewer:S3cr@t/1@127.0.0.1", TOKEN)
    assert refused.value.code == "address_ambiguous" and "S3cr" not in str(refused.value)


def test_a_camera_is_contacted_without_an_http_proxy(proxy, tmp_path):
    with MjpegCamera(auth="basic") as camera:
        inspect_stream(parse_address(camera.url))
    for kind in (Go2rtc, MediaMTX):
        given = kind(lambda: tmp_path, tmp_path, 0)._env()
        assert not [name for name in given if name.lower().endswith("_proxy")]
    assert proxy.connections == 0


def test_go2rtc_is_given_nothing_but_our_own_relay(tmp_path):
    proxy = Go2rtc(lambda: tmp_path, tmp_path, 0)
    for address in ("http://camera/video", "http://127.0.0.2/video", "http://[::1]/x"):
        with pytest.raises(ValueError, match="relay"):
            proxy._add_path("x", parse_address(address))
    files = [each for each in (ROOT / "camrec").rglob("*.py") if each.parent.name != "proxies"]
    given = {
        found
        for each in files
        for found in re.findall(r"proxy\.add\(self\.path, ([\w.]+)", each.read_text("utf-8"))
    }
    # The first is MediaMTX's.
    assert given == {"self.source", "self._relay.source"}


def test_a_download_carries_nothing_of_netrc(proxy, monkeypatch):
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)  # for Windows two of them are the same
    with Camrec() as site:
        assert download_text(f"{site.url}/checksums") == '{"status": "ok"}'
        assert len(site.heads) == 1 and site.authorizations() == set()


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_an_address_with_two_readings_asks_no_name_server(monkeypatch, tmp_path, scheme):
    station = Station(Config(videos_dir=str(tmp_path)))

    def asked(*where: object, **_: object) -> None:
        raise AssertionError(f"a name server was asked for {where[0]}")

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    with pytest.raises(CamrecError) as refused:
        station.cameras.begin_open(f"{scheme}://viewer:P@ssw0rd/1@camera/x")
    assert refused.value.code == "address_ambiguous"
    with pytest.raises(CamrecError) as there:
        camrec.connect("http://viewer:P@ssw0rd/1@127.0.0.1")
    assert there.value.code == "address_ambiguous"


def test_a_webhook_is_contacted_without_an_http_proxy_and_without_netrc(proxy):
    with Camrec() as there:
        assert post_webhook(f"{there.url}/hook", b"{}", "secret").is_received
        assert len(there.heads) == 1 and there.authorizations() == set()
    assert proxy.connections == 0
