"""How long a camera that is too busy just now is left alone."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse

# What a camera that serves others too, or that takes its picture just now, answers now and then.
BUSY_STATUSES = frozenset({429, 500, 502, 503, 504})
MIN_BUSY_PAUSE_S, MAX_BUSY_PAUSE_S = 0.1, 5.0  # seconds between two requests
MAX_DEFAULT_BUSY_PAUSE_S = 1.0  # where the camera does not say when to come back


class BusyWait:
    """One run of refusals.

    Parameters
    ----------
    patience
        Seconds in all after which it is taken at its word.
    """

    def __init__(self, patience: float) -> None:
        self._deadline = time.monotonic() + patience
        self._delay = MIN_BUSY_PAUSE_S / 2

    def retry_delay(self, answer: HTTPResponse) -> float | None:
        """Seconds after which to ask again; None where that is no use."""
        if answer.status not in BUSY_STATUSES:
            return None
        self._delay = min(2 * self._delay, MAX_DEFAULT_BUSY_PAUSE_S)
        told = _parse_retry_after(answer.getheader("Retry-After"))
        pause = self._delay if told is None else min(max(told, MIN_BUSY_PAUSE_S), MAX_BUSY_PAUSE_S)
        return pause if time.monotonic() + pause <= self._deadline else None


def _parse_retry_after(told: str | None) -> float | None:
    """Seconds from a header that has them, or a date; None where it has neither."""
    told = (told or "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - datetime.now(timezone.utc)).total_seconds()
