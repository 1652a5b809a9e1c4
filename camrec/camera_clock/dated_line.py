"""Reports of a camera's clock between two times at which it was set, and what they are worth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import Literal

from camrec.camera_clock.clock_rules import CameraClockState, ClockFinding
from camrec.camera_clock.report_line import MAX_EXTRAPOLATION_NS, ClockReport, ReportLine

MAX_STORED_ERRORS = 2000  # then neighbors are merged: after three hours the first time

# What a clock shows in these is no UTC. If it is believed later, it was corrected in between.
REFUTED_STATES = frozenset(
    {CameraClockState.WRONG, CameraClockState.DRIFTS, CameraClockState.NO_CLOCK}
)

# What dates a frame: the camera's clock, its clock with local time, or when it arrived.
UtcSource = Literal["camera", "zone", "arrival"]


@dataclass(frozen=True)
class DatedStretch:
    """Timestamps that a camera's clock dates without a break.

    knots : UTC at the first and the last one, and at each report between them; linear in between.
    zone_ns : by how much the camera's local time was ahead of UTC; it is taken off already.
    error_ns : how wrong the UTC of a frame may be.
    """

    knots: tuple[ClockReport, ...]
    zone_ns: int
    error_ns: int

    @property
    def source(self) -> UtcSource:
        """What dates the frames."""
        return "zone" if self.zone_ns else "camera"

    def moved(self, by: int) -> DatedStretch:
        """The same with timestamps that are later by some nanoseconds."""
        knots = tuple(ClockReport(time + by, utc) for time, utc in self.knots)
        return replace(self, knots=knots)

    def up_to(self, end: int) -> DatedStretch | None:
        """The part of it before a timestamp and at it; None if it begins later."""
        kept = [each for each in self.knots if each.time <= end]
        if not kept or len(kept) == len(self.knots):
            return self if kept else None
        (time, utc), (later, later_utc) = kept[-1], self.knots[len(kept)]
        if time < end:
            at_end = utc + (end - time) * (later_utc - utc) // (later - time)
            kept.append(ClockReport(end, at_end))
        return replace(self, knots=tuple(kept))


class DatedLine:
    """A line of reports, the finding about it, and how wrong its UTC was said to be at each time.

    The clock of a camera may be believed all day and move meanwhile: the error of a frame is that
    of the reports around it. A clock that was refuted and is believed later was corrected, too
    slowly to be seen as a step: nothing before it was believed is dated.

    finding : the newest one or, while that is only a doubt about a clock that was believed, the one
        before the doubt. The line then dates frames up to the last report before the doubt.
    """

    def __init__(self, line: ReportLine) -> None:
        self.line = line
        self.finding = ClockFinding(CameraClockState.UNPROVED)
        self._is_doubted = False
        self._was_refuted = False
        self._begin = line.first.time - MAX_EXTRAPOLATION_NS  # nothing before it is dated
        self._error_times: list[int] = []
        self._errors: list[int] = []

    def adopt(self, finding: ClockFinding) -> None:
        """Take what the rules say now.

        If the delay of a believed clock leaves its limits and no report shows a step, the network
        or this machine's clock has changed: that is a doubt as well. So it is if the delay leaves
        them by whole zones: no camera begins to report another local time without a step.
        """
        is_doubt = (
            finding.doubtful
            or finding.state is CameraClockState.WRONG
            or (finding.state.dates_frames and finding.zone_ns != self.finding.zone_ns)
        )
        self._is_doubted = is_doubt and self.finding.state.dates_frames
        if self._is_doubted:
            return
        self.finding = finding
        if finding.state in REFUTED_STATES:
            self._was_refuted = True
        elif finding.state.dates_frames and self._was_refuted:
            self._was_refuted = False
            self._begin = self.line.last.time
            self._error_times, self._errors = [], []

    def note_error(self, error_ns: int) -> None:
        """Keep how wrong the UTC may be at the newest report, while the clock is believed."""
        if self._is_doubted:
            return
        self._error_times.append(self.line.last.time)
        self._errors.append(error_ns)
        if len(self._errors) > MAX_STORED_ERRORS:
            self._errors = [max(self._errors[at : at + 2]) for at in range(0, len(self._errors), 2)]
            self._error_times = self._error_times[::2]

    def utc_at(self, time: int) -> int | None:
        """UTC at a timestamp; None if the clock is not believed, or if it is not known."""
        is_dated = self._begin <= time <= self._end(time)
        if not self.finding.state.dates_frames or not is_dated:
            return None
        utc = self.line.utc_at(time)
        return None if utc is None else utc - self.finding.zone_ns

    def stretch(self, begin: int, end: int, arrival_slope: float) -> DatedStretch | None:
        """How it dates the timestamps from `begin` to `end`; None if it does not.

        arrival_slope : the slope that arrivals show.
        """
        begin, end = max(begin, self._begin), self._end(end)
        first, last = (self.utc_at(begin), self.utc_at(end)) if begin <= end else (None, None)
        if first is None or last is None:
            return None
        zone = self.finding.zone_ns
        knots = [ClockReport(begin, first)]
        knots += [
            ClockReport(time, utc - zone) for time, utc in self.line.reports_between(begin, end)
        ]
        if begin < end:
            knots.append(ClockReport(end, last))
        error = self._error_between(begin, end)
        error += self.line.extrapolation_error(begin, end, arrival_slope)
        return DatedStretch(tuple(knots), zone, error)

    def _end(self, time: int) -> int:
        """The timestamp, or the last report before the doubt if that is earlier."""
        return min(time, self._error_times[-1]) if self._is_doubted else time

    def _error_between(self, begin: int, end: int) -> int:
        """The largest error from the report before `begin` to the one after `end`."""
        first = max(0, bisect_right(self._error_times, begin) - 1)
        last = bisect_left(self._error_times, end) + 1
        return max(self._errors[first:last])
