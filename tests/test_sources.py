"""Addresses are taken apart at the door, and a credential never prints."""

from __future__ import annotations

import pytest

from camrec.errors import InputError
from camrec.redaction import redact
from camrec.sources import parse, valid_name


@pytest.mark.parametrize(
    ("address", "kind", "url", "user", "password"),
    [
        ("rtsp://1.2.3.4:8554/a?b=1", "rtsp", "rtsp://1.2.3.4:8554/a?b=1", None, None),
        ("RTSP://u:p@cam.local/x", "rtsp", "rtsp://cam.local/x", "u", "p"),
        ("http://u:p%40ss@h:81/x", "mjpeg", "http://h:81/x", "u", "p@ss"),
        ("rtsp://us@r:p@s:s/w#o?d@1.2.3.4/x", "rtsp", "rtsp://1.2.3.4/x", "us@r", "p@s:s/w#o?d"),
        ("rtsp://u:123?w#d@1.2.3.4/x", "rtsp", "rtsp://1.2.3.4/x", "u", "123?w#d"),
        ("rtsp://u:123#w@1.2.3.4/x", "rtsp", "rtsp://1.2.3.4/x", "u", "123#w"),
        ("http://h?name=a@b.c", "mjpeg", "http://h?name=a@b.c", None, None),
        ("http://h?live", "mjpeg", "http://h?live", None, None),
        ("http://h:80/a@b", "mjpeg", "http://h:80/a@b", None, None),
        ("rtsp://[::1]:8554/x", "rtsp", "rtsp://[::1]:8554/x", None, None),
        ("https://u@h/x", "mjpeg", "https://h/x", "u", ""),
        ("  rtsp://h/x  ", "rtsp", "rtsp://h/x", None, None),
    ],
)
def test_an_address_is_taken_apart(address, kind, url, user, password):
    source = parse(address)
    assert (source.kind, source.url) == (kind, url)
    credential = source.credential
    assert (credential and credential.user) == user
    assert (credential and credential.password) == password


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address_scheme"),
        ("camera", "address_scheme"),
        ("ftp://h/x", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("exec:ls", "address_scheme"),
        ("ffmpeg:http://h/x", "address_scheme"),
        ("rtsp://", "address_host"),
        ("rtsp://h:99999/x", "address_host"),
        ("rtsp://h:0/x", "address_host"),
        ("rtsp://h\r\nX: y/x", "address_characters"),
        ("rtsp://h/\x00", "address_characters"),
        ("rtsp://h/a b", "address_characters"),
        ("rtsp://h/" + "a" * 2048, "address_length"),
        (7, "address_type"),
        (None, "address_type"),
    ],
)
def test_a_bad_address_is_refused_with_its_code(address, code):
    with pytest.raises(InputError) as refused:
        parse(address)
    assert refused.value.code == code
    assert refused.value.status == 400


def test_a_credential_does_not_print():
    source = parse("rtsp://admin:s3cr%40t@h/x")
    shown = f"{source} {source!r} {source.credential} {source.credential!r} {source.url}"
    assert "s3cr" not in shown
    assert "admin" not in shown
    assert "s3cr%40t" in source.address()


def test_redact_takes_every_credential_out_of_a_line():
    line = "open rtsp://a:b@c/d, http://u:p@x@host/y and plain http://h/z"
    assert redact(line) == "open rtsp://***@c/d, http://***@host/y and plain http://h/z"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x00", 5])
def test_a_bad_name_is_refused(name):
    with pytest.raises(InputError, match="1 to 100"):
        valid_name(name)


def test_a_name_may_hold_what_prints():
    assert valid_name(" Entrée n° 1 / nuit ") == "Entrée n° 1 / nuit"
    assert valid_name(None) is None
