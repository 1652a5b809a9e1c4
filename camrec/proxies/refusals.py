"""What a camera's own answer means, as our errors."""

from __future__ import annotations

from http.client import HTTPResponse, responses

from camrec.camera_errors import failed, named
from camrec.errors import CameraError
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
