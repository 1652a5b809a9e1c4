"""A feed and a clock to record with, and what a file then shows."""

from __future__ import annotations

import shutil
import threading
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import av
import psutil
import pytest

from camrec.feed import Feed
from camrec.journal import JournalEntry
from camrec.media import MediaUnit
from camrec.receipt import Receipt
from camrec.recording import (
    AnyRecording,
    FollowedRecording,
    RecordingOptions,
    RecordingServices,
    create_recording,
    first_of_series,
)
from camrec.recording.media_info import shows_a_frame
from support.cameras import barcode
from support.cameras.provision import apt
from support.units_made import SECOND, MadeClock, until

EXACT = 0.00002  # seconds


@pytest.fixture(params=["bundled", "system"])
def ffmpeg(request, binaries) -> Path:
    """The FFmpeg that pip installs, and the system's own: an older one."""
    return binaries.ffmpeg if request.param == "bundled" else Path(apt("ffmpeg", program="ffmpeg"))


@pytest.fixture
def studio(tmp_path, binaries):
    made = Studio(tmp_path, binaries.ffmpeg)
    yield made
    made.end()


class MadeJournal:
    """Records what was written to it, and what was erased."""

    def __init__(self) -> None:
        self.saved: list[JournalEntry] = []
        self.erased: list[str] = []

    def save(self, entry: JournalEntry) -> None:
        self.saved.append(entry)

    def erase(self, recording_id: str) -> None:
        self.erased.append(recording_id)


def recording_options(folder: Path, duration: int | None) -> RecordingOptions:
    """The options of a recording that starts at once and has `folder` for its segments."""
    return RecordingOptions(
        recording_id=f"id-{folder.name}",
        name="Door",
        session_id="session",
        camera="Door",
        camera_id="camera",
        source="rtsp://camera/stream",
        duration=duration,
        folder=folder,
    )


class Studio:
    """A feed, a clock that only the test moves, and recordings of the feed."""

    def __init__(self, folder: Path, ffmpeg: Path) -> None:
        self.folder = folder
        self.ffmpeg = ffmpeg
        self.clock = MadeClock()
        self.feed = Feed(self.clock)
        self.begin = self.clock.now
        self.journal = MadeJournal()
        self.saved: list[tuple[Path, Receipt]] = []
        self._save_lock = threading.Lock()  # videos of a series may be saved at the same time
        self.recordings: list[AnyRecording] = []

    def at(self, seconds: float) -> None:
        self.clock.now = self.begin + round(seconds * SECOND)

    def play(self, units: list[MediaUnit], start: float, end: float) -> None:
        """Publish what arrives from `start` to `end`, and let the time pass."""
        lowest, highest = (self.begin + round(at * SECOND) for at in (start, end))
        for unit in units:
            if lowest <= unit.arrived < highest:
                self.feed.publish(unit)
        self.at(end)

    def record(
        self, duration: int | None, followed: FollowedRecording | None = None, **changes
    ) -> AnyRecording:
        folder = self.folder / f"parts-{len(self.recordings)}"
        own = {each.name for each in fields(RecordingServices)} & changes.keys()
        services = RecordingServices(
            ffmpeg=self.ffmpeg, save_video=self.save, journal=self.journal, clock=self.clock
        )
        options = recording_options(folder, duration)
        recording = create_recording(
            self.feed,
            replace(options, **{each: changes[each] for each in changes.keys() - own}),
            replace(services, **{each: changes[each] for each in own}),
            followed,
        )
        self.recordings.append(recording)
        recording.start()
        return recording

    def record_series(self, video_length: float, duration: int | None = None, **changes):
        """Videos of `video_length` seconds, which the REST API would not allow to be so short."""
        recording_id = f"id-parts-{len(self.recordings)}"
        now = self.clock.utc_ns()
        ends_at = None if duration is None else now + duration * SECOND
        series = first_of_series(recording_id, now, ends_at, video_length)
        return self.record(duration, series=series, **changes)

    def save(self, file: Path, receipt: Receipt, named_at: int) -> str:
        with self._save_lock:
            target = self.folder / f"{len(self.saved)}.mp4"
            shutil.move(file, target)
            self.saved.append((target, receipt))
        return target.name

    def child(self, recording: AnyRecording) -> psutil.Process:
        """The FFmpeg that writes its newest segment, once that file has a frame."""
        until(lambda: recording.recorder and recording.recorder.growing_files)
        until(lambda: shows_a_frame(recording.recorder.growing_files[-1]))
        name = f"part-{recording.segment_count}.mp4"
        children = psutil.Process().children()
        return next(each for each in children if each.cmdline()[-1].endswith(name))

    def end(self) -> None:
        for recording in self.recordings:
            recording.stop()
            assert recording.wait(30)
        self.feed.close()


def shown(path: Path) -> tuple[list[Fraction], list[int]]:
    """The times and the numbers of the frames that a player shows."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        frames = [(frame.pts * video.time_base, frame) for frame in container.decode(video)]
    return [time for time, _ in frames], [barcode.read(each.to_ndarray()) for _, each in frames]


def heard(path: Path) -> list[Fraction]:
    """The times of the audio packets."""
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        return [packet.pts * audio.time_base for packet in container.demux(audio) if packet.size]


def expected(units: list[MediaUnit], button: int, end: int) -> tuple[list[float], list[int]]:
    """Times and numbers of the frames from the one on the screen at `button` until `end`."""
    video = [unit for unit in units if unit.track.medium == "video"]
    by_time = sorted(video, key=lambda unit: unit.time)
    begun = [unit.time + unit.offset for unit in video if unit.arrived <= button]
    zero = max(begun, default=by_time[0].time + by_time[0].offset)
    times, numbers = [], []
    for number, unit in enumerate(by_time):
        moment = unit.time + unit.offset
        if zero <= moment < end and unit.arrived < end:
            times.append((moment - zero) / SECOND)
            numbers.append(number)
    return times, numbers


def assert_shows(path: Path, times: list[float], numbers: list[int]) -> None:
    found, read = shown(path)
    assert read == numbers
    assert found[0] == 0
    wrong = max(abs(float(is_) - was) for is_, was in zip(found, times, strict=True))
    assert wrong <= EXACT
