"""Cameras as streams of the Lab Streaming Layer, and its markers as events; all on 127.0.0.1."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import camrec
from camrec.camera_clock import ClockChoice
from camrec.cli.lab_streams import LabStreams
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import ServiceError
from camrec.feed import Feed
from camrec.frames import VideoFrames
from camrec.library import frame_index_path
from camrec.media import MediaUnit
from camrec.session import SessionState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.lsl_loopback import load_pylsl
from support.units_made import irregular, until, video_units

pytestmark = pytest.mark.slow(2)

WAIT_S = 60


@pytest.fixture(scope="module")
def pylsl() -> ModuleType:
    try:
        return load_pylsl()
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"no liblsl on this system: {error}")


@pytest.fixture(scope="module")
def station(pylsl, binaries, tmp_path_factory) -> Iterator[Station]:
    station = Station(binaries.config(tmp_path_factory.mktemp("lab"), max_sessions=2))
    station.start()
    yield station
    station.stop()


def resolve(pylsl: ModuleType, name: str):
    found = pylsl.resolve_byprop("name", name, timeout=WAIT_S)
    assert found, f"no stream {name}"
    return found[0]


def test_each_frame_is_a_sample_and_each_marker_an_event(pylsl, station):
    from camrec.lsl import LslBridge
    from camrec.lsl.lsl_clock import read_clocks

    outlet = pylsl.StreamOutlet(
        pylsl.StreamInfo("Experiment", "Markers", 1, 0, pylsl.cf_string, "test of camrec")
    )
    with MjpegCamera(rate=10, size=(320, 240)) as camera, LslBridge(station, ["Experiment"]):
        session = station.cameras.open(camera.url, "Door")
        try:
            info = resolve(pylsl, "camrec Door")
            assert (info.type(), info.channel_count()) == ("VideoFrames", 2)
            inlet = pylsl.StreamInlet(info, max_buflen=300)
            full = inlet.info(timeout=WAIT_S)
            assert full.get_channel_labels() == ["frame", "utc"]
            assert full.desc().child_value("camera_id") == session.camera_id
            assert full.desc().child_value("clock") == "arrival"
            assert camera.url not in full.as_xml()
            inlet.open_stream(timeout=WAIT_S)
            assert outlet.wait_for_consumers(WAIT_S)
            # The video begins with the frame before the start of the recording.
            pulled = [inlet.pull_sample(timeout=WAIT_S) for _ in range(3)]

            job = station.recordings.start(session.session_id, 60)
            until(lambda: job.elapsed > 2, WAIT_S)
            marked = pylsl.local_clock() - 1  # what counts is the timestamp, not the arrival
            outlet.push_sample(["light\non"], marked)
            until(lambda: job.event_count, WAIT_S)
            job.stop()
            assert job.wait(WAIT_S)
            pulled.append(inlet.pull_sample(timeout=WAIT_S))
            while (sample := inlet.pull_sample(timeout=0.0))[1] is not None:
                pulled.append(sample)
        finally:
            station.cameras.close(session.session_id)
        until(lambda: not pylsl.resolve_byprop("name", "camrec Door", timeout=0.5), WAIT_S)

    video = station.library.get(job.filename)
    [event] = video.receipt.events
    assert (event.text, event.source) == ("light on", "lsl Experiment")
    expected = read_clocks(station.clock).lsl_to_utc_ns(marked)
    assert abs(event.at_ns - expected) < 300_000_000
    numbers = np.array([sample[0] for sample, _ in pulled])
    assert (np.diff(numbers) == 1).all()
    utc = np.array([sample[1] for sample, _ in pulled])
    stamps = np.array([stamp for _, stamp in pulled])
    assert np.ptp(utc - stamps) < 0.02, "both are the same moments"
    frames = VideoFrames(video.path, video.started_at, frame_index_path(video.path), ())
    shown = frames.times().astype("i8") / 1e9
    nearest = np.abs(shown[:, None] - utc).min(axis=1)
    assert len(shown) > 10 and (nearest < 0.02).all(), nearest.max()


def fake_session(
    feed: Feed, name: str = "Fake", clock_choice: ClockChoice = "arrival"
) -> SimpleNamespace:
    """What a stream needs of an open camera."""
    return SimpleNamespace(
        session_id="s1",
        camera_id="c1",
        name=name,
        feed=feed,
        clock_choice=clock_choice,
        state=SessionState.LIVE,
    )


def test_frames_are_sent_in_the_order_in_which_they_were_taken(pylsl):
    """A camera with B-frames sends some frames before others that it took earlier."""
    from camrec.lsl.camera_outlet import CameraOutlet

    feed, clock = Feed(Clock()), Clock()
    units = video_units(irregular(2), b_frames=2, begin=clock.monotonic_ns())
    assert [each.time for each in units] != sorted(each.time for each in units)
    outlet = CameraOutlet(fake_session(feed), clock, lambda: None)
    inlet = pylsl.StreamInlet(resolve(pylsl, "camrec Fake"))
    inlet.open_stream(timeout=WAIT_S)
    feed.publish(*units)
    feed.interrupt()
    outlet.push_frames()
    taken = [inlet.pull_sample(timeout=WAIT_S)[1] for _ in units]
    outlet.close()
    assert taken == sorted(taken) and len(taken) == len(units)
    expected = sorted(moment(each) for each in units)
    assert taken == pytest.approx(expected, abs=0.01)


class HalfKnownClock:
    """A camera's clock that is a quarter of a second before the arrivals, and is lost at a time."""

    def __init__(self, clock: Clock, offset: int, known_until: int) -> None:
        self._ahead = clock.utc_ns() - clock.monotonic_ns() + offset - NS_PER_SECOND // 4
        self._known_until = known_until

    def utc_at(self, time: int) -> int | None:
        return time + self._ahead if time < self._known_until else None


def test_the_camera_s_clock_dates_the_frames_of_a_session_that_uses_it(pylsl):
    """And what arrives after that clock was lost stays in line with what came before."""
    from camrec.lsl.camera_outlet import CameraOutlet

    feed, clock = Feed(Clock()), Clock()
    made = video_units(irregular(2), begin=clock.monotonic_ns())
    known = HalfKnownClock(clock, made[0].offset, made[20].time)
    units = [made[0], *(replace(each, clock=known) for each in made[1:])]
    outlet = CameraOutlet(fake_session(feed, "Dated", "camera"), clock, lambda: None)
    inlet = pylsl.StreamInlet(resolve(pylsl, "camrec Dated"))
    description = inlet.info(timeout=WAIT_S).desc()
    assert description.child_value("clock") == "camera"
    assert "the camera's own clock" in description.child_value("times")
    inlet.open_stream(timeout=WAIT_S)
    feed.publish(*units)
    feed.interrupt()
    outlet.push_frames()
    pulled = [inlet.pull_sample(timeout=WAIT_S) for _ in units]
    outlet.close()
    early = [moment(unit) - stamp for unit, (_, stamp) in zip(units, pulled, strict=True)]
    assert early == pytest.approx([0.0] + [0.25] * (len(units) - 1), abs=0.01)
    to_utc = time.time() - time.perf_counter()
    utc = [sample[1] - to_utc for sample, _ in pulled]
    taken = [(each.time + each.offset) / 1e9 for each in units]
    assert utc == pytest.approx([taken[0], *(each - 0.25 for each in taken[1:])], abs=0.01)


def test_a_stream_has_the_times_that_the_video_has_by_the_camera_s_clock(pylsl, station):
    """The camera states for each frame a time that is 50 ms before its arrival."""
    from camrec.lsl import LslBridge

    camera = MjpegCamera(variant="stated", rate=10, size=(320, 240))
    with camera, LslBridge(station):
        session = station.cameras.open(camera.url, "Stated", clock_choice="camera")
        try:
            until(lambda: session.clock_verdict.utc_source == "camera", WAIT_S)
            inlet = pylsl.StreamInlet(resolve(pylsl, "camrec Stated"), max_buflen=300)
            inlet.open_stream(timeout=WAIT_S)
            pulled = [inlet.pull_sample(timeout=WAIT_S) for _ in range(15)]
        finally:
            station.cameras.close(session.session_id)
        to_utc = time.time() - time.perf_counter()
        stated = np.array([each.at / 1e9 + to_utc - 0.05 for each in camera.truth()])
    utc = np.array([sample[1] for sample, _ in pulled])
    to_lsl = pylsl.local_clock() - time.perf_counter()
    stamps = np.array([stamp for _, stamp in pulled]) - to_lsl + to_utc
    nearest = stated[np.abs(utc[:, None] - stated).argmin(axis=1)]
    assert abs(np.median(utc - nearest)) < 0.02, "by arrivals they would be 0.05 s later"
    assert stamps == pytest.approx(utc, abs=0.01)


def test_an_outlet_that_was_too_slow_sends_no_frame_twice(pylsl, monkeypatch):
    from camrec.lsl import camera_outlet

    feed, clock = Feed(Clock()), Clock()
    units = video_units(irregular(3), begin=clock.monotonic_ns())
    first, more, last = units[:10], units[10:40], units[40:]
    size = sum(len(each.data) for each in more)
    monkeypatch.setattr(camera_outlet, "MAX_OUTLET_QUEUE_BYTES", size - 1)
    outlet = camera_outlet.CameraOutlet(fake_session(feed, "Slow"), clock, lambda: None)
    inlet = pylsl.StreamInlet(resolve(pylsl, "camrec Slow"))
    inlet.open_stream(timeout=WAIT_S)
    feed.publish(*first)
    outlet.push_frames()
    feed.publish(*more)  # one frame more than fits
    outlet.push_frames()
    for unit in last:
        feed.publish(unit)
        outlet.push_frames()
    pulled = [inlet.pull_sample(timeout=WAIT_S)]
    while pulled[-1][1] < moment(units[-1]) - 0.01:
        pulled.append(inlet.pull_sample(timeout=WAIT_S))
    outlet.close()
    assert [sample[0] for sample, _ in pulled] == list(range(len(pulled)))
    assert len({round(stamp * 1000) for _, stamp in pulled}) == len(pulled)


def moment(unit: MediaUnit) -> float:
    """When a frame was taken by LSL's clock, which on Linux is the monotonic clock."""
    import pylsl

    return (unit.time + unit.offset) / 1e9 + pylsl.local_clock() - time.perf_counter()


def test_the_clock_of_lsl_is_converted(pylsl):
    from camrec.lsl.lsl_clock import LslClockReading, read_clocks

    reading = LslClockReading(lsl_ahead_ns=-2_000_000_000, utc_ahead_ns=50_000_000_000)
    assert reading.monotonic_to_utc_ns(10_000_000_000) == 60_000_000_000
    assert reading.utc_ns_to_lsl(60_000_000_000) == 8.0
    assert reading.lsl_to_utc_ns(8.0) == 60_000_000_000
    before = pylsl.local_clock()
    now = read_clocks(Clock()).utc_ns_to_lsl(Clock().utc_ns())
    assert before - 0.01 < now < pylsl.local_clock() + 0.01


@pytest.mark.parametrize(
    ("marker", "fields"),
    [
        ("trial 3\r\n", {"text": "trial 3"}),
        ("x" * 2000, {"text": "x" * 1000}),
        (7, {"text": "Experiment", "value": 7}),
        (0.5, {"text": "Experiment", "value": 0.5}),
    ],
)
def test_a_marker_becomes_the_fields_of_an_event(pylsl, marker, fields):
    from camrec.lsl.marker_inlet import _to_event_fields

    assert _to_event_fields(marker, "Experiment") == fields


def test_a_stream_of_markers_that_comes_back_is_found_again(pylsl):
    """And a marker while nothing records harms nothing."""
    from camrec.errors import StateError
    from camrec.lsl.bridge import LslBridge

    marked: list[str] = []

    def mark(fields, *, source, at):
        marked.append(fields["text"])
        raise StateError("nothing_recorded")

    station = SimpleNamespace(
        clock=Clock(), cameras=SimpleNamespace(sessions=list), events=SimpleNamespace(mark=mark)
    )

    def send(text: str) -> None:
        outlet = pylsl.StreamOutlet(
            pylsl.StreamInfo("Again", "Markers", 1, 0, pylsl.cf_string, "again")
        )
        assert outlet.wait_for_consumers(WAIT_S)
        outlet.push_sample([text])
        until(lambda: text in marked, WAIT_S)

    with LslBridge(station, ["Again"]):
        send("one")
        send("two")
    assert marked == ["one", "two"]


# Without pylsl.


def test_without_pylsl_only_the_option_fails(monkeypatch):
    for name in [each for each in sys.modules if each.startswith("camrec.lsl")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(camrec, "lsl", raising=False)
    monkeypatch.setitem(sys.modules, "pylsl", None)
    with LabStreams(False).connect(None):
        pass
    for wanted in ((True, ()), (False, ["Experiment"])):
        with pytest.raises(ServiceError) as caught:
            LabStreams(*wanted)
        assert caught.value.code == "lsl_missing"
        assert 'pip install "camrec[lsl]"' in caught.value.text("en")


def test_nothing_else_imports_pylsl():
    """A whole camrec, its command line and its dashboard, without pylsl."""
    script = (
        "import sys; sys.modules['pylsl'] = None\n"
        "import camrec, camrec.dashboard, camrec.web, camrec.cli.serve, camrec.cli.commands\n"
        "assert not [each for each in sys.modules if each.startswith('camrec.lsl')]"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
