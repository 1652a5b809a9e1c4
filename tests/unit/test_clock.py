"""The clocks that all times in camrec come from, also where the system's own are coarse."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timezone
from itertools import pairwise

import pytest

from camrec import clock, windows_api
from camrec.clock import Clock, format_iso, iso_to_utc_ns
from support.units_made import CoarseClock, make_system_clocks_coarse

FILETIME_2026 = 134_116_992_000_000_000  # 2026-01-01 00:00:00 UTC, in 100 ns since 1601


def test_durations_do_not_step_when_the_system_s_clock_does(monkeypatch):
    make_system_clocks_coarse(monkeypatch)
    assert time.monotonic_ns() % CoarseClock.STEP_NS == 0
    for read in (Clock().monotonic_ns, clock.monotonic_ns, lambda: int(clock.monotonic_s() * 1e9)):
        seen = {read() for _ in range(1000)}
        assert len(seen) > 100, "it steps"


def test_all_readings_of_the_monotonic_clock_are_comparable():
    times = [Clock().monotonic_ns(), clock.monotonic_ns(), clock.monotonic_s() * 1e9]
    times.append(Clock().monotonic_ns())
    # A float of the uptime in nanoseconds is exact to some of them.
    assert all(earlier <= later + 1000 for earlier, later in pairwise(times))


@pytest.mark.skipif(
    sys.platform == "win32" and sys.version_info < (3, 13), reason="Windows: time.monotonic steps"
)
def test_the_clock_for_durations_is_that_of_time_monotonic():
    before, read, after = time.monotonic_ns(), clock.monotonic_ns(), time.monotonic_ns()
    assert before <= read <= after


def test_the_time_of_day_is_the_system_s():
    before, read, after = time.time_ns(), clock.utc_ns(), time.time_ns()
    # time.time_ns of Python before 3.13 is up to 15.6 ms late on Windows.
    assert before - 20_000_000 <= read <= after + 20_000_000
    assert before / 1e9 - 0.02 <= clock.utc_s()


def test_a_windows_file_time_is_converted_to_utc_exactly():
    assert windows_api.filetime_to_utc_ns(FILETIME_2026 + 1) - 100 == iso_to_utc_ns(
        "2026-01-01T00:00:00Z"
    )
    epoch = datetime(1601, 1, 1, tzinfo=timezone.utc)
    assert format_iso(windows_api.filetime_to_utc_ns(0)) == f"{epoch:%Y-%m-%dT%H:%M:%S}.000000Z"


def test_only_windows_is_asked_for_its_precise_time():
    if sys.platform != "win32":
        with pytest.raises(RuntimeError):
            windows_api.precise_utc_ns()
        return
    before, read, after = time.time_ns(), windows_api.precise_utc_ns(), time.time_ns()
    assert before - 20_000_000 <= read <= after + 20_000_000


@pytest.mark.parametrize(
    "moment", ["1601-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z"], ids=["1601", "1969"]
)
def test_a_time_before_1970_is_formatted_on_every_system(moment):
    assert format_iso(iso_to_utc_ns(moment)) == moment


@pytest.mark.parametrize(
    ("langid", "language"),
    [(0x040C, "fr"), (0x080C, "fr"), (0x0C0C, "fr"), (0x140C, "fr"), (0x0409, "en"),
     (0x0809, "en"), (0x0407, ""), (0x1000, "")],
)  # fmt: skip
def test_the_language_of_windows_menus_is_known_in_every_country(langid, language):
    assert windows_api.language_of_langid(langid) == language


def test_a_kernel_that_does_not_count_sleep_says_that_there_was_none(monkeypatch):
    """Linux has it since 2.6.39; a stand-in for an older one, and for a sandbox without it.

    Windows has none of these clocks, so nothing is asked there.
    """

    def refuse(clock_id: int) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(time, "clock_gettime_ns", refuse, raising=False)
    assert clock.asleep_ns() == Clock().asleep_ns() == 0
