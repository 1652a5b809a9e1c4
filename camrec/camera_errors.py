"""The errors of cameras that send no video, for all modules that connect to cameras."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable
from http.client import HTTPException

from camrec.camera_address import CameraAddress
from camrec.errors import CameraError
from camrec.network_policy import CrossHostRedirect, RedirectLoop
from camrec.redaction import MIN_SECRET_CHARS, mask_words, redact

MAX_REASON_CHARS = 200

# After these errors camrec does not try again soon: cameras lock accounts.
LOGIN_ERROR_CODES = frozenset({"camera_wrong_password", "camera_asks_login"})

_CODE_BY_STATUS = {
    **dict.fromkeys((401, 403), "camera_wrong_password"),
    **dict.fromkeys((404, 410), "camera_no_path"),
    **dict.fromkeys((429, 453, 503), "camera_busy"),
    461: "camera_udp_only",
    # Not implemented, version or option not supported: the request is wrong, as with a 400.
    **dict.fromkeys((501, 505, 551), "camera_rejected"),
}
# A camera's own text after its status, which could contain the credential.
_STATUS_DETAIL_PATTERN = re.compile(r"(?P<status>bad status code: \d{3}) \(.*\)", re.DOTALL)


def error_from_exception(source: CameraAddress, error: Exception) -> CameraError:
    """The error of a request that got no response."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return create_camera_error(source, "camera_unknown_host")
    if isinstance(error, CrossHostRedirect):
        return CameraError("camera_elsewhere", host=source.host, other=_other(source, error.host))
    if isinstance(error, RedirectLoop):
        return create_camera_error(source, "camera_circle")
    if isinstance(error, ssl.SSLCertVerificationError):
        return create_camera_error(source, "camera_certificate")
    if isinstance(error, ConnectionRefusedError):
        return create_camera_error(source, "camera_refused")
    if isinstance(error, ssl.SSLError | HTTPException | ConnectionError | EOFError | ValueError):
        return create_camera_error(source, "camera_not_a_camera")
    # No route, host down, network down, timed out.
    return create_camera_error(source, "camera_no_answer")


def _other(source: CameraAddress, host: str) -> str:
    """A host that a camera named, masked: it could contain the credential, in lower case."""
    secrets = {each for each in source.secrets() if len(each) >= MIN_SECRET_CHARS}
    return mask_secrets(host, secrets | {each.lower() for each in secrets})[:100]


def create_camera_error(source: CameraAddress, code: str) -> CameraError:
    """An error with this code, about the host and port of `source`."""
    return CameraError(code, host=source.host, port=source.port)


def error_from_status(source: CameraAddress, status: int) -> CameraError:
    """The error of an HTTP or RTSP status that is not a success.

    It does not contain the camera's own text, which could contain the credential.
    """
    usual = "camera_failed" if 500 <= status < 600 else "camera_rejected"
    code = _CODE_BY_STATUS.get(status, usual)
    if code == "camera_wrong_password":
        code = login_error_code(source)
    return CameraError(code, host=source.host, port=source.port, reason=str(status))


def login_error_code(source: CameraAddress) -> str:
    """The code for a login that failed, because of no password or a wrong one."""
    return "camera_asks_login" if source.credential is None else "camera_wrong_password"


def error_from_reason(source: CameraAddress, reason: str) -> CameraError:
    """`camera_failed` with the text of the camera or the proxy."""
    said = mask_secrets(" ".join(reason.split()), source.secrets())[:MAX_REASON_CHARS]
    return CameraError("camera_failed", host=source.host, reason=said)


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` with all parts of credentials masked."""
    return mask_words(redact(_STATUS_DETAIL_PATTERN.sub(r"\g<status>", text)), secrets)
