"""CPU time and memory of a process and its children."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

MEGABYTE = 1 << 20


class Cost:
    """Measures a process and its descendants for as long as the ``with`` block lasts.

    cpu : user and system CPU-seconds of all processes that ran in that time.
    memory : the highest sum of their unique memory (USS), in MB.
    """

    def __init__(self, pid: int, interval: float = 1.0) -> None:
        self.cpu = 0.0
        self.memory = 0.0
        self._root = psutil.Process(pid)
        self._interval = interval
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="cost", daemon=True)

    def __enter__(self) -> Cost:
        self._begin = self._used()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cpu = self._used() - self._begin
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(self._interval):
            self.memory = max(self.memory, memory(self._root.pid))

    def _used(self) -> float:
        """CPU-seconds of running processes, and of ended ones that were waited for."""
        used = 0.0
        for process in family(self._root):
            try:
                used += sum(process.cpu_times()[:4])
            except psutil.Error:
                continue
        return used


def memory(pid: int) -> float:
    """The unique memory (USS) of a process and its descendants, in MB."""
    total = 0
    for process in family(psutil.Process(pid)):
        try:
            total += process.memory_full_info().uss
        except psutil.Error:
            continue
    return total / MEGABYTE


def family(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
