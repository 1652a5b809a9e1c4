"""What a camera's own answer, or its silence, means, as our errors."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException, HTTPResponse, responses

from camrec.errors import CameraError
from camrec.proxies.reach import LedElsewhere
from camrec.proxies.reasons import failed
from camrec.sources import Source


def refusal(source: Source, answer: HTTPResponse) -> CameraError | None:
    """What the status says; None when it is a yes."""
    if answer.status == 200:
        return None
    if answer.status in (401, 403):
        return named(source, "camera_wrong_password")
    if answer.status in (404, 410):
        return named(source, "camera_no_path")
    # Not in the camera's own words: it could repeat what logged us in.
    return failed(source, f"{answer.status} {responses.get(answer.status, '')}".strip())


def no_answer(source: Source, error: Exception) -> CameraError:
    """A request that got no answer."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return named(source, "camera_unknown_host")
    if isinstance(error, LedElsewhere):
        return CameraError("camera_elsewhere", host=source.host, other=error.host[:100])
    if isinstance(error, ssl.SSLCertVerificationError):
        return named(source, "camera_certificate")
    if isinstance(error, ConnectionRefusedError):
        return named(source, "camera_refused")
    if isinstance(error, ssl.SSLError | HTTPException | ConnectionError | ValueError):
        return named(source, "camera_not_a_camera")
    # No route, host down, network down, timed out.
    return named(source, "camera_no_answer")


def named(source: Source, code: str) -> CameraError:
    return CameraError(code, host=source.host, port=source.port)
