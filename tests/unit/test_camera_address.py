"""Addresses are parsed when they are given, and a credential is never printed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from camrec.camera_address import (
    MAX_ADDRESS_CHARS,
    MAX_NAME_CHARS,
    default_name,
    parse_address,
    restore_address,
    unused_name,
    validate_name,
)
from camrec.errors import InputError
from camrec.pasted_address import clean_pasted_address
from camrec.redaction import Credential, redact
from camrec.stream_search import parse_bare_host


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
        ("http://h/a@b", "mjpeg", "http://h/a@b", None, None),
        ("http://1.2.3.4:80/a@b", "mjpeg", "http://1.2.3.4:80/a@b", None, None),
        ("http://u:p@1.2.3.4/x?m=a@b", "mjpeg", "http://1.2.3.4/x?m=a@b", "u", "p"),
        ("http://localhost:80/a:b@c", "mjpeg", "http://localhost:80/a:b@c", None, None),
        ("http://u:P@ssw0rd#1@h/video", "mjpeg", "http://h/video", "u", "P@ssw0rd#1"),
        ("http://u:p@ss#1@h", "mjpeg", "http://h", "u", "p@ss#1"),
        ("rtsp://u:P@ss?1@h:8554/x", "rtsp", "rtsp://h:8554/x", "u", "P@ss?1"),
        ("rtsp://u:/p/w@h/x", "rtsp", "rtsp://h/x", "u", "/p/w"),
        ("rtsp://DOMAIN\\u:p@h/x", "rtsp", "rtsp://h/x", "DOMAIN\\u", "p"),
        ("rtsp://u:@h/x", "rtsp", "rtsp://h/x", "u", ""),
        ("rtsp://@h/x", "rtsp", "rtsp://h/x", None, None),
        ("rtsp://:@h/x", "rtsp", "rtsp://h/x", None, None),
        ("rtsp://u@cam.lan/x@y", "rtsp", "rtsp://cam.lan/x@y", "u", ""),
        ("rtsp://[::1]:8554/x", "rtsp", "rtsp://[::1]:8554/x", None, None),
        ("http://[fe80::1%eth0]/x", "mjpeg", "http://[fe80::1%eth0]/x", None, None),
        ("http://[fe80::1%40]/x", "mjpeg", "http://[fe80::1%40]/x", None, None),
        ("rtsp://h:1/x", "rtsp", "rtsp://h:1/x", None, None),
        ("rtsp://h:65535/x", "rtsp", "rtsp://h:65535/x", None, None),
        (f"rtsp://{'h' * 253}/x", "rtsp", f"rtsp://{'h' * 253}/x", None, None),
        ("rtsp://h/" + "a" * 2039, "rtsp", "rtsp://h/" + "a" * 2039, None, None),
        ("https://u@h/x", "mjpeg", "https://h/x", "u", ""),
        ("  rtsp://h/x  ", "rtsp", "rtsp://h/x", None, None),
    ],
)
def test_a_camera_address_is_parsed_into_its_parts(address, kind, url, user, password):
    source = parse_address(address)
    assert (source.kind, source.url) == (kind, url)
    credential = source.credential
    assert (credential and credential.user) == user
    assert (credential and credential.password) == password


@pytest.mark.parametrize(
    ("scheme", "kind", "port"),
    [("rtsp", "rtsp", 554), ("rtsps", "rtsp", 322), ("http", "mjpeg", 80), ("https", "mjpeg", 443)],
)
def test_an_address_without_a_port_has_that_of_its_scheme(scheme, kind, port):
    for end in ("", ":"):
        source = parse_address(f"{scheme}://h{end}/x")
        assert (source.kind, source.port, source.url) == (kind, port, f"{scheme}://h/x")


@pytest.mark.parametrize(
    "end",
    ["?", "/", "/video", "/video?", "/?", "/v&channel=1", "/v?&channel=1", "/v?a=&b", "/%3f?"],
)
@pytest.mark.parametrize("start", ["rtsp://h", "http://h:81", "https://[::1]"])
def test_an_address_ends_as_it_was_typed(start, end):
    assert (
        parse_address(f"{start}{end}").url
        == parse_address(f"{start}{end}").target()
        == f"{start}{end}"
    )
    assert parse_address(f"{start}{end}#part").url == f"{start}{end}"


@pytest.mark.parametrize(
    "rest",
    [
        "viewer:P@ssw0rd/1@h/x",
        "viewer:P@ssw0rd/1@1.2.3.4/x",
        "viewer:P@ssw0rd?a=1@h/x",
        "viewer:P@ssw0rd/1@",
        "viewer:P@ssw0rd#1@",
        "viewer:P@ssw0rd:1/x@h",
        "viewer:P@ss/w0rd@h:99999/",
        "viewer:12/P@h",
        "viewer:12?ssw0rd=1@h",
        "viewer:p/ss@h/x?ssw0rd=P@b",
        "DOMAIN/viewer:P@h",
        "cam?ssw0rd@h",
    ],
)
def test_an_ambiguous_address_is_rejected_without_repeating_it(rest):
    for scheme in ("rtsp", "http"):
        with pytest.raises(InputError) as refused:
            parse_address(f"{scheme}://{rest}")
        assert refused.value.code == "address_ambiguous" and refused.value.facts == {}
        assert "ssw0rd" not in refused.value.text() and "%40" in refused.value.text("fr")
        assert refused.value.__cause__ is None and refused.value.__suppress_context__


@pytest.mark.parametrize(
    "address",
    [
        "http://1.2.3.4:1984/api?src=rtsp://u:S3cret@cam/x",
        "http://nvr/api?src=rtsp%3A%2F%2Fu%3AS3cret%40cam%2Fx",
    ],
)
def test_a_credential_of_an_address_within_an_address_does_not_print(address):
    source = parse_address(address)
    assert "S3cret" not in f"{source} {source!r} {source.url}"
    assert source.target() == address and "S3cret" in source.secrets()
    assert str(source.masked_url) == "***"


def test_the_secrets_of_an_address_are_its_password_and_those_of_its_query():
    assert parse_address("http://h/v?password=abc").secrets() == frozenset()  # too short to mask
    masked = parse_address("http://h/v?password=abcd")
    assert masked.secrets() == {"abcd"}
    assert masked.masked_url.values == (Credential("", "abcd"),)
    plain = parse_address("rtsp://u:word@h/x")
    assert plain.secrets() == plain.credential.pair_forms | {"word"}


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
        ("rtsp://h:65536/x", "address_host"),
        ("rtsp://h:0/x", "address_host"),
        (f"rtsp://{'h' * 254}/x", "address_host"),
        ("rtsp://-h/x", "address_host"),
        ("rtsp://h..x/", "address_host"),
        ("rtsp://u:p@", "address_host"),
        ("rtsp://u:p@ho$t/x", "address_host"),
        ("rtsp://[fe80/x", "address_host"),
        ("rtsp://[h]/x", "address_host"),
        ("rtsp://[zz::1]/live", "address_host"),
        ("rtsp://[1.2.3.4]/x", "address_host"),
        ("rtsp://[fe80::1%]/x", "address_host"),
        ("rtsp://h\r\nX: y/x", "address_characters"),
        ("rtsp://h/\x00", "address_characters"),
        ("rtsp://h/a b", "address_characters"),
        ("rtsp://h/" + "a" * 2040, "address_length"),
        (7, "address_type"),
        (None, "address_type"),
    ],
)
def test_a_bad_address_is_refused_with_its_code(address, code):
    with pytest.raises(InputError) as refused:
        parse_address(address)
    assert refused.value.code == code
    assert refused.value.status == 400


def test_an_address_that_is_too_long_is_refused_with_the_limit():
    with pytest.raises(InputError) as refused:
        parse_address("rtsp://h/" + "a" * MAX_ADDRESS_CHARS)
    assert refused.value.facts == {"longest": MAX_ADDRESS_CHARS}


PLAIN = "rtsp://viewer:p4ss@cam.lan:554/live?a=b"


@pytest.mark.parametrize(
    "pasted",
    [
        "{}",
        "  {} ",
        "\t{}\r\n",
        "\n\n{}\n",
        "\u00a0{}\u00a0",
        "\ufeff{}\u200b",
        "<{}>",
        "<URL:{}>",
        "URL: {}",
        "< {} >.",
        '"{}"',
        "'{}'",
        "`{}`",
        "“{}”",
        "„{}“",
        "”{}”",
        "‘{}’",
        "« {} »",
        "\u00ab\u202f{}\u202f\u00bb",
        "({})",
        "[{}]",
        "{},",
        "{}.",
        "{};",
        "“{}.”",
        "“{}”.",
        "('{}'),\n",
        '"{}',
        '{}"',
        " <{}>, ",
    ],
)
@pytest.mark.parametrize("address", [PLAIN, "http://cam.lan/video?", "rtsp://[::1]/x"])
def test_quotes_brackets_and_spaces_around_a_pasted_address_are_removed(pasted, address):
    assert parse_address(pasted.format(address)) == parse_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://cam/video?user=a&pwd=secret.",
        "http://cam/video?user=a&pwd=secret,",
        'http://cam/video?user=a&pwd=secret"',
        "http://cam/(a)",
        "http://cam/it's",
        "rtsp://cam/x?",
        "rtsp://cam/x/",
        "rtsp://u:p.@cam/x",
        'rtsp://u:"p"@cam/x',
        "rtsp://[::1]",
    ],
)
def test_characters_that_may_belong_to_an_address_are_kept(address):
    assert clean_pasted_address(address) == address == clean_pasted_address(f" <{address}>\n")


def test_a_bare_host_is_cleaned_as_well():
    for pasted in ("192.168.1.9", " <192.168.1.9>\n", "“192.168.1.9”", "192.168.1.9,"):
        assert parse_bare_host(pasted) == parse_address("rtsp://192.168.1.9/")
    assert parse_bare_host(" [::1] ") == parse_bare_host("::1") == parse_address("rtsp://[::1]/")


def test_an_address_is_cleaned_in_one_place_alone():
    files = (Path(__file__).parents[2] / "camrec").rglob("*.py")
    call = re.compile(r"\bclean_pasted_address\(")
    callers = {each.name for each in files if call.search(each.read_text("utf-8"))}
    assert callers == {"pasted_address.py", "camera_address.py", "stream_search.py"}


@pytest.mark.parametrize("pasted", ["“{}”", "<{}", " {}\n\n", "{} and more", "{}\nX: y"])
def test_a_pasted_address_that_is_refused_is_not_logged(caplog, pasted):
    with caplog.at_level("DEBUG"), pytest.raises(InputError) as refused:
        parse_address(pasted.format("ftp://viewer:s3cr3t@cam/x"))
    assert "s3cr3t" not in f"{caplog.text}{refused.value}{refused.value!r}{refused.value.facts}"


def test_cleaning_a_long_name_takes_bounded_time():
    assert clean_pasted_address("<" * 100_000) == "<" * 100_000
    with pytest.raises(InputError):
        parse_address("." * 2048)


@pytest.mark.parametrize(
    "address",
    [
        "http://cam.lan/x@y",
        "http://1.2.3.4:80/t:1@b?",
        "rtsp://u:p@ss#1@h:81/x",
        "http://[::1]/?a",
        "http://1.2.3.4/api?src=rtsp://cam/x",
    ],
)
def test_an_address_is_restored_from_its_stored_form(address):
    """Also with a user and a password that were given next to it."""
    source = parse_address(address)
    for credential in (source.credential, Credential("us@r", "p@s/s#?"), Credential("u", "")):
        kept = replace(source, credential=credential)
        assert restore_address(kept.address()) == kept
        assert restore_address(kept.url).url == kept.url


def test_an_address_that_an_earlier_camrec_kept_is_read_as_it_meant_it():
    source = restore_address("http://cam:8080/live@main")
    assert (source.host, source.port, source.credential) == ("cam", 8080, None)


def test_a_credential_does_not_print():
    source = parse_address("rtsp://admin:s3cr%40t@h/x")
    shown = f"{source} {source!r} {source.credential} {source.credential!r} {source.url}"
    assert "s3cr" not in shown
    assert "admin" not in shown
    assert "s3cr%40t" in source.address()


def test_redact_takes_every_credential_out_of_a_line():
    line = "open rtsp://a:b@c/d, http://u:p@x@host/y and plain http://h/z"
    assert redact(line) == "open rtsp://***@c/d, http://***@host/y and plain http://h/z"
    assert redact("rtsp://a:b@ss#1@ is refused") == "rtsp://***@ is refused"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x00", 5])
def test_a_bad_camera_name_is_rejected(name):
    with pytest.raises(InputError, match="1 to 100"):
        validate_name(name)


def test_a_camera_name_may_contain_any_printable_character():
    assert validate_name(" Entrée n° 1 / nuit ") == "Entrée n° 1 / nuit"
    assert validate_name(None) is None


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("u=viewer&p=secret77", "u=***&p=***"),
        ("usr=viewer&psw=secret77", "usr=***&psw=***"),
        ("x-pin=1234&channel=1", "x-pin=***&channel=1"),
        ("sid=abcd1234&session_id=ef", "sid=***&session_id=***"),
        ("p=2&stream=1", "p=2&stream=1"),
    ],
)
def test_credentials_in_the_query_of_an_address_are_masked(query, shown):
    source = parse_address(f"http://camera/video?{query}")
    assert source.url == f"http://camera/video?{shown}"
    assert source.target() == f"http://camera/video?{query}"


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("rtsp://h/Streaming/Channels/101", "rtsp://h/Streaming/Channels/201", "h · 201"),
        ("rtsp://h/cam?channel=1&subtype=0", "rtsp://h/cam?channel=2&subtype=0", "h · channel=2"),
        ("rtsp://h:8554/a", "rtsp://h:8555/a", "h:8555"),
        ("rtsp://[::1]/a", "rtsp://[::1]/b", "::1 · b"),
        ("http://h/a", "http://h/a", "h · a"),
        ("http://h/a/1", "http://h/b/2", "h · b/2"),
        ("http://h:80/a", "http://h:81/:b:c", "h:81 · :b:c"),
        ("http://h/a", "http://h/" + "b" * 200, "h · " + "b" * 50),
        (f"http://{'h' * 60}/a", f"http://{'h' * 60}/b", f"{'h' * 40} · b"),
        ("http://h/a", f"http://{'h' * 200}/a", "h" * 100),
        ("http://[fe80::1%40]/a", "http://[fe80::1%40]/b", "fe80::1%40 · b"),
        ("rtsp://h/", "rtsp://h/", "h (2)"),
        ("rtsp://other/a", "rtsp://h/a", "h"),
    ],
)
def test_streams_of_one_recorder_get_different_names(first, second, name):
    one, two = parse_address(first), parse_address(second)
    assert default_name(two, {default_name(one, {}): one}) == name


def test_the_same_stream_opened_again_is_numbered_and_a_secret_is_in_no_name():
    one = parse_address("rtsp://h/a?password=canary&x=1")
    names: dict = {}
    for _ in range(4):
        names[default_name(one, names)] = one
    assert len(names) == 4
    assert not any("canary" in name for name in names)


def test_a_numbered_name_is_no_longer_than_a_name_may_be():
    assert unused_name("n" * 95, ["n" * 95]) == "n" * 90 + " (2)"
    assert unused_name("Door", ["Door", "Door (2)", "Door (3)"]) == "Door (4)"


@pytest.mark.parametrize("length", [1, MAX_NAME_CHARS])
def test_a_camera_name_may_have_one_character_up_to_the_limit(length):
    assert validate_name("n" * length) == "n" * length


@pytest.mark.parametrize("length", [0, MAX_NAME_CHARS + 1])
def test_a_camera_name_with_no_character_or_too_many_is_rejected(length):
    with pytest.raises(InputError):
        validate_name("n" * length)
