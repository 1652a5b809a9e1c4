"""Cases of one test that run at the same time."""

from __future__ import annotations

import threading

import pytest

from support.at_once import at_once


def test_every_case_runs_and_each_that_fails_is_named_with_its_traceback():
    ran = []

    @at_once("number, name", [(1, "one"), (2, "two"), (3, "three")])
    def check(number, name):
        ran.append(number)
        assert number == 2, f"{name} is odd"

    with pytest.raises(AssertionError) as failed:
        check()
    assert sorted(ran) == [1, 2, 3]
    assert "one is odd" in str(failed.value) and "three is odd" in str(failed.value)
    assert "two" not in str(failed.value)


def test_cases_run_at_the_same_time_and_get_the_fixtures_of_the_test():
    together = threading.Barrier(3, timeout=10)
    seen = []

    @at_once("number", [1, 2, 3], most=3)
    def check(tmp_path, number):
        together.wait()
        seen.append((tmp_path, number))

    check(tmp_path="here")
    assert sorted(seen) == [("here", 1), ("here", 2), ("here", 3)]
