"""The newest pictures and their sound, so that a new part can begin where the last one may end."""

from __future__ import annotations

from collections import deque

from camrec.media import Unit
from camrec.recording.timeline import SECOND

SPAN = 2 * SECOND  # FFmpeg, killed, may lose a fragment of one second and what is in the pipe
MOST = 64 << 20  # bytes


class Memory:
    """Units from a key picture on, at least `SPAN` back where there is one.

    It shares them with the feed: they are not copied.
    """

    def __init__(self) -> None:
        self._units: deque[Unit] = deque()
        self._keys: deque[Unit] = deque()
        self._bytes = 0

    def breaks(self, unit: Unit) -> bool:
        """Whether it is a picture of another track than those that are kept."""
        return bool(
            self._keys and unit.track.medium == "video" and unit.track is not self._keys[-1].track
        )

    def keep(self, unit: Unit, all_of_it: bool = False) -> None:
        """Sound of other tracks stays: who takes it out looks at the tracks.

        Parameters
        ----------
        all_of_it
            Nothing of what is remembered was written yet: let nothing go while there is room.
        """
        if unit.track.medium == "video" and unit.key:
            self._keys.append(unit)
        if not self._keys:
            return
        self._units.append(unit)
        self._bytes += len(unit.data)
        while len(self._keys) > 1 and (
            self._bytes > MOST or not all_of_it and unit.arrived - self._keys[1].arrived >= SPAN
        ):
            self._forget()
        if self._bytes > MOST:
            self.clear()

    def units(self) -> list[Unit]:
        """From a key picture on; empty before the first."""
        return list(self._units)

    def clear(self) -> None:
        self._units.clear()
        self._keys.clear()
        self._bytes = 0

    def _forget(self) -> None:
        """Let the oldest group go."""
        self._keys.popleft()
        while self._units and self._units[0] is not self._keys[0]:
            self._bytes -= len(self._units.popleft().data)
