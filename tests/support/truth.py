"""A recorded file held against its camera's own log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera

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
        # A look at the camera beside the proxy's connection gets the same pictures.
        first = {each.number: each.at for each in reversed(camera.truth())}
        return [Sent(number, at, at, at) for number, at in sorted(first.items())]
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


def places(numbers: Sequence[int], log: Sequence[Sent], moment: int | None = None) -> list[int]:
    """Where in its log each picture of a file is; their order holds.

    moment : about when the first was, monotonic nanoseconds, where numbers may have begun anew. Of
        the places that it may have, the nearest is taken from which on all others are found.
    """
    by_number: dict[int, list[int]] = {}
    for place, each in enumerate(log):
        by_number.setdefault(each.number, []).append(place)
    starts = list(by_number[numbers[0]])
    if moment is not None:
        starts.sort(key=lambda place: abs(log[place].moment - moment))
    for start in starts:
        found = [start]
        for number in numbers[1:]:
            later = [place for place in by_number[number] if place > found[-1]]
            if not later:
                break
            found.append(later[0])
        else:
            return found
    raise AssertionError("the file holds what its camera never sent")
