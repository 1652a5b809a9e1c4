"""All errors that a user may see: each has a code for programs and a text in two languages.

    CamrecError
    ├── InputError      400  the request is malformed
    ├── AccessError     403  not allowed (401: token missing or wrong, 429: too many requests)
    ├── NotFoundError   404  no such session, recording, video or page
    ├── MethodError     405  the address does not support this method
    ├── StateError      409  the current state forbids it: already recording, too many sessions
    ├── CameraError     422  the camera sent no video
    ├── ServiceError    503  a proxy or FFmpeg is not available
    └── DiskError       507  not enough disk space

``locale/<language>/errors.json`` has the text of each code. It says what happened, to what, and
what to do next. Facts fill in the text; they never contain a credential.
"""

from __future__ import annotations

import errno

from camrec import file_system
from camrec.i18n import Phrase, catalogue, translate


class CamrecError(Exception):
    """An error that a user may see.

    Parameters
    ----------
    code
        A stable name for programs: ``"camera_refused"``.
    facts
        The values that fill in the text: ``host="192.168.1.20"``.

    Attributes
    ----------
    status : the HTTP status of a response with this error.
    remote_text : the finished text, if the error comes from another camrec; otherwise empty.
    """

    status = 500

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self.remote_text = ""

    def text(self, language: str = "en") -> str:
        """Return what happened, to what, and what to do next; `language` is "en" or "fr"."""
        return self.remote_text or translate(f"errors.{self.code}", language, **self.facts)

    def __str__(self) -> str:
        """Return the English text."""
        return self.text()


_ACCESS_STATUS_BY_CODE = {
    "token_wrong": 401,
    "too_many_tries": 429,
    "too_many_requests": 429,
    "too_many_followers": 429,
}


class InputError(CamrecError):
    """The request is malformed."""

    status = 400


class AccessError(CamrecError):
    """The caller is not allowed to do this."""

    status = 403

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code, **facts)
        self.status = _ACCESS_STATUS_BY_CODE.get(code, self.status)


class NotFoundError(CamrecError):
    """There is no such session, recording, video, frame or page."""

    status = 404


class MethodError(CamrecError):
    """The address does not support this method; it supports another one."""

    status = 405


class StateError(CamrecError):
    """The current state forbids it."""

    status = 409


class CameraError(CamrecError):
    """The camera sent no video."""

    status = 422


class ServiceError(CamrecError):
    """A proxy, FFmpeg or a package is not available."""

    status = 503


class DiskError(CamrecError):
    """There is not enough disk space."""

    status = 507


def describe_os_error(error: OSError) -> Phrase | str:
    """Return why the system refused something, as a fact for a text.

    The usual reasons are phrases in both languages. For others the system's own message is
    returned, in the system's language.
    """
    if file_system.is_in_use(error):
        return Phrase("reasons.in_use")
    key = f"reasons.{errno.errorcode.get(error.errno or 0, '').lower()}"
    if key in catalogue("en"):
        return Phrase(key)
    return error.strerror or str(error)


def from_response(status: int, code: str, message: str) -> CamrecError:
    """Return the error that another camrec sent, as the class that it has there."""
    kinds = {kind.status: kind for kind in CamrecError.__subclasses__()} | {401: AccessError}
    error = kinds.get(status, CamrecError)(code)
    error.remote_text = message
    return error


# The classes of codes with which a camera or a recording can end. Codes that start with "camera_"
# are CameraErrors; all others are ServiceErrors, because a program failed.
_CLASS_BY_CODE: dict[str, type[CamrecError]] = {
    "address_not_allowed": AccessError,
    "address_refused": InputError,
    "disk_full": DiskError,
    "internal": CamrecError,
    "recording_cancelled": StateError,
    "recording_empty": CameraError,
    "recorded_meanwhile": StateError,
    "recording_missed": StateError,
    "recording_no_key_frame": CameraError,
    "stream_not_found": CameraError,
}


def error_from_code(code: str, message: str) -> CamrecError:
    """Return the error with which a camera or a recording of another camrec ended.

    Parameters
    ----------
    code, message
        From its reply, which contains no HTTP status.
    """
    camera_class = CameraError if code.startswith("camera_") else ServiceError
    error = _CLASS_BY_CODE.get(code, camera_class)(code)
    error.remote_text = message
    return error


def internal_error() -> CamrecError:
    """Return the error that a caller gets for a defect; the log has the details."""
    return CamrecError("internal")
