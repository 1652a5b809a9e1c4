"""The current group of pictures: all since the newest key picture, with its sound."""

from __future__ import annotations

from collections import deque

from camrec.units import Unit

MOST = 64 << 20  # bytes
SOUND_BEFORE = 2 * 10**9  # nanoseconds: sound is often here before the picture it belongs to


class Group:
    """What a new consumer begins with, so that it can decode at once.

    A group that grows over `MOST` bytes is dropped, and there is none until the next key picture:
    one with a hole would be of no use.
    """

    def __init__(self) -> None:
        self._units: list[Unit] = []
        self._sound: deque[Unit] = deque()
        self._bytes = 0

    def add(self, unit: Unit) -> None:
        if unit.track.medium == "audio":
            self._sound.append(unit)
            while unit.arrived - self._sound[0].arrived > SOUND_BEFORE:
                self._sound.popleft()
        elif unit.key:
            began = unit.time + unit.offset
            self._units = [unit]
            self._units += [each for each in self._sound if each.time + each.offset >= began]
            self._bytes = sum(len(each.data) for each in self._units)
            return
        if not self._units:
            return
        self._units.append(unit)
        self._bytes += len(unit.data)
        if self._bytes > MOST:
            self._units = []

    def units(self) -> tuple[Unit, ...]:
        """The key picture first, then as they came; empty where there is none."""
        return tuple(self._units)

    def clear(self) -> None:
        self._units = []
        self._sound.clear()
