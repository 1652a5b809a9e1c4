"""Carries sender reports from the relay, which sees the camera's own, to the reader."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from camrec.rtp.rtcp import SenderReport

MAX_WAITING_REPORTS = 64


class ReceivedReport(NamedTuple):
    """A sender report of a camera.

    medium : "video" or "audio": the track that it is about.
    received : this machine's UTC when it arrived, nanoseconds.
    """

    medium: str
    report: SenderReport
    received: int


class ReportQueue:
    """The reports that the reader has not taken yet. One thread puts them, another takes them.

    MediaMTX does not pass the camera's reports on: those that it sends are its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = 0
        self._waiting: deque[ReceivedReport] = deque(maxlen=MAX_WAITING_REPORTS)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._waiting)

    def begin(self) -> Callable[[ReceivedReport], None]:
        """Begin another connection to the camera: it has other timestamps, so all reports are void.

        Returns what adds its reports. That of the connection before adds nothing any more. The
        oldest report is dropped if nobody takes them.
        """
        with self._lock:
            self._connection += 1
            self._waiting.clear()
            connection = self._connection

        def put(report: ReceivedReport) -> None:
            with self._lock:
                if connection == self._connection:
                    self._waiting.append(report)

        return put

    def take(self) -> list[ReceivedReport]:
        """Return all reports, the oldest first."""
        with self._lock:
            found = list(self._waiting)
            self._waiting.clear()
        return found
