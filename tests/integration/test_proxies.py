"""The real MediaMTX and go2rtc: start, paths, errors, sudden ends, and what they never reveal."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
import yaml

from camrec.camera_address import CameraAddress, parse_address
from camrec.errors import CameraError, InputError, ServiceError
from camrec.ports import find_free_ports
from camrec.process import SERVER_STOP_SEQUENCE, ChildProcess, ProcessState
from camrec.proxies import Go2rtc, MediaMTX
from camrec.proxies.log_errors import error_from_log
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing, rtsp_status, rtsp_that_leaves, says
from support.certificates import unknown_certificate
from support.private_files import is_private
from support.proxy_requests import describe, from_websocket
from support.stopping import kill

pytestmark = pytest.mark.spread

PASSWORD = "c4n@ry/p#ss %w?d"
USERINFO = "joe:c4n%40ry%2Fp%23ss%20%25w%3Fd"
KINDS = {"mediamtx": MediaMTX, "go2rtc": Go2rtc}


@pytest.fixture
def proxies(binaries, tmp_path):
    """Creates proxies by name, and stops them at the end."""
    made = []

    def make(name: str, port: int = 0, folder: Path = tmp_path / "bin"):
        made.append(KINDS[name](lambda: getattr(binaries, name), folder, port))
        return made[-1]

    yield make
    for proxy in made:
        proxy.stop()


@pytest.fixture(params=KINDS)
def name(request):
    return request.param


class Awaited:
    """Counts the calls of a callback, and lets a test wait for the nth."""

    def __init__(self, signal) -> None:
        self._count = 0
        self._more = threading.Condition()
        signal.connect(self._note)

    def _note(self, *args) -> None:
        with self._more:
            self._count += 1
            self._more.notify_all()

    def wait(self, times: int) -> None:
        with self._more:
            assert self._more.wait_for(lambda: self._count >= times, 30), self._count


def until(found, seconds: float = 20.0):
    """The result of `found` once it is true."""
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, "never came"
        threading.Event().wait(0.05)
    return result


@pytest.fixture(scope="module")
def rtsp_camera(binaries, tmp_path_factory):
    """A real RTSP camera with a password: a MediaMTX of its own to which FFmpeg publishes."""
    folder = tmp_path_factory.mktemp("camera")
    (port,) = find_free_ports(1)
    config = folder / "camera.yml"
    off = dict.fromkeys(("rtmp", "hls", "webrtc", "srt", "moq"), False)
    # Hashed: in plain text not every character is allowed.
    digest = base64.b64encode(hashlib.sha256(PASSWORD.encode()).digest()).decode()
    user = f"sha256:{base64.b64encode(hashlib.sha256(b'joe').digest()).decode()}"
    users = [
        {"user": "any", "ips": ["127.0.0.1"], "permissions": [{"action": "publish"}]},
        {"user": user, "pass": f"sha256:{digest}", "permissions": [{"action": "read"}]},
    ]
    config.write_text(
        yaml.safe_dump(
            {
                **off,
                "rtspTransports": ["tcp"],
                "rtspAddress": f"127.0.0.1:{port}",
                "authInternalUsers": users,
                "paths": {"all_others": {}},
            }
        )
    )
    heard = []
    with ExitStack() as stack:
        server = ChildProcess("camera", [binaries.mediamtx, config], on_line=heard.append).start()
        stack.callback(server.stop, SERVER_STOP_SEQUENCE)
        until(lambda: any("listeners" in line for line in heard))
        picture = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25"]
        coding = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p"]
        where = ["-f", "rtsp", "-rtsp_transport", "tcp", f"rtsp://127.0.0.1:{port}/live"]
        argv = [binaries.ffmpeg, "-nostats", "-loglevel", "warning", *picture, *coding, *where]
        publisher = ChildProcess("publisher", argv).start()
        stack.callback(publisher.stop, SERVER_STOP_SEQUENCE)
        until(lambda: any("publishing to path 'live'" in line for line in heard))
        yield f"rtsp://{USERINFO}@127.0.0.1:{port}/live"


@contextmanager
def wanted(proxy: MediaMTX, *paths: str):
    """A reader waits on each path, because a proxy connects to a camera only for a reader."""
    with ExitStack() as stack:
        for path in paths:
            peer = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
            stack.enter_context(peer)
            peer.sendall(f"DESCRIBE {proxy.local_url(path)} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        yield


def served(url: str) -> bool:
    return describe(url) == "RTSP/1.0 200 OK"


# Both of them


def test_a_proxy_starts_answers_and_stops(proxies, name, tmp_path):
    proxy = proxies(name)
    assert proxy.state is ProcessState.STOPPED and proxy.pid is None
    proxy.ensure_ready()
    proxy.ensure_ready()
    assert proxy.state is ProcessState.READY
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", proxy.version)
    assert proxy.local_url("x") == f"rtsp://127.0.0.1:{proxy.port}/x"
    pid = proxy.pid
    proxy.stop()
    assert not psutil.pid_exists(pid) and proxy.state is ProcessState.STOPPED
    proxy.ensure_ready()
    assert proxy.pid != pid


def test_a_proxy_listens_on_this_computer_only(proxies, name):
    proxy = proxies(name)
    proxy.ensure_ready()
    listening = {
        connection.laddr
        for connection in psutil.Process(proxy.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address for address, _ in listening} == {"127.0.0.1"}
    assert len(listening) == 2 and proxy.port in {port for _, port in listening}


def test_a_proxy_s_configuration_is_camrec_s_alone(proxies, name, tmp_path):
    proxy = proxies(name)
    proxy.ensure_ready()
    (config,) = (tmp_path / "bin").glob(f"{name}.y*ml")
    assert config.name in ("mediamtx.yml", "go2rtc.yaml")
    assert is_private(config)
    first = config.read_text()
    proxy.stop()
    proxy.ensure_ready()
    assert config.read_text() != first, "the same API password again"


def test_a_proxy_runs_from_a_folder_with_special_characters(proxies, name, tmp_path):
    proxy = proxies(name, folder=tmp_path / "a.b=c é {x}" / "bin")
    proxy.ensure_ready()


def test_two_proxies_in_one_folder_run_side_by_side(proxies, name, tmp_path):
    first, second = proxies(name), proxies(name)
    first.ensure_ready()
    pid = first.pid
    second.ensure_ready()
    assert first.pid == pid and first.port != second.port
    assert len(list((tmp_path / "bin").glob(f"{name}*.y*ml"))) == 2


def test_a_port_in_use_is_reported_with_the_process_that_uses_it(proxies, name):
    with socket.create_server(("127.0.0.1", 0)) as taker:
        port = taker.getsockname()[1]
        proxy = proxies(name, port)
        with pytest.raises(ServiceError) as caught:
            proxy.ensure_ready()
        error = caught.value
        assert error.code == "port_taken"
        assert error.facts["port"] == port and error.facts["setting"] == f"{name}_port"
        assert f"pid {os.getpid()}" in str(error) and f"pid {os.getpid()}" in error.text("fr")
        assert proxy.state is ProcessState.FAILED and proxy.pid is None
    proxy.ensure_ready()
    assert proxy.port == port


def test_a_proxy_folder_that_cannot_be_written_is_an_error(proxies, name, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError) as caught:
        proxies(name, folder=tmp_path / "file" / "bin").ensure_ready()
    assert caught.value.code == "folder_unwritable"


def test_a_missing_proxy_program_is_an_error(binaries, tmp_path, name):
    def missing() -> Path:
        raise ServiceError("binary_missing", name=name, tried="", folder="", url="")

    proxy = KINDS[name](missing, tmp_path, 0)
    with pytest.raises(ServiceError) as caught:
        proxy.ensure_ready()
    assert caught.value.code == "binary_missing"
    assert proxy.state is ProcessState.STOPPED


def test_a_killed_camrec_leaves_no_proxy(binaries, name, tmp_path):
    """On Linux it dies with camrec; elsewhere the next start ends it."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        f"from camrec.proxies import {KINDS[name].__name__} as Kind\n"
        f"program, folder = Path({str(getattr(binaries, name))!r}), Path({str(tmp_path)!r})\n"
        "proxy = Kind(lambda: program, folder, 0)\n"
        "proxy.ensure_ready()\n"
        "print(proxy.pid, flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    with parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    proxy = KINDS[name](lambda: getattr(binaries, name), tmp_path, 0)
    proxy.ensure_ready()
    proxy.stop()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")


# MediaMTX


def test_mediamtx_serves_a_camera_until_it_is_removed(proxies, rtsp_camera):
    proxy = proxies("mediamtx")
    proxy.ensure_ready()
    url = proxy.local_url("cam")
    assert describe(url) == "RTSP/1.0 400 Bad Request"
    proxy.add("cam", parse_address(rtsp_camera))
    until(lambda: served(url))
    proxy.add("cam", parse_address(rtsp_camera))
    assert served(url)
    assert proxy.reason("cam", 0) is None
    proxy.remove("cam")
    proxy.remove("cam")
    assert describe(url) == "RTSP/1.0 400 Bad Request"


def test_mediamtx_killed_comes_back_with_its_paths(proxies, rtsp_camera):
    proxy = proxies("mediamtx")
    ready = Awaited(proxy.became_ready)
    proxy.add("early", parse_address(rtsp_camera))
    proxy.ensure_ready()
    proxy.add("late", parse_address(rtsp_camera))
    until(lambda: served(proxy.local_url("late")))
    pid, port = proxy.pid, proxy.port
    kill(pid)
    ready.wait(2)
    proxy.ensure_ready()
    assert proxy.pid != pid and proxy.port == port
    for path in ("early", "late"):
        until(lambda path=path: served(proxy.local_url(path)))


@contextmanager
def peer(kind: str):
    """A peer that refuses, and its port."""
    challenge = 'WWW-Authenticate: Digest realm="c", nonce="n"\r\n'
    answers = {
        "401": rtsp_status("401 Unauthorized", challenge),
        "401 without a way": rtsp_status("401 Unauthorized"),
        "404": rtsp_status("404 Not Found"),
        "503": rtsp_status("503 Service Unavailable"),
        "ssh": says(b""),
        "http": says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        "leaves": rtsp_that_leaves,
    }
    if kind == "refused":
        yield find_free_ports(1)[0]
        return
    greeting = b"SSH-2.0-OpenSSH_9.6\r\n" if kind == "ssh" else b""
    with Refusing(answers.get(kind), greeting=greeting) as refusing:
        yield refusing.port


def test_mediamtx_reports_why_a_camera_does_not_deliver(proxies):
    proxy = proxies("mediamtx")
    proxy.ensure_ready()
    expected = {
        "401": "camera_wrong_password",
        "401 without a way": "camera_wrong_password",
        "404": "camera_no_path",
        "503": "camera_busy",
        "http": "camera_not_a_camera",
        "ssh": "camera_not_a_camera",
        "refused": "camera_refused",
        "leaves": "camera_no_answer",
    }
    since = time.perf_counter_ns()
    with ExitStack() as stack:
        for number, kind in enumerate(expected):
            port = stack.enter_context(peer(kind))
            proxy.add(f"p{number}", parse_address(f"rtsp://{USERINFO}@127.0.0.1:{port}/x"))
        proxy.add("nowhere", parse_address("rtsp://no-such-host.invalid/x"))
        paths = [f"p{number}" for number in range(len(expected))]
        stack.enter_context(wanted(proxy, *paths, "nowhere"))
        for number, (kind, code) in enumerate(expected.items()):
            error = until(lambda number=number: proxy.reason(f"p{number}", since))
            assert isinstance(error, CameraError) and error.code == code, kind
            assert error.facts["host"] == "127.0.0.1"
            assert str(error) and error.text("fr")
        assert until(lambda: proxy.reason("nowhere", since)).code == "camera_unknown_host"
    assert proxy.reason("p0", time.perf_counter_ns() + 10**10) is None
    proxy.remove("p0")
    assert proxy.reason("p0", 0) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dial tcp 10.0.0.1:404: connect: connection refused", "camera_refused"),
        ('mjpeg: streams: Get "http://10.0.0.1/401 x509:": EOF', "camera_not_a_camera"),
        ("mjpeg: streams: 404 Gone fishing", "camera_no_path"),
        ("bad status code: 401 (Unauthorized)", "camera_wrong_password"),
        ("bad status code: 400 (connection refused)", "camera_rejected"),
        ("bad status code: 453 (Not Enough Bandwidth)", "camera_busy"),
        ("bad status code: 500 (Internal Server Error)", "camera_failed"),
        # What Windows says; here only as texts.
        (
            "dial tcp 10.0.0.1:554: connectex: No connection could be made because the target "
            "machine actively refused it.",
            "camera_refused",
        ),
        (
            "dial tcp 10.0.0.1:554: connectex: A connection attempt failed because the connected "
            "party did not properly respond after a period of time",
            "camera_no_answer",
        ),
        (
            "dial tcp 10.0.0.1:554: connectex: A socket operation was attempted to an "
            "unreachable host.",
            "camera_no_answer",
        ),
        ("streams: codecs not matched: video:H265 => video:JPEG", "camera_codec"),
        ("something new with c4n@ry/p#ss %w?d", "camera_failed"),
    ],
)
def test_a_line_of_the_proxy_log_is_translated_to_its_error_code(text, code):
    error = error_from_log(parse_address(f"rtsp://{USERINFO}@10.0.0.1/x"), text)
    assert error.code == code and not leaked(str(error))


@pytest.fixture
def self_signed(tmp_path) -> Path:
    return unknown_certificate(tmp_path, "localhost", "127.0.0.1")


def test_mediamtx_refuses_an_unknown_certificate(proxies, self_signed):
    proxy = proxies("mediamtx")
    proxy.ensure_ready()
    with Refusing(rtsp_status("404 Not Found"), certificate=self_signed) as camera:
        proxy.add("cam", parse_address(f"rtsps://127.0.0.1:{camera.port}/x"))
        with wanted(proxy, "cam"):
            assert until(lambda: proxy.reason("cam", 0)).code == "camera_certificate"


def test_mediamtx_reports_rtsps_without_tls(proxies):
    proxy = proxies("mediamtx")
    proxy.ensure_ready()
    with Refusing(None, greeting=b"RTSP/1.0 400 Bad Request\r\n\r\n") as camera:
        proxy.add("cam", parse_address(f"rtsps://{USERINFO}@127.0.0.1:{camera.port}/x"))
        with wanted(proxy, "cam"):
            assert until(lambda: proxy.reason("cam", 0)).code == "camera_not_a_camera"


def test_mediamtx_ends_though_a_tls_peer_is_silent(proxies, caplog):
    """It waits forever for such a peer, also when it is asked to stop."""
    proxy = proxies("mediamtx")
    proxy.ensure_ready()
    with Refusing(None) as camera:
        proxy.add("cam", parse_address(f"rtsps://127.0.0.1:{camera.port}/x"))
        with wanted(proxy, "cam"):
            until(lambda: camera.connections)
            pid = proxy.pid
            proxy.stop()
    assert not psutil.pid_exists(pid)


def test_an_address_that_mediamtx_does_not_take(proxies, caplog):
    caplog.set_level(logging.DEBUG)
    proxy = proxies("mediamtx")
    proxy.ensure_ready()
    with pytest.raises(InputError) as caught:
        proxy.add("cam", parse_address(f"rtsp://{USERINFO}@127.0.0.1/%zz"))
    assert caught.value.code == "address_refused"
    proxy.stop()
    assert not leaked(caplog.text + str(caught.value) + caught.value.text("fr"))


# go2rtc


def test_go2rtc_serves_a_camera_until_it_is_removed(proxies):
    proxy = proxies("go2rtc")
    proxy.ensure_ready()
    with MjpegCamera(auth="digest", user="joe", password=PASSWORD) as camera:
        proxy.add("cam", parse_address(camera.url))
        picture = from_websocket(proxy, "cam")
        assert picture[:2] == b"\xff\xd8"
        until(lambda: camera.connected == 0)
        proxy.remove("cam")
        proxy.remove("cam")
        assert "404" in describe(proxy.local_url("cam"))


def test_go2rtc_killed_comes_back_with_its_paths(proxies):
    proxy = proxies("go2rtc")
    ready = Awaited(proxy.became_ready)
    with MjpegCamera() as camera:
        proxy.ensure_ready()
        proxy.add("cam", parse_address(camera.url))
        before, pid = proxy.stream_endpoint("cam"), proxy.pid
        kill(pid)
        ready.wait(2)
        proxy.ensure_ready()
        assert proxy.stream_endpoint("cam")[2] != before[2]
        assert from_websocket(proxy, "cam")[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "camera_no_path"),
        (403, "camera_asks_login"),
        (503, "camera_busy"),
        (400, "camera_rejected"),
    ],
)
def test_go2rtc_reports_the_status_of_a_camera(proxies, status, code):
    proxy = proxies("go2rtc")
    proxy.ensure_ready()
    with MjpegCamera(status=status) as camera:
        source = parse_address(camera.url)
        proxy.add("cam", source)
        assert proxy.reason(source, from_websocket(proxy, "cam")).code == code


def test_go2rtc_reports_a_wrong_password_and_a_refused_connection(proxies):
    proxy = proxies("go2rtc")
    proxy.ensure_ready()
    with MjpegCamera(auth="basic", user="joe", password="another") as camera:
        source = parse_address(f"http://{USERINFO}@127.0.0.1:{camera.port}/mjpeg")
        proxy.add("cam", source)
        assert proxy.reason(source, from_websocket(proxy, "cam")).code == "camera_wrong_password"
    error = proxy.reason(source, from_websocket(proxy, "cam"))
    assert error.code == "camera_refused"
    assert not leaked(str(error))


# The canary


def leaked(text: str) -> bool:
    pieces = (PASSWORD, USERINFO, "c4n", "ry%2Fp", "p%2523ss", "p#ss", "p%23ss")
    return any(piece in text for piece in pieces)


def test_a_proxy_keeps_a_credential_in_memory_only(proxies, rtsp_camera, tmp_path, caplog, capfd):
    """Through opening, errors, a restart and the end, no log line, argv, file or error
    contains it.
    """
    caplog.set_level(logging.DEBUG)
    told = []
    mediamtx, go2rtc = proxies("mediamtx"), proxies("go2rtc")
    with ExitStack() as stack:
        camera = stack.enter_context(MjpegCamera(auth="basic", user="joe", password=PASSWORD))
        wrong = stack.enter_context(MjpegCamera(auth="digest", user="joe", password="another"))
        refusing = stack.enter_context(Refusing(rtsp_status("401 Unauthorized")))
        addresses: dict[str, CameraAddress] = {
            "good": parse_address(rtsp_camera),
            "refused": parse_address(f"rtsp://{USERINFO}@127.0.0.1:{refusing.port}/x"),
            "gone": parse_address(f"rtsp://{USERINFO}@127.0.0.1:1/x"),
        }
        pictures = {
            "camera": parse_address(camera.url),
            "wrong": parse_address(f"http://{USERINFO}@127.0.0.1:{wrong.port}/mjpeg"),
            "closed": parse_address(f"http://{USERINFO}@127.0.0.1:1/mjpeg"),
        }
        for proxy, sources in ((mediamtx, addresses), (go2rtc, pictures)):
            ready = Awaited(proxy.became_ready)
            proxy.ensure_ready()
            for path, source in sources.items():
                proxy.add(path, source)
            kill(proxy.pid)
            ready.wait(2)
            proxy.ensure_ready()
            told.append(" ".join(psutil.Process(proxy.pid).cmdline()))
        until(lambda: served(mediamtx.local_url("good")))
        for path in ("refused", "gone"):
            with wanted(mediamtx, path):
                told.append(str(until(lambda path=path: mediamtx.reason(path, 0))))
        for path, source in pictures.items():
            said = from_websocket(go2rtc, path)
            if isinstance(said, str):
                told.append(str(go2rtc.reason(source, said)))
        for file in tmp_path.rglob("*"):
            if file.is_file():
                told.append(file.read_text())
        mediamtx.stop()
        go2rtc.stop()
    told += [repr(addresses), repr(pictures), *capfd.readouterr(), caplog.text]
    assert len(caplog.text) > 1000
    assert not leaked("\n".join(told))
