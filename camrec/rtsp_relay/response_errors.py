"""The errors that a camera's RTSP responses mean."""

from __future__ import annotations

from http.client import HTTPException

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error, error_from_exception, error_from_status
from camrec.errors import AccessError, CameraError
from camrec.rtsp_relay.messages import RtspMessage


def error_from_response(source: CameraAddress, response: RtspMessage) -> CameraError:
    """The error of a response that was not what camrec requested."""
    # Status 200: the camera accepted another transport than the requested one.
    return error_from_status(source, 461 if response.status == 200 else response.status or 0)


def error_from_broken_dialogue(
    source: CameraAddress, error: Exception, has_responded: bool, is_played: bool
) -> CameraError:
    """The error for a dialogue that ended early.

    Parameters
    ----------
    has_responded
        Whether the camera sent any response before.
    is_played
        Whether PLAY was sent.
    """
    if isinstance(error, CameraError):
        return error
    if isinstance(error, AccessError):
        return CameraError(error.code, **error.facts)
    hung_up = isinstance(error, EOFError | ConnectionError)
    if has_responded and hung_up and not isinstance(error, ConnectionRefusedError | HTTPException):
        return create_camera_error(
            source, "camera_hung_up_at_play" if is_played else "camera_hung_up"
        )
    return error_from_exception(source, error)
