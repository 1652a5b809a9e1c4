"""How long to wait before asking a busy camera again."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse

from camrec.clock import monotonic_s

# A camera may respond with these while it serves other clients, or while it captures a frame.
BUSY_STATUSES = frozenset({429, 500, 502, 503, 504})
MIN_BUSY_PAUSE_S, MAX_BUSY_PAUSE_S = 0.1, 5.0
MAX_DEFAULT_BUSY_PAUSE_S = 1.0  # without a Retry-After header


class BusyWait:
    """Several responses in a row that say that the camera is busy.

    Parameters
    ----------
    patience
        Seconds for which the camera may be busy. After that its response counts as an error.
    """

    def __init__(self, patience: float) -> None:
        self._deadline = monotonic_s() + patience
        self._delay = MIN_BUSY_PAUSE_S / 2

    def retry_delay(self, response: HTTPResponse) -> float | None:
        """Seconds to wait before the next request; None if another request is useless."""
        if response.status not in BUSY_STATUSES:
            return None
        self._delay = min(2 * self._delay, MAX_DEFAULT_BUSY_PAUSE_S)
        pause = _parse_retry_after(response.getheader("Retry-After"))
        if pause is None:
            pause = self._delay
        else:
            pause = min(max(pause, MIN_BUSY_PAUSE_S), MAX_BUSY_PAUSE_S)
        return pause if monotonic_s() + pause <= self._deadline else None


def _parse_retry_after(header: str | None) -> float | None:
    """Seconds from now, by a header with seconds or a date; None if it has neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - datetime.now(timezone.utc)).total_seconds()
