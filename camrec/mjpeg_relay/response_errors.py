"""What a camera's own answer means, as our errors."""

from __future__ import annotations

from http.client import HTTPResponse

from camrec.camera_address import Source
from camrec.camera_errors import answered
from camrec.errors import CameraError


def refusal(source: Source, answer: HTTPResponse) -> CameraError | None:
    """What the status says; None when it is a yes."""
    return None if 200 <= answer.status < 300 else answered(source, answer.status)
