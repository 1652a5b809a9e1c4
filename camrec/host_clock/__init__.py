"""This computer's clock: how wrong it may be, and whether somebody sets it meanwhile.

Nothing here sets a clock. ``docs/timing.md`` says what the figures are worth.
"""

from camrec.host_clock.boot_time import boot_utc_ns
from camrec.host_clock.clock_error import (
    HostClockError,
    read_host_clock_error,
    read_host_error_ns,
    worse_of,
)
from camrec.host_clock.clock_watch import HostClockStep, HostClockWatch, Sleep

__all__ = [
    "HostClockError",
    "HostClockStep",
    "HostClockWatch",
    "Sleep",
    "boot_utc_ns",
    "read_host_clock_error",
    "read_host_error_ns",
    "worse_of",
]
