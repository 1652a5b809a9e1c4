"""How wrong this computer's clock may be, as far as the system knows."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND
from camrec.host_clock.adjtimex import KernelClock, read_kernel_clock

US_PER_SECOND = 10**6
# A larger figure means that nobody set the clock for half an hour: the kernel adds 500 us a second.
MAX_USEFUL_ERROR_US = 1_000_000
# systemd-timesyncd reports no error of the network: it writes 0. One way through the internet is
# rarely that much longer than the other.
UNREPORTED_NETWORK_ERROR_S = 0.05


@dataclass(frozen=True)
class HostClockError:
    """How wrong this computer's UTC may be.

    synchronized : something keeps it right.
    estimated_s, max_s : the likely error and its upper bound, seconds; None: not known.
    """

    synchronized: bool
    estimated_s: float | None
    max_s: float | None


def read_host_clock_error() -> HostClockError | None:
    """How wrong this computer's clock may be now; None if this system cannot be asked.

    Only Linux is asked. Windows' `w32tm` prints such figures in the language of the system, and not
    for every user; macOS has them under a function that could not be tried.
    """
    kernel = read_kernel_clock()
    return None if kernel is None else judge_kernel_clock(kernel)


def read_host_error_ns() -> int:
    """The upper bound of this computer's clock error now, nanoseconds; 0 if it is not known."""
    error = read_host_clock_error()
    return 0 if error is None or error.max_s is None else round(error.max_s * NS_PER_SECOND)


def judge_kernel_clock(kernel: KernelClock) -> HostClockError:
    """What the kernel's figures are worth.

    The kernel's flag "not synchronized" does not count: chronyd without its setting `rtcsync`
    leaves it as it was, but keeps the error up to date.
    """
    if not 0 <= kernel.max_error_us < MAX_USEFUL_ERROR_US:
        return HostClockError(synchronized=False, estimated_s=None, max_s=None)
    # What is left to be corrected is a known error.
    left = abs(kernel.offset_ns) / NS_PER_SECOND
    max_s = kernel.max_error_us / US_PER_SECOND + left
    if kernel.estimated_error_us <= 0:
        return HostClockError(True, None, max_s + UNREPORTED_NETWORK_ERROR_S)
    return HostClockError(True, kernel.estimated_error_us / US_PER_SECOND + left, max_s)


def worse_of(one: HostClockError, other: HostClockError) -> HostClockError:
    """What holds if both held one after the other."""
    return HostClockError(
        one.synchronized and other.synchronized,
        _larger(one.estimated_s, other.estimated_s),
        _larger(one.max_s, other.max_s),
    )


def _larger(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)
