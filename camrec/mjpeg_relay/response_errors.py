"""What a camera's own answer means, as our errors."""

from __future__ import annotations

from http.client import HTTPResponse

from camrec.camera_address import CameraAddress
from camrec.camera_errors import error_from_status
from camrec.errors import CameraError


def error_from_response(source: CameraAddress, answer: HTTPResponse) -> CameraError | None:
    """What the status says; None when it is a yes."""
    return None if 200 <= answer.status < 300 else error_from_status(source, answer.status)
