"""What can go wrong, each with a code that a program can match and a text in French and English.

    CamrecError
    ├── InputError      400  what was asked is malformed
    ├── AccessError     403  (401: token missing or wrong, 429: too often) not allowed
    ├── NotFoundError   404  no such session, recording, video or page
    ├── StateError      409  the state forbids it: already recording, all sessions taken
    ├── CameraError     422  the camera did not deliver
    ├── ServiceError    503  a proxy or FFmpeg is not to be had
    └── DiskError       507  no room on the disk

Every text lives in ``locale/<language>/errors.json`` under its code, and says what happened, to
what, and what to do next. The facts that fill it in never hold a credential.
"""

from __future__ import annotations

import errno
from typing import Any

from camrec.i18n import Phrase, catalogue, translate


class CamrecError(Exception):
    """An error that a user may see.

    Parameters
    ----------
    code
        Stable, for programs: ``"camera_refused"``.
    facts
        What fills in the text: ``host="192.168.1.20"``.
    """

    status = 500

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self.remote_text = ""  # the text, where another camrec has filled it in

    def text(self, language: str = "en") -> str:
        """What happened, to what, and what to do next; `language` is "en" or "fr"."""
        return self.remote_text or translate(f"errors.{self.code}", language, **self.facts)

    def __str__(self) -> str:
        return self.text()


_ACCESS_STATUS_BY_CODE = {"token_wrong": 401, "too_many_tries": 429, "too_many_requests": 429}


class InputError(CamrecError):
    """What was asked is malformed."""

    status = 400


class AccessError(CamrecError):
    """It is not allowed."""

    status = 403

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code, **facts)
        self.status = _ACCESS_STATUS_BY_CODE.get(code, self.status)


class NotFoundError(CamrecError):
    """There is no such session, recording, video, picture or page."""

    status = 404


class MethodError(CamrecError):
    """Not possible at this address, though something else is."""

    status = 405


class StateError(CamrecError):
    """The state forbids it."""

    status = 409


class CameraError(CamrecError):
    """The camera did not deliver."""

    status = 422


class ServiceError(CamrecError):
    """A proxy, FFmpeg or a package is not to be had."""

    status = 503


class DiskError(CamrecError):
    """There is no room on the disk."""

    status = 507


def describe_os_error(error: OSError) -> Phrase | str:
    """Why the system refused, for a text in either language.

    The usual reasons are told in our own words. Of the others there is what the system says, in
    whatever language it does so.
    """
    key = f"reasons.{errno.errorcode.get(error.errno or 0, '').lower()}"
    if key in catalogue("en"):
        return Phrase(key)
    return error.strerror or str(error)


def from_response(status: int, code: str, message: str) -> CamrecError:
    """What another camrec answered, as the same error is raised here."""
    kinds = {kind.status: kind for kind in CamrecError.__subclasses__()} | {401: AccessError}
    error = kinds.get(status, CamrecError)(code)
    error.remote_text = message
    return error


def internal_error() -> CamrecError:
    """What a caller is told of a defect; the log has the rest."""
    return CamrecError("internal")
