"""Maps a track's timestamps to the camera's UTC by what the camera reports about its clock.

Between two reports the map is linear. Beyond the last one it goes on with the drift of the last
minute. Reports on one line belong together; `CameraClock` decides where a new line begins.
"""

from __future__ import annotations

from bisect import bisect, bisect_left
from statistics import linear_regression
from typing import NamedTuple

from camrec.clock import NS_PER_SECOND

MIN_REPORT_INTERVAL_NS = NS_PER_SECOND // 2  # reports closer to the last one are skipped
SLOPE_WINDOW_NS = 60 * NS_PER_SECOND
MIN_SLOPE_SPAN_NS = 20 * NS_PER_SECOND  # with less, the noise of two reports counts for more
MAX_STORED_REPORTS = 20_000  # a day with one in five seconds
# Beyond the last report. The clock may be set at any time, and nobody says so any more.
MAX_EXTRAPOLATION_NS = 600 * NS_PER_SECOND
FREE_SLOPE = 50e-6  # a clock that is set over the network drifts by less
# A clock that is not set is never further than this off the line before it.
REPORT_TOLERANCE_NS = NS_PER_SECOND // 20
REPORT_DRIFT_TOLERANCE = 0.001


class ClockReport(NamedTuple):
    """The camera's own UTC at a timestamp of a track, both in nanoseconds.

    time : on the track's clock, like `MediaUnit.time`.
    utc : since 1970. Negative if the camera's clock shows an earlier year.
    """

    time: int
    utc: int


class ReportLine:
    """Reports of a clock that was not set between them."""

    def __init__(self, first: ClockReport) -> None:
        self._times = [first.time]
        self._utcs = [first.utc]
        self._slope = 0.0
        self._scatter = 0.0

    def __len__(self) -> int:
        return len(self._times)

    @property
    def first(self) -> ClockReport:
        """The oldest report."""
        return ClockReport(self._times[0], self._utcs[0])

    @property
    def last(self) -> ClockReport:
        """The newest report."""
        return ClockReport(self._times[-1], self._utcs[-1])

    @property
    def span_ns(self) -> int:
        """The time of the reports that `slope` comes from, in nanoseconds."""
        return self._times[-1] - self._times[self._window_start()]

    @property
    def slope(self) -> float:
        """How much faster UTC passes by the reports than by the timestamps: 1e-6 is 1 ppm.

        It comes from the last minute. It is 0 before the second report.
        """
        return self._slope

    @property
    def scatter_ns(self) -> float:
        """How far a report of the last minute is off their line, at most, in nanoseconds."""
        return self._scatter

    def agrees(self, report: ClockReport, known_slope: float = 0.0) -> bool:
        """Whether a newer report continues the line, as far as a clock that drifts can tell.

        known_slope : a slope that is known from elsewhere. The line may also continue with it.
        """
        passed = report.time - self._times[-1]
        ahead = report.utc - self._utcs[-1] - passed
        tolerance = REPORT_TOLERANCE_NS + REPORT_DRIFT_TOLERANCE * abs(passed)
        slopes = [0.0, known_slope]
        if self.span_ns >= MIN_SLOPE_SPAN_NS:
            slopes.append(self._slope)
        return any(abs(ahead - slope * passed) <= tolerance for slope in slopes)

    def is_new(self, report: ClockReport) -> bool:
        """Whether a report is late enough after the last one to be used."""
        return report.time - self._times[-1] >= MIN_REPORT_INTERVAL_NS

    def add(self, report: ClockReport) -> None:
        """Add a newer report."""
        self._times.append(report.time)
        self._utcs.append(report.utc)
        if len(self._times) > MAX_STORED_REPORTS:
            self._thin_out()
        self._fit()

    def extrapolation_error(self, begin: int, end: int, arrival_slope: float) -> int:
        """How wrong UTC may be from `begin` to `end` because that is beyond the reports, in ns.

        arrival_slope : the slope that arrivals show.
        """
        beyond = max(0, self._times[0] - begin, end - self._times[-1])
        slope_error = max(
            FREE_SLOPE,
            2 * self._scatter / max(1, self.span_ns),
            abs(arrival_slope - self._trusted_slope),
        )
        return round(beyond * slope_error)

    def reports_between(self, begin: int, end: int) -> list[ClockReport]:
        """The reports between two timestamps."""
        first, last = bisect(self._times, begin), bisect_left(self._times, end)
        return [
            ClockReport(*each)
            for each in zip(self._times[first:last], self._utcs[first:last], strict=True)
        ]

    def utc_at(self, time: int) -> int | None:
        """The camera's UTC at a timestamp, in nanoseconds since 1970; None if it is not known."""
        times, utcs = self._times, self._utcs
        if not times[0] <= time <= times[-1]:
            at = 0 if time < times[0] else -1
            passed = time - times[at]
            if abs(passed) > MAX_EXTRAPOLATION_NS:
                return None
            return utcs[at] + passed + round(self._trusted_slope * passed)
        after = min(bisect(times, time), len(times) - 1)
        if not after:
            return utcs[0]
        passed, whole = time - times[after - 1], times[after] - times[after - 1]
        return utcs[after - 1] + (passed * (utcs[after] - utcs[after - 1]) + whole // 2) // whole

    @property
    def _trusted_slope(self) -> float:
        """The slope beyond the reports: 0 before enough of them show it."""
        return self._slope if self.span_ns >= MIN_SLOPE_SPAN_NS else 0.0

    def _thin_out(self) -> None:
        """Keep about half of the reports from before the last minute, evenly in time."""
        recent = self._window_start()
        distance = 2 * (self._times[recent] - self._times[0]) // max(1, recent)
        kept = [0]
        for place in range(1, recent):
            if self._times[place] - self._times[kept[-1]] >= distance:
                kept.append(place)
        kept += range(max(1, recent), len(self._times))
        self._times = [self._times[place] for place in kept]
        self._utcs = [self._utcs[place] for place in kept]

    def _window_start(self) -> int:
        begin = self._times[-1] - SLOPE_WINDOW_NS
        return min(bisect(self._times, begin), len(self._times) - 2) if len(self._times) > 1 else 0

    def _fit(self) -> None:
        at = self._window_start()
        passed = [each - self._times[at] for each in self._times[at:]]
        ahead = [
            utc - self._utcs[at] - since for utc, since in zip(self._utcs[at:], passed, strict=True)
        ]
        self._slope, offset = linear_regression(passed, ahead)
        rests = (y - offset - self._slope * x for x, y in zip(passed, ahead, strict=True))
        self._scatter = max(map(abs, rests))
