"""Real cameras, recorded through real proxies, compared with the cameras' own logs."""

from __future__ import annotations

import hashlib
import shutil
import threading
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
import pytest

from camrec.camera_address import parse_address
from camrec.clock import Clock
from camrec.feed import Feed
from camrec.media import MediaUnit
from camrec.proxies import Go2rtc, MediaMTX
from camrec.readers import MjpegReader, RtspReader, StreamError
from camrec.receipt import Receipt
from camrec.recording import RecordingJob, RecordingServices, RecordingState
from support.beeps import beeps
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.studio import EXACT, MadeJournal, recording_options, shown
from support.units_made import SECOND, until

pytestmark = [pytest.mark.busy, pytest.mark.spread]

BEEPING = 12  # seconds: an RTCP sender report comes at 10
LENGTH = 33  # seconds: RTCP sender reports come at 10 and 30


class Line:
    """A reader that fills a feed, and the units that arrived."""

    def __init__(self, make_reader, clock: Clock) -> None:
        self.feed = Feed(clock)
        self.units: list[MediaUnit] = []
        self._make = make_reader
        self._closed = threading.Event()
        self._reader = make_reader()
        self._thread = threading.Thread(target=self._read, name="line", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._closed.is_set():
            try:
                for unit in self._reader.units():
                    self.units.append(unit)
                    self.feed.publish(unit)
            except StreamError as error:
                if error.reason != "not_ready":
                    raise
            self._closed.wait(0.1)
            self._reader = self._make()

    def close(self) -> None:
        self._closed.set()
        self._reader.close()
        self._thread.join()
        self.feed.close()


@pytest.mark.slow(45)
def test_half_a_minute_of_irregular_cameras_is_recorded_exactly(binaries, tmp_path):
    """RTSP with AAC, RTSP without audio, MJPEG, all at once: each frame once, at its time."""
    clock = Clock()
    with ExitStack() as stack:

        def lasting(made, end: str):
            stack.callback(getattr(made, end))
            return made

        with_sound = stack.enter_context(RtspCamera(irregular=True, audio="aac"))
        silent = stack.enter_context(RtspCamera(irregular=True))
        jpegs = stack.enter_context(MjpegCamera(irregular=True, size=(320, 180)))
        mediamtx = lasting(MediaMTX(lambda: binaries.mediamtx, tmp_path / "bin", 0), "stop")
        go2rtc = lasting(Go2rtc(lambda: binaries.go2rtc, tmp_path / "bin", 0), "stop")
        mediamtx.ensure_ready()
        go2rtc.ensure_ready()
        mediamtx.add("sound", parse_address(with_sound.url))
        mediamtx.add("silent", parse_address(silent.url))
        go2rtc.add("jpegs", parse_address(jpegs.url))
        lines = {
            "sound": lambda: RtspReader(mediamtx.local_url("sound"), clock, 60.0),
            "silent": lambda: RtspReader(mediamtx.local_url("silent"), clock, 60.0),
            "jpegs": lambda: MjpegReader(*go2rtc.stream_endpoint("jpegs"), clock),
        }
        lines = {name: lasting(Line(make, clock), "close") for name, make in lines.items()}
        for line in lines.values():
            until(lambda line=line: len(line.units) > 20)
        recordings = {}
        saved: dict[str, tuple[Path, Receipt]] = {}
        for name, line in lines.items():

            def save(file: Path, receipt: Receipt, named_at: int, name: str = name) -> str:
                saved[name] = tmp_path / f"{name}.mp4", receipt
                shutil.move(file, saved[name][0])
                return f"{name}.mp4"

            recordings[name] = RecordingJob(
                line.feed,
                recording_options(tmp_path / name, LENGTH),
                RecordingServices(binaries.ffmpeg, save, MadeJournal(), clock),
            )
            recordings[name].start()
            stack.callback(recordings[name].wait)
            stack.callback(recordings[name].stop)
        for name, recording in recordings.items():
            assert recording.wait(LENGTH + 30), name
            assert recording.state is RecordingState.SAVED, recording.error
        for camera, name in ((with_sound, "sound"), (silent, "silent")):
            ticks = {taken.number: taken.rtp for taken in camera.truth()}
            assert_true(saved[name], ticks, 90_000)
        assert saved["sound"][1].audio_codec == "aac"
        assert saved["silent"][1].audio_codec is None
        units = lines["jpegs"].units[:-1]  # the camera logs a frame when it has sent it
        sent = {each.sha: each.number for each in jpegs.truth()}
        arrived = {sent[hashlib.sha1(unit.data).hexdigest()]: unit.time for unit in units}
        # On a busy machine go2rtc drops some; the recording has all that arrived.
        assert len(arrived) > 0.8 * (max(arrived) - min(arrived) + 1)
        assert_true(saved["jpegs"], arrived, 10**9)


@pytest.mark.slow
@pytest.mark.parametrize("b_frames", [0, 2])
def test_h265_is_recorded_exactly_with_its_beeps_in_sync(binaries, tmp_path, b_frames):
    """It is encoded again; the camera beeps each second, and its log says at which frame.

    With B-frames this camera sends some frames before their time, but audio at its time. Their
    arrivals then say less, and are not checked.
    """
    clock = Clock()
    with ExitStack() as stack:
        # Its encoder keeps up on a busy machine.
        steady = {"codec": "h265", "size": (160, 96), "rate": 10, "audio": "pcma"}
        camera = stack.enter_context(RtspCamera(**steady, b_frames=b_frames))
        mediamtx = MediaMTX(lambda: binaries.mediamtx, tmp_path / "bin", 0)
        stack.callback(mediamtx.stop)
        mediamtx.ensure_ready()
        mediamtx.add("beeps", parse_address(camera.url))
        line = Line(lambda: RtspReader(mediamtx.local_url("beeps"), clock, 60.0), clock)
        stack.callback(line.close)
        until(lambda: len(line.units) > 150)  # its encoder is late at first, on a busy machine
        saved = []

        def save(file: Path, receipt: Receipt, named_at: int) -> str:
            saved.append((tmp_path / "beeps.mp4", receipt))
            shutil.move(file, saved[0][0])
            return "beeps.mp4"

        recording = RecordingJob(
            line.feed,
            recording_options(tmp_path / "parts", BEEPING),
            RecordingServices(binaries.ffmpeg, save, MadeJournal(), clock),
        )
        recording.start()
        stack.callback(recording.wait)
        stack.callback(recording.stop)
        assert recording.wait(BEEPING + 30)
        assert recording.state is RecordingState.SAVED, recording.error
        pictures, sounds = camera.truth(), camera.audio_pts()
    ((path, receipt),) = saved
    ticks = {taken.number: taken.rtp for taken in pictures}
    assert_true(saved[0], ticks, 90_000, BEEPING, cut=3 if b_frames else 0)
    assert (receipt.video_codec, receipt.audio_codec) == ("h264", "aac")
    times, numbers = shown(path)
    zero = {taken.number: taken.pts for taken in pictures}[numbers[0]] / SECOND - float(times[0])
    made = [at - zero for at in beeps_sent(line.units, sounds)]
    found = [start for start, _, _ in beeps(path, 0.01)]
    assert len(found) >= BEEPING - 1
    apart = [min(abs(start - at) for at in made) for start in found]
    assert b_frames or max(apart) < 0.02
    assert receipt.av_offset < 0.02 and receipt.utc_uncertainty < 0.05


def beeps_sent(units: list[MediaUnit], made: dict[int, int]) -> list[float]:
    """When the camera beeped, in seconds of its own clock, according to its log."""
    decoder = av.CodecContext.create("pcm_alaw", "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    found: list[float] = []
    for unit in units:
        if unit.track.medium == "audio":
            (frame,) = decoder.decode(av.Packet(unit.data))
            loud = np.flatnonzero(abs(frame.to_ndarray()[0].astype(int)) > 2000)
            if len(loud):
                at = made[round(unit.time * 8000 / SECOND) % 2**32] / SECOND + loud[0] / 8000
                if not found or at - found[-1] > 0.5:
                    found.append(at)
    return found


def assert_true(
    saved: tuple[Path, Receipt],
    ticks: dict[int, int],
    rate: int,
    length: int = LENGTH,
    cut: int = 0,
) -> None:
    """Each frame from the first to the last is at its time.

    cut : of the last frames, so many may have arrived too late, after those that are shown later.
    """
    path, receipt = saved
    times, numbers = shown(path)
    assert receipt.frames == len(times)
    times, numbers = times[: len(times) - cut], numbers[: len(numbers) - cut]
    came = [number for number in sorted(ticks) if number >= numbers[0]]
    assert numbers == came[: len(numbers)]
    assert float(times[-1]) > length - 3
    first = ticks[numbers[0]]
    wrong = [
        abs(float(time) - (ticks[number] - first) / rate)
        for time, number in zip(times, numbers, strict=True)
    ]
    assert max(wrong) <= EXACT
    assert receipt.playable and receipt.warnings == [] and receipt.gaps == []
    assert receipt.ended == "time"
