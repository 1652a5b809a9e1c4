"""About when this computer was started."""

from __future__ import annotations

from camrec.clock import Clock


def boot_utc_ns(clock: Clock) -> int:
    """When this computer was started, UTC nanoseconds, by its clock as it is set now.

    On Linux, macOS and Windows the clock for durations counts from then on. Where it counts from a
    later moment, such as the start of a container, this is that moment.
    """
    return clock.utc_ns() - clock.monotonic_ns() - clock.asleep_ns()
