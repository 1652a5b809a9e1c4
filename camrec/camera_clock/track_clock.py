"""The camera's clock for the frames of one track. The reader feeds it; any thread may ask it."""

from __future__ import annotations

import threading
from typing import Literal

from camrec.camera_clock.camera_clock import CameraClock, ClockVerdict
from camrec.camera_clock.clock_rules import ArrivalEstimate
from camrec.camera_clock.dated_line import DatedStretch
from camrec.camera_clock.report_line import ClockReport

# Where a session takes the UTC of frames from: their arrival, or the camera's own clock.
ClockChoice = Literal["arrival", "camera"]

NO_ARRIVALS = ArrivalEstimate(0, 0, 0, 0.0, 1.0)


class TrackClock:
    """A `CameraClock` with a lock, and with the newest that arrivals show.

    It travels with the units of its track (`MediaUnit.clock`). It is for one unbroken stream: the
    next connection to the camera has another one.
    """

    def __init__(self) -> None:
        self._clock = CameraClock()
        self._arrivals = NO_ARRIVALS
        self._lock = threading.Lock()

    def note_arrivals(self, arrivals: ArrivalEstimate) -> None:
        """Take the newest estimate."""
        with self._lock:
            self._arrivals = arrivals

    def note_report(self, report: ClockReport, arrivals: ArrivalEstimate) -> None:
        """Add a report, with what arrivals show when it comes."""
        with self._lock:
            self._arrivals = arrivals
            self._clock.note_report(report, arrivals)

    def note_discontinuity(self) -> None:
        """As `CameraClock.note_discontinuity`."""
        with self._lock:
            self._clock.note_discontinuity()

    def verdict(self) -> ClockVerdict:
        """What is known about the camera's clock now."""
        with self._lock:
            return self._clock.verdict(self._arrivals)

    def stretches(self, begin: int, end: int) -> list[DatedStretch]:
        """As `CameraClock.stretches`, by the newest arrivals."""
        with self._lock:
            return self._clock.stretches(begin, end, self._arrivals)

    def wall_at(self, time: int) -> int | None:
        """As `CameraClock.wall_at`."""
        with self._lock:
            return self._clock.wall_at(time)

    def utc_at(self, time: int) -> int | None:
        """As `CameraClock.utc_at`."""
        with self._lock:
            return self._clock.utc_at(time)
