"""The current group of pictures: all since the newest key picture, with its sound."""

from __future__ import annotations

from collections import deque

from camrec.media import Unit

MOST = 64 << 20  # bytes
SOUND_BEFORE = 2 * 10**9  # nanoseconds: sound is often here before the picture it belongs to


class Group:
    """What a new consumer begins with, so that it can decode at once.

    Where all is right only some pictures after a key picture, the group before it goes on until
    then: who begins with the group can show the newest picture.

    A group that grows over `MOST` bytes is dropped, and there is none until the next key picture:
    one with a hole would be of no use.

    Parameters
    ----------
    span
        Nanoseconds that the groups before it are kept, as far as all together stay under `MOST`.
    """

    def __init__(self, span: int = 0) -> None:
        self._span = span
        self._units: list[Unit] = []
        self._sound: deque[Unit] = deque()
        self._bytes = 0
        self._coming = 0  # place of a key picture that is to begin the next group
        self._older: deque[tuple[list[Unit], int]] = deque()
        self._older_bytes = 0

    def add(self, unit: Unit) -> None:
        if unit.track.medium == "audio":
            self._sound.append(unit)
            while unit.arrived - self._sound[0].arrived > SOUND_BEFORE:
                self._sound.popleft()
        elif unit.key and not (unit.dependent and self._units):
            self._begin([unit])
            return
        if not self._units:
            return
        if unit.track.medium == "video" and unit.key:
            self._coming = len(self._units)
        self._units.append(unit)
        self._bytes += len(unit.data)
        if self._coming and unit.track.medium == "video" and not unit.dependent:
            begun = self._units[self._coming :]
            del self._units[self._coming :]
            self._begin(begun)
        if self._bytes > MOST:
            self.clear()
        while self._older and self._bytes + self._older_bytes > MOST:
            self._drop()

    def units(self, since: int | None = None) -> tuple[Unit, ...]:
        """The key picture first, then as they came; empty where there is none.

        Parameters
        ----------
        since
            Begin with the group that was the current one at that monotonic time, if it is kept.
        """
        groups = [self._units] if self._units else []
        if since is not None:
            for older, _ in reversed(self._older):
                if not groups or groups[0][0].arrived <= since:
                    break
                groups.insert(0, older)
        return tuple(unit for each in groups for unit in each)

    def clear(self) -> None:
        self._units = []
        self._coming = 0
        self._sound.clear()
        self._older.clear()
        self._older_bytes = 0

    def _begin(self, units: list[Unit]) -> None:
        """A group of a key picture and what has come since."""
        key, *others = units
        began = key.time + key.offset
        there = set(others)
        sound = [
            each for each in self._sound if each.time + each.offset >= began and each not in there
        ]
        if self._span:
            self._put_by(set(sound), units[-1].arrived - self._span)
        self._units = [key, *sound, *others]
        self._bytes = sum(len(each.data) for each in self._units)
        self._coming = 0

    def _put_by(self, moved: set[Unit], since: int) -> None:
        """Keep the group that ends here, without the sound that belongs to the next one."""
        if self._units:
            units = [unit for unit in self._units if unit not in moved]
            size = sum(len(unit.data) for unit in units)
            self._older.append((units, size))
            self._older_bytes += size
        while len(self._older) > 1 and self._older[1][0][0].arrived <= since:
            self._drop()

    def _drop(self) -> None:
        self._older_bytes -= self._older.popleft()[1]
