"""Dates the frames of a finished video: by the camera's clock as far as that dates them.

All others are dated by when they arrived, and the receipt says which, and what is wrong with the
clock.
"""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from camrec.camera_clock import (
    UNSEEN_DELAY_NS,
    CameraClockState,
    ClockVerdict,
    TrackClock,
    UtcSource,
)
from camrec.clock import NS_PER_HOUR, NS_PER_SECOND
from camrec.receipt import (
    CameraClockFacts,
    ClockStepFacts,
    RecordingWarning,
    UtcMap,
    UtcSourceFacts,
    VideoUtcSource,
)
from camrec.recording.read_segment import ReadSegment
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.utc_points import MAP_TOLERANCE_NS, UtcPoint, straighten

log = logging.getLogger(__name__)

MIN_PACE = 0.5  # from one stretch to the next, UTC passes at least so fast against the video


@dataclass(frozen=True)
class VideoDates:
    """How the frames of a video are dated.

    started_at : UTC of the time 0 of the video, nanoseconds.
    uncertainty : seconds by which the UTC of a frame may be wrong; None if it is not known.
    utc_map, sources, clock : see `Receipt`.
    warnings : what is wrong with the camera's clock.
    """

    started_at: int
    source: VideoUtcSource
    uncertainty: float | None
    utc_map: UtcMap = ()
    sources: tuple[UtcSourceFacts, ...] = ()
    clock: CameraClockFacts | None = None
    warnings: tuple[RecordingWarning, ...] = ()


@dataclass(frozen=True)
class _Stretch:
    """Frames that a camera's clock dates.

    points : nanoseconds from the start of the video, with their UTC; linear in between.
    uncertainty : seconds.
    """

    points: Sequence[UtcPoint]
    source: UtcSource
    zone_ns: int
    uncertainty: float


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
    """By the camera's clock where it dates frames.

    Before its first frame, after its last one and between two stretches, frames are dated by
    arrivals, less the delay that the clock shows next to them: so no time jumps, and none goes
    back. The map is linear there, because arrivals date all frames by one line.
    """
    verdicts, dated = [clock.verdict() for clock in _find_clocks(run)], _find_stretches(run)
    if not (verdicts or dated):
        return VideoDates(arrived_at, "arrival", by_arrival)
    errors = [each.arrival_error_ns for each in verdicts] or [UNSEEN_DELAY_NS]
    unseen = max([max(errors) / NS_PER_SECOND, *(each.uncertainty for each in dated)])
    sources, share = _list_sources(run, dated, round(unseen + (by_arrival or 0.0), 6))
    kinds = {each.source for each in sources}
    facts = _describe_clock(run, verdicts)
    warnings = _find_warnings(verdicts, facts, dated, share)
    points = [point for each in dated for point in each.points]
    started_at, utc_map = _to_map(points) if points else (arrived_at, ())
    return VideoDates(
        started_at,
        sources[0].source if len(kinds) == 1 else "mixed",
        max(each.uncertainty or 0.0 for each in sources),
        utc_map,
        tuple(sources) if len(sources) > 1 else (),
        facts,
        warnings,
    )


def _find_clocks(run: Sequence[ReadSegment]) -> list[TrackClock]:
    """The clock of each connection to the camera, in order."""
    clocks: list[TrackClock] = []
    for each in run:
        clock = each.segment.clock
        if clock is not None and (not clocks or clocks[-1] is not clock.video):
            clocks.append(clock.video)
    return clocks


def _find_stretches(run: Sequence[ReadSegment]) -> list[_Stretch]:
    """What the camera's clock dates, in the order of the video."""
    found: list[_Stretch] = []
    for number, each in enumerate(run):
        if _was_moved(each):
            continue
        start = each.origin - run[0].origin
        first, last = (at - start for at in _ends(run, number))
        for dated in each.segment.stretches(first, last):
            if points := _later_points(found, dated.moved(start).knots):
                uncertainty = round(dated.error_ns / NS_PER_SECOND, 6)
                found.append(_Stretch(points, dated.source, dated.zone_ns, uncertainty))
    return found


def _was_moved(each: ReadSegment) -> bool:
    """Whether its times were corrected: what its reports say is about other times."""
    segment = each.segment
    if segment.retiming is None or segment.clock is None:
        return False
    return not segment.clock.video.verdict().state.dates_frames


def _ends(run: Sequence[ReadSegment], number: int) -> tuple[int, int]:
    """The positions of the first and the last frame of a segment.

    If the next one overlaps it, the last frame is one before that.
    """
    positions = _positions(run, number)
    if number + 1 < len(run):
        following = _positions(run, number + 1)[0]
        positions = positions[: max(1, bisect_left(positions, following))]
    return positions[0], positions[-1]


def _positions(run: Sequence[ReadSegment], number: int) -> list[int]:
    """Nanoseconds of the frames of a segment from the start of the video."""
    start = run[number].origin - run[0].origin
    return [start + round(at * NS_PER_SECOND) for at in run[number].info.times]


def _later_points(found: Sequence[_Stretch], points: Sequence[UtcPoint]) -> Sequence[UtcPoint]:
    """The points from where UTC has passed fast enough since the stretch before.

    A clock that was set back, or a camera that begins with frames from before the connection broke,
    would let time go back.
    """
    if not found:
        return points
    at, utc = found[-1].points[-1]
    for number, point in enumerate(points):
        if point[0] > at and point[1] - utc >= MIN_PACE * (point[0] - at):
            return points[number:]
    return ()


def _list_sources(
    run: Sequence[ReadSegment], dated: Sequence[_Stretch], by_arrival: float
) -> tuple[list[UtcSourceFacts], float]:
    """What dates the frames from when on, and the share of them that the camera's clock dates."""
    frames = sorted(at for number in range(len(run)) for at in _positions(run, number))
    found: list[UtcSourceFacts] = []
    place = by_clock = 0

    def add(source: UtcSource, uncertainty: float, until: int) -> None:
        nonlocal place
        if until <= place:
            return
        last = found[-1] if found else None
        if last is None or (last.source, last.uncertainty) != (source, uncertainty):
            start = round(frames[place] / NS_PER_SECOND, 6)
            found.append(UtcSourceFacts(start=start, source=source, uncertainty=uncertainty))
        place = until

    for each in dated:
        add("arrival", by_arrival, bisect_left(frames, each.points[0][0]))
        before = place
        add(each.source, each.uncertainty, bisect_right(frames, each.points[-1][0]))
        by_clock += place - before
    add("arrival", by_arrival, len(frames))
    return found, by_clock / len(frames)


def _to_map(points: Sequence[UtcPoint]) -> tuple[int, UtcMap]:
    """UTC of the time 0 of the video, and the map from there."""
    started_at = points[0][1] - points[0][0]
    kept = [(at, utc - at - started_at) for at, utc in straighten(points)]
    if max(abs(shift) for _, shift in kept) <= MAP_TOLERANCE_NS:
        return started_at, ()
    return started_at, tuple((at / NS_PER_SECOND, shift / NS_PER_SECOND) for at, shift in kept)


def _describe_clock(
    run: Sequence[ReadSegment], verdicts: Sequence[ClockVerdict]
) -> CameraClockFacts:
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
    if not verdicts:  # an earlier camrec has recorded all of it
        return CameraClockFacts(state=CameraClockState.RIGHT.value)
    last = verdicts[-1]
    return CameraClockFacts(
        state=last.state.value,
        offset=last.offset,
        drift_ppm=None if last.slope is None else round(last.slope * 1e6, 3),
        reports=sum(each.reports for each in verdicts),
        steps=steps,
        may_be_sending=any(each.may_be_sending for each in verdicts),
    )


def _find_warnings(
    verdicts: Sequence[ClockVerdict],
    facts: CameraClockFacts,
    dated: Sequence[_Stretch],
    share: float,
) -> tuple[RecordingWarning, ...]:
    """What a reader of the receipt should know about the camera's clock."""
    found = [
        RecordingWarning.of("camera_clock_set", at=round(step.at, 3), seconds=round(step.size, 3))
        for step in facts.steps
    ]
    if not dated:
        return (*found, *_find_reason(verdicts[-1]))
    if share < 1:
        percent = min(99.9, max(0.1, round(100 * share, 1)))
        found.append(RecordingWarning.of("camera_clock_in_part", percent=percent))
        if verdicts and verdicts[-1].state not in _NOTHING_WRONG:
            found += _find_reason(verdicts[-1])
    for zone_ns in dict.fromkeys(each.zone_ns for each in dated if each.zone_ns):
        hours = round(zone_ns / NS_PER_HOUR, 2)
        found.append(RecordingWarning.of("camera_clock_zone", hours=hours))
    if facts.may_be_sending:
        found.append(RecordingWarning.of("camera_clock_of_sending"))
    return tuple(found)


def _find_reason(verdict: ClockVerdict) -> list[RecordingWarning]:
    """Why the camera's clock dates no frame at the end."""
    state, offset = verdict.state.value, verdict.offset or 0.0
    if state == "wrong":
        code = "camera_clock_ahead" if offset > 0 else "camera_clock_behind"
        return [RecordingWarning.of(code, seconds=round(abs(offset), 3))]
    return [RecordingWarning.of(_CODE_BY_STATE[state])] if state in _CODE_BY_STATE else []


_NOTHING_WRONG = (CameraClockState.UNPROVED, CameraClockState.RIGHT, CameraClockState.ZONE)
_CODE_BY_STATE = {
    "arrival": "camera_clock_unknown",
    "camera": "camera_clock_unknown",  # the last report is too old
    "zone": "camera_clock_unknown",
    "no clock": "camera_clock_not_set",
    "set": "camera_clock_in_doubt",
    "free": "camera_clock_drifts",
}
