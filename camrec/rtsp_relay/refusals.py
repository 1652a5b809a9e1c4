"""What a camera's refusal in the dialogue means, as our errors."""

from __future__ import annotations

from http.client import HTTPException

from camrec.camera_errors import named, no_answer, rejected
from camrec.errors import AccessError, CameraError
from camrec.rtsp_relay.messages import Message
from camrec.sources import Source

# Not in the camera's own words: it could repeat what logged us in.
PHRASES = {
    400: "Bad Request",
    405: "Method Not Allowed",
    451: "Parameter Not Understood",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    551: "Option Not Supported",
}


def refusal(source: Source, answer: Message) -> CameraError:
    """Why an answer is no yes."""
    status = answer.status or 0
    if status in (401, 403):
        return named(source, "camera_wrong_password")
    if status in (404, 410):
        return named(source, "camera_no_path")
    if status in (200, 461):
        # 200: a yes to a transport that was not asked for.
        return named(source, "camera_udp_only")
    return rejected(source, f"{status} {PHRASES.get(status, '')}".strip())


def broken_off(source: Source, error: Exception, answered: bool) -> CameraError:
    """A dialogue that has no next answer.

    Parameters
    ----------
    answered
        Whether anything was answered before, as a camera does.
    """
    if isinstance(error, CameraError):
        return error
    if isinstance(error, AccessError):
        return CameraError(error.code, **error.facts)
    hung_up = isinstance(error, EOFError | ConnectionError)
    if answered and hung_up and not isinstance(error, ConnectionRefusedError | HTTPException):
        return named(source, "camera_hung_up")
    return no_answer(source, error)
