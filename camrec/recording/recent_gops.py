"""The newest GOPs and their audio, so that a new segment can overlap the end of the last one."""

from __future__ import annotations

from collections import deque

from camrec.clock import NS_PER_SECOND
from camrec.media import MediaUnit

# A killed FFmpeg may lose its unfinished fragment and what is in the pipe.
RECENT_SPAN_NS = 2 * NS_PER_SECOND
MAX_RECENT_GOPS_BYTES = 64 << 20


class RecentGops:
    """Frames and audio since a key frame that is at least `RECENT_SPAN_NS` old, if there is one.

    The units are shared with the feed, not copied.
    """

    def __init__(self) -> None:
        self._units: deque[MediaUnit] = deque()
        self._keys: deque[MediaUnit] = deque()
        self._bytes = 0

    def is_other_track(self, unit: MediaUnit) -> bool:
        """Whether the unit is a frame of another track than the frames that are kept."""
        return bool(
            self._keys and unit.track.medium == "video" and unit.track is not self._keys[-1].track
        )

    def keep(self, unit: MediaUnit, all_of_it: bool = False) -> None:
        """Add a unit and drop the GOPs that are too old. Audio of any track is kept.

        Parameters
        ----------
        all_of_it
            Nothing that is kept was written yet: drop a GOP only if there are too many bytes.
        """
        if unit.track.medium == "video" and unit.key:
            self._keys.append(unit)
        if not self._keys:
            return
        self._units.append(unit)
        self._bytes += len(unit.data)
        while len(self._keys) > 1 and (
            self._bytes > MAX_RECENT_GOPS_BYTES
            or (not all_of_it and unit.arrived - self._keys[1].arrived >= RECENT_SPAN_NS)
        ):
            self._drop_oldest_gop()
        if self._bytes > MAX_RECENT_GOPS_BYTES:
            self.clear()

    def units(self) -> list[MediaUnit]:
        """All kept units, a key frame first; empty before the first key frame."""
        return list(self._units)

    def clear(self) -> None:
        """Drop everything."""
        self._units.clear()
        self._keys.clear()
        self._bytes = 0

    def _drop_oldest_gop(self) -> None:
        self._keys.popleft()
        while self._units and self._units[0] is not self._keys[0]:
            self._bytes -= len(self._units.popleft().data)
