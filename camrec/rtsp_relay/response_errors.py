"""What a camera's refusal in the dialogue means, as our errors."""

from __future__ import annotations

from http.client import HTTPException

from camrec.camera_address import Source
from camrec.camera_errors import answered, named, no_answer
from camrec.errors import AccessError, CameraError
from camrec.rtsp_relay.messages import Message


def refusal(source: Source, answer: Message) -> CameraError:
    """Why an answer is no yes."""
    # 200: a yes to a transport that was not asked for.
    return answered(source, 461 if answer.status == 200 else answer.status or 0)


def broken_off(
    source: Source, error: Exception, has_answered: bool, is_played: bool
) -> CameraError:
    """A dialogue that has no next answer.

    Parameters
    ----------
    has_answered
        Whether anything was answered before, as a camera does.
    is_played
        Whether it was asked to play.
    """
    if isinstance(error, CameraError):
        return error
    if isinstance(error, AccessError):
        return CameraError(error.code, **error.facts)
    hung_up = isinstance(error, EOFError | ConnectionError)
    if has_answered and hung_up and not isinstance(error, ConnectionRefusedError | HTTPException):
        return named(source, "camera_hung_up_at_play" if is_played else "camera_hung_up")
    return no_answer(source, error)
