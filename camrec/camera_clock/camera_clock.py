"""Decides whether a camera's clock can date its frames, and dates them.

Nothing is believed because of one report. What is doubtful dates no frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from camrec.camera_clock.clock_rules import (
    FIRST_PLAUSIBLE_UTC_NS,
    MAX_DOUBTFUL_DELAY_NS,
    MIN_CAPTURE_DELAY_NS,
    ArrivalEstimate,
    CameraClockState,
    ClockFinding,
    delay_ns,
    judge,
)
from camrec.camera_clock.dated_line import DatedLine, DatedStretch, UtcSource
from camrec.camera_clock.report_line import MAX_EXTRAPOLATION_NS, ClockReport, ReportLine
from camrec.clock import NS_PER_SECOND

MAX_STRAY_REPORTS = 3  # in a row: then the camera's reports mean nothing
MAX_STORED_LINES = 64  # a clock that is set more often is none
MIN_UTC_ERROR_NS = NS_PER_SECOND // 1000  # no two independent clocks are known to agree better
# A report may have the timestamp of the last frame and the time of now. It is then late by up to a
# frame's duration, which is twice the scatter.
SCATTER_ERROR_FACTOR = 2.5
# How long a camera may take to capture, encode and send a frame. Arrivals cannot show it, nor can
# reports that were stamped when the frame was sent.
UNSEEN_DELAY_NS = NS_PER_SECOND // 5
# In these a clock counts evenly, whatever it shows.
STEADY_STATES = frozenset(
    {
        CameraClockState.RIGHT,
        CameraClockState.ZONE,
        CameraClockState.DRIFTS,
        CameraClockState.WRONG,
    }
)


@dataclass(frozen=True)
class ClockStep:
    """A camera's clock was set.

    time : the timestamp of the first report after it, nanoseconds.
    size_ns : by how much; positive if it was set forward.
    """

    time: int
    size_ns: int


@dataclass(frozen=True)
class ClockVerdict:
    """What is known about a camera's clock now.

    state : see `CameraClockState`.
    doubtful : the rules do not agree with the state, or another cause is possible as well.
    delay_ns : how long after its capture a frame arrives, by the camera's clock and this machine's.
        A clock that is ahead makes it negative. None without reports.
    slope : how much faster UTC passes by the reports than by the timestamps. None without reports.
    zone_ns : how far local time is ahead of UTC, if the camera reports it as UTC.
    may_be_sending : frames arrive so soon after the reported time that it may be the time at which
        they were sent, not captured.
    reports : how many were used.
    steps : when the clock was set; the latest 64.
    arrival_error_ns : how wrong the UTC of a frame may be that arrivals date.
    error_ns : the same for a frame that is dated by what dates frames now: the camera's clock if it
        is believed.
    """

    state: CameraClockState
    doubtful: bool
    delay_ns: int | None
    slope: float | None
    zone_ns: int
    may_be_sending: bool
    reports: int
    steps: tuple[ClockStep, ...]
    arrival_error_ns: int
    error_ns: int

    @property
    def utc_source(self) -> UtcSource:
        """What dates frames."""
        if self.state is CameraClockState.RIGHT:
            return "camera"
        return "zone" if self.state is CameraClockState.ZONE else "arrival"

    @property
    def offset(self) -> float | None:
        """Seconds by which the camera's clock is ahead of this machine's, less what a frame takes.

        None without reports.
        """
        return None if self.delay_ns is None else round(-self.delay_ns / NS_PER_SECOND, 6)

    @property
    def uncertainty(self) -> float:
        """`error_ns` in seconds."""
        return round(self.error_ns / NS_PER_SECOND, 6)


class CameraClock:
    """The clock of one camera, by the reports and arrivals of one track.

    A report that is off the line of those before it makes the clock doubtful (SET). If the next one
    is on the old line, it is forgotten. If the next one is on its own line, the clock was set.
    Other states than UNPROVED and SET change when two reports in a row say so.
    """

    def __init__(self) -> None:
        self._lines: list[DatedLine] = []
        self._is_broken = False
        self._stray: ClockReport | None = None
        self._stray_count = 0
        self._steps: list[ClockStep] = []
        self._reports = 0
        self._current = ClockFinding(CameraClockState.UNPROVED)
        self._candidate = self._current

    def note_discontinuity(self) -> None:
        """Timestamps after this have nothing to do with those before it."""
        self._is_broken = True
        self._stray, self._stray_count = None, 0
        self._current = self._candidate = ClockFinding(CameraClockState.UNPROVED)

    def note_report(self, report: ClockReport, arrivals: ArrivalEstimate) -> ClockVerdict:
        """Add a report, with what arrivals show when it comes. Returns the new verdict."""
        line = self._newest
        if line is None:
            self._begin_line(ReportLine(report))
        elif not (self._stray or line.last).time < report.time or not line.is_new(report):
            return self.verdict(arrivals)
        else:
            self._place(line, report, arrivals.slope if arrivals.is_steep else 0.0)
        self._reports += 1
        self._settle(self._judge(arrivals))
        verdict = self.verdict(arrivals)
        if verdict.state.dates_frames and not verdict.doubtful and self._stray is None:
            self._lines[-1].note_error(verdict.error_ns)
        return verdict

    def verdict(self, arrivals: ArrivalEstimate) -> ClockVerdict:
        """What is known now, by the reports so far and the newest arrivals."""
        if arrivals.counts_nominal_rate:
            self._adopt(ClockFinding(CameraClockState.LIES))
        line = self._newest
        delay = None if line is None else delay_ns(arrivals, line)
        apart = None if delay is None else delay + self._current.zone_ns
        may_be_sending = (
            self._current.state.dates_frames
            and apart is not None
            and abs(apart) < MIN_CAPTURE_DELAY_NS
        )
        by_arrival = self._arrival_error(arrivals, apart)
        return ClockVerdict(
            self._current.state,
            self._current.doubtful or not _agree(self._candidate, self._current),
            delay,
            None if line is None or len(line) < 2 else line.slope,
            self._current.zone_ns,
            may_be_sending,
            self._reports,
            tuple(self._steps),
            by_arrival,
            by_arrival
            if apart is None or not self._current.state.dates_frames
            else self._clock_error(arrivals, apart),
        )

    def utc_at(self, time: int) -> int | None:
        """UTC at a timestamp by the camera's clock, in nanoseconds since 1970.

        None if the clock dates no frame there: it was never proved right, or it was set between the
        report before and the one after.
        """
        dated = self._line_at(time)
        return None if dated is None else dated.utc_at(time)

    def wall_at(self, time: int) -> int | None:
        """What the camera's clock shows at a timestamp, in nanoseconds since 1970, right or wrong.

        It is for comparing two tracks of one camera, which have the same clock. None if the reports
        mean nothing, or if it is not known.
        """
        dated = self._line_at(time)
        is_known = dated is not None and dated.finding.state in STEADY_STATES
        return dated.line.utc_at(time) if dated is not None and is_known else None

    def stretches(self, begin: int, end: int, arrivals: ArrivalEstimate) -> list[DatedStretch]:
        """What the camera's clock dates between two timestamps, in order.

        `arrivals` are the newest ones: they show how wrong UTC may be far from all reports.

        Timestamps between two stretches were not dated: nobody knows when exactly the clock was set
        there, or it was not believed. A camera that counts another rate than it sends dates none.
        """
        if self._current.state is CameraClockState.LIES:
            return []
        found = []
        for number, dated in enumerate(self._lines):
            line, reach = dated.line, MAX_EXTRAPOLATION_NS
            is_open = line is self._newest and self._stray is None
            first = line.first.time - (0 if number else reach)
            last = line.last.time + (reach if is_open else 0)
            stretch = dated.stretch(max(begin, first), min(end, last), arrivals.slope)
            if stretch is not None:
                found.append(stretch)
        return found

    def _line_at(self, time: int) -> DatedLine | None:
        """The line of reports around a timestamp."""
        for place in range(len(self._lines) - 1, -1, -1):
            dated = self._lines[place]
            if time >= dated.line.first.time or not place:
                is_old = dated.line is not self._newest or self._stray is not None
                is_after = is_old and time > dated.line.last.time
                return None if is_after else dated
        return None

    @property
    def _newest(self) -> ReportLine | None:
        return self._lines[-1].line if self._lines and not self._is_broken else None

    def _begin_line(self, line: ReportLine) -> None:
        self._lines.append(DatedLine(line))
        del self._lines[:-MAX_STORED_LINES]
        self._is_broken = False

    def _place(self, line: ReportLine, report: ClockReport, known_slope: float) -> None:
        """Add a report to the newest line, or to the one that begins with the last stray report."""
        if line.agrees(report, known_slope):
            line.add(report)
            if self._stray is not None:
                self._stray, self._stray_count = None, 0
                self._current = self._candidate = self._lines[-1].finding
            return
        stray, self._stray = self._stray, report
        self._stray_count += 1
        if stray is None:
            return
        changed = ReportLine(stray)
        if not changed.is_new(report) or not changed.agrees(report, known_slope):
            return
        expected = line.utc_at(stray.time)
        if expected is not None:
            self._steps.append(ClockStep(stray.time, stray.utc - expected))
            del self._steps[:-MAX_STORED_LINES]
        changed.add(report)
        self._begin_line(changed)
        self._stray, self._stray_count = None, 0

    def _judge(self, arrivals: ArrivalEstimate) -> ClockFinding:
        line = self._newest
        finding = judge(arrivals, line)
        if self._stray is None or line is None or finding.state is CameraClockState.LIES:
            return finding
        if not arrivals.is_settled:
            return ClockFinding(CameraClockState.UNPROVED, doubtful=True)
        if max(self._stray.utc, line.last.utc) < FIRST_PLAUSIBLE_UTC_NS:
            return ClockFinding(CameraClockState.NO_CLOCK)
        if self._stray_count >= MAX_STRAY_REPORTS:
            return ClockFinding(CameraClockState.NO_CLOCK, doubtful=True)
        return ClockFinding(CameraClockState.SET, doubtful=True)

    def _settle(self, finding: ClockFinding) -> None:
        """Change to what two reports in a row say. A doubt needs no second one.

        Where nothing was believed yet, the line itself has two reports that agree.
        """
        if (
            finding.state is CameraClockState.SET
            or self._current.state in (CameraClockState.SET, CameraClockState.UNPROVED)
            or _agree(finding, self._candidate)
            or self._stray_count >= MAX_STRAY_REPORTS
        ):
            self._adopt(finding)
        self._candidate = finding

    def _adopt(self, finding: ClockFinding) -> None:
        self._current = self._candidate = finding
        if self._newest is not None and finding.state is not CameraClockState.SET:
            self._lines[-1].adopt(finding)

    def _clock_error(self, arrivals: ArrivalEstimate, apart: int) -> int:
        """How wrong the UTC of a frame may be by the camera's clock, nanoseconds.

        A frame that arrives sooner than a camera can send it has a date that is too late: by all
        that the camera needs, and by as much as the frame seems to arrive before it was captured.
        """
        scatter = (
            0 if self._newest is None else round(SCATTER_ERROR_FACTOR * self._newest.scatter_ns)
        )
        known = max(abs(apart), MIN_UTC_ERROR_NS, scatter)
        if apart < MIN_CAPTURE_DELAY_NS:
            known = max(known, UNSEEN_DELAY_NS - min(0, apart))
        return known + arrivals.frame_error + arrivals.host_error

    def _arrival_error(self, arrivals: ArrivalEstimate, apart: int | None) -> int:
        """How wrong the UTC of a frame may be by arrivals, nanoseconds."""
        error = arrivals.error + UNSEEN_DELAY_NS
        is_doubtful = self._current.doubtful or self._candidate.doubtful
        if is_doubtful and apart is not None and 0 < apart <= MAX_DOUBTFUL_DELAY_NS:
            error = max(error, apart)  # either clock may be the right one
        return error + arrivals.host_error


def _agree(one: ClockFinding, other: ClockFinding) -> bool:
    return one.state is other.state and one.zone_ns == other.zone_ns
