"""When a scheduled recording begins, as the Python API takes it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from camrec.errors import InputError
from camrec.recording_limits import MAX_START_AHEAD_DAYS

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_start_ns(start_at: object) -> int | None:
    """Return a start in UTC nanoseconds; None: at once.

    Raises InputError (``bad_start``) if `start_at` is no datetime with a time zone.
    """
    if start_at is None:
        return None
    if isinstance(start_at, datetime) and start_at.tzinfo is not None:
        start = (start_at - _EPOCH) // timedelta(microseconds=1) * 1000
        if 0 < start < 2**63:  # others are no nanoseconds, and far from now
            return start
    raise InputError("bad_start", days=MAX_START_AHEAD_DAYS)
