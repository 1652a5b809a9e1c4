"""A recorded file is compared with its camera's own log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera

Camera = RtspCamera | MjpegCamera


@dataclass(frozen=True)
class Sent:
    """A frame as its camera sent it; all times in nanoseconds.

    clock : by the camera's own clock, which starts again when the camera does.
    moment : the same on the monotonic clock, by the frame of its run with the smallest delay.
    sent : when it was sent.
    """

    number: int
    clock: int
    moment: int
    sent: int


def sent(camera: Camera) -> list[Sent]:
    """All frames so far, in order."""
    if isinstance(camera, MjpegCamera):
        # An inspection next to the proxy's connection gets the same frames.
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
    """The position in its log of each frame of a file; the order is kept.

    moment : about when the first one was, in monotonic nanoseconds, if numbers may have started
        again. Of the possible positions, the nearest one is used from which on all others are
        found.
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
