"""Videos of simulated cameras, dated as a recording is when it is finished.

The segments are made by hand; their files are not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from camrec.camera_clock import TrackClock
from camrec.frames.utc_map import VideoUtc
from camrec.receipt import UtcSourceFacts
from camrec.recording.media_info import MediaInfo
from camrec.recording.read_segment import ReadSegment
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.segment import Segment
from camrec.recording.segment_clock import SegmentClock
from camrec.recording.video_dates import VideoDates, date_video
from support.simulated_clock import SECOND, STARTED_AT, UPTIME, SimulatedCamera, right
from support.watched_clock import WatchedClock, watch

MS = SECOND // 1000
WINDOW_S = 10  # in which the least delayed frame shows how far the camera's clock has drifted
PERIOD = RecordingPeriod(STARTED_AT * SECOND, UPTIME, 3600)


class StatedError(NamedTuple):
    """How wrong the frames are that one source dates, and what is stated of them; milliseconds.

    p99 : 99 % of the errors are not larger.
    covered : the share of the frames whose error is not larger than what is stated.
    """

    source: str
    stated: float
    p99: float
    covered: float


@dataclass
class Recorded:
    """A segment of a simulated camera.

    captured : UTC of each frame, nanoseconds.
    by_arrival : seconds by which arrivals may date the frames wrongly, as `AvSync` finds it.
    """

    read: ReadSegment
    captured: list[int]
    by_arrival: float


def record(
    camera: SimulatedCamera,
    begin_s: float = 0,
    end_s: float = 1e9,
    after_s: float = 0,
    is_clock_used: bool = True,
    host: Callable[[float], float] = right,
    watched: tuple[TrackClock, WatchedClock] | None = None,
) -> Recorded:
    """Record what a camera captures between two times.

    Parameters
    ----------
    after_s
        Everything of this connection is so much later.
    host
        As in `watch`.
    watched
        What `watch_track` has returned for this camera.
    """
    later = round(after_s * SECOND)
    track, seen = watched or watch_track(camera, host)
    frames = [
        (time, each.captured + later, each.arrived + later)
        for time, each in zip(seen.times, camera.frames(), strict=True)
        if begin_s <= (each.captured / SECOND - STARTED_AT) < end_s
    ]
    least: dict[int, int] = {}
    for time, _, arrived in frames:
        window = (arrived - frames[0][2]) // (WINDOW_S * SECOND)
        least[window] = min(least.get(window, 2**63), arrived - time)
    offset, shown_time = least[0], frames[0][0]
    info = MediaInfo(
        640, 360, "h264", None, tuple((t - shown_time) / SECOND for t, _, _ in frames), 0, 0
    )
    clock = SegmentClock(shifted(track, later), shown_time, offset) if is_clock_used else None
    segment = Segment(Path("part.mp4"), shown_time + offset, True, clock=clock)
    return Recorded(
        ReadSegment(segment, 1, info, 0),
        [captured for _, captured, _ in frames],
        max(abs(each - offset) for each in least.values()) / SECOND + 0.001,
    )


def watch_track(
    camera: SimulatedCamera, host: Callable[[float], float] = right
) -> tuple[TrackClock, WatchedClock]:
    track = TrackClock()
    seen = watch(camera, clock=track._clock, host=host)
    track.note_arrivals(seen.arrivals)
    return track, seen


def shifted(track: TrackClock, later: int) -> TrackClock:
    """The clock of a connection that is later by some nanoseconds: its UTC is, too."""
    for dated in track._clock._lines if later else []:
        dated.line._utcs = [utc + later for utc in dated.line._utcs]
    return track


@dataclass
class Dated:
    """The UTC of all frames; errors and stated uncertainties in milliseconds."""

    dates: VideoDates
    times: np.ndarray
    errors: np.ndarray
    stated: np.ndarray
    sources: np.ndarray

    @property
    def listed(self) -> list[tuple[float, str]]:
        return [(each.start, each.source) for each in self.dates.sources]

    @property
    def stated_errors(self) -> list[StatedError]:
        """What is stated of each source, in the order of the video."""
        found = []
        for source, stated in dict.fromkeys(zip(self.sources, self.stated, strict=True)):
            of_it = (self.sources == source) & (self.stated == stated)
            errors = np.abs(self.errors[of_it])
            p99 = float(np.quantile(errors, 0.99, method="inverted_cdf"))
            covered = float(np.mean(errors <= stated))
            found.append(StatedError(str(source), float(stated), p99, covered))
        return found

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.dates.warnings]


def date(*recorded: Recorded) -> Dated:
    run = [each.read for each in recorded]
    dates = date_video(run, PERIOD, max(each.by_arrival for each in recorded))
    start = run[0].origin
    offsets = np.array(
        [each.origin - start + round(at * SECOND) for each in run for at in each.info.times]
    )
    captured = np.array([each for one in recorded for each in one.captured])
    times = VideoUtc(dates.started_at, dates.utc_map).times(offsets).astype("i8")
    listed = dates.sources or (
        UtcSourceFacts(start=0, source=dates.source, uncertainty=dates.uncertainty),
    )
    starts = [round(each.start * SECOND) for each in listed]
    which = np.searchsorted(starts, offsets + 500, "right") - 1
    return Dated(
        dates,
        times,
        (times - captured) / MS,
        np.array([each.uncertainty * 1000 for each in listed])[which],
        np.array([each.source for each in listed])[which],
    )
