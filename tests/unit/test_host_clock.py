"""This computer's clock: its error by the kernel, and how a step is told from a slow correction.

The clocks that are set, that drift and that sleep are stand-ins: a test cannot do that to this
computer. The kernel that is asked for its error is this computer's own.
"""

from __future__ import annotations

import sys

import pytest

from camrec.clock import Clock
from camrec.host_clock import HostClockError, HostClockWatch, read_host_clock_error, worse_of
from camrec.host_clock.adjtimex import KernelClock, read_kernel_clock
from camrec.host_clock.clock_error import judge_kernel_clock
from camrec.recording.host_clock_record import MAX_REPORTED_STEPS, HostClockRecord
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.warning_list import WarningList
from support.units_made import SECOND, MadeClock

TOLERANCE = 500 << 16  # Linux corrects the rate of its clock by 500 ppm at most
MS = SECOND // 1000


def kernel(max_us: int, estimated_us: int = 0, offset_ns: int = 0):
    return KernelClock(max_us, estimated_us, offset_ns, TOLERANCE)


def test_linux_answers_for_its_clock_and_other_systems_are_not_asked():
    answer, error = read_kernel_clock(), read_host_clock_error()
    if sys.platform != "linux":
        assert answer is None and error is None
        return
    # The last field that is read is always the same, so those before it are in their places.
    assert answer.tolerance == TOLERANCE
    assert 0 <= answer.max_error_us <= 16_000_000
    assert error.synchronized is (answer.max_error_us < 1_000_000)
    assert (error.max_s is None) is not error.synchronized


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (kernel(16_000_000, 16_000_000), HostClockError(False, None, None)),
        (kernel(16_000_000), HostClockError(False, None, None)),
        (kernel(-1), HostClockError(False, None, None)),
        (kernel(12_000, 300), HostClockError(True, 0.0003, 0.012)),
        (kernel(12_000, 300, offset_ns=-2_000_000), HostClockError(True, 0.0023, 0.014)),
        (kernel(16_000), HostClockError(True, None, 0.066)),
    ],
    ids=["never set", "set long ago", "nonsense", "ntpd", "correcting", "timesyncd"],
)
def test_a_kernel_s_figures_become_an_error_in_seconds(answer, error):
    assert judge_kernel_clock(answer) == HostClockError(
        error.synchronized, pytest.approx(error.estimated_s), pytest.approx(error.max_s)
    )


def test_the_worse_of_two_errors_has_the_larger_figures_and_what_is_not_known_is_worse():
    good, bad = HostClockError(True, 0.003, 0.01), HostClockError(True, 0.001, 0.02)
    assert worse_of(good, bad) == worse_of(bad, good) == HostClockError(True, 0.003, 0.02)
    lost = HostClockError(False, None, None)
    assert worse_of(good, lost) == worse_of(lost, good) == lost


class DriftingClock(MadeClock):
    """A clock whose UTC gains on the clock for durations. A stand-in, like `MadeClock`."""

    parts_per_million = 0

    def utc_ns(self) -> int:
        return super().utc_ns() + self.now * self.parts_per_million // 10**6


class InterruptedClock(MadeClock):
    """A clock that something else on the computer makes its reader wait for. A stand-in."""

    pause = 0

    def utc_ns(self) -> int:
        self.now += self.pause
        return super().utc_ns()


def changes(watch: HostClockWatch, clock: MadeClock, seconds: int, interval: float = 1.0):
    """What the watch reports in the time, with a check in each interval."""
    found = []
    for _ in range(int(seconds / interval)):
        clock.now += round(interval * SECOND)
        found += [each for each in watch.check() if each is not None]
    return found


@pytest.mark.parametrize("parts_per_million", [500, -500, 12])
def test_a_slow_correction_of_the_clock_is_no_step_however_long_it_takes(parts_per_million):
    clock = DriftingClock()
    clock.parts_per_million = parts_per_million
    assert changes(HostClockWatch(clock), clock, 2 * 3600) == []
    assert changes(HostClockWatch(clock), clock, 280, interval=28) == []  # on a busy computer


@pytest.mark.parametrize("step", [0.03, -0.128, 1, -1, 3600, -86_400, 20 * 365 * 86_400])
def test_a_clock_that_is_set_is_noticed_at_the_next_check_with_the_size(step):
    clock = MadeClock()
    watch = HostClockWatch(clock)
    assert changes(watch, clock, 5) == []
    clock.utc_set_by += round(step * SECOND)
    clock.now += SECOND
    slept, found = watch.check()
    assert slept is None
    assert (found.at, found.size_ns) == (clock.now, round(step * SECOND))
    assert changes(watch, clock, 5) == []


def test_a_sleep_is_no_step_and_a_clock_set_after_it_is_one():
    clock = MadeClock()
    watch = HostClockWatch(clock)
    begin = clock.now
    clock.asleep += 3600 * SECOND
    clock.now += SECOND
    slept, step = watch.check()
    assert step is None
    assert (slept.start, slept.end) == (begin, begin + 3601 * SECOND)
    clock.utc_set_by = -2 * SECOND
    clock.now += SECOND
    slept, step = watch.check()
    assert slept is None
    assert (step.at, step.size_ns) == (begin + 3602 * SECOND, -2 * SECOND)


def test_a_sleep_that_the_clock_for_durations_counts_is_a_sleep_too():
    clock = MadeClock()
    watch = HostClockWatch(clock)
    begin = clock.now
    clock.now += 3600 * SECOND
    slept, step = watch.check()
    assert step is None
    assert (slept.start, slept.end) == (begin, begin + 3600 * SECOND)


def test_a_reader_that_is_interrupted_sees_no_step():
    clock = InterruptedClock()
    watch = HostClockWatch(clock)
    for pause in (200 * MS, 0, 300 * MS, 50 * MS):
        clock.pause = pause
        assert changes(watch, clock, 1) == []


def test_this_computer_s_clocks_go_together():
    watch = HostClockWatch(Clock())
    assert [watch.check() for _ in range(100)] == [(None, None)] * 100


def record(clock: MadeClock, errors=lambda: None) -> HostClockRecord:
    period = RecordingPeriod(clock.utc_ns(), clock.monotonic_ns(), 3600)
    return HostClockRecord(clock, period, "id", errors)


def test_a_recording_keeps_the_worst_error_of_the_clock():
    errors = iter([0.01, 0.04, 0.02])
    kept = record(MadeClock(), lambda: HostClockError(True, None, next(errors)))
    assert kept.error.max_s == 0.01
    kept.check()
    kept.check()
    assert kept.error == HostClockError(True, None, 0.04)


def test_a_recording_has_no_error_of_a_clock_that_nobody_knows():
    kept = record(MadeClock())
    kept.check()
    assert kept.error is None


def told(kept: HostClockRecord) -> list[float]:
    warnings = WarningList()
    kept.add_warnings(warnings)
    assert all(each.code == "clock_jumped" for each in warnings.items)
    return [each.facts["seconds"] for each in warnings.items]


def test_a_clock_that_is_corrected_very_fast_is_one_step():
    clock = DriftingClock()
    kept = record(clock)
    clock.now += SECOND
    kept.check()
    for _ in range(30):  # a tenth of the time, as Windows may in a domain
        clock.utc_set_by += SECOND // 10
        clock.now += SECOND
        kept.check()
    assert told(kept) == [3.0]


def test_a_clock_that_is_set_and_set_back_is_told_as_two_steps():
    clock = MadeClock()
    kept = record(clock)
    for step in (3600, -3600):
        clock.utc_set_by += step * SECOND
        clock.now += SECOND
        kept.check()
    assert told(kept) == [3600.0, -3600.0]


def test_two_programs_that_fight_for_the_clock_do_not_fill_the_receipt():
    clock = MadeClock()
    kept = record(clock)
    for number in range(100):
        clock.utc_set_by += (2 if number % 2 else -1) * SECOND
        clock.now += 60 * SECOND // 10
        kept.check()
    assert len(told(kept)) == MAX_REPORTED_STEPS
    assert sum(told(kept)) == 50.0, "all of them count"
