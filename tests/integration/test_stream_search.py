"""Only the host of a camera is known: the usual paths are tried one after the other."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import expect

from camrec import stream_search
from camrec.camera_address import parse_address
from camrec.errors import AccessError, CameraError, InputError
from camrec.network_policy import NetworkPolicy
from camrec.redaction import Credential
from camrec.stream_search import RTSP_PATHS, find_stream, parse_bare_host
from support.accessibility import faults
from support.cameras.mjpeg import MjpegCamera
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.cameras.refusing import Refusing, http
from support.dashboard_page import SERVE, close_all, fits, moving
from support.dashboard_server import server
from support.wire import serving

pytestmark = pytest.mark.spread

BASIC = 'WWW-Authenticate: Basic realm="camera"'


class Recorder(RawRtspCamera):
    """It has video at some paths only, and may require a log-in for every request.

    asked : the Authorization of each DESCRIBE.
    """

    there = ("/Streaming/Channels/101",)
    login: str | None = None  # the header that is right
    patience = 100  # requests that it answers on one connection

    def __init__(self) -> None:
        super().__init__(encode("-g", "10"))
        self.asked: list[str | None] = []

    def reply(self, connection, method, url, headers):
        if method != "DESCRIBE":
            return super().reply(connection, method, url, headers)
        self.asked.append(headers.get("authorization"))
        asked_here = sum(number == connection.number for number, _ in self.requests)
        connection.hang_up = asked_here >= self.patience
        if self.login is not None and headers.get("authorization") != self.login:
            return "401 Unauthorized", [BASIC], ""
        if not url.endswith(self.there):
            return "404 Not Found", [], ""
        return super().reply(connection, method, url, headers)


def at(port: int, login: str = ""):
    return parse_bare_host(f"{login}127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("192.168.1.20", "rtsp://192.168.1.20/"),
        (" camera.local/ ", "rtsp://camera.local/"),
        ("192.168.1.20:8554", "rtsp://192.168.1.20:8554/"),
        ("fe80::1", "rtsp://[fe80::1]/"),
        ("[fe80::1]:554", "rtsp://[fe80::1]:554/"),
    ],
)
def test_a_bare_host_is_recognized(typed, url):
    assert parse_bare_host(typed).url == url


@pytest.mark.parametrize(
    "typed", ["", "rtsp://h/", "h/path", "exec:ls", "a b", "ftp://h", "h?x=1", "/etc/passwd"]
)
def test_text_that_is_no_bare_host_is_not_parsed_as_one(typed):
    assert parse_bare_host(typed) is None


def test_a_bare_host_may_have_a_log_in_and_a_wrong_one_is_refused():
    assert parse_bare_host("viewer:p%40ss@192.168.1.20").credential == Credential("viewer", "p@ss")
    with pytest.raises(InputError):
        parse_bare_host("192.168.1.20:99999")


def test_the_first_path_with_a_frame_is_found_over_one_connection():
    with Recorder() as camera:
        found = find_stream(at(camera.port))
    assert found == parse_address(f"rtsp://127.0.0.1:{camera.port}/Streaming/Channels/101")
    assert camera.connections == 1
    asked = [line.split(" ")[1].partition(str(camera.port))[2] for _, line in camera.requests]
    assert asked == list(RTSP_PATHS[: RTSP_PATHS.index("/Streaming/Channels/101") + 1])


def test_a_camera_that_ends_its_connections_is_asked_over_a_few_never_two_at_once():
    class Impatient(Recorder):
        patience = 1

    with Impatient() as camera:
        found = find_stream(at(camera.port))
    assert found.url.endswith("/Streaming/Channels/101")
    assert (camera.connections, camera.most_at_once) == (3, 1)


def test_a_camera_that_wants_a_log_in_is_asked_once():
    class Locked(Recorder):
        login = "Basic dmlld2VyOnJpZ2h0"  # viewer:right

    with Locked() as camera:
        with pytest.raises(CameraError) as refused:
            find_stream(at(camera.port))
        assert refused.value.code == "camera_asks_login"
        assert camera.asked == [None]
    with Locked() as camera:
        with pytest.raises(CameraError) as refused:
            find_stream(at(camera.port, "viewer:wrong@"))
        assert refused.value.code == "camera_wrong_password"
        assert len(camera.asked) == 2, "a wrong password is tried once: cameras lock accounts"
    with Locked() as camera:
        found = find_stream(at(camera.port, "viewer:right@"))
        assert found.credential == Credential("viewer", "right")
        assert "right" not in found.url


def test_a_failed_stream_search_lists_the_paths_that_were_tried():
    class Elsewhere(Recorder):
        there = ("/nobody/knows",)

    with Elsewhere() as camera, pytest.raises(CameraError) as missing:
        find_stream(at(camera.port))
    assert missing.value.code == "stream_not_found"
    for language in ("en", "fr"):
        said = missing.value.text(language)
        assert f"rtsp:{camera.port}: /, /stream1, /Streaming/Channels/101" in said
        assert f"http:{camera.port}: /video" in said


def test_a_camera_that_hangs_up_on_each_question_is_left_alone_in_the_end():
    class Rude(Recorder):
        def reply(self, connection, method, url, headers):
            return None

    with Rude() as camera, pytest.raises(CameraError):
        find_stream(at(camera.port))
    assert camera.most_at_once == 1
    assert camera.connections < 20


def test_an_http_camera_is_found_after_rtsp():
    with MjpegCamera() as camera:
        port = parse_address(camera.url).port
        tried = stream_search.HTTP_PATHS
        path = camera.url.partition(str(port))[2]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stream_search, "HTTP_PATHS", (*tried[:1], path))
            assert find_stream(at(port)).url == camera.url


def test_a_web_page_is_no_camera_and_asking_it_ends():
    page = http("200 OK", "Content-Type: text/html\r\n", b"<html></html>")
    with Refusing(page) as other, pytest.raises(CameraError) as missing:
        find_stream(at(other.port))
    assert missing.value.code == "stream_not_found"


def test_a_host_where_nothing_listens_says_which_ports_were_tried():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(CameraError) as silent:
        find_stream(at(port))
    assert silent.value.code == "camera_silent" and str(port) in silent.value.text()


def test_a_stream_search_contacts_only_allowed_networks():
    with Recorder() as camera:
        with pytest.raises(AccessError):
            find_stream(at(camera.port), NetworkPolicy(["10.0.0.0/8"]))
        assert camera.connections == 0


def test_a_bare_host_is_rejected_over_rest(binaries, tmp_path):
    with serving(binaries.config(tmp_path)) as (_, wire):
        reply = wire.post("/session/open", {"url": "127.0.0.1"})
        assert (reply.status, reply.code) == (400, "address_scheme")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language", "dark"), [(390, "fr", True), (1440, "en", False)])
def test_a_bare_address_a_name_and_a_log_in_open_a_camera(
    width, language, dark, binaries, tmp_path, open_page
):
    class Guarded(Recorder):
        login = "Basic dmlld2VyOmNhbmFyeSMx"  # viewer:canary#1

    french = language == "fr"
    field = "Adresse de la caméra" if french else "Camera address"
    button = "Ouvrir la caméra" if french else "Open camera"
    with server(SERVE, tmp_path, binaries) as wire, Guarded() as camera:
        tab = open_page(wire.url, width=width, language=language, dark=dark)
        page = tab.page
        expect(page.get_by_label("Nom" if french else "Name", exact=True)).to_be_hidden()
        page.get_by_text("Où trouver l’adresse" if french else "Where do I find").click()
        page.get_by_label(field).fill(f"127.0.0.1:{camera.port}")
        page.get_by_role("button", name=button).click()
        asks = "demande un nom d’utilisateur" if french else "requires a user name"
        expect(page.get_by_role("alert")).to_contain_text(asks)
        user = page.get_by_label("Utilisateur" if french else "User", exact=True)
        expect(user).to_be_focused()
        expect(page.get_by_text("axis-media")).to_be_visible()
        fits(page)
        assert faults(page) == []
        user.fill("viewer")
        page.get_by_label("Mot de passe" if french else "Password", exact=True).fill("canary#1")
        page.get_by_label("Nom" if french else "Name", exact=True).fill("Door")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("article", name="Door, ")).to_be_visible()
        moving(page)
        assert "canary" not in page.content()
        assert "canary" not in wire.get("/session/list").body.decode()
        assert camera.most_at_once == 1
        there = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert there and not any(b"canary" in file.read_bytes() for file in there)
        expect(page.get_by_label(field)).to_have_value("")
        close_all(wire, page)
        tab.close()
