"""Reads the clocks in one place, so that a test can pass its own clock."""

from __future__ import annotations

import re
import time
from datetime import datetime, timezone

NS_PER_SECOND = 10**9
NS_PER_DAY = 86_400 * NS_PER_SECOND

_SECOND_FRACTION_PATTERN = re.compile(r"[.,](\d+)")


class Clock:
    """This machine's clocks: one for durations, one for the time of day."""

    def monotonic_ns(self) -> int:
        """Nanoseconds on a clock that never jumps; its zero point has no meaning."""
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC, by the system's clock."""
        return time.time_ns()


def format_iso(utc_ns: int) -> str:
    """Format UTC nanoseconds as ISO 8601: ``2026-11-23T14:03:00.000000Z``, in microseconds."""
    moment = datetime.fromtimestamp(utc_ns // 10**9, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ns % 10**9 // 1000:06d}Z"


def parse_iso(iso: str) -> datetime:
    """Parse ISO 8601, with the same result on every Python; raises ValueError.

    Before Python 3.11 `fromisoformat` accepts no "Z", and only fractions of three or six digits.
    """
    whole = _SECOND_FRACTION_PATTERN.sub(
        lambda found: f".{found[1][:6]:0<6}", iso.replace("Z", "+00:00"), count=1
    )
    return datetime.fromisoformat(whole)


def iso_to_utc_ns(iso: str) -> int:
    """ISO 8601 with a time zone as nanoseconds since 1970-01-01 UTC, exact to the microsecond.

    Raises ValueError if it is not ISO 8601.
    """
    moment = parse_iso(iso)
    seconds = int(moment.replace(microsecond=0).astimezone(timezone.utc).timestamp())
    return seconds * NS_PER_SECOND + moment.microsecond * 1000
