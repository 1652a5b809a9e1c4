"""The inspection of an MJPEG address: what is a camera, and what is reported of anything else."""

from __future__ import annotations

import threading
from http.client import HTTPMessage
from types import SimpleNamespace

import pytest

from camrec.camera_address import Credential, parse_address
from camrec.errors import CameraError
from camrec.http_auth import HttpLogin
from camrec.mjpeg_relay import inspect_stream
from camrec.mjpeg_relay.http_client import CameraHttpClient
from camrec.ports import find_free_ports
from support.cameras.mjpeg import MjpegCamera, Variant
from support.cameras.refusing import Refusing, http, says
from support.certificates import unknown_certificate

pytestmark = pytest.mark.spread

PASSWORD = "p@s:s/w#o%r d?&+é"
USERINFO = "viewer:p%40s%3As%2Fw%23o%25r%20d%3F%26%2B%C3%A9"
JPEG = b"\xff\xd8\xff\xe0" + bytes(100) + b"\xff\xd9"


FORMS = {
    "standard": "standard",
    "no part type": "no_type",
    "quoted boundary": "quoted",
    "declared with dashes": "declared_dashes",
    "lower-case headers": "lower_case",
    "image/jpg": Variant(headers="Content-Type: image/jpg\r\nContent-Length: {length}\r\n\r\n"),
    "empty line first": Variant(preamble=b"\r\n"),
    "other boundary": Variant(delimiter=b"--another\r\n"),
    "closed after each": Variant(after=b"\r\n--frame--\r\n"),
    "multipart/mixed": Variant(content_type="multipart/mixed; boundary=frame"),
    "octet-stream": Variant(content_type="application/octet-stream"),
    "upper-case type": Variant(content_type="Multipart/X-Mixed-Replace; boundary=frame"),
    "line feeds": Variant(delimiter=b"--frame\n", headers="Content-Length: {length}\n\n"),
    "length and more headers": Variant(
        headers="X-A: b:c\r\nContent-Length: \t{length} \r\nContent-Length: 7\r\n\r\n"
    ),
    "no dashes": "no_dashes",
    "no length": "no_length",
    "length 0": "zero_length",
    "text first": "preamble",
    "type image/jpeg": "jpeg_type",
    "space before the colon": Variant(headers="Content-Length : {length}\r\n\r\n"),
    "a part's line without a colon": Variant(headers="Content-Length: {length}\r\nnothing\r\n\r\n"),
    "snapshot": "snapshot",
    "bare JPEGs": Variant("video/x-motion-jpeg", delimiter=b"", headers="", after=b""),
    "length too long": "too_long",
    "line feeds, after the picture too": Variant(
        delimiter=b"--frame\n", headers="Content-Length: {length}\n\n", after=b"\n"
    ),
    "the wrong one of two lengths first": Variant(
        headers="Content-Length: 7\r\nContent-Length: {length}\r\n\r\n"
    ),
    "a length with a sign": Variant(headers="Content-Length: -{length}\r\n\r\n"),
    "empty line first, untyped": Variant("application/octet-stream", preamble=b"\r\n"),
    "text between": Variant(after=b"\r\nnext:\r\n"),
}


def seen(address: str, **given) -> str | None:
    """The code of the error, if there is one."""
    try:
        inspect_stream(parse_address(address), **given)
        return None
    except CameraError as error:
        assert str(error) and error.text("fr")  # noqa: PT017 - whatever it is
        return error.code


@pytest.mark.parametrize("variant", FORMS.values(), ids=FORMS)
def test_every_mjpeg_variant_is_accepted_as_a_camera(variant):
    with MjpegCamera(variant=variant) as camera:
        assert seen(camera.url) is None
        assert camera.connections == 1


def test_the_inspection_disconnects_from_the_camera_soon_after_its_result():
    with MjpegCamera() as camera:
        assert seen(camera.url) is None
        gone = threading.Event()
        for _ in range(200):
            if not camera.connected:
                break
            gone.wait(0.05)
        assert camera.connected == 0


@pytest.mark.parametrize("auth", ["basic", "digest", "digest SHA-256", "digest auth-int"])
def test_a_camera_s_password_is_accepted_or_reported_as_wrong(auth):
    with MjpegCamera(auth=auth, user="viewer", password=PASSWORD) as camera:
        assert seen(camera.url) is None
        assert seen(f"http://viewer:wrong@127.0.0.1:{camera.port}/mjpeg") == "camera_wrong_password"
        assert seen(camera.address) == "camera_asks_login"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("404 Not Found"), "camera_no_path"),
        (http("403 Forbidden"), "camera_asks_login"),
        (http("200 OK", "Content-Type: text/html\r\n", b"<html>"), "camera_not_a_camera"),
        (http("200 OK", "Content-Type: image/png\r\n", b"\x89PNG"), "camera_not_a_camera"),
        (http("200 OK", "Content-Type: image/jpeg\r\n", b"\x89PNG"), "camera_not_a_camera"),
        (http("200 OK"), "camera_not_a_camera"),
        (
            http(
                "200 OK",
                "Content-Type: multipart/x-mixed-replace\r\n",
                b"--x\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n\x89PNG",
            ),
            "camera_not_a_camera",
        ),
        (
            http(
                "200 OK",
                "Content-Type: multipart/x-mixed-replace\r\n",
                b"--x\r\nno header\r\nContent-Length: 4\r\n\r\n" + JPEG,
            ),
            None,
        ),
        (
            http("200 OK", "Content-Type: multipart/x-mixed-replace\r\n", b"\r\n" * 50_000),
            "camera_not_a_camera",
        ),
        (says(b""), "camera_not_a_camera"),
        (says(b"RTSP/1.0 400 Bad Request\r\n\r\n"), "camera_not_a_camera"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"), "camera_not_a_camera"),
        (says(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000), "camera_not_a_camera"),
    ],
)
def test_a_refusal_of_a_camera_has_its_own_code(answer, code):
    with Refusing(answer) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/x") == code
        assert peer.connections == 1


@pytest.mark.parametrize(
    ("headers", "most"), [("", 6), ("Retry-After: 0\r\n", 30), ("Retry-After: 3600\r\n", 1)]
)
def test_a_busy_camera_is_asked_again_for_a_short_time(headers, most):
    """If it stays busy for longer than anyone waits, the error says that it is busy."""
    with Refusing(http("503 Service Unavailable", headers)) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/") == "camera_busy"
        assert 1 <= peer.connections <= most
    answers = iter([http("503 Busy"), http("200 OK", "Content-Type: image/jpeg\r\n", JPEG)])
    with Refusing(lambda client, request: next(answers)(client, request)) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/") is None


def test_a_cookie_set_on_the_way_is_sent_back_to_its_host_alone():
    heads = []

    def asks(client, request: bytes) -> bool:
        heads.append(request.decode())
        if b"Cookie: sid=abc" in request:
            return http("200 OK", "Content-Type: image/jpeg\r\n", JPEG)(client, request)
        here = "Location: /video?\r\nSet-Cookie: sid=abc; Path=/\r\n"
        return http("302 Found", here)(client, request)

    with Refusing(asks) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/video?") is None
        assert [each.split()[1] for each in heads] == ["/video?", "/video?"]
    with Refusing(http("404 Not Found")) as other, Refusing(lambda *_: False) as peer:
        there = f"Location: http://127.0.0.1:{other.port}/\r\nSet-Cookie: sid=abc; Path=/\r\n"
        peer._answer = http("302 Found", there)
        other._answer = lambda client, request: heads.append(request.decode()) or False
        seen(f"http://127.0.0.1:{peer.port}/")
        assert "Cookie" not in heads[-1] and other.connections == 1


@pytest.mark.parametrize(
    "end", ["/v?", "/v&channel=1", "/v?&channel=1", "/v?a=", "/?", "/v//", "?x"]
)
def test_the_path_of_a_camera_address_is_requested_as_it_was_typed(end):
    heads = []

    def asks(client, request: bytes) -> bool:
        heads.append(request.decode())
        return http("404 Not Found")(client, request)

    with Refusing(asks) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}{end}") == "camera_no_path"
        assert heads[0].split()[1] == (end if end.startswith("/") else f"/{end}")


def test_an_address_where_nobody_listens_is_reported():
    assert seen(f"http://127.0.0.1:{find_free_ports(1)[0]}/") == "camera_refused"
    assert seen("http://no-such-host.invalid/") == "camera_unknown_host"
    assert seen(f"http://{'a' * 70}.invalid/") == "camera_unknown_host"


def test_the_inspection_of_a_silent_camera_ends_in_time():
    with Refusing(None) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/", seconds=0.5) == "camera_no_answer"


def test_a_slow_drip_is_bounded_in_time():
    over = threading.Event()

    def drip(client, request: bytes) -> bool:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.05):
            client.sendall(b"X: y\r\n")
        return False

    with Refusing(drip) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/", seconds=0.5) == "camera_no_answer"
        over.set()


@pytest.mark.parametrize("text", [b"\r\n", b"--\r\n", b"--x\r\n\r\n", b"X: y\r\n", b"x"])
@pytest.mark.parametrize("start", [b"", b"--frame\r\n"])
def test_text_without_an_end_is_bounded_in_bytes(text, start):
    sent = 0

    def pours(client, request: bytes) -> bool:
        nonlocal sent
        client.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=x\r\n\r\n"
            + start
        )
        while sent < 64 << 20:
            client.sendall(text * 4096)
            sent += len(text) * 4096
        return False

    with Refusing(pours) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/") == "camera_not_a_camera"
    assert sent < 32 << 20, "all that the sockets hold, and little more"


def test_a_redirect_host_that_contains_the_password_is_masked_in_the_error():
    answer = http("302 Found", "Location: http://Secret77.example.invalid/\r\n")
    with Refusing(answer) as peer, pytest.raises(CameraError) as refused:
        inspect_stream(parse_address(f"http://viewer:Secret77@127.0.0.1:{peer.port}/"))
    assert refused.value.facts["other"] == "***.example.invalid"


def test_a_camera_that_is_slow_to_send_is_no_error():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=x\r\n\r\n"
    with Refusing(says(head, then_closes=False)) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/", seconds=0.5) is None


def test_a_redirect_is_followed_only_to_the_same_camera():
    with MjpegCamera(auth="basic", user="viewer", password=PASSWORD) as camera:
        here = f"Location: http://127.0.0.1:{camera.port}/mjpeg\r\n"
        with Refusing(http("302 Found", here)) as peer:
            # The credential is for the one host that it was given for.
            address = f"http://{USERINFO}@127.0.0.1:{peer.port}/"
            assert seen(address) == "camera_wrong_password"
    with MjpegCamera() as camera:
        here = f"Location: http://127.0.0.1:{camera.port}/mjpeg\r\n"
        with Refusing(http("302 Found", here)) as peer:
            assert seen(f"http://127.0.0.1:{peer.port}/") is None
    with Refusing(http("302 Found", "Location: /again\r\n")) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/") == "camera_circle"
        assert peer.connections == 2
    with Refusing(http("302 Found", "Location: file:///etc/passwd\r\n")) as peer:
        assert seen(f"http://127.0.0.1:{peer.port}/") == "camera_not_a_camera"


def test_a_camera_s_certificate_is_checked(tmp_path):
    """Not checked for an IP address, checked for a name: as go2rtc does."""
    file = unknown_certificate(tmp_path, "localhost")
    answer = http("200 OK", "Content-Type: image/jpeg\r\n", JPEG)
    with Refusing(answer, certificate=file) as camera:
        assert seen(f"https://127.0.0.1:{camera.port}/") is None
        assert seen(f"https://localhost:{camera.port}/") == "camera_certificate"
    with Refusing(answer, greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as plain:
        assert seen(f"https://127.0.0.1:{plain.port}/") == "camera_not_a_camera"


def test_pathological_addresses_are_no_defect():
    with Refusing(http("404 Not Found")) as peer:
        for path in ("/é%zz", "/?a=b c".replace(" ", "+") + "&é=1", '/{}|^`"<>', ""):
            assert seen(f"http://127.0.0.1:{peer.port}{path}") == "camera_no_path"


@pytest.mark.parametrize(
    ("first", "second", "is_sent"),
    [
        ("https://cam:8443/a", "http://cam:8443/b", False),
        ("https://cam/a", "http://cam/b", False),
        ("http://cam/a", "http://cam:81/b", False),
        ("http://cam/a", "https://cam/b", True),
        ("https://cam/a", "https://cam/b", True),
    ],
)
def test_a_redirect_never_takes_a_password_from_tls_into_the_clear(
    monkeypatch, first, second, is_sent
):
    asked = []

    def ask(visit, url, authorization):
        asked.append((url, authorization))
        answer = HTTPMessage()
        answer["Location"] = second
        status = 302 if url == first else 200
        return SimpleNamespace(status=status, headers=answer, getheader=answer.get)

    monkeypatch.setattr(CameraHttpClient, "_request_or_reconnect", ask)
    monkeypatch.setattr(HttpLogin, "authorization", lambda *_: "Basic secret")
    CameraHttpClient(1).get(first, Credential("viewer", "secret77"))
    assert asked == [(first, "Basic secret"), (second, "Basic secret" if is_sent else None)]
