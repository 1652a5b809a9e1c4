"""The lists of `tests/windows`: what Windows skips, and what every submission runs there."""

from __future__ import annotations

import re
from pathlib import Path

from support.windows_skips import listed, read_skips

ROOT = Path(__file__).parents[2]
QUICK = ROOT / "tests" / "windows" / "quick.txt"
# What Windows skips may become less, not more: lower this number with the list.
MOST_SKIPPED = 53


def named(test: str) -> bool:
    """Whether a file or a function of tests exists."""
    file, _, function = test.partition("[")[0].partition("::")
    source = ROOT / file
    return source.exists() and (
        not function or bool(re.search(rf"^def {function}\(", source.read_text("utf-8"), re.M))
    )


def test_the_list_of_skips_does_not_grow():
    assert len(read_skips()) <= MOST_SKIPPED


def test_a_skip_names_one_test_that_exists_and_its_reason():
    for test, reason in read_skips().items():
        assert "::" in test and named(test), test
        assert len(reason.split()) >= 3, f"{test}: say what Windows lacks"


def test_the_quick_run_names_tests_that_exist_and_are_not_skipped():
    lines = QUICK.read_text("utf-8").splitlines()
    quick = [line for line in lines if line and not line.startswith("#")]
    assert len(quick) == len(set(quick)) > 0
    for test in quick:
        assert named(test), test
        assert listed(test, read_skips()) is None, test


def test_a_reason_counts_for_all_cases_of_a_test_or_for_one():
    skips = {"a.py::test_b": "no signals there", "a.py::test_c[one]": "no sockets there"}
    assert listed("a.py::test_b[any]", skips) == "no signals there"
    assert listed("a.py::test_c[one]", skips) == "no sockets there"
    assert listed("a.py::test_c[two]", skips) is None
