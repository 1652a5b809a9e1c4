"""Challenges as RFC 9110 allows them and as cameras write them, and the responses to them."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from camrec.http_auth import BasicAuth, DigestAuth, HttpLogin, parse_challenges
from camrec.redaction import Credential

VIEWER = Credential("viewer", "secret77")
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


def read(*lines: str) -> list[tuple[str, dict[str, str]]]:
    return [(each.scheme, each.parameters) for each in parse_challenges(lines)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('Basic realm="cam"', [("basic", {"realm": "cam"})]),
        (
            'Basic realm="cam", Digest realm="cam", nonce="n", qop="auth", algorithm=MD5',
            [
                ("basic", {"realm": "cam"}),
                ("digest", {"realm": "cam", "nonce": "n", "qop": "auth", "algorithm": "MD5"}),
            ],
        ),
        (
            'Digest realm="a, b", nonce="x=y,,z", qop="auth,auth-int"',
            [("digest", {"realm": "a, b", "nonce": "x=y,,z", "qop": "auth,auth-int"})],
        ),
        (
            "DIGEST REALM=cam,NONCE=n,QOP=auth,auth-int,opaque=o",
            [("digest", {"realm": "cam", "nonce": "n", "qop": "auth,auth-int", "opaque": "o"})],
        ),
        (
            'Digest realm="cam",nonce="n", opaque=, domain="", stale=FALSE',
            [
                (
                    "digest",
                    {"realm": "cam", "nonce": "n", "opaque": "", "domain": "", "stale": "FALSE"},
                )
            ],
        ),
        (
            'Digest realm="cam" nonce="n" Basic realm="cam"',
            [("digest", {"realm": "cam", "nonce": "n"}), ("basic", {"realm": "cam"})],
        ),
        (
            "Digest realm=IP Camera(1), nonce=n",
            [("digest", {"realm": "IP Camera(1)", "nonce": "n"})],
        ),
        (
            'Digest realm = "cam" , nonce = n',
            [("digest", {"realm": "cam", "nonce": "n"})],
        ),
        ('Digest realm="cam', [("digest", {"realm": "cam"})]),
        ("Negotiate, NTLM", [("negotiate", {}), ("ntlm", {})]),
        (
            'Bearer realm="x" , Digest nonce="n"',
            [("bearer", {"realm": "x"}), ("digest", {"nonce": "n"})],
        ),
        (r'Digest realm="a \"b\"", nonce=n', [("digest", {"realm": r"a \"b\"", "nonce": "n"})]),
        ("", []),
        (',;"', []),
    ],
)
def test_a_line_of_challenges_is_read_as_it_is_meant(line, expected):
    assert read(line) == expected


def test_the_challenges_of_all_lines_are_read():
    assert [scheme for scheme, _ in read("Basic realm=a", 'Digest realm=a, nonce="n"')] == [
        "basic",
        "digest",
    ]


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.sampled_from(
            ["Digest ", "Basic ", 'realm="c"', "nonce=n", ",", " ", "=", '"', "\\", "qop=auth"]
        )
        | st.text(max_size=12),
        max_size=20,
    )
)
@example(['realm="' + "\\" * 4000])
def test_any_authentication_challenge_is_answered_or_ignored(parts):
    line = "".join(parts)
    for challenge in parse_challenges([line]):
        assert challenge.scheme == challenge.scheme.lower()
        for name, value in challenge.parameters.items():
            assert name == name.lower() and len(value) <= len(line) + 9
    HttpLogin(VIEWER).accept_challenge([line])


def right(header: str, method: str, uri: str, credential: Credential) -> bool:
    """The response as a server computes it, from the header alone."""
    said = {k: a or b for k, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}
    told = said.get("algorithm", "MD5").upper()
    name = HASHES[told.removesuffix("-SESS")]

    def hashed(*parts: str) -> str:
        return hashlib.new(name, ":".join(parts).encode()).hexdigest()

    first = hashed(credential.user, said["realm"], credential.password)
    if told.endswith("-SESS"):
        first = hashed(first, said["nonce"], said["cnonce"])
    rest = ("",) if said.get("qop") == "auth-int" else ()
    second = hashed(method, uri, *(hashed(*rest) for _ in rest))
    middle = [said[key] for key in ("nonce", "nc", "cnonce", "qop")] if "qop" in said else []
    wanted = hashed(first, *(middle or [said["nonce"]]), second)
    user = said["username"]
    if said.get("userhash") == "true":
        return user == hashed(credential.user, said["realm"]) and said["response"] == wanted
    return user == credential.user and said["uri"] == uri and said["response"] == wanted


@pytest.mark.parametrize("algorithm", ["", "MD5", "md5", "MD5-sess", "SHA-256", "SHA-256-sess"])
@pytest.mark.parametrize("qop", ["", 'qop="auth"', "qop=auth", 'qop="auth-int,auth"', "qop="])
@pytest.mark.parametrize("credential", [VIEWER, Credential("viewer", "")])
def test_a_digest_response_matches_the_server_s_computation(algorithm, qop, credential):
    parts = ['realm="cam"', 'nonce="n0nce"', qop, algorithm and f"algorithm={algorithm}"]
    login = HttpLogin(credential)
    assert login.authorization("DESCRIBE", "rtsp://cam/x") is None
    assert login.accept_challenge(["Digest " + ", ".join(filter(None, parts))])
    for _ in range(3):
        header = login.authorization("DESCRIBE", "rtsp://cam/x?a=1&b=")
        assert right(header, "DESCRIBE", "rtsp://cam/x?a=1&b=", credential)
        assert ("qop=" in header) == ("auth" in qop)


def test_the_examples_of_rfc_7616():
    for algorithm, response in (
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        (challenge,) = parse_challenges(
            [
                'Digest realm="http-auth@example.org", qop="auth, auth-int", '
                f"algorithm={algorithm}, "
                'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
                'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
            ]
        )
        digest = DigestAuth(challenge, Credential("Mufasa", "Circle of Life"))
        digest._cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
        header = digest.authorization("GET", "/dir/index.html")
        assert f'response="{response}"' in header
        assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in header


def test_a_user_s_name_can_be_hidden():
    login = HttpLogin(VIEWER)
    assert login.accept_challenge(['Digest realm="cam", nonce="n", qop="auth", userhash=true'])
    header = login.authorization("GET", "/")
    assert right(header, "GET", "/", VIEWER) and "viewer" not in header


def test_digest_goes_before_basic_and_basic_before_nothing():
    login = HttpLogin(VIEWER)
    assert login.accept_challenge(['Basic realm="cam"', "Digest realm=cam, nonce=n"])
    assert isinstance(login.scheme, DigestAuth)
    for lines in (["Digest nonce=n, algorithm=NEW", "Basic realm=cam"], ["Basic"], []):
        login = HttpLogin(VIEWER)
        assert login.accept_challenge(lines) and isinstance(login.scheme, BasicAuth)
        assert login.authorization("GET", "/") == "Basic dmlld2VyOnNlY3JldDc3"
    assert not HttpLogin(VIEWER).accept_challenge(["Negotiate"])


def test_a_password_that_was_refused_is_not_tried_again():
    login = HttpLogin(VIEWER)
    assert login.accept_challenge(["Digest realm=cam, nonce=n"])
    login.authorization("GET", "/")
    assert not login.accept_challenge(["Digest realm=cam, nonce=other"])
    basic = HttpLogin(VIEWER, basic_first=True)
    assert basic.authorization("GET", "/").startswith("Basic ")
    assert not basic.accept_challenge(['Basic realm="cam"'])
    assert basic.accept_challenge(['Basic realm="cam", Digest realm="cam", nonce="n"'])


MD5 = 'Digest realm="cam", nonce="m", qop="auth", algorithm=MD5'
SHA = 'Digest realm="cam", nonce="s", qop="auth", algorithm=SHA-256'
OFFERS = {
    "the weaker one first": [MD5, SHA],
    "the stronger one first": [SHA, MD5],
    "in one line": [f"{MD5}, {SHA}"],
    "in one line with Basic": [f'Basic realm="cam", {SHA}, {MD5}'],
    "one that nobody knows first": [SHA.replace("SHA-256", "SHA3-512"), MD5, SHA],
    "auth-int first": [SHA.replace('"auth"', '"auth-int"').replace('"s"', '"i"'), SHA, MD5],
}


@pytest.mark.parametrize("lines", OFFERS.values(), ids=OFFERS)
@pytest.mark.parametrize("basic_first", [True, False])
def test_the_strongest_of_several_digests_is_answered_first_and_then_one_other(lines, basic_first):
    login = HttpLogin(VIEWER, basic_first=basic_first)
    assert login.accept_challenge(lines)
    assert 'nonce="s"' in login.authorization("GET", "/")
    assert login.accept_challenge(lines)
    assert 'nonce="m"' in login.authorization("GET", "/")
    assert not login.accept_challenge(lines), "the password is wrong"


def test_the_digest_that_was_refused_is_not_answered_once_another_one_was_right():
    login = HttpLogin(VIEWER)
    for _ in range(2):
        assert login.accept_challenge([SHA, MD5])
        login.authorization("GET", "/")
    login.authorization("GET", "/next")
    assert login.accept_challenge([SHA, MD5.replace('"m"', '"n"')])
    assert 'nonce="n"' in login.authorization("GET", "/")


def test_a_nonce_that_is_too_old_is_replaced():
    login = HttpLogin(VIEWER)
    assert login.accept_challenge(["Digest realm=cam, nonce=n"])
    login.authorization("GET", "/")
    assert login.accept_challenge(["Digest realm=cam, nonce=m, stale=true"])
    for _ in range(2):
        assert 'nonce="m"' in login.authorization("GET", "/")
    # A password that was accepted before is not wrong: only its nonce can be the reason.
    assert login.accept_challenge(["Digest realm=cam, nonce=o"])


def test_a_camera_s_realm_is_sent_back_byte_for_byte():
    realm = 'Über\\"wachung'.encode().decode("latin-1")
    login = HttpLogin(Credential("rené", "clé"))
    assert login.accept_challenge([f'Digest realm="{realm}", nonce="n"'])
    header = login.authorization("GET", "/").encode("latin-1")
    assert 'realm="Über\\"wachung"'.encode() in header and 'username="rené"'.encode() in header
    first = hashlib.md5('rené:Über"wachung:clé'.encode()).hexdigest()
    second = hashlib.md5(b"GET:/").hexdigest()
    assert hashlib.md5(f"{first}:n:{second}".encode()).hexdigest().encode() in header
