"""Which video of a recording shows an event, and where in it."""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camrec.annotations import Event
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns
from camrec.errors import InputError, NotFoundError
from camrec.frames import VideoFrames, VideoUtc
from camrec.library.video import frame_index_path
from camrec.receipt import Receipt

log = logging.getLogger(__name__)

# An event is exact to a microsecond. A frame that begins within that microsecond is the one meant.
EVENT_RESOLUTION_NS = 1000
# From the last frame of a video to the first of the next one of its recording.
MAX_JOINT_NS = NS_PER_SECOND


@dataclass(frozen=True)
class PlacedEvent:
    """An event and its place in a video.

    second : seconds from the start of the video; 0 if it began before.
    end_second : where it ends, in seconds from the start of the video, even if the video ends
        before; None: it has no length.
    frame : the number of the frame that is shown then, or of the last one before a gap; None if the
        file cannot be read, or was deleted automatically.
    in_gap : there is no frame of that moment.
    """

    event: Event
    second: float
    frame: int | None
    in_gap: bool
    end_second: float | None = None


@dataclass(frozen=True)
class VideoSpan:
    """What a video covers: UTC nanoseconds. A gap at its end is part of it."""

    start: int
    end: int

    @classmethod
    def of(cls, receipt: Receipt) -> VideoSpan:
        """Return what the video of `receipt` covers."""
        start = iso_to_utc_ns(receipt.started_at)
        utc = VideoUtc(start, receipt.utc_map)
        (length,) = utc.elapsed(np.array([round(receipt.duration * NS_PER_SECOND)]))
        return cls(start, max(start + int(length), iso_to_utc_ns(receipt.ended_at)))

    def check(self, at: int) -> None:
        """Raise InputError (``event_before_start``, ``event_after_end``) if `at` is outside."""
        if at < self.start:
            raise InputError("event_before_start")
        if at > self.end:
            raise InputError("event_after_end")


def videos_of_event(starts: Sequence[int], event: Event) -> range:
    """Return the positions in `starts` of the videos that show an event.

    The first of them shows its moment, or the last frame before it; copies of a video start at the
    same time and show the same. An event with a length is also in the later videos into which it
    lasts.

    Parameters
    ----------
    starts
        When all videos of its recording begin, the earliest first: UTC nanoseconds. At least one.
    """
    start = starts[max(0, bisect_right(starts, event.at_ns) - 1)]
    last = max(bisect_right(starts, start), bisect_left(starts, event.end_ns))
    return range(bisect_left(starts, start), last)


def has_video_of(receipts: Sequence[Receipt], at: int) -> bool:
    """Return whether one of these videos shows a moment of their recording.

    Parameters
    ----------
    receipts
        Those of all videos of a recording that exist, the earliest first.
    at
        UTC nanoseconds, from the start to the end of the recording.
    """
    if not receipts:
        return False
    number = receipts[0].video_number
    if number is None or (number == 1 and at < iso_to_utc_ns(receipts[0].started_at)):
        return True
    spans = [VideoSpan.of(each) for each in receipts]
    return any(span.start <= at <= span.end + MAX_JOINT_NS for span in spans)


def moment_of_second(receipt: Receipt, second: float) -> int:
    """Return when a second of a video was: UTC nanoseconds."""
    start = iso_to_utc_ns(receipt.started_at)
    utc = VideoUtc(start, receipt.utc_map)
    (elapsed,) = utc.elapsed(np.array([round(second * NS_PER_SECOND)]))
    return start + int(elapsed)


def read_events(path: Path) -> list[PlacedEvent]:
    """Return the events in the receipt of a video, on any storage, with their places.

    The list is empty if there is no receipt.
    """
    try:
        receipt = Receipt.read(path.with_suffix(".json"))
    except (OSError, ValueError):
        return []
    return locate_events(path, receipt, receipt.events)


def locate_events(path: Path, receipt: Receipt, events: Sequence[Event]) -> list[PlacedEvent]:
    """Return where events are in the video at `path`, in the given order."""
    if not events:
        return []
    started_at = iso_to_utc_ns(receipt.started_at)
    utc = VideoUtc(started_at, receipt.utc_map)
    elapsed = np.array([each.at_ns - started_at for each in events], "i8")
    offsets = utc.offsets(elapsed)
    numbers: Sequence[int | None] = [None] * len(events)
    if receipt.evicted_at is None:
        numbers = _frame_numbers(VideoFrames(path, started_at, frame_index_path(path)), offsets)
    ends = utc.offsets(np.array([each.end_ns - started_at for each in events], "i8"))
    seconds = [float(each) for each in offsets / NS_PER_SECOND]
    end_seconds = [float(each) for each in ends / NS_PER_SECOND]
    return [
        PlacedEvent(
            event,
            round(max(0.0, second), 6),
            number,
            _is_in_gap(receipt, second),
            None if event.length is None else round(max(0.0, end_second), 6),
        )
        for event, second, number, end_second in zip(
            events, seconds, numbers, end_seconds, strict=True
        )
    ]


def _frame_numbers(frames: VideoFrames, offsets: npt.NDArray[np.int64]) -> Sequence[int | None]:
    try:
        return [int(each) for each in frames.numbers_at(offsets + EVENT_RESOLUTION_NS - 1)]
    except NotFoundError as error:
        log.warning("no frame numbers for the events of %s: %s", frames.path.name, error)
        return [None] * len(offsets)


def _is_in_gap(receipt: Receipt, second: float) -> bool:
    """Whether no frame of that time was recorded. A gap starts with the last frame before it."""
    gaps = receipt.gaps
    return second < 0 or any(gap.start < second < gap.start + gap.duration for gap in gaps)
