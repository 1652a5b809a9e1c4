"""Reads this machine's clocks in one place, so that all times are of the same clocks.

No other module calls `time.monotonic` or `time.time`: before Python 3.13 both step by 15.6 ms on
Windows (``docs/timing.md``).
"""

from __future__ import annotations

import re
import sys
import time
from datetime import datetime, timedelta, timezone

from camrec.windows_api import precise_utc_ns

NS_PER_SECOND = 10**9
NS_PER_HOUR = 3600 * NS_PER_SECOND
NS_PER_DAY = 24 * NS_PER_HOUR
MAX_UTC_NS = 2**63 - 1  # in the year 2262

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECOND_FRACTION_PATTERN = re.compile(r"[.,](\d+)")


def monotonic_ns() -> int:
    """Nanoseconds on a clock that never jumps; its zero point has no meaning.

    It is Python's performance counter. On Linux and macOS, and on Windows since Python 3.13, that
    is the clock of `time.monotonic`.
    """
    return time.perf_counter_ns()


def monotonic_s() -> float:
    """Seconds on the clock of `monotonic_ns`."""
    return time.perf_counter()


if sys.platform == "win32" and sys.version_info < (3, 13):

    def utc_ns() -> int:
        """Nanoseconds since 1970-01-01 UTC, by the system's clock."""
        return precise_utc_ns()

else:

    def utc_ns() -> int:
        """Nanoseconds since 1970-01-01 UTC, by the system's clock."""
        return time.time_ns()


def utc_s() -> float:
    """Seconds since 1970-01-01 UTC, by the system's clock."""
    return utc_ns() / NS_PER_SECOND


if sys.platform != "win32":

    def _since_monotonic_ns(clock_id: int) -> int:
        """By how many nanoseconds a clock is ahead of `monotonic_ns`; 0 if there is none."""
        try:
            return time.clock_gettime_ns(clock_id) - monotonic_ns()
        except OSError:
            return 0


if sys.platform == "linux":

    def asleep_ns() -> int:
        """Nanoseconds that this computer slept so far, if `monotonic_ns` does not count them.

        Only the difference between two calls has a meaning. It is always 0 if the kernel does not
        count them either (Linux before 2.6.39, some sandboxes).
        """
        return _since_monotonic_ns(time.CLOCK_BOOTTIME)

elif sys.platform == "darwin":

    def asleep_ns() -> int:
        """Nanoseconds that this computer slept so far, if `monotonic_ns` does not count them.

        Only the difference between two calls has a meaning. By Apple's documentation
        CLOCK_MONOTONIC_RAW goes on while the system sleeps. It is always 0 without that clock.
        """
        return _since_monotonic_ns(time.CLOCK_MONOTONIC_RAW)

else:

    def asleep_ns() -> int:
        """Always 0: the performance counter of Windows goes on while the system sleeps."""
        return 0


class Clock:
    """This machine's clocks as an object, so that a test can pass its own clock."""

    def monotonic_ns(self) -> int:
        """Nanoseconds on a clock that never jumps; its zero point has no meaning."""
        return monotonic_ns()

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC, by the system's clock."""
        return utc_ns()

    def asleep_ns(self) -> int:
        """Nanoseconds that this computer slept so far, if `monotonic_ns` does not count them.

        Only the difference between two calls has a meaning.
        """
        return asleep_ns()


def format_iso(utc_ns: int) -> str:
    """Format UTC nanoseconds as ISO 8601: ``2026-11-23T14:03:00.000000Z``, in microseconds."""
    # Windows converts no time before 1970 itself.
    moment = _EPOCH + timedelta(seconds=utc_ns // NS_PER_SECOND)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ns % NS_PER_SECOND // 1000:06d}Z"


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
