"""A report about a camera: what it contains, what it does not, and what it is good for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camrec.camera_address import parse_address
from camrec.camera_report.redactor import Redactor
from camrec.camera_report.transcript import SocketTransfer
from camrec.camera_report.transcript_parser import DialogueMessage, MediaBytes, parse_connection

SECRET = "s3cret word"
SOURCE = parse_address("rtsp://anna:s3cret%20word@door.lan:8554/live?token=abcd1234")
PACKET = b"$\x00\x00\x04data"
REPLY = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n"


def cut(data: bytes, sizes: list[int]) -> list[SocketTransfer]:
    """The camera's bytes in pieces of these sizes, in turn."""
    pieces, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(SocketTransfer(float(turn), "camera", data[at : at + size]))
        at, turn = at + size, turn + 1
    return pieces


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_messages_and_packets_of_a_report_are_distinguished_however_they_are_cut(sizes):
    found = parse_connection(cut(REPLY + PACKET * 3 + REPLY + PACKET, sizes))
    assert [each.data for each in found if isinstance(each, DialogueMessage)] == [REPLY, REPLY]
    assert b"".join(each.data for each in found if isinstance(each, MediaBytes)) == PACKET * 4
    assert not any(isinstance(each, MediaBytes) and each.opaque for each in found)


def test_the_parts_of_a_multipart_are_media_until_the_next_request():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n"
    get = b"GET /video HTTP/1.1\r\nHost: door.lan\r\n\r\n"
    pieces = [
        SocketTransfer(0, "camrec", get),
        SocketTransfer(1, "camera", head + b"--f\r\n"),
        SocketTransfer(2, "camera", b"JPEG"),
    ]
    pieces += [SocketTransfer(3, "camrec", get), SocketTransfer(4, "camera", head)]
    found = parse_connection(pieces)
    assert [(type(each), each.data) for each in found] == [
        (DialogueMessage, get),
        (DialogueMessage, head),
        (MediaBytes, b"--f\r\n"),
        (MediaBytes, b"JPEG"),
        (DialogueMessage, get),
        (DialogueMessage, head),
    ]


def test_a_camera_that_speaks_another_protocol_is_kept_as_it_is():
    noise = bytes(range(128, 256)) * 2
    (found,) = parse_connection([SocketTransfer(0, "camera", noise)])
    assert found == MediaBytes(0, "camera", noise, opaque=True)


@pytest.mark.parametrize(
    "told",
    [
        'Authorization: Digest username="anna", response="0a1b", uri="rtsp://door.lan/live"',
        "authorization: Basic YW5uYTpzM2NyZXQgd29yZA==",
        "Cookie: sid=deadbeef; Path=/",
        "Set-Cookie: sid=deadbeef; Domain=door.lan",
        "Location: rtsp://anna:s3cret%20word@192.168.1.20/other?token=abcd1234",
        "c=IN IP4 192.168.1.20",
        "o=- 1 1 IN IP6 fe80::1234:5678",
    ],
)
def test_no_secret_and_no_address_stays_in_a_message(told):
    message = Redactor(SOURCE).message(f"RTSP/1.0 200 OK\r\n{told}\r\n\r\n".encode()).decode()
    for secret in (
        "s3cret",
        "YW5uYTpz",
        "0a1b",
        "deadbeef",
        "door.lan",
        "192.168",
        "fe80",
        "abcd1",
    ):
        assert secret not in message
    assert message.startswith("RTSP/1.0 200 OK\r\n")
    assert message.endswith("\r\n\r\n")


def test_a_secret_in_the_media_is_masked_and_a_cookie_wherever_it_stands():
    redactor = Redactor(SOURCE)
    redactor.learn(b"HTTP/1.1 302 Found\r\nSet-Cookie: sid=c00kie99; Path=/\r\n\r\n")
    part = b"--f\r\nX-User: anna:s3cret word\r\nX-Id: c00kie99\r\n\r\n\xff\xd8"
    masked = redactor.media(part)
    assert len(masked) == len(part)
    assert b"s3cret" not in masked and b"c00kie99" not in masked and masked.endswith(b"\xff\xd8")
    location = redactor.message(b"HTTP/1.1 302 Found\r\nLocation: /video?id=c00kie99\r\n\r\n")
    assert b"c00kie99" not in location


def test_an_address_has_one_stand_in_and_a_body_its_right_length():
    body = "c=IN IP4 192.168.1.20\r\na=192.168.1.20 10.0.0.1 127.0.0.1 0.0.0.0\r\n"
    reply = f"RTSP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    message = Redactor(SOURCE).message(reply.encode())
    head, found = message.split(b"\r\n\r\n", 1)
    expected = b"c=IN IP4 192.0.2.1\r\na=192.0.2.1 192.0.2.2 127.0.0.1 0.0.0.0\r\n"
    assert found == expected
    assert head.endswith(b"Content-Length: %d" % len(expected))


def test_a_thousand_addresses_have_a_thousand_stand_ins():
    addresses = [f"10.0.{n // 250}.{n % 250 + 1}" for n in range(1000)]
    found = Redactor(SOURCE).text(" ".join(addresses)).split()
    assert len(set(found)) == 1000
    assert {each.rpartition(".")[0] for each in found[:254]} == {"192.0.2"}
