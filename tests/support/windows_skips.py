"""Which tests Windows skips: those that `tests/windows/skips.txt` names, each with its reason.

With ``--skips-as-listed``, which `tests/windows/run.py` gives, a run fails if any other test was
skipped, whatever skipped it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

LIST = Path(__file__).parents[1] / "windows" / "skips.txt"


def read_skips() -> dict[str, str]:
    """The reasons, by test: ``tests/unit/test_a.py::test_b`` or one case, ``...::test_b[c]``."""
    lines = LIST.read_text("utf-8").splitlines()
    pairs = (line.partition("  ") for line in lines if line and not line.startswith("#"))
    return {test: reason.strip() for test, _, reason in pairs}


def listed(nodeid: str, skips: dict[str, str]) -> str | None:
    """The reason to skip a test, or None."""
    return skips.get(nodeid) or skips.get(nodeid.partition("[")[0])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--skips-as-listed", action="store_true", help="skip no other test")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--skips-as-listed"):
        config.pluginmanager.register(SkipCheck())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.name == "nt":
        skips = read_skips()
        for item in items:
            if reason := listed(item.nodeid, skips):
                item.add_marker(pytest.mark.skip(reason=reason))


class SkipCheck:
    """Fails a run that skipped a test that is not listed."""

    def __init__(self) -> None:
        self._skips = read_skips()
        self._unlisted: dict[str, object] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._unlisted[report.nodeid] = report.longrepr

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        expected = hasattr(report, "wasxfail") or listed(report.nodeid, self._skips)
        if report.skipped and not expected:
            self._unlisted[report.nodeid] = report.longrepr

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._unlisted:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter) -> None:
        for nodeid, reason in self._unlisted.items():
            terminalreporter.write_line(f"skipped, but not in {LIST.name}: {nodeid} {reason}")
