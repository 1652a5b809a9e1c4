"""A simulated camera's clock as camrec sees it: verdicts over time, and how each frame is dated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from camrec.camera_clock import (
    ArrivalEstimate,
    CameraClock,
    CameraClockState,
    ClockReport,
    ClockVerdict,
    NominalRateCheck,
)
from camrec.rtp.ntp_time import ntp_to_utc_ns
from camrec.rtp.rtp_clock import RtpClock
from support.simulated_clock import (
    RATE,
    SECOND,
    STARTED_AT,
    UPTIME,
    SentFrame,
    SentReport,
    SimulatedCamera,
)

TO_UTC = STARTED_AT * SECOND - UPTIME


@dataclass(frozen=True)
class DatedFrame:
    """A frame with its UTC as it was known when the frame arrived; all in nanoseconds.

    error : how far that is from when the frame was captured.
    stated : how wrong it says that it may be.
    by_camera : whether the camera's clock dated it.
    """

    at: float
    error: int
    stated: int
    by_camera: bool


@dataclass
class WatchedClock:
    """changes : (seconds, state) whenever the state changed."""

    clock: CameraClock
    verdict: ClockVerdict
    arrivals: ArrivalEstimate
    changes: list[tuple[float, CameraClockState]] = field(default_factory=list)
    verdicts: list[tuple[float, ClockVerdict]] = field(default_factory=list)
    frames: list[DatedFrame] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """The time of each frame."""

    @property
    def states(self) -> list[CameraClockState]:
        return [state for _, state in self.changes]


def watch(
    camera: SimulatedCamera,
    reports: list[SentReport] | None = None,
    clock: CameraClock | None = None,
    host: Callable[[float], float] = lambda at: 0.0,
    host_error: int = 0,
) -> WatchedClock:
    """Give frames and reports to camrec in the order in which they arrive.

    Parameters
    ----------
    reports
        The camera's own if None.
    host
        How far this machine's clock is ahead of UTC at a number of seconds; in seconds.
    host_error
        How wrong this machine's clock is said to be, nanoseconds.
    """
    clock = clock or CameraClock()
    rtp, rate_check = RtpClock(RATE), NominalRateCheck()
    nothing = ArrivalEstimate(0, 0, 0, 0.0, 1.0)
    watched = WatchedClock(clock, clock.verdict(nothing), nothing)
    events: list[SentFrame | SentReport] = [
        *camera.frames(),
        *(camera.reports() if reports is None else reports),
    ]
    waiting: list[SentReport] = []  # a report may come before the first frame
    for event in sorted(events, key=lambda each: each.arrived):
        at = (event.arrived - UPTIME) / SECOND
        to_utc = TO_UTC + round(host(at) * SECOND)
        if isinstance(event, SentFrame):
            _note_frame(watched, rtp, rate_check, event, to_utc, host_error)
        else:
            waiting.append(event)
        for report in waiting.copy():
            if (located := rtp.locate(report.ticks)) is not None:
                waiting.remove(report)
                utc = ntp_to_utc_ns(report.ntp, event.arrived + to_utc)
                watched.verdict = clock.note_report(ClockReport(located, utc), watched.arrivals)
                watched.verdicts.append((at, watched.verdict))
        if not watched.changes or watched.changes[-1][1] is not watched.verdict.state:
            watched.changes.append((at, watched.verdict.state))
    return watched


def _note_frame(
    watched: WatchedClock,
    rtp: RtpClock,
    rate_check: NominalRateCheck,
    frame: SentFrame,
    to_utc: int,
    host_error: int,
) -> None:
    time, offset = rtp.place(frame.ticks, frame.arrived, 0)
    rate_check.note(time, frame.arrived)
    lies = rate_check.result is not None
    watched.arrivals = ArrivalEstimate.of(rtp.arrivals, time, to_utc, lies, host_error)
    watched.verdict = watched.clock.verdict(watched.arrivals)
    watched.times.append(time)
    by_camera = watched.clock.utc_at(time) if watched.verdict.state.dates_frames else None
    utc = time + offset + to_utc if by_camera is None else by_camera
    watched.frames.append(
        DatedFrame(
            (frame.arrived - UPTIME) / SECOND,
            utc - frame.captured,
            watched.verdict.error_ns,
            by_camera is not None,
        )
    )
