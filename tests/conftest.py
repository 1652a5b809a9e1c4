"""What every test uses: the real programs, and the check that nothing is left behind."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from camrec.feed import Feed
from support.clips import FOLDER
from support.programs import Programs, programs
from support.units_made import MadeClock

# Each worker imports and collects everything; until then there is no garbage to look for.
gc.disable()

# Hundreds of processes get this environment: only the first of them compiles camrec.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Hypothesis takes seconds to write its table of all characters: once for all clones, not in each.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(FOLDER.parent / "hypothesis"))

# A run in the background ignores these signals; the processes of its tests must not.
for name, handler in {"SIGHUP": signal.SIG_DFL, "SIGINT": signal.default_int_handler}.items():
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

pytest_plugins = ["support.browser", "support.leaks", "support.sharing", "support.second_tries"]
pytest_plugins += ["support.windows_skips"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Get the programs before the first test: a build takes longer than a test's timeout.

    What has been imported and collected is left out when garbage is looked for from then on.
    """
    gc.enable()
    gc.freeze()
    needed = any("binaries" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        programs()


@pytest.fixture(scope="session")
def binaries() -> Programs:
    """The real MediaMTX, go2rtc and FFmpeg."""
    return programs()


@pytest.fixture
def clock() -> MadeClock:
    """A clock that only the test moves."""
    return MadeClock()


@pytest.fixture
def feed(clock) -> Iterator[Feed]:
    """A feed with that clock."""
    feed = Feed(clock)
    yield feed
    feed.close()
