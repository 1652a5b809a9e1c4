"""What the reports of a camera and the arrivals of its frames say about the camera's clock.

Each rule compares two independent clocks, the camera's and this machine's. ``docs/timing.md`` has
the rules with their symbols (section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from camrec.camera_clock.min_delay_line import MAX_DRIFT_DIVISOR, MinDelayLine
from camrec.camera_clock.nominal_rate import MIN_SLOPE
from camrec.camera_clock.report_line import (
    FREE_SLOPE,
    MIN_SLOPE_SPAN_NS,
    REPORT_TOLERANCE_NS,
    ReportLine,
)
from camrec.clock import NS_PER_SECOND

FIRST_PLAUSIBLE_UTC_NS = 978_307_200 * NS_PER_SECOND  # 2001: no camera with RTCP is older
MIN_DELAY_NS = -NS_PER_SECOND // 10  # a frame cannot arrive before it is captured
MAX_DELAY_NS = 6 * NS_PER_SECOND // 10
MAX_DOUBTFUL_DELAY_NS = 2 * NS_PER_SECOND  # a clock that is behind, or a slow network
MIN_CAPTURE_DELAY_NS = NS_PER_SECOND // 100  # no camera captures, encodes and sends in less
ZONE_STEP_NS = 900 * NS_PER_SECOND
MAX_ZONE_STEPS = 56  # 14 hours
MAX_REPORT_SLOPE = 0.001
FREE_NOISE_NS = 3_000_000
SAME_SLOPE_RATIO = 0.25


class CameraClockState(Enum):
    """What is known about a camera's clock.

    UNPROVED : nothing: it reports no time, or only one. Frames are dated by their arrival.
    NO_CLOCK : what it reports is not the time of day, such as the time since it was started.
    LIES : its timestamps count another frame rate than it sends.
    SET : its clock was set, and it is not certain yet to what.
    DRIFTS : nobody sets its clock: it drifts away from this machine's. Its rate can be used.
    RIGHT : its clock is right, as far as this machine can tell.
    ZONE : the same, but it reports local time as UTC.
    WRONG : its clock is ahead or behind.
    """

    UNPROVED = "arrival"
    NO_CLOCK = "no clock"
    LIES = "lies"
    SET = "set"
    DRIFTS = "free"
    RIGHT = "camera"
    ZONE = "zone"
    WRONG = "wrong"

    @property
    def dates_frames(self) -> bool:
        """Whether frames get their date from the camera's clock."""
        return self in (CameraClockState.RIGHT, CameraClockState.ZONE)


@dataclass(frozen=True)
class ArrivalEstimate:
    """What arrivals show of a track's clock at the moment of its newest frame.

    time : the timestamp of that frame, nanoseconds.
    utc_offset : nanoseconds; `time` plus this is when it would have arrived without queueing, by
        this machine's UTC.
    error : how wrong `utc_offset` may be, nanoseconds.
    slope, slope_error : how much the delay grows, in nanoseconds per nanosecond of the timestamps.
    counts_nominal_rate : whether it is proved that the timestamps count another rate than is sent.
    frame_error : how late a frame may be dated because its timestamp is its arrival, nanoseconds.
    host_error : how wrong this machine's UTC may be, nanoseconds; 0 if that is not known.
    """

    time: int
    utc_offset: int
    error: int
    slope: float
    slope_error: float
    counts_nominal_rate: bool = False
    frame_error: int = 0
    host_error: int = 0

    @classmethod
    def of(
        cls,
        line: MinDelayLine,
        time: int,
        monotonic_to_utc_ns: int,
        counts_nominal_rate: bool = False,
        host_error: int = 0,
    ) -> ArrivalEstimate:
        """The estimate of a line at a timestamp.

        monotonic_to_utc_ns : this machine's UTC less its monotonic clock, in nanoseconds.
        """
        return cls(
            time,
            line.offset_at(time) + monotonic_to_utc_ns,
            line.error_at(time),
            line.slope,
            line.slope_error,
            counts_nominal_rate,
            host_error=host_error,
        )

    @property
    def is_settled(self) -> bool:
        """Whether there were enough frames to know the slope."""
        return self.slope_error < 1

    @property
    def is_steep(self) -> bool:
        """Whether the delay changes faster than a clock drifts: a wrong rate, or the network."""
        return abs(self.slope) > MIN_SLOPE + self.slope_error


@dataclass(frozen=True)
class ClockFinding:
    """What the rules say at one moment.

    zone_ns : how far local time is ahead of UTC, if it is reported as UTC; nanoseconds.
    doubtful : another cause is possible as well.
    """

    state: CameraClockState
    zone_ns: int = 0
    doubtful: bool = False


def judge(arrivals: ArrivalEstimate, line: ReportLine | None) -> ClockFinding:
    """What is known about a camera's clock, if it was not set just now.

    Parameters
    ----------
    arrivals
        What arrivals show.
    line
        The camera's reports; None if there is none.
    """
    if arrivals.counts_nominal_rate or (
        line is not None and _reports_agree_on_rate(arrivals, line)
    ):
        return ClockFinding(CameraClockState.LIES)
    if line is None or len(line) < 2 or not arrivals.is_settled:
        return ClockFinding(CameraClockState.UNPROVED, doubtful=line is not None)
    if line.last.utc < FIRST_PLAUSIBLE_UTC_NS:
        return ClockFinding(CameraClockState.NO_CLOCK)
    if arrivals.is_steep:
        return ClockFinding(CameraClockState.UNPROVED, doubtful=True)
    if abs(line.slope) > MAX_REPORT_SLOPE + REPORT_TOLERANCE_NS / line.span_ns:
        return ClockFinding(CameraClockState.NO_CLOCK)
    if _drifts_apart(arrivals, line):
        return ClockFinding(CameraClockState.DRIFTS)
    delay = delay_ns(arrivals, line)
    if delay is None:
        return ClockFinding(CameraClockState.UNPROVED, doubtful=True)
    return _judge_delay(delay, arrivals.host_error)


def delay_ns(arrivals: ArrivalEstimate, line: ReportLine) -> int | None:
    """How long after its capture a frame arrives, by the camera's clock and this machine's.

    It contains the difference between both clocks. None if the last report is too old.
    """
    utc = line.utc_at(arrivals.time)
    return None if utc is None else arrivals.time + arrivals.utc_offset - utc


def _judge_delay(delay: int, host_error_ns: int) -> ClockFinding:
    earliest = MIN_DELAY_NS - host_error_ns
    if earliest <= delay <= MAX_DELAY_NS:
        return ClockFinding(CameraClockState.RIGHT)
    # Local time ahead of UTC makes the camera's time late, so the delay is less by the same amount.
    steps = -((delay - earliest) // ZONE_STEP_NS)
    if 0 < abs(steps) <= MAX_ZONE_STEPS and delay + steps * ZONE_STEP_NS <= MAX_DELAY_NS:
        return ClockFinding(CameraClockState.ZONE, steps * ZONE_STEP_NS)
    doubtful = MAX_DELAY_NS < delay <= MAX_DOUBTFUL_DELAY_NS
    return ClockFinding(CameraClockState.WRONG, doubtful=doubtful)


def _reports_agree_on_rate(arrivals: ArrivalEstimate, line: ReportLine) -> bool:
    """Whether reports show the same wrong rate as arrivals do."""
    return (
        arrivals.is_steep
        and line.span_ns >= MIN_SLOPE_SPAN_NS
        and abs(line.slope - arrivals.slope) <= SAME_SLOPE_RATIO * abs(arrivals.slope)
    )


def _drifts_apart(arrivals: ArrivalEstimate, line: ReportLine) -> bool:
    """Whether the camera's clock drifts away from this machine's."""
    if line.span_ns < MIN_SLOPE_SPAN_NS or abs(arrivals.slope) > 1 / MAX_DRIFT_DIVISOR:
        return False
    noise = (FREE_NOISE_NS + 2 * line.scatter_ns) / line.span_ns + arrivals.slope_error
    return abs(arrivals.slope - line.slope) > FREE_SLOPE + noise
