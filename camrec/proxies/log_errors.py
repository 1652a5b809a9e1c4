"""What the proxies say of a camera that does not deliver, as our errors."""

from __future__ import annotations

import re

from camrec.camera_address import Source
from camrec.camera_errors import LOGIN_CODES, answered, failed, refused_login
from camrec.errors import CameraError

# A status, and not a port or a piece of a name.
_STATUS = r"(?<![\w.:/=-])%d(?![\w.:/-])"
_QUOTED_URL = re.compile(r'"\w+://[^"]*"')
# "bad status code: 400 (...)" of MediaMTX, "mjpeg: streams: 503 Service Unavailable" of go2rtc.
_ANSWERED = re.compile(r"\b(?:status code|status|streams): (?P<status>[3-5]\d\d)\b")
_CODEC = re.compile(r"codecs not matched: video:([\w-]+)")

_DIALOGUE = frozenset(
    {
        "camera_no_path",
        "camera_rejected",
        "camera_busy",
        "camera_failed",
        "camera_not_a_camera",
    }
)

# The first that is found in the text decides. Go's words for what the system said (on Windows
# its own words), MediaMTX's and go2rtc's for what the camera said.
REASONS: tuple[tuple[str, str], ...] = tuple(
    (code, pattern)
    for code, patterns in {
        "camera_wrong_password": (
            _STATUS % 401,
            _STATUS % 403,
            r"unsupported auth",
            r"unable to setup authentication",
        ),
        "camera_no_path": (_STATUS % 404, _STATUS % 410),
        "camera_udp_only": (_STATUS % 461, r"wants to use the UDP transport"),
        "camera_unknown_host": (r"no such host", r"lookup .* (server misbehaving|i/o timeout)"),
        "camera_multipart": (r"multipart:",),
        "camera_certificate": (r"x509:", r"failed to verify certificate", r"fingerprint"),
        "camera_refused": (r"connection refused", r"actively refused"),
        "camera_no_answer": (
            r"request timed out",
            r"i/o timeout",
            r"connection timed out",
            r"did not properly respond",
            r"deadline exceeded",
            r"no route to host",
            r"unreachable",
            r"host is down",
            r"connection lost",
        ),
        "camera_no_picture": (r"TCP timeout", r"UDP timeout", r"no media streams"),
        "camera_not_a_camera": (
            r"\bEOF\b",
            r"tls: first record",
            r"malformed HTTP",
            r"invalid SDP",
            r"connection reset",
            r"forcibly closed",
            r"unsupported Content-Type",
            r"expected 'RTSP/1\.0'",
        ),
    }.items()
    for pattern in patterns
)


def error_of(source: Source, text: str) -> CameraError:
    """The error that `text` stands for; what is not known is told as it is, without credential."""
    if found := _CODEC.search(text):
        return CameraError("camera_codec", host=source.host, codec=found[1])
    words = _QUOTED_URL.sub("", text)
    if found := _ANSWERED.search(words):
        return answered(source, int(found["status"]))
    for code, pattern in REASONS:
        if re.search(pattern, words, re.IGNORECASE):
            code = refused_login(source) if code in LOGIN_CODES else code
            return CameraError(code, host=source.host, port=source.port)
    return failed(source, text)


def is_about_dialogue(source: Source, error: CameraError, text: str) -> bool:
    """Whether it was the dialogue of an RTSP camera that failed, and not the way to it.

    A camera that hung up or stayed silent is among them: some do so where they do not like what
    they are asked. `text` is MediaMTX's own.
    """
    if error.code in LOGIN_CODES:
        # Without a password none can help; a 403 may be meant for one track only.
        return source.credential is not None or "401" not in text
    if error.code in _DIALOGUE:
        return True
    return text == "request timed out" or "no media streams" in text
