"""The newest pictures and their sound, so that a new part can begin where the last one may end."""

from __future__ import annotations

from collections import deque

from camrec.clock import NS_PER_SECOND
from camrec.media import MediaUnit

RECENT_SPAN_NS = (
    2 * NS_PER_SECOND
)  # FFmpeg, killed, may lose a fragment of one second and what is in the pipe
MAX_RECENT_GOPS_BYTES = 64 << 20  # bytes


class RecentGops:
    """Units from a key picture on, at least `RECENT_SPAN_NS` back where there is one.

    It shares them with the feed: they are not copied.
    """

    def __init__(self) -> None:
        self._units: deque[MediaUnit] = deque()
        self._keys: deque[MediaUnit] = deque()
        self._bytes = 0

    def is_other_track(self, unit: MediaUnit) -> bool:
        """Whether it is a picture of another track than those that are kept."""
        return bool(
            self._keys and unit.track.medium == "video" and unit.track is not self._keys[-1].track
        )

    def keep(self, unit: MediaUnit, all_of_it: bool = False) -> None:
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
            self._bytes > MAX_RECENT_GOPS_BYTES
            or not all_of_it
            and unit.arrived - self._keys[1].arrived >= RECENT_SPAN_NS
        ):
            self._drop_oldest_gop()
        if self._bytes > MAX_RECENT_GOPS_BYTES:
            self.clear()

    def units(self) -> list[MediaUnit]:
        """From a key picture on; empty before the first."""
        return list(self._units)

    def clear(self) -> None:
        self._units.clear()
        self._keys.clear()
        self._bytes = 0

    def _drop_oldest_gop(self) -> None:
        """Let the oldest group go."""
        self._keys.popleft()
        while self._units and self._units[0] is not self._keys[0]:
            self._bytes -= len(self._units.popleft().data)
