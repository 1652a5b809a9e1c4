"""The current group of pictures: all since the newest key picture, with its sound."""

from __future__ import annotations

from collections import deque

from camrec.media import MediaUnit

MAX_GOP_BUFFER_BYTES = 64 << 20  # bytes
AUDIO_LEAD_NS = 2 * 10**9  # nanoseconds: sound is often here before the picture it belongs to


class GopBuffer:
    """What a new consumer begins with, so that it can decode at once.

    Where all is right only some pictures after a key picture, the group before it goes on until
    then: who begins with the group can show the newest picture.

    A group that grows over `MAX_GOP_BUFFER_BYTES` bytes is dropped, and there is none until the
    next key picture: one with a hole would be of no use.

    Parameters
    ----------
    span
        Nanoseconds that the groups before it are kept, as far as all together stay under
        `MAX_GOP_BUFFER_BYTES`.
    """

    def __init__(self, span: int = 0) -> None:
        self._history_ns = span
        self._units: list[MediaUnit] = []
        self._recent_audio: deque[MediaUnit] = deque()
        self._bytes = 0
        self._next_key_index = 0  # place of a key picture that is to begin the next group
        self._earlier_gops: deque[tuple[list[MediaUnit], int]] = deque()
        self._earlier_bytes = 0

    def add(self, unit: MediaUnit) -> None:
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
        """The key picture first, then as they came; empty where there is none.

        Parameters
        ----------
        since
            Begin with the group that was the current one at that monotonic time, if it is kept.
        """
        groups = [self._units] if self._units else []
        if since is not None:
            for older, _ in reversed(self._earlier_gops):
                if not groups or groups[0][0].arrived <= since:
                    break
                groups.insert(0, older)
        return tuple(unit for each in groups for unit in each)

    def clear(self) -> None:
        self._units = []
        self._next_key_index = 0
        self._recent_audio.clear()
        self._earlier_gops.clear()
        self._earlier_bytes = 0

    def _start_gop(self, units: list[MediaUnit]) -> None:
        """A group of a key picture and what has come since."""
        key, *others = units
        began = key.time + key.offset
        there = set(others)
        sound = [
            each
            for each in self._recent_audio
            if each.time + each.offset >= began and each not in there
        ]
        if self._history_ns:
            self._archive_gop(set(sound), units[-1].arrived - self._history_ns)
        self._units = [key, *sound, *others]
        self._bytes = sum(len(each.data) for each in self._units)
        self._next_key_index = 0

    def _archive_gop(self, moved: set[MediaUnit], since: int) -> None:
        """Keep the group that ends here, without the sound that belongs to the next one."""
        if self._units:
            units = [unit for unit in self._units if unit not in moved]
            size = sum(len(unit.data) for unit in units)
            self._earlier_gops.append((units, size))
            self._earlier_bytes += size
        while len(self._earlier_gops) > 1 and self._earlier_gops[1][0][0].arrived <= since:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._earlier_bytes -= self._earlier_gops.popleft()[1]
