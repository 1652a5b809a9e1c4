"""Lets many threads share one slow write, such as one fsync."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


@dataclass
class _Waiting(Generic[ItemT]):
    """An item that is not written yet, or the result of writing it."""

    item: ItemT
    is_done: bool = False
    error: BaseException | None = None


class GroupCommit(Generic[ItemT]):
    """Writes items in the order in which they come, all that wait at once.

    No thread of its own: the first that finds nobody writing writes for all that wait.

    Parameters
    ----------
    write
        Writes some items. If it raises, none of them counts as written, and each caller gets the
        error.
    """

    def __init__(self, write: Callable[[Sequence[ItemT]], None]) -> None:
        self._write = write
        self._condition = threading.Condition()
        self._waiting: list[_Waiting[ItemT]] = []
        self._is_writing = False

    def submit(self, item: ItemT) -> None:
        """Return once `item` is written. Raises what `write` raised."""
        mine = _Waiting(item)
        with self._condition:
            self._waiting.append(mine)
            self._condition.wait_for(lambda: mine.is_done or not self._is_writing)
            batch = [] if mine.is_done else self._take_turn()
        if batch:
            self._write_all(batch)
        if mine.error is not None:
            raise mine.error

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Let nobody write within this block. Items that come meanwhile are written after it."""
        with self._condition:
            self._condition.wait_for(lambda: not self._is_writing)
            self._is_writing = True
        try:
            yield
        finally:
            with self._condition:
                self._is_writing = False
                self._condition.notify_all()

    def _take_turn(self) -> list[_Waiting[ItemT]]:
        self._is_writing = True
        batch, self._waiting = self._waiting, []
        return batch

    def _write_all(self, batch: Sequence[_Waiting[ItemT]]) -> None:
        error: BaseException | None = None
        try:
            self._write([each.item for each in batch])
        except BaseException as failure:  # noqa: BLE001 - each caller gets it
            error = failure
        with self._condition:
            for each in batch:
                each.is_done, each.error = True, error
            self._is_writing = False
            self._condition.notify_all()
