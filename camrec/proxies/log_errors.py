"""What the proxies say of a camera that does not deliver, as our errors."""

from __future__ import annotations

import re

from camrec.camera_address import CameraAddress
from camrec.camera_errors import (
    LOGIN_ERROR_CODES,
    error_from_reason,
    error_from_status,
    login_error_code,
)
from camrec.errors import CameraError

# A status, and not a port or a piece of a name.
_STATUS_PATTERN_TEMPLATE = r"(?<![\w.:/=-])%d(?![\w.:/-])"
_QUOTED_URL_PATTERN = re.compile(r'"\w+://[^"]*"')
# "bad status code: 400 (...)" of MediaMTX, "mjpeg: streams: 503 Service Unavailable" of go2rtc.
_RESPONSE_STATUS_PATTERN = re.compile(r"\b(?:status code|status|streams): (?P<status>[3-5]\d\d)\b")
_CODEC_MISMATCH_PATTERN = re.compile(r"codecs not matched: video:([\w-]+)")

_DIALOGUE_ERROR_CODES = frozenset(
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
LOG_ERROR_PATTERNS: tuple[tuple[str, str], ...] = tuple(
    (code, pattern)
    for code, patterns in {
        "camera_wrong_password": (
            _STATUS_PATTERN_TEMPLATE % 401,
            _STATUS_PATTERN_TEMPLATE % 403,
            r"unsupported auth",
            r"unable to setup authentication",
        ),
        "camera_no_path": (_STATUS_PATTERN_TEMPLATE % 404, _STATUS_PATTERN_TEMPLATE % 410),
        "camera_udp_only": (_STATUS_PATTERN_TEMPLATE % 461, r"wants to use the UDP transport"),
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


def error_from_log(source: CameraAddress, text: str) -> CameraError:
    """The error that `text` stands for; what is not known is told as it is, without credential."""
    if found := _CODEC_MISMATCH_PATTERN.search(text):
        return CameraError("camera_codec", host=source.host, codec=found[1])
    words = _QUOTED_URL_PATTERN.sub("", text)
    if found := _RESPONSE_STATUS_PATTERN.search(words):
        return error_from_status(source, int(found["status"]))
    for code, pattern in LOG_ERROR_PATTERNS:
        if re.search(pattern, words, re.IGNORECASE):
            code = login_error_code(source) if code in LOGIN_ERROR_CODES else code
            return CameraError(code, host=source.host, port=source.port)
    return error_from_reason(source, text)


def is_dialogue_error(source: CameraAddress, error: CameraError, text: str) -> bool:
    """Whether it was the dialogue of an RTSP camera that failed, and not the way to it.

    A camera that hung up or stayed silent is among them: some do so where they do not like what
    they are asked. `text` is MediaMTX's own.
    """
    if error.code in LOGIN_ERROR_CODES:
        # Without a password none can help; a 403 may be meant for one track only.
        return source.credential is not None or "401" not in text
    if error.code in _DIALOGUE_ERROR_CODES:
        return True
    return text == "request timed out" or "no media streams" in text
