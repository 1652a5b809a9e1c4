"""Where a camera may be, and that no camera leads camrec elsewhere."""

from __future__ import annotations

import socket

import pytest

from camrec.camera_address import parse_address
from camrec.config import Config
from camrec.errors import CamrecError
from camrec.mjpeg_relay import inspect_stream
from camrec.mjpeg_relay.http_client import CameraHttpClient
from camrec.network_policy import NetworkPolicy
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing, http

HERE = NetworkPolicy(["127.0.0.0/8", "::1"])
THERE = NetworkPolicy(["192.168.1.0/24", "fd00::/8"])


def code(reach: NetworkPolicy, address: str) -> str:
    try:
        reach.check(parse_address(address))
    except CamrecError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("rtsp://192.168.1.20/x", ""),
        ("rtsp://[fd00::20]/x", ""),
        ("rtsp://[::ffff:192.168.1.20]/x", ""),
        ("rtsp://192.168.2.20/x", "address_not_allowed"),
        ("rtsp://[fe80::1]/x", "address_not_allowed"),
        ("http://127.0.0.1:8000/x", "address_not_allowed"),
        ("http://localhost/x", "address_not_allowed"),
        ("http://169.254.169.254/latest", "address_not_allowed"),
        ("rtsp://no-such-name.invalid/x", "camera_unknown_host"),
    ],
)
def test_only_networks_of_the_settings_are_allowed(address, there):
    assert code(THERE, address) == there


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "224.0.0.1", "[ff02::1]", "255.255.255.255"])
def test_addresses_that_are_no_single_machine_are_never_allowed(host):
    for reach in (NetworkPolicy(), NetworkPolicy(["0.0.0.0/0", "::/0"])):
        assert code(reach, f"rtsp://{host}/x") == "address_not_allowed"


def test_no_host_name_is_resolved_without_a_network_limit(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert code(NetworkPolicy(), "rtsp://camera.lan/x") == ""


def test_a_host_name_with_one_forbidden_address_is_rejected(monkeypatch):
    both = [(socket.AF_INET, 1, 6, "", (host, 554)) for host in ("192.168.1.20", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert code(THERE, "rtsp://camera.lan/x") == "address_not_allowed"


def test_a_host_name_is_not_resolved_a_second_time(monkeypatch):
    """camrec connects to the address that it checked; a moment later the name may mean another."""
    answers = []

    def turns(host, port, **_):
        answers.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with MjpegCamera() as camera:
        monkeypatch.setattr(socket, "getaddrinfo", turns)
        visit = CameraHttpClient(5, network_policy=HERE)
        assert visit.get(f"http://camera.lan:{camera.port}/mjpeg", None).status == 200
        visit.close()
    assert answers == ["camera.lan"]


def test_a_redirect_to_another_machine_is_not_followed():
    with Refusing(http("200 OK")) as inside:
        for target in (
            f"http://localhost:{inside.port}/",
            f"//localhost:{inside.port}/admin",
            f"http://127.0.0.2:{inside.port}/",
        ):
            with Refusing(http("302 Found", f"Location: {target}\r\n")) as camera:
                with pytest.raises(CamrecError) as refused:
                    inspect_stream(parse_address(f"http://127.0.0.1:{camera.port}/"))
                assert refused.value.code == "camera_elsewhere"
                assert refused.value.facts["other"] in ("localhost", "127.0.0.2")
        assert inside.connections == 0


def test_a_camera_outside_the_networks_is_not_called():
    with MjpegCamera() as camera:
        inspect_stream(parse_address(camera.url), network_policy=HERE)
        with pytest.raises(CamrecError) as refused:
            inspect_stream(parse_address(camera.url), network_policy=THERE)
        assert refused.value.code == "address_not_allowed" and camera.connections == 1


@pytest.mark.parametrize("bad", ["nonsense", "10.0.0.0/33", "camera.lan", 5, None])
def test_a_bad_network_setting_is_rejected(bad, tmp_path):
    with pytest.raises((CamrecError, ValueError)):
        Config.load(allowed_networks=[bad])


@pytest.mark.parametrize("bad", ["localhost", "http://a b", "http://a; script-src *", "*", 7])
def test_a_bad_frame_ancestor_setting_is_rejected(bad):
    with pytest.raises((CamrecError, ValueError)):
        Config.load(frame_ancestors=[bad])
    assert Config.load(frame_ancestors=["http://localhost:8888"]).frame_ancestors == [
        "http://localhost:8888"
    ]
