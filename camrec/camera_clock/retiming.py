"""Corrects the times of a camera whose timestamps count another frame rate than it sends.

The camera counts 25 frames a second and sends 21, for example: each second of its timestamps lasts
1.19 s. The correction is a line through all timestamps of a part of the recording, so frames that
were evenly spaced stay evenly spaced, and each original timestamp can be computed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from camrec.camera_clock.lower_hull import DelayPoint, hull_slope
from camrec.camera_clock.nominal_rate import (
    DELAY_TURN_NS,
    MAX_DELAY_FALL_NS,
    MIN_SLOPE,
    RATE_WINDOW_NS,
    RISE_SLACK_RATIO,
)
from camrec.camera_clock.polyline import find_bends
from camrec.clock import NS_PER_SECOND

SLOPE_UNITS = 10**9  # a slope is stored in parts per billion
MERGED_BIN_NS = 5 * NS_PER_SECOND
BEND_NS = NS_PER_SECOND // 4  # delays that are less off a line are those of the network
LONG_LINE_SLACK_RATIO = 0.05  # for a small slope over minutes
MIN_PART_POINTS = 3
# A queue in the camera or the network may grow this long. The reader's warning needs less than
# that, because it changes no time.
MAX_NETWORK_RISE_NS = 6 * NS_PER_SECOND
# Points that are left out next to a bend, and of how many at least.
BEND_POINTS, MIN_TRIMMED_POINTS = 5, 16


class RetimingLine(NamedTuple):
    """Timestamps from `start` on are moved by `offset`, and by `slope_ppb` of the time since then.

    start, offset : nanoseconds. The start is a timestamp of the camera.
    slope_ppb : parts per billion: 190476190 if 25 frames are counted while 21 are sent.
    """

    start: int
    slope_ppb: int
    offset: int

    def apply(self, time: int) -> int:
        """The corrected time of a timestamp, in nanoseconds."""
        return time + self.offset + _divide(self.slope_ppb * (time - self.start), SLOPE_UNITS)

    def restore_timestamp(self, time: int) -> int:
        """The timestamp that a corrected time came from, to the nanosecond or the next one."""
        since = time - self.start - self.offset
        return self.start + _divide(since * SLOPE_UNITS, SLOPE_UNITS + self.slope_ppb)


@dataclass(frozen=True)
class Retiming:
    """The corrections of a recording: one line after the other, without a jump between them.

    lines : sorted by `start`; the first one also corrects what is before it.
    """

    lines: tuple[RetimingLine, ...]

    def apply(self, time: int) -> int:
        """The corrected time of a timestamp, in nanoseconds. Its order with others stays."""
        return self._line(lambda each: each.start <= time).apply(time)

    def restore_timestamp(self, time: int) -> int:
        """The timestamp of a corrected time, in nanoseconds: less than 2 ns off for any `apply`.

        A tick of an RTP clock is longer by far, so rounding to the track's rate gives the camera's
        timestamp itself.
        """
        return self._line(lambda each: each.apply(each.start) <= time).restore_timestamp(time)

    def to_receipt(self, origin: int) -> list[dict[str, float]]:
        """As in the receipt: seconds from `origin`, which is a timestamp in nanoseconds."""
        return [
            {
                "from": (each.start - origin) / NS_PER_SECOND,
                "slope": each.slope_ppb / SLOPE_UNITS,
                "offset": each.offset / NS_PER_SECOND,
            }
            for each in self.lines
        ]

    @classmethod
    def from_receipt(cls, lines: Sequence[dict[str, float]], origin: int) -> Retiming:
        """The inverse of `to_receipt`. Raises KeyError if a line lacks a value."""
        return cls(
            tuple(
                RetimingLine(
                    origin + round(each["from"] * NS_PER_SECOND),
                    round(each["slope"] * SLOPE_UNITS),
                    round(each["offset"] * NS_PER_SECOND),
                )
                for each in lines
            )
        )

    def _line(self, is_before: Callable[[RetimingLine], bool]) -> RetimingLine:
        return next((each for each in reversed(self.lines) if is_before(each)), self.lines[0])


def _divide(number: int, divisor: int) -> int:
    """The quotient, rounded to the nearest integer."""
    return (2 * number + divisor) // (2 * divisor)


@dataclass
class _Part:
    """Points on one line. Its delay at x is `offset` + `slope` * x."""

    points: Sequence[DelayPoint]
    slope: float
    offset: float


def fit_retiming(points: Sequence[DelayPoint], is_proved: bool = False) -> Retiming | None:
    """How to correct the timestamps of a recording; None if they need no correction.

    Parameters
    ----------
    points
        (timestamp, arrival - timestamp) in nanoseconds of the least delayed frame of each second or
        so, over the whole recording, sorted. For a camera that reports its UTC, (UTC - timestamp)
        does as well, and is more exact.
    is_proved
        Whether it is known already that the camera counts a nominal rate. Otherwise each part has
        to prove it: by a rise or a fall that no network causes.
    """
    merged = _merge_bins(points)
    if len(merged) < MIN_PART_POINTS:
        return None
    parts = [_fit_part(_between(points, *ends)) for ends in _find_parts(merged)]
    falls = any(_falls_after(*both) for both in pairwise(parts))
    for part in parts:
        is_wrong = abs(part.slope) > MIN_SLOPE and (
            _is_straight(part)
            if is_proved and not falls
            else _is_nominal(part, can_be_network=falls)
        )
        if not is_wrong:
            part.slope, part.offset = 0.0, min(y for _, y in part.points)
    if not any(part.slope for part in parts):
        return None
    return Retiming(tuple(_join(parts, points[0][0])))


def _merge_bins(points: Sequence[DelayPoint]) -> list[DelayPoint]:
    """The least delayed point of each `MERGED_BIN_NS` of arrivals."""
    lowest: dict[int, DelayPoint] = {}
    for x, y in points:
        place = (x + y) // MERGED_BIN_NS
        if place not in lowest or y < lowest[place][1]:
            lowest[place] = (x, y)
    return sorted(set(lowest.values()))


def _find_parts(merged: Sequence[DelayPoint]) -> list[tuple[int, int]]:
    """The first and the last timestamp of each part between two bends of the delays.

    A part of two points is a bend that is inside of a bin. It is left out: the lines on both sides
    of it meet there.
    """
    bends = find_bends(merged, BEND_NS)
    ends = [(a, b) for a, b in pairwise(bends) if b - a >= MIN_PART_POINTS - 1]
    return [(merged[a][0], merged[b][0]) for a, b in ends or [(bends[0], bends[-1])]]


def _between(points: Sequence[DelayPoint], begin: int, end: int) -> Sequence[DelayPoint]:
    """The points of a part, without those next to a bend: they may belong to its other side."""
    part = [point for point in points if begin <= point[0] <= end]
    if len(part) < MIN_TRIMMED_POINTS:
        return part
    trimmed_begin = 0 if part[0] == points[0] else BEND_POINTS
    trimmed_end = len(part) if part[-1] == points[-1] else -BEND_POINTS
    return part[trimmed_begin:trimmed_end]


def _fit_part(part: Sequence[DelayPoint]) -> _Part:
    slope = hull_slope(part)
    return _Part(part, slope, min(y - slope * x for x, y in part))


def _is_straight(part: _Part, slack: float = RISE_SLACK_RATIO) -> bool:
    """Whether the points are on a line within `slack` times its rise."""
    return max(y - part.offset - part.slope * x for x, y in part.points) <= slack * abs(_rise(part))


def _is_nominal(part: _Part, can_be_network: bool) -> bool:
    """Whether only a camera that counts another rate can cause these delays."""
    rise = _rise(part)
    if not (can_be_network or -MAX_DELAY_FALL_NS <= rise <= MAX_NETWORK_RISE_NS):
        return _is_straight(part)
    is_long = part.points[-1][0] - part.points[0][0] >= RATE_WINDOW_NS
    return is_long and _is_straight(part, LONG_LINE_SLACK_RATIO)


def _falls_after(part: _Part, after: _Part) -> bool:
    """Whether a growing delay falls at once: the network was too slow, and frames were dropped."""
    return _rise(part) > 0 and part.points[-1][1] - after.points[0][1] > DELAY_TURN_NS


def _rise(part: _Part) -> float:
    return part.slope * (part.points[-1][0] - part.points[0][0])


def _join(parts: Sequence[_Part], begin: int) -> list[RetimingLine]:
    """Lines that follow each other without a jump, the first one without an offset."""
    lines = [RetimingLine(begin, round(parts[0].slope * SLOPE_UNITS), 0)]
    for before, after in pairwise(parts):
        slope = round(after.slope * SLOPE_UNITS)
        if slope == lines[-1].slope_ppb:
            continue
        bend = after.points[0][0]
        meet = round((before.offset - after.offset) / (after.slope - before.slope))
        # Lines that meet elsewhere are not those of one camera: a network was between them.
        start = meet if abs(meet - bend) <= 2 * MERGED_BIN_NS else bend
        start = max(start, lines[-1].start)
        lines.append(RetimingLine(start, slope, lines[-1].apply(start) - start))
    return lines
