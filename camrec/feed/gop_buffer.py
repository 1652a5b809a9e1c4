"""Stores the current GOP: the newest key frame, everything after it, and its audio."""

from __future__ import annotations

from collections import deque

from camrec.clock import NS_PER_SECOND
from camrec.media import MediaUnit

MAX_GOP_BUFFER_BYTES = 64 << 20
AUDIO_LEAD_NS = 2 * NS_PER_SECOND  # audio often arrives before the frame that it belongs to


class GopBuffer:
    """Stores the GOP with which a new consumer starts, so that it can decode at once.

    If the image is complete only some frames after a key frame (`MediaUnit.dependent`), the
    previous GOP continues until then. So a consumer can always show the newest frame of the GOP.

    A GOP that grows over `MAX_GOP_BUFFER_BYTES` is dropped, because a GOP with a gap cannot be
    decoded. There is none until the next key frame.

    Parameters
    ----------
    history_ns
        Nanoseconds for which earlier GOPs are kept, as long as all GOPs together stay under
        `MAX_GOP_BUFFER_BYTES`.
    """

    def __init__(self, history_ns: int = 0) -> None:
        self._history_ns = history_ns
        self._units: list[MediaUnit] = []
        self._recent_audio: deque[MediaUnit] = deque()
        self._bytes = 0
        self._next_key_index = 0  # index of a key frame that will start the next GOP
        self._earlier_gops: deque[tuple[list[MediaUnit], int]] = deque()
        self._earlier_bytes = 0

    def keep_history(self, history_ns: int) -> None:
        """Keep earlier GOPs for so long, from now on; not for less long than before."""
        self._history_ns = max(self._history_ns, history_ns)

    def add(self, unit: MediaUnit) -> None:
        """Add a unit. Units are added in the order of their arrival."""
        if unit.track.medium == "audio":
            self._recent_audio.append(unit)
            while unit.arrived - self._recent_audio[0].arrived > AUDIO_LEAD_NS:
                self._recent_audio.popleft()
        elif unit.key and not (unit.dependent and self._units):
            self._start_gop([unit])
            return
        if not self._units:
            return
        if unit.track.medium == "video" and unit.key:
            self._next_key_index = len(self._units)
        self._units.append(unit)
        self._bytes += len(unit.data)
        if self._next_key_index and unit.track.medium == "video" and not unit.dependent:
            begun = self._units[self._next_key_index :]
            del self._units[self._next_key_index :]
            self._start_gop(begun)
        if self._bytes > MAX_GOP_BUFFER_BYTES:
            self.clear()
        while self._earlier_gops and self._bytes + self._earlier_bytes > MAX_GOP_BUFFER_BYTES:
            self._drop_oldest()

    def units(self, since: int | None = None) -> tuple[MediaUnit, ...]:
        """Return a key frame, then everything in order of arrival; empty if there is no GOP.

        Parameters
        ----------
        since
            Begin with the GOP that was current at this monotonic time in nanoseconds, or with the
            oldest one that is kept; None: with the newest.
        """
        gops = [self._units] if self._units else []
        if since is not None:
            for older, _ in reversed(self._earlier_gops):
                if not gops or gops[0][0].arrived <= since:
                    break
                gops.insert(0, older)
        return tuple(unit for each in gops for unit in each)

    def clear(self) -> None:
        """Drop all GOPs."""
        self._units = []
        self._next_key_index = 0
        self._recent_audio.clear()
        self._earlier_gops.clear()
        self._earlier_bytes = 0

    def _start_gop(self, units: list[MediaUnit]) -> None:
        """Start a GOP with a key frame and everything that has arrived since."""
        key, *others = units
        began = key.time + key.offset
        known = set(others)
        audio = [
            each
            for each in self._recent_audio
            if each.time + each.offset >= began and each not in known
        ]
        if self._history_ns:
            self._archive_gop(set(audio), units[-1].arrived - self._history_ns)
        self._units = [key, *audio, *others]
        self._bytes = sum(len(each.data) for each in self._units)
        self._next_key_index = 0

    def _archive_gop(self, moved: set[MediaUnit], since: int) -> None:
        """Keep the GOP that ends now, without the audio that belongs to the next one."""
        if self._units:
            units = [unit for unit in self._units if unit not in moved]
            size = sum(len(unit.data) for unit in units)
            self._earlier_gops.append((units, size))
            self._earlier_bytes += size
        while len(self._earlier_gops) > 1 and self._earlier_gops[1][0][0].arrived <= since:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._earlier_bytes -= self._earlier_gops.popleft()[1]
