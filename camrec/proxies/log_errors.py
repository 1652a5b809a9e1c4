"""Turns log lines of the proxies about a camera into camrec's errors."""

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

# A status code; a port or a part of a name does not match.
_STATUS_PATTERN_TEMPLATE = r"(?<![\w.:/=-])%d(?![\w.:/-])"
_QUOTED_URL_PATTERN = re.compile(r'"\w+://[^"]*"')
# MediaMTX: "bad status code: 400 (...)". go2rtc: "mjpeg: streams: 503 Service Unavailable".
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

# The first pattern that is found in the text decides. They match Go's texts for system errors and
# the texts of MediaMTX and go2rtc for a camera's response. On Windows the system's error follows
# the name of the call that failed: connectex, wsarecv, wsasend, getaddrinfow.
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
        "camera_unknown_host": (
            r"no such host",
            r"lookup .* (server misbehaving|i/o timeout)",
            r"getaddrinfow:",
        ),
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
            r"connectex:",
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
            r"wsa(recv|send):",
        ),
    }.items()
    for pattern in patterns
)


def error_from_log(source: CameraAddress, text: str) -> CameraError:
    """Return the error for `text`; an unknown text becomes the reason, without credentials."""
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
    """Whether the RTSP dialogue with the camera failed, rather than the connection to it.

    This includes a camera that hung up or stayed silent: some do so when they reject a request.
    `text` is MediaMTX's own message.
    """
    if error.code in LOGIN_ERROR_CODES:
        # Without a password no other route helps; a 403 may concern only one track.
        return source.credential is not None or "401" not in text
    if error.code in _DIALOGUE_ERROR_CODES:
        return True
    return text == "request timed out" or "no media streams" in text
