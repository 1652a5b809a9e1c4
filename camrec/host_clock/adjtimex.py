"""What Linux knows about the error of its clock, by the system call `adjtimex`.

The program that sets the clock by the network (chronyd, ntpd, systemd-timesyncd) gives the kernel
these figures. Reading them needs no privilege. In a container they are those of its host.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

STA_NANO = 0x2000  # `offset` is in nanoseconds instead of microseconds

# `struct timex` of <sys/timex.h>. The fields after `taiv` are room for later ones.
_LONGS_BEFORE_STATUS = ("offset", "freq", "maxerror", "esterror")
_LONGS_AFTER_STATUS = ("constant", "precision", "tolerance", "seconds", "fraction", "tick")
_RESERVED_BYTES = 128


@dataclass(frozen=True)
class KernelClock:
    """The answer of `adjtimex`, as far as camrec uses it.

    max_error_us, estimated_error_us : microseconds. The first grows by 500 a second until the clock
        is set again, up to 16 s, which also stands for "not known".
    offset_ns : what is left to be corrected, slowly, in nanoseconds.
    tolerance : the largest correction of the rate, in ppm times 65,536; it is always the same.
    """

    max_error_us: int
    estimated_error_us: int
    offset_ns: int
    tolerance: int


def read_kernel_clock() -> KernelClock | None:
    """Ask the kernel; it takes two microseconds. None if it does not answer, or is not Linux."""
    if sys.platform != "linux":
        return None
    import ctypes  # only here, so that the command line starts quickly

    answer = _timex_type()()
    try:
        result = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(answer))
    except (AttributeError, OSError):  # a C library without it
        return None
    if result < 0:  # forbidden here
        return None
    status = int(answer.status)
    return KernelClock(
        max_error_us=int(answer.maxerror),
        estimated_error_us=int(answer.esterror),
        offset_ns=int(answer.offset) * (1 if status & STA_NANO else 1000),
        tolerance=int(answer.tolerance),
    )


@cache
def _timex_type() -> type[ctypes.Structure]:
    """`struct timex` with `modes` first, which is 0 in a new one: read, and set nothing."""
    import ctypes

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_uint),
            *((name, ctypes.c_long) for name in _LONGS_BEFORE_STATUS),
            ("status", ctypes.c_int),
            *((name, ctypes.c_long) for name in _LONGS_AFTER_STATUS),
            ("reserved", ctypes.c_char * _RESERVED_BYTES),
        )

    return Timex
