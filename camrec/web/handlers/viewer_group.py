"""Wakes all viewers of a session together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol


class Wakeable(Protocol):
    """A viewer that sends when it is woken."""

    def send_pending(self) -> None:
        """Send what can be sent now; called in the event loop."""


class ViewerGroup:
    """The viewers of one session in one event loop.

    Waking an event loop from another thread costs more than sending a frame. So the group wakes
    the loop once for all its viewers.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._viewers: list[Wakeable] = []
        self._wake_scheduled = False

    @classmethod
    @contextlib.contextmanager
    def join(
        cls, groups: dict[str, ViewerGroup], session_id: str, viewer: Wakeable
    ) -> Iterator[Callable[[], None]]:
        """Add `viewer` to the group of `session_id`, and remove it at the end of the context.

        The context manager returns the function that wakes the group; any thread may call it.
        `groups` contains only groups that have viewers.
        """
        group = groups.setdefault(session_id, cls())
        group.add(viewer)
        try:
            yield group.wake
        finally:
            if group.remove(viewer) == 0:
                del groups[session_id]

    def add(self, viewer: Wakeable) -> None:
        """Wake `viewer` too from now on."""
        self._viewers.append(viewer)

    def remove(self, viewer: Wakeable) -> int:
        """Wake `viewer` no longer; return how many viewers are left."""
        self._viewers.remove(viewer)
        return len(self._viewers)

    def wake(self) -> None:
        """Let each viewer send what can be sent. Any thread may call this."""
        if self._wake_scheduled:
            return
        self._wake_scheduled = True
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._wake_viewers)

    def _wake_viewers(self) -> None:
        # First, because frames that arrive while the viewers send must wake the loop again.
        self._wake_scheduled = False
        for viewer in tuple(self._viewers):
            viewer.send_pending()
