"""The errors that a camera's HTTP responses mean."""

from __future__ import annotations

from http.client import HTTPResponse

from camrec.camera_address import CameraAddress
from camrec.camera_errors import error_from_status
from camrec.errors import CameraError


def error_from_response(source: CameraAddress, response: HTTPResponse) -> CameraError | None:
    """The error of a response; None if its status is 2xx."""
    return None if 200 <= response.status < 300 else error_from_status(source, response.status)
