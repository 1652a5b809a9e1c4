"""Carries sender reports from the relay, which sees the camera's own, to the reader."""

from __future__ import annotations

import contextlib
from collections import deque
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
        self._waiting: deque[ReceivedReport] = deque(maxlen=MAX_WAITING_REPORTS)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._waiting)

    def put(self, report: ReceivedReport) -> None:
        """Add a report. The oldest one is dropped if nobody takes them."""
        self._waiting.append(report)

    def take(self) -> list[ReceivedReport]:
        """Return all reports, the oldest first."""
        found: list[ReceivedReport] = []
        with contextlib.suppress(IndexError):  # the other thread may clear it meanwhile
            while True:
                found.append(self._waiting.popleft())
        return found

    def clear(self) -> None:
        """Drop all reports: another connection to the camera begins, with other timestamps."""
        self._waiting.clear()
