"""How long a camera that is too busy just now is left alone."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse

# What a camera that serves others too, or that takes its picture just now, answers now and then.
BUSY = frozenset({429, 500, 502, 503, 504})
SHORTEST_S, LONGEST_S = 0.1, 5.0  # seconds between two requests
GROWS_TO_S = 1.0  # where the camera does not say when to come back


class BusyWait:
    """One run of refusals.

    Parameters
    ----------
    patience
        Seconds in all after which it is taken at its word.
    """

    def __init__(self, patience: float) -> None:
        self._end = time.monotonic() + patience
        self._pause = SHORTEST_S / 2

    def pause(self, answer: HTTPResponse) -> float | None:
        """Seconds after which to ask again; None where that is no use."""
        if answer.status not in BUSY:
            return None
        self._pause = min(2 * self._pause, GROWS_TO_S)
        told = _retry_after(answer.getheader("Retry-After"))
        pause = self._pause if told is None else min(max(told, SHORTEST_S), LONGEST_S)
        return pause if time.monotonic() + pause <= self._end else None


def _retry_after(told: str | None) -> float | None:
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
