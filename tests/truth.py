"""A recorded file held against its camera's own log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cameras.mjpeg import MjpegCamera
from cameras.rtsp import RtspCamera

Camera = RtspCamera | MjpegCamera


@dataclass(frozen=True)
class Sent:
    """A picture as its camera sent it; all in nanoseconds.

    clock : by the camera's own clock, which begins anew where the camera does.
    moment : the same on the monotonic clock: by the picture of its run that was taken least late.
    sent : when it left.
    """

    number: int
    clock: int
    moment: int
    sent: int


def sent(camera: Camera) -> list[Sent]:
    """All so far, in order."""
    if isinstance(camera, MjpegCamera):
        return [Sent(each.number, each.at, each.at, each.at) for each in camera.truth()]
    runs: list[list] = []
    newest = None
    for each in camera.truth():
        if newest is None or each.pts < newest:
            runs.append([])
        runs[-1].append(each)
        newest = each.pts
    found = []
    for run in runs:
        apart = min(each.taken - each.pts for each in run)
        found += [Sent(each.number, each.pts, each.pts + apart, each.sent) for each in run]
    return found


def places(numbers: Sequence[int], log: Sequence[Sent], moments: Sequence[int] = ()) -> list[int]:
    """Where in its log each picture of a file is; their order holds.

    moments : about when each was, monotonic nanoseconds, where numbers may have begun anew. Without
        them the first of that number is taken.
    """
    by_number: dict[int, list[int]] = {}
    for place, each in enumerate(log):
        by_number.setdefault(each.number, []).append(place)
    found: list[int] = []
    for at, number in enumerate(numbers):
        left = [place for place in by_number[number] if not found or place > found[-1]]
        if moments:
            left.sort(key=lambda place, at=at: abs(log[place].moment - moments[at]))
        found.append(left[0])
    return found
