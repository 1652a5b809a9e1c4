"""The UTC of the frames of a finished video, by the camera's clock and by arrivals.

The segments are made by hand, from simulated cameras; their files are not read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from camrec.camera_clock import TrackClock
from camrec.frames.utc_map import VideoUtc
from camrec.journal import SegmentRecord
from camrec.receipt import UtcSourceFacts
from camrec.recording.media_info import MediaInfo
from camrec.recording.read_segment import ReadSegment
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.segment import Segment
from camrec.recording.segment_clock import SegmentClock
from camrec.recording.video_dates import VideoDates, date_video
from support.clock_verdicts import CAMERAS, LIES
from support.simulated_clock import (
    SECOND,
    STARTED_AT,
    UPTIME,
    SimulatedCamera,
    WallClock,
    ahead_by,
    lan,
    right,
    set_at,
)
from support.watched_clock import WatchedClock, watch

MS = SECOND // 1000
WINDOW_S = 10  # in which the least delayed frame shows how far the camera's clock has drifted
PERIOD = RecordingPeriod(STARTED_AT * SECOND, UPTIME, 3600)


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


@pytest.mark.parametrize("name", CAMERAS)
def test_99_percent_of_a_video_s_frames_are_as_exact_as_stated_and_none_goes_back(name):
    camera, expected = CAMERAS[name]
    found = date(record(camera))
    assert np.all(np.diff(found.times) > 0)
    assert found.dates.uncertainty == pytest.approx(found.stated.max() / 1000)
    if expected.states[-1] is not LIES:  # such a video is dated after its times are corrected
        assert np.mean(np.abs(found.errors) <= found.stated) >= 0.99
    if expected.exact_ms:
        assert found.listed == [] and found.dates.source in ("camera", "zone")
        assert np.abs(found.errors).max() < expected.exact_ms


def test_a_clock_that_is_set_wrong_dates_what_was_before_and_arrivals_date_the_rest():
    found = date(record(CAMERAS["set 2 s forward at 12 s"][0]))
    assert found.listed == [(0, "camera"), (pytest.approx(10.04, abs=0.05), "arrival")]
    assert found.dates.source == "mixed" and found.codes == [
        "camera_clock_set",
        "camera_clock_in_part",
        "camera_clock_ahead",
    ]
    assert found.dates.warnings[2].facts["seconds"] == pytest.approx(1.96, abs=0.01)
    first, rest = found.dates.sources
    assert first.uncertainty == pytest.approx(0.040, abs=0.01)
    assert 0.2 < rest.uncertainty < 0.22 and found.dates.uncertainty == rest.uncertainty
    assert np.abs(found.errors[found.sources == "camera"]).max() < 0.05
    # Less the delay that the clock has shown: by arrivals alone it is 40 ms.
    assert np.abs(found.errors[found.sources == "arrival"]).max() < 1
    assert found.dates.warnings[1].facts["percent"] == pytest.approx(14.3, abs=0.1)


@pytest.mark.parametrize("step", [-0.3, 0.3, 0.5])
def test_a_clock_that_is_set_by_less_than_a_delay_is_believed_on_both_sides(step):
    """No network tells 40 ms of delay from 340 ms, so one of the sides is wrong by the step."""
    before, after = (0, step) if step < 0 else (-step, 0)
    found = date(record(SimulatedCamera(wall=set_at(12, before, after))))
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    assert np.all(np.diff(found.times) > 20 * MS)
    assert np.mean(np.abs(found.errors) <= found.stated) >= 0.99
    wrong, right = (-1, 0) if step < 0 else (0, -1)
    sources = found.dates.sources
    assert sources[wrong].uncertainty == pytest.approx(abs(step) + 0.04, abs=0.01)
    assert sources[right].uncertainty == pytest.approx(0.04, abs=0.01)
    assert sources[1].uncertainty > max(0.2, abs(step))
    assert found.codes == ["camera_clock_set", "camera_clock_in_part"]


def test_a_connection_without_reports_is_dated_by_arrivals_less_the_delay_of_the_others():
    right, silent = SimulatedCamera(30), SimulatedCamera(30, first_report=99, seed=2)
    found = date(record(right), record(silent, after_s=40), record(right, after_s=80))
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    starts = [start for start, _ in found.listed]
    assert starts == [0, pytest.approx(40, abs=0.05), pytest.approx(80, abs=0.05)]
    assert np.abs(found.errors).max() < 1 and np.all(np.diff(found.times) > 20 * MS)
    assert found.codes == ["camera_clock_in_part"]
    assert found.dates.warnings[0].facts["percent"] == pytest.approx(66.7, abs=0.1)
    assert found.dates.clock.reports == 12


def test_two_connections_that_the_clock_dates_need_no_arrivals():
    camera = SimulatedCamera(30)
    found = date(record(camera), record(replace(camera, encoding=0.3), after_s=40))
    assert [source for _, source in found.listed] == ["camera", "camera"]
    assert [round(each.uncertainty, 1) for each in found.dates.sources] == [0.0, 0.3]
    assert found.dates.source == "camera" and found.codes == []
    assert np.abs(found.errors).max() < 0.05


def test_a_segment_of_a_killed_camrec_is_dated_as_far_as_the_journal_says():
    camera = SimulatedCamera(90)
    killed, after = record(camera, 0, 20), record(camera, 30)
    segment = killed.read.segment
    clock = replace(segment.clock, newest_time=segment.clock.shown_time + 12 * SECOND)
    stored = replace(segment, clock=clock).to_record(PERIOD).model_dump_json()
    back = Segment.from_record(SegmentRecord.model_validate_json(stored), Path(), PERIOD)
    killed.read = replace(killed.read, segment=back)
    found = date(killed, after)
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    assert [start for start, _ in found.listed[:2]] == [0, pytest.approx(12.04, abs=0.01)]
    assert np.abs(found.errors[found.sources == "camera"]).max() < 0.05
    assert np.all(np.diff(found.times) > 20 * MS) and np.abs(found.errors).max() < 1
    alone = date(killed)
    assert alone.dates.source == "mixed" and alone.dates.clock.state == "camera"
    assert np.mean(np.abs(alone.errors) <= alone.stated) == 1


def test_a_segment_of_a_killed_camrec_without_such_an_entry_is_dated_by_arrivals():
    camera = SimulatedCamera(60)
    found = date(record(camera, 0, 20, is_clock_used=False), record(camera, 30))
    assert [source for _, source in found.listed] == ["arrival", "camera"]
    assert np.mean(np.abs(found.errors) <= found.stated) == 1


def test_frames_from_before_the_connection_broke_let_no_time_go_back():
    """The camera sends again what it had sent: five seconds of it, all at once."""
    begin, again = SimulatedCamera(30), SimulatedCamera(40, reports_every=2)
    resent = record(again)
    resent.captured = [each + 25 * SECOND for each in resent.captured]
    shifted(resent.read.segment.clock.video, 25 * SECOND)
    segment = replace(resent.read.segment, origin=resent.read.origin + 30 * SECOND)
    resent.read = replace(resent.read, segment=segment)
    found = date(record(begin), resent)
    assert np.all(np.diff(found.times) > 0)
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    late = found.times > (STARTED_AT + 50) * SECOND
    assert np.abs(found.errors[late]).max() < 0.05


def test_a_network_that_is_slow_at_the_end_takes_no_date_from_what_was_before():
    """Nobody can tell yet whether the camera now counts another rate than it sends."""

    def network(chance, at: float) -> float:
        return lan(chance, at) + 0.06 * max(0.0, at - 60)

    found = date(record(SimulatedCamera(110, network=network)))
    assert [source for _, source in found.listed] == ["camera", "arrival"]
    assert 55 < found.listed[1][0] < 105
    assert np.abs(found.errors[found.sources == "camera"]).max() < 0.05


def test_the_error_of_a_clock_that_moves_slowly_is_that_of_each_time():
    """It is 0.5 s behind and is corrected by 40 ppm, for three hours: no rule can notice that."""
    camera = SimulatedCamera(11_000, fps=0.5, wall=lambda at: -0.5 + 40e-6 * at, reports_every=60)
    watched = watch_track(camera)
    begin, end = (
        record(camera, *between, watched=watched) for between in ((0, 600), (10_400, 11_000))
    )
    assert date(begin).dates.uncertainty == pytest.approx(0.54, abs=0.02)
    assert date(end).dates.uncertainty == pytest.approx(0.12, abs=0.03)
    for each in (begin, end):
        found = date(each)
        assert found.dates.source == "camera"
        assert np.abs(found.errors).max() / 1000 < found.dates.uncertainty


def corrected(ahead: float, ppm: float) -> WallClock:
    """A clock that is wrong at first, and is corrected by `ppm` until it is right."""
    return lambda at: math.copysign(max(0.0, abs(ahead) - ppm / 1e6 * at), ahead)


@pytest.mark.parametrize(
    ("ahead", "ppm", "seconds"),
    [(0.9, 500, 2200), (-0.9, 500, 2200), (0.2, 40, 4500)],
    ids=["0.9 s ahead", "0.9 s behind", "0.2 s ahead, for an hour"],
)
def test_a_wrong_clock_that_is_corrected_slowly_dates_nothing_before_it_is_right(
    ahead, ppm, seconds
):
    camera = SimulatedCamera(seconds, fps=0.5, wall=corrected(ahead, ppm), reports_every=10)
    found = date(record(camera))
    assert [source for _, source in found.listed] == ["arrival", "camera"]
    assert np.mean(np.abs(found.errors) <= found.stated) == 1
    assert np.abs(found.errors).max() < 200 and found.dates.uncertainty < 0.3
    assert np.all(np.diff(found.times) > 0)


@pytest.mark.parametrize("local_h", [0, 2])
@pytest.mark.parametrize("step", [10, -10, 900, 3600])
def test_this_computer_s_clock_that_is_set_takes_no_date_from_the_frames_before(local_h, step):
    """900 s and 3600 s look like another local time of the camera."""
    camera = SimulatedCamera(120, fps=10, wall=ahead_by(3600 * local_h))
    found = date(record(camera, host=set_at(61, 0, step)))
    assert found.listed == [
        (0, "zone" if local_h else "camera"),
        (pytest.approx(60.1, abs=0.2), "arrival"),
    ]
    before, after = found.dates.sources
    assert before.uncertainty == pytest.approx(0.04, abs=0.01)
    assert 0.2 < after.uncertainty < 0.22
    assert np.abs(found.errors).max() < 1
    reasons = {10: ["camera_clock_behind"], -10: ["camera_clock_ahead"]}
    if not local_h:
        assert found.codes == ["camera_clock_in_part", *reasons.get(step, [])]


@pytest.mark.parametrize(
    ("camera", "stated"),
    [
        (SimulatedCamera(600, fps=2, rtp_ppm=-500, last_report=12), 0.35),
        (SimulatedCamera(600, fps=2, rtp_ppm=-500, reports_every=2, first_report=588), 0.35),
        (
            SimulatedCamera(300, 10, last_report=26, of_last_frame=True, reports_every=5.03),
            0.9,
        ),
    ],
    ids=["after the last report", "before the first report", "after reports that scatter"],
)
def test_the_error_of_frames_far_from_all_reports_is_stated(camera, stated):
    found = date(record(camera))
    assert np.abs(found.errors).max() > 100
    assert np.mean(np.abs(found.errors) <= found.stated) == 1
    assert found.dates.uncertainty < stated


def test_a_clock_that_reports_no_more_dates_frames_for_ten_minutes():
    found = date(record(SimulatedCamera(900, fps=2, last_report=100)))
    assert found.listed == [(0, "camera"), (pytest.approx(695, abs=6), "arrival")]


def test_a_clock_that_dates_no_frame_is_not_said_to_be_corrected():
    camera = CAMERAS["local time, 2 h ahead"][0]
    recorded = record(camera)
    clock = replace(recorded.read.segment.clock, shown_time=10**15)
    recorded.read = replace(recorded.read, segment=replace(recorded.read.segment, clock=clock))
    assert clock.video.verdict().state.value == "zone"
    found = date(recorded)
    assert found.dates.source == "arrival" and found.codes == ["camera_clock_unknown"]


@pytest.mark.parametrize(
    ("ahead", "error", "source"), [(0.25, 0, "arrival"), (0.25, 0.2, "camera")]
)
def test_a_clock_is_as_right_as_this_computer_s_clock_can_tell(ahead, error, source):
    """A frame arrives before it is captured, which this computer's own error may explain."""
    seen = watch(SimulatedCamera(wall=lambda at: ahead), host_error=round(error * SECOND))
    assert seen.verdict.utc_source == source
    stated = seen.verdict.error_ns / SECOND
    assert stated == pytest.approx(0.21 + error if source == "camera" else 0.2 + error, abs=0.01)
