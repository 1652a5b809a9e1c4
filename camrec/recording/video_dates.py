"""Dates the frames of a finished video: by the camera's clock if it dates all of them.

Otherwise they are dated by when they arrived, and the receipt says what is wrong with the clock.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from camrec.camera_clock import ClockVerdict, UtcSource, find_bends
from camrec.clock import NS_PER_SECOND
from camrec.receipt import CameraClockFacts, ClockStepFacts, RecordingWarning, UtcMap
from camrec.recording.read_segment import ReadSegment
from camrec.recording.recording_period import RecordingPeriod

log = logging.getLogger(__name__)

MAP_TOLERANCE_NS = 20_000  # less than two ticks of an RTP clock
MAX_MAP_POINTS = 1000
NS_PER_HOUR = 3600 * NS_PER_SECOND

_Point = tuple[int, int]  # nanoseconds from the start of the video, UTC in nanoseconds


@dataclass(frozen=True)
class VideoDates:
    """How the frames of a video are dated.

    started_at : UTC of the time 0 of the video, nanoseconds.
    uncertainty : seconds by which the UTC of a frame may be wrong; None if it is not known.
    utc_map, clock : see `Receipt`.
    warnings : what is wrong with the camera's clock.
    """

    started_at: int
    source: UtcSource
    uncertainty: float | None
    utc_map: UtcMap = ()
    clock: CameraClockFacts | None = None
    warnings: tuple[RecordingWarning, ...] = ()


def date_video(
    run: Sequence[ReadSegment], period: RecordingPeriod, by_arrival: float | None
) -> VideoDates:
    """How the frames of the segments `run`, which become one video, are dated.

    Parameters
    ----------
    by_arrival
        Seconds by which their UTC may be wrong if arrivals date them; None if it is not known.
    """
    arrived_at = period.to_utc(run[0].origin)
    try:
        return _date_by_clock(run, arrived_at, by_arrival)
    except Exception:
        log.exception("the camera's clock cannot be examined; arrivals date the video")
        return VideoDates(arrived_at, "arrival", by_arrival)


def _date_by_clock(
    run: Sequence[ReadSegment], arrived_at: int, by_arrival: float | None
) -> VideoDates:
    """By the camera's clock if it dates all frames; otherwise by arrivals, and why."""
    clocks = [each.segment.clock for each in run if each.segment.clock is not None]
    if not clocks:
        return VideoDates(arrived_at, "arrival", by_arrival)
    verdicts = [clock.video.verdict() for clock in clocks]
    last, facts = verdicts[-1], _describe_clock(run, verdicts[-1])
    warnings = _find_warnings(last, facts)
    uncertainty = max(each.uncertainty for each in verdicts)
    points = _find_points(run)
    if points is None or last.utc_source == "arrival":
        uncertainty = max(uncertainty, by_arrival or 0.0)
        return VideoDates(arrived_at, "arrival", uncertainty, (), facts, warnings)
    started_at, utc_map = _to_map(points)
    return VideoDates(started_at, last.utc_source, uncertainty, utc_map, facts, warnings)


def _find_points(run: Sequence[ReadSegment]) -> list[_Point] | None:
    """The UTC of the first and the last frame of each segment, and of the reports between them.

    None if the camera's clock does not date all of that.
    """
    found: list[_Point] = []
    for each in run:
        clock, start = each.segment.clock, each.origin - run[0].origin
        if clock is None:
            return None
        # All of the file: another segment may overlap its last frames.
        begin, end = (
            clock.shown_time + round(at * NS_PER_SECOND)
            for at in (each.info.times[0], each.info.times[-1])
        )
        knots = clock.video.knots(begin, end)
        if knots is None:
            return None
        points = [(start + time - clock.shown_time, utc) for time, utc in knots]
        found = [point for point in found if point[0] < points[0][0]] + points
    return found if all(a[1] < b[1] for a, b in pairwise(found)) else None


def _to_map(points: Sequence[_Point]) -> tuple[int, UtcMap]:
    """UTC of the time 0 of the video, and the map from there."""
    started_at = points[0][1] - points[0][0]
    shifts = [(at, utc - at - started_at) for at, utc in points]
    tolerance = MAP_TOLERANCE_NS
    while len(bends := find_bends(shifts, tolerance)) > MAX_MAP_POINTS:
        tolerance *= 2
    kept = [shifts[number] for number in bends]
    if max(abs(shift) for _, shift in kept) <= MAP_TOLERANCE_NS:
        return started_at, ()
    return started_at, tuple((at / NS_PER_SECOND, shift / NS_PER_SECOND) for at, shift in kept)


def _describe_clock(run: Sequence[ReadSegment], verdict: ClockVerdict) -> CameraClockFacts:
    steps = []
    for each in run:
        if (clock := each.segment.clock) is None:
            continue
        start = (each.origin - run[0].origin) / NS_PER_SECOND
        for step in clock.video.verdict().steps:
            at = (step.time - clock.shown_time) / NS_PER_SECOND
            if each.info.times[0] <= at <= each.info.times[-1]:
                size = round(step.size_ns / NS_PER_SECOND, 6)
                steps.append(ClockStepFacts(at=round(start + at, 6), size=size))
    return CameraClockFacts(
        state=verdict.state.value,
        offset=verdict.offset,
        drift_ppm=None if verdict.slope is None else round(verdict.slope * 1e6, 3),
        reports=verdict.reports,
        steps=steps,
        may_be_sending=verdict.may_be_sending,
    )


def _find_warnings(verdict: ClockVerdict, facts: CameraClockFacts) -> tuple[RecordingWarning, ...]:
    """What a reader of the receipt should know about the camera's clock."""
    found = [
        RecordingWarning.of("camera_clock_set", at=round(step.at, 3), seconds=round(step.size, 3))
        for step in facts.steps
    ]
    state = facts.state
    if state == "zone":
        hours = round(verdict.zone_ns / NS_PER_HOUR, 2)
        found.append(RecordingWarning.of("camera_clock_zone", hours=hours))
    elif state == "wrong":
        offset = facts.offset or 0.0
        code = "camera_clock_ahead" if offset > 0 else "camera_clock_behind"
        found.append(RecordingWarning.of(code, seconds=round(abs(offset), 3)))
    elif state in _CODE_BY_STATE:
        found.append(RecordingWarning.of(_CODE_BY_STATE[state]))
    if facts.may_be_sending:
        found.append(RecordingWarning.of("camera_clock_of_sending"))
    return tuple(found)


_CODE_BY_STATE = {
    "arrival": "camera_clock_unknown",
    "no clock": "camera_clock_not_set",
    "set": "camera_clock_in_doubt",
    "free": "camera_clock_drifts",
}
