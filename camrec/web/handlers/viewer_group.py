"""Those who watch one session: woken together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol


class Wakeable(Protocol):
    """A viewer that is told when something may have come."""

    def look(self) -> None: ...


class ViewerGroup:
    """The viewers of one session in one loop.

    Waking a loop from another thread costs more than sending a picture: whatever comes for them,
    it is woken once for all.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._viewers: list[Wakeable] = []
        self._wake_scheduled = False

    @classmethod
    @contextlib.contextmanager
    def join(
        cls, audiences: dict[str, ViewerGroup], name: str, viewer: Wakeable
    ) -> Iterator[Callable[[], None]]:
        """As one of the audience of that name; gives what wakes it, from any thread."""
        audience = audiences.setdefault(name, cls())
        audience.add(viewer)
        try:
            yield audience.wake
        finally:
            if audience.remove(viewer) == 0:
                del audiences[name]

    def add(self, viewer: Wakeable) -> None:
        self._viewers.append(viewer)

    def remove(self, viewer: Wakeable) -> int:
        """Return how many viewers are left."""
        self._viewers.remove(viewer)
        return len(self._viewers)

    def wake(self) -> None:
        """Have each viewer look whether there is something to send; from any thread."""
        if self._wake_scheduled:
            return
        self._wake_scheduled = True
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._wake_viewers)

    def _wake_viewers(self) -> None:
        # Before the look: what comes during it wakes the loop again.
        self._wake_scheduled = False
        for viewer in tuple(self._viewers):
            viewer.look()
