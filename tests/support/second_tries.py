"""What is tried again when it failed: only what a busy machine can make late, and never in silence.

A browser, a camera that sends in real time, a proxy that answers when it gets to it: under load one
of them is late now and then, and the test that waits for it fails though camrec is right. Those
tests bear `flaky`, with the reason; ``-raR`` names each that needed a second try. Nothing else is
tried again: a test that computes is right or wrong, and a drill that loses a picture has lost it.
"""

from __future__ import annotations

import pytest

TRIES = 2
REASONS = {
    "looking": "a browser on a busy machine is late",
    "chromium": "a browser on a busy machine is late",
    "binaries": "a camera or a proxy in real time on a busy machine is late",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "drills" not in item.path.parts and not item.get_closest_marker("flaky"):
            found = (REASONS[name] for name in REASONS if name in getattr(item, "fixturenames", ()))
            if reason := next(found, None):
                item.add_marker(pytest.mark.flaky(reruns=TRIES, reason=reason))
