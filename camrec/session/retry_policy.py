"""When a session tries its camera again, and when it gives up."""

from __future__ import annotations

from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.errors import CameraError, CamrecError

MAX_OPEN_ATTEMPTS = 3
MIN_ATTEMPT_S = 5.0  # that a later attempt gets, however long the earlier ones took
ATTEMPT_PAUSE_S = 1.0
# Another route is tried without a pause. This bound keeps camrec from connecting in a loop,
# whatever the upstream says.
MAX_REROUTES = 2
RECONNECT_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # after the first retry, the second, ...
WRONG_PASSWORD_PAUSE_S = 60.0  # cameras lock an account after a few wrong passwords
UNANSWERED_PAUSE_S = 3.0  # from one short connection to the next, and the longest before them

# After these errors another attempt cannot help, and after wrong passwords a camera may lock the
# account.
FINAL_ERROR_CODES = frozenset(
    {
        "camera_wrong_password",
        "camera_asks_login",
        "camera_no_path",
        "camera_unknown_host",
        "camera_not_a_camera",
        "camera_codec",
        "camera_jpeg",
        "camera_rejected",
        "camera_udp_only",
        "camera_certificate",
        "camera_elsewhere",
        "camera_compressed",
        "camera_circle",
    }
)


def is_final(error: CamrecError) -> bool:
    """Whether no further attempt is made after `error`."""
    return not isinstance(error, CameraError) or error.code in FINAL_ERROR_CODES


def is_login_error(error: CamrecError) -> bool:
    """Whether the camera rejects the password."""
    return error.code in LOGIN_ERROR_CODES


def is_unanswered(error: CamrecError) -> bool:
    """Whether the camera answered no connection, or no request on one."""
    return error.code == "camera_no_answer"


def reconnect_pause(retries: int, error: CamrecError) -> float:
    """Seconds before the next attempt to reconnect.

    Parameters
    ----------
    retries
        How many attempts have failed, at least 1.
    error
        Why the last one failed.
    """
    if is_login_error(error):
        return WRONG_PASSWORD_PAUSE_S
    usual = RECONNECT_PAUSES_S[min(retries, len(RECONNECT_PAUSES_S)) - 1]
    return min(usual, UNANSWERED_PAUSE_S) if is_unanswered(error) else usual
