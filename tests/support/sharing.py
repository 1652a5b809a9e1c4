"""How the tests are shared out between the workers of ``pytest -n``.

Most tests wait for a camera's next frame or for the end of a recording, and use a tenth of a core.
A browser uses half a core, and the tests with the mark `busy` a whole one. So one worker drives
browsers, one runs the busy tests, and the others run what waits meanwhile: otherwise all workers
would first share the processor, and then all wait. Whoever is done helps the others, but only
these two drive browsers. A file stays with one worker because its tests share a server or a
browser, unless the mark `spread` says that they do not.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

SECONDS = {"slow": 20.0, "spread": 6.0, "browser": 3.0}  # that such a test takes, about
QUICK = 0.1
# The kinds of tests of the first worker, of the second, and of all others, the first kind first.
KINDS = (["browser", "busy", "waiting"], ["busy", "browser", "waiting"], ["waiting", "busy"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, files or single tests: a long one that starts last would run alone."""
    length: Counter[object] = Counter()
    for item in items:
        length[unit(item)] += seconds(item)
    items.sort(key=lambda item: -length[unit(item)])


def unit(item: pytest.Item) -> object:
    """What goes to one worker as a whole."""
    return item if item.get_closest_marker("spread") else item.path


def seconds(item: pytest.Item) -> float:
    """How long it takes, by its marks such as ``slow(60)``."""
    for name, usual in SECONDS.items():
        if mark := item.get_closest_marker(name):
            return mark.args[0] if mark.args else usual
    return QUICK


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadScopeScheduling:
    config.option.loadscopereorder = False
    return Sharing(config, log)


class Sharing(LoadScopeScheduling):
    """Files, or single tests of those marked `spread`, in the order in which they were
    collected.
    """

    def _split_scope(self, nodeid: str) -> str:
        spread = "mark.spread" in text(self._file(nodeid))
        return nodeid if spread else nodeid.partition("::")[0]

    def _reschedule(self, node) -> None:
        """A worker has to know its next test; all later ones are better left in the
        common queue.
        """
        if not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            self._assign_work_unit(node)

    def _assign_work_unit(self, node) -> None:
        place = list(self.assigned_work).index(node)
        for kind in KINDS[min(place, len(KINDS) - 1)]:
            scope = next((each for each in self.workqueue if self._kind(each) == kind), None)
            if scope is not None:
                self.workqueue.move_to_end(scope, last=False)
                super()._assign_work_unit(node)
                return
        node.shutdown()

    def _kind(self, scope: str) -> str:
        if "/browser/" in scope:
            return "browser"
        return "busy" if "mark.busy" in text(self._file(scope)) else "waiting"

    def _file(self, nodeid: str) -> Path:
        return self.config.rootpath / nodeid.partition("::")[0]


@cache
def text(file: Path) -> str:
    return file.read_text("utf-8")
