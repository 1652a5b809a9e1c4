"""Alerts are sent to the webhook, whatever it does, and nothing else notices."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading

import pytest
import yaml

from camrec.alerts import SIGNATURE_HEADER, Alert, AlertSubject, post_webhook
from camrec.config import Config
from camrec.errors import InputError
from camrec.station import Station
from support.cameras.refusing import Answer, Refusing, http, says
from support.certificates import unknown_certificate
from support.free_port import free_port
from support.units_made import until
from support.webhook_receiver import WebhookReceiver
from support.wire import Wire, serving

SECRET = "a-secret-of-this-test"
SHORT_S = 0.5
HUGE_BYTES = 300 << 20


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def posted(answer: Answer | None, timeout_s: float = 30) -> tuple[str, int | None]:
    """What comes back from a server that answers so, which is asked once."""
    with Refusing(answer) as server:
        got = post_webhook(f"http://127.0.0.1:{server.port}/hook", b"{}", SECRET, timeout_s)
        assert server.connections == 1
    return got.code, got.status


def trickle(client: socket.socket, request: bytes) -> bool:
    """An answer whose header has no end."""
    client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        client.sendall(b"x")
        threading.Event().wait(0.02)


@pytest.mark.parametrize("answer", [None, trickle], ids=["silent", "endless header"])
def test_a_webhook_that_hangs_gives_no_answer_in_time(answer):
    assert posted(answer, SHORT_S) == ("webhook_no_answer", None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (http("204 No Content"), ("received", 204)),
        (http("500 Internal Server Error"), ("webhook_status", 500)),
        (http("404 Not Found"), ("webhook_status", 404)),
        (http("302 Found", "Location: file:///etc/passwd\r\n"), ("webhook_redirect", 302)),
        (says(b"220 mail.example ESMTP\r\n"), ("webhook_bad_answer", None)),
        (lambda client, _: False, ("webhook_bad_answer", None)),
    ],
    ids=["204", "500", "404", "redirect", "no HTTP", "hangs up"],
)  # fmt: skip
def test_what_a_webhook_answers_is_said(answer, expected):
    assert posted(answer) == expected


def test_an_answer_of_300_megabytes_is_not_read():
    sent = []

    def answer(client: socket.socket, request: bytes) -> bool:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % HUGE_BYTES)
        chunk = bytes(1 << 20)
        for _ in range(HUGE_BYTES >> 20):
            client.sendall(chunk)
            sent.append(len(chunk))
        return False

    assert posted(answer) == ("received", 200)
    assert sum(sent) < HUGE_BYTES // 4


def test_a_webhook_that_is_not_there_is_said():
    url = f"http://127.0.0.1:{free_port()}/"
    assert post_webhook(url, b"{}", SECRET).code == "webhook_unreachable"


def test_a_host_that_resolves_to_nothing_is_said(monkeypatch):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert post_webhook("http://webhook.invalid/", b"{}", SECRET).code == "webhook_unknown_host"


def test_a_name_server_that_hangs_delays_nothing(monkeypatch):
    release, ended = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        release.wait(60)
        ended.set()
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        answer = post_webhook("http://webhook.invalid/", b"{}", SECRET, SHORT_S)
        assert answer.code == "webhook_no_answer"
    finally:
        release.set()
        assert ended.wait(30)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http:///x", "http://a:b/", "x", "http://[::/"]
)  # fmt: skip
def test_only_http_addresses_are_sent_to(url):
    assert post_webhook(url, b"{}", SECRET).code == "webhook_bad_address"


def test_a_certificate_that_nobody_knows_is_said_and_a_known_one_is_used(tmp_path, monkeypatch):
    certificate = unknown_certificate(tmp_path, "127.0.0.1")
    with Refusing(http("200 OK"), certificate=certificate) as server:
        url = f"https://127.0.0.1:{server.port}/"
        assert post_webhook(url, b"{}", SECRET).code == "webhook_certificate"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert post_webhook(url, b"{}", SECRET).code == "received"


def test_a_post_is_signed_and_carries_the_login_of_the_address():
    with WebhookReceiver() as receiver:
        url = receiver.url.replace("://", "://user:p%40ss@") + "?a=1"
        assert post_webhook(url, "é".encode(), SECRET).is_received
    (post,) = receiver.posts
    assert post.path == "/hooks/C4nary-of-the-webhook?a=1"
    assert post.headers["Authorization"] == "Basic dXNlcjpwQHNz"
    assert post.headers[SIGNATURE_HEADER] == signature(post.body, SECRET)


# A whole camrec.


def settings(binaries, folder, **values: object) -> Config:
    """Settings that were read from a file, as those of a user are."""
    config = binaries.config(folder)
    config.file = folder / "config.yaml"
    config.save(**values)
    loaded = Config.load(config.file)
    for key in values:
        setattr(config, key, getattr(loaded, key))
    return config


def note(station: Station, name: str = "Street") -> Alert:
    """An alert, as the watch adds it."""
    subject = AlertSubject(camera_id="c1", camera=name, is_named_by_address="." in name)
    alert = Alert.create("camera_lost", "camera_lost", station.clock.utc_ns(), subject=subject)
    station.alerts._book.add(alert)
    return alert


@pytest.fixture(scope="module")
def receiver():
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory, receiver):
    folder = tmp_path_factory.mktemp("webhook")
    config = settings(binaries, folder, webhook=receiver.url)
    with serving(config) as (station, wire):
        yield station, wire


@pytest.fixture
def sending(served, receiver, monkeypatch) -> tuple[Station, Wire]:
    """A station that tries again at once, and whose webhook works again afterwards."""
    station, wire = served
    config = station.config
    monkeypatch.setattr(station.alerts.webhook._sender, "_delay", lambda attempts: 0.05)
    receiver.posts.clear()
    yield station, wire
    receiver.status = 200
    station.settings.change(webhook=receiver.url, webhook_when=Config().webhook_when)
    until(lambda: not station.alerts.webhook.has_unsent)
    assert config.webhook == receiver.url


def test_an_alert_is_sent_signed_with_the_secret_of_the_settings_file(sending, receiver):
    station, _ = sending
    alert = note(station)
    until(lambda: receiver.posts)
    (post,) = receiver.posts
    assert post.json() == {
        "kind": "camera_lost",
        "alert_id": alert.alert_id,
        "at": post.json()["at"],
        "until": None,
        "camera": "Street",
        "camera_id": "c1",
        "recording_id": None,
        "plan_id": None,
        "code": "camera_lost",
        "message": post.json()["message"],
    }
    secret = yaml.safe_load(station.config.file.read_text())["webhook_secret"]
    assert len(secret) >= 32
    assert post.headers[SIGNATURE_HEADER] == signature(post.body, secret)


def test_the_address_of_a_camera_is_not_sent_if_it_is_its_name(sending, receiver):
    station, _ = sending
    note(station, "192.168.1.20 /stream2")
    until(lambda: receiver.posts)
    assert b"192" not in receiver.posts[0].body
    assert receiver.posts[0].json()["camera"] in ("A camera", "Une caméra")


def test_only_what_the_settings_say_is_sent(sending, receiver):
    station, _ = sending
    now, book = station.clock.utc_ns(), station.alerts._book
    book.add(Alert.create("clock_jumped", "clock_back", now, facts={"seconds": 3}))
    lost = note(station)
    until(lambda: receiver.posts and not station.alerts.webhook.has_unsent)
    book.end(lost.alert_id, now + 1, "camera_back")
    until(lambda: not station.alerts.webhook.has_unsent)
    station.settings.change(webhook_when=["camera_lost", "well_again"])
    again = note(station)
    until(lambda: len(receiver.posts) == 2)
    book.end(again.alert_id, station.clock.utc_ns(), "camera_back")
    until(lambda: len(receiver.posts) == 3)
    assert [(post.json()["alert_id"], post.json()["code"]) for post in receiver.posts] == [
        (lost.alert_id, "camera_lost"),
        (again.alert_id, "camera_lost"),
        (again.alert_id, "camera_back"),
    ]


def test_a_webhook_that_fails_three_times_is_an_alert_until_it_works(sending, receiver):
    station, wire = sending
    receiver.status = 500
    first = note(station)

    def failures() -> list[dict]:
        found = wire.get("/alerts").json()["alerts"]
        return [each for each in found if each["kind"] == "webhook_failed"]

    until(failures)
    (failure,) = failures()
    assert (failure["code"], failure["until"]) == ("webhook_status", None)
    assert failure["message"] == "An alert could not be sent: the webhook answered 500"
    second = note(station)
    receiver.status = 200
    until(lambda: failures()[0]["until"])
    until(lambda: receiver.posts[-1].json()["alert_id"] == second.alert_id)
    assert len(receiver.posts) > 3
    assert {post.json()["alert_id"] for post in receiver.posts[:-1]} == {first.alert_id}
    assert failures()[0]["code"] == "webhook_well"


def test_a_webhook_that_hangs_delays_nothing_else(sending, receiver):
    station, wire = sending
    with Refusing(None) as silent:
        station.settings.change(webhook=f"http://127.0.0.1:{silent.port}/C4nary-hangs")
        alert = note(station)
        until(lambda: silent.connections)
        assert wire.get("/alerts").json()["alerts"][0]["alert_id"] == alert.alert_id
        assert wire.get("/health").status == 200
        station.settings.change(webhook=receiver.url)
        until(lambda: receiver.posts, 60)
    assert receiver.posts[0].json()["alert_id"] == alert.alert_id


def test_trying_the_webhook_says_what_came_back(sending, receiver):
    station, _ = sending
    trial = station.alerts.webhook.try_out()
    assert (trial.answer.code, trial.answer.status) == ("received", 200)
    assert receiver.posts[0].json()["kind"] == "test"
    assert re.fullmatch(r"Received at \d\d:\d\d:\d\d \(answer 200\)", trial.message("en"))
    receiver.status = 403
    refused = station.alerts.webhook.try_out(f" {receiver.url}x ")
    assert refused.answer.status == 403 and refused.message("fr").endswith("(réponse 403)")
    with pytest.raises(InputError):
        station.alerts.webhook.try_out("file:///etc/passwd")
    assert receiver.posts[1].path.endswith("webhookx")


def test_the_address_of_the_webhook_is_nowhere(sending, receiver, caplog):
    station, wire = sending
    caplog.set_level("DEBUG")
    receiver.status = 500
    note(station)
    until(lambda: len(receiver.posts) > 3)
    seen = [caplog.text, repr(station.config), str(vars(station.alerts.webhook))]
    seen += [wire.get(path).body.decode() for path in ("/alerts", "/health", "/openapi.json")]
    settings_file = station.config.file
    for path in settings_file.parent.rglob("*"):
        if path.is_file() and path != settings_file:
            seen.append(path.read_bytes().decode("latin-1"))
    secret = station.config.webhook_secret
    assert not [each for each in seen if "C4nary" in each or secret in each]
    assert "C4nary" in settings_file.read_text(), "the search would find it"


def test_what_was_not_sent_is_sent_after_a_restart(binaries, tmp_path):
    with WebhookReceiver() as receiver:
        receiver.status = 503
        config = settings(binaries, tmp_path, webhook=receiver.url)
        with Station(config) as station:
            alert = note(station)
            until(lambda: receiver.posts)
        file = json.loads((config.videos / ".alerts.json").read_text())
        assert [each["alert_id"] for each in file["unsent"]] == [alert.alert_id]
        receiver.status = 200
        receiver.posts.clear()
        with Station(config):
            until(lambda: receiver.posts)
        assert receiver.posts[0].json()["alert_id"] == alert.alert_id
