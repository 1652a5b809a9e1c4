"""Why a camera does not deliver, as our errors: what all that call cameras have in common."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable
from http.client import HTTPException

from camrec.camera_address import Source
from camrec.errors import CameraError
from camrec.network_policy import LedElsewhere, LedInACircle
from camrec.redaction import SHORTEST, redact, without

LONGEST_REASON = 200

# A wrong one is not tried often: cameras lock accounts.
LOGIN_CODES = frozenset({"camera_wrong_password", "camera_asks_login"})

_BY_STATUS = {
    **dict.fromkeys((401, 403), "camera_wrong_password"),
    **dict.fromkeys((404, 410), "camera_no_path"),
    **dict.fromkeys((429, 453, 503), "camera_busy"),
    461: "camera_udp_only",
    # Not implemented, this version not, this option not: as little to be had as by a 400.
    **dict.fromkeys((501, 505, 551), "camera_rejected"),
}
# A camera's own words beside its status: it could repeat what logged us in.
_WORDS = re.compile(r"(?P<status>bad status code: \d{3}) \(.*\)", re.DOTALL)


def no_answer(source: Source, error: Exception) -> CameraError:
    """A request that got no answer."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return named(source, "camera_unknown_host")
    if isinstance(error, LedElsewhere):
        return CameraError("camera_elsewhere", host=source.host, other=_other(source, error.host))
    if isinstance(error, LedInACircle):
        return named(source, "camera_circle")
    if isinstance(error, ssl.SSLCertVerificationError):
        return named(source, "camera_certificate")
    if isinstance(error, ConnectionRefusedError):
        return named(source, "camera_refused")
    if isinstance(error, ssl.SSLError | HTTPException | ConnectionError | EOFError | ValueError):
        return named(source, "camera_not_a_camera")
    # No route, host down, network down, timed out.
    return named(source, "camera_no_answer")


def _other(source: Source, host: str) -> str:
    """A host that a camera named: it could repeat what logged us in, in lower case."""
    secrets = {each for each in source.secrets() if len(each) >= SHORTEST}
    return hide(host, secrets | {each.lower() for each in secrets})[:100]


def named(source: Source, code: str) -> CameraError:
    return CameraError(code, host=source.host, port=source.port)


def answered(source: Source, status: int) -> CameraError:
    """What a status says that is no yes, of HTTP or of RTSP.

    Not in the camera's own words: it could repeat what logged us in.
    """
    usual = "camera_failed" if 500 <= status < 600 else "camera_rejected"
    code = _BY_STATUS.get(status, usual)
    if code == "camera_wrong_password":
        code = refused_login(source)
    return CameraError(code, host=source.host, port=source.port, reason=str(status))


def refused_login(source: Source) -> str:
    """The code where a camera does not let us in: none was given, or a wrong one."""
    return "camera_asks_login" if source.credential is None else "camera_wrong_password"


def failed(source: Source, reason: str) -> CameraError:
    """`camera_failed` with the camera's or the proxy's own words."""
    said = hide(" ".join(reason.split()), source.secrets())[:LONGEST_REASON]
    return CameraError("camera_failed", host=source.host, reason=said)


def hide(text: str, secrets: Iterable[str]) -> str:
    """`text` without anything of a credential."""
    return without(redact(_WORDS.sub(r"\g<status>", text)), secrets)
