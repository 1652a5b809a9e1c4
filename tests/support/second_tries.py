"""Which failed tests are tried again: only those that a busy machine can make late.

A browser, a camera that sends in real time or a proxy may be late on a busy machine, and the test
that waits for it fails although camrec is right. Those tests have the mark `flaky` with the reason;
``-raR`` names each that needed another try. Nothing else is tried again: a computed result is right
or wrong, and a drill that loses a frame has lost it.
"""

from __future__ import annotations

import pytest

TRIES = 2
REASONS = {
    "open_page": "a browser on a busy machine is late",
    "chromium": "a browser on a busy machine is late",
    "binaries": "a camera or a proxy in real time on a busy machine is late",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "drills" not in item.path.parts and not item.get_closest_marker("flaky"):
            found = (REASONS[name] for name in REASONS if name in getattr(item, "fixturenames", ()))
            if reason := next(found, None):
                item.add_marker(pytest.mark.flaky(reruns=TRIES, reason=reason))
