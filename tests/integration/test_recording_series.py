"""A recording in several videos: each frame and each audio packet is in one of them."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import pytest

from camrec.annotations import create_event
from camrec.clock import Clock
from camrec.errors import ServiceError, StateError
from camrec.journal import SegmentRecord
from camrec.library import VideoLibrary
from camrec.recording import (
    RecordingJob,
    RecordingSeries,
    RecordingState,
    ResumeState,
    first_of_series,
)
from camrec.recording.recording_input import RecordingInput
from support.cameras.mjpeg import MjpegCamera
from support.studio import Studio, heard, shown
from support.units_made import SECOND, audio_units, irregular, mixed, until, video_units
from support.victim import Victim

pytestmark = pytest.mark.spread

STEP_S = 0.5


def play(made: Studio, units, seconds: float, start: float = 0.0) -> None:
    """Play in small steps, each of which the recorder gets to see."""
    for step in range(round((seconds - start) / STEP_S)):
        begin = start + step * STEP_S
        made.play(units, begin, begin + STEP_S)


def video_number(receipt) -> int:
    return receipt.video_number or 1


def frames(made: Studio) -> list[list[int]]:
    """The numbers of the frames that each saved video shows, in the order of the videos."""
    by_number = sorted(made.saved, key=lambda saved: video_number(saved[1]))
    return [shown(path)[1] for path, _ in by_number]


def frames_of_all(made: Studio) -> list[int]:
    return [number for part in frames(made) for number in part]


@pytest.mark.parametrize(
    ("codec", "gop", "b_frames"), [("h264", 10, 0), ("h264", 9, 2), ("mjpeg", 1, 0)]
)
def test_each_frame_is_in_one_of_the_videos(codec, gop, b_frames, studio):
    times = irregular(9)
    units = video_units(times, codec=codec, gop=gop, b_frames=b_frames)
    made = studio
    play(made, units, 0.5)
    recording = made.record_series(2)
    play(made, units, 10, start=0.5)
    until(lambda: len(made.saved) >= 3)
    recording.stop()
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    parts = frames(made)
    numbers = [number for part in parts for number in part]
    first = numbers[0]
    assert numbers == list(range(first, len(times))) and first < len([t for t in times if t <= 0.5])
    assert len(parts) >= 4 and all(parts)
    assert recording.filenames == [
        path.name for path, _ in sorted(made.saved, key=lambda s: s[1].video_number)
    ]
    receipts = sorted((receipt for _, receipt in made.saved), key=video_number)
    assert [each.video_number for each in receipts] == list(range(1, len(parts) + 1))
    assert {each.asked for each in receipts} == {None}
    assert {each.recording_id for each in receipts} == {recording.recording_id}
    assert [each.ended for each in receipts] == ["time"] * (len(parts) - 1) + ["stopped"]
    assert all(not each.gaps and not each.warnings and each.playable for each in receipts)
    # The nominal moments do not drift: the third video begins within a GOP after 4 s.
    assert all(each.lead == 0 for each in receipts[1:])


@pytest.mark.parametrize("shift", [-0.3, 0.3])
def test_each_audio_packet_is_in_one_of_the_videos(shift, studio):
    """Audio arrives 0.3 s before the frames of the same moment, or as long after them."""
    made = studio
    sound = [replace(unit, arrived=unit.arrived + round(shift * SECOND)) for unit in audio_units(9)]
    units = mixed(video_units(irregular(9), gop=10), sound)
    recording = made.record_series(2)
    play(made, units, 10)
    until(lambda: len(made.saved) >= 2)
    recording.stop()
    assert recording.wait(30)
    by_number = sorted(made.saved, key=lambda saved: video_number(saved[1]))
    assert len(by_number) >= 3
    counts = [len(heard(path)) for path, _ in by_number]
    first = shown(by_number[0][0])[0][0]
    before = sum(unit.arrived < made.begin for unit in sound)
    assert len(sound) - before - 2 <= sum(counts) <= len(sound), (counts, first)
    assert all(not receipt.warnings and not receipt.gaps for _, receipt in by_number)


def test_a_series_with_an_end_ends_there(studio):
    made = studio
    units = video_units(irregular(9), gop=10)
    recording = made.record_series(2, duration=5)
    assert recording.duration == 5 and recording.ends_at == made.clock.utc_ns() + 5 * SECOND
    play(made, units, 4.5)
    until(lambda: made.saved)
    play(made, units, 9, start=4.5)
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    receipts = sorted((receipt for _, receipt in made.saved), key=video_number)
    assert len(receipts) >= 2 and {each.asked for each in receipts} == {5.0}
    assert {each.ended for each in receipts} == {"time"}
    numbers = frames_of_all(made)
    assert numbers == list(
        range(len([unit for unit in units if unit.arrived < made.begin + 5 * SECOND]))
    )


def test_a_series_that_somebody_scheduled_stays_so_in_its_next_videos(studio):
    made = studio
    units = video_units(irregular(9), gop=10)
    start = made.clock.utc_ns() + 2 * SECOND
    series = first_of_series("id-parts-0", start, None, 2)
    recording = made.record(None, series=series, start_at=start)
    assert recording.start_at == start and recording.state is RecordingState.SCHEDULED
    made.at(2)
    until(lambda: recording.has_started)
    play(made, units, 6, start=2)
    until(lambda: made.saved)
    assert recording.options.series.number > 1
    assert recording.start_at == recording.started_at == start
    assert made.record_series(2).start_at is None


def test_the_end_of_a_series_can_be_changed(studio):
    made = studio
    units = video_units(irregular(9), gop=10)
    recording = made.record_series(3)
    play(made, units, 2)
    recording.change_end(recording.started_at + 6 * SECOND)
    assert made.journal.saved[-1].series.ends_at == recording.ends_at
    assert made.journal.saved[-1].duration == 6
    recording.change_end(None)
    assert recording.ends_at is None and made.journal.saved[-1].duration is None
    recording.change_end(recording.started_at + 5 * SECOND)
    play(made, units, 9, start=2)
    assert recording.wait(30) and recording.end_reason == "time"
    numbers = frames_of_all(made)
    assert numbers == list(
        range(len([unit for unit in units if unit.arrived < made.begin + 5 * SECOND]))
    )


def test_an_end_that_the_disk_does_not_take_is_not_changed(studio, monkeypatch):
    made = studio
    recording = made.record_series(3, duration=60)
    ends_at = recording.ends_at

    def refuse(entry) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(made.journal, "save", refuse)
        with pytest.raises(ServiceError) as refused:
            recording.change_end(recording.started_at + 90 * SECOND)
    assert refused.value.code == "folder_unwritable"
    assert (recording.ends_at, recording.duration, recording.jobs[0].duration) == (ends_at, 60, 60)
    recording.change_end(recording.started_at + 90 * SECOND)
    assert recording.duration == made.journal.saved[-1].duration == 90


def test_an_end_that_is_moved_at_the_last_moment_counts(studio, monkeypatch):
    """The recorder has found that the time is over, and waits for frames that are on their way."""
    made = studio
    units = video_units(irregular(6), gop=10)
    recording = made.record(2)
    wait, moved = RecordingInput.await_in_flight, []

    def move_end(own: RecordingInput) -> None:
        if not moved:
            recording.change_duration(4)
            moved.append(True)
        wait(own)

    monkeypatch.setattr(RecordingInput, "await_in_flight", move_end)
    play(made, units, 2.5)
    until(lambda: moved)
    play(made, units, 6, start=2.5)
    assert recording.wait(30) and recording.receipts[0].asked == 4
    count = len([unit for unit in units if unit.arrived < made.begin + 4 * SECOND])
    assert frames_of_all(made) == list(range(count))
    with pytest.raises(StateError):
        recording.change_duration(9)
    assert recording.duration == 4


def test_a_recording_that_ends_while_it_becomes_a_series_is_saved(studio, monkeypatch):
    made = studio
    recording = made.record(60)
    play(made, video_units(irregular(4), gop=10), 3)
    changed = recording.machine.changed
    connect = changed.connect

    def connect_late(callback):
        recording.stop()
        assert recording.wait(30)
        return connect(callback)

    monkeypatch.setattr(changed, "connect", connect_late)
    record = first_of_series(recording.recording_id, recording.started_at, None, 3600)
    series = RecordingSeries(made.feed, recording._services, recording, record)
    assert series.wait(30) and series.state is RecordingState.SAVED
    assert series.filenames == recording.filenames


def test_an_interruption_and_a_stop_at_the_join_lose_nothing(studio):
    made = studio
    units = video_units(irregular(9), gop=10)
    recording = made.record_series(2)
    play(made, units, 2)
    made.feed.interrupt("connection_broke")
    play(made, units, 9, start=2)
    until(lambda: len(made.saved) >= 2)
    recording.stop()
    recording.stop()
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    numbers = frames_of_all(made)
    assert numbers == sorted(set(numbers))


def test_a_stop_while_the_next_video_is_created_ends_that(studio, monkeypatch):
    made = studio
    units = video_units(irregular(9), gop=10)
    recording = made.record_series(2)

    def create_late(*args) -> RecordingJob:
        recording.stop()
        return RecordingJob(*args)

    monkeypatch.setattr("camrec.recording.series.RecordingJob", create_late)
    play(made, units, 4)
    until(lambda: recording.end_reason == "stopped")
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    numbers = frames_of_all(made)
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left on device"), RuntimeError("can't start new thread")],
)
def test_a_video_that_cannot_begin_is_tried_again_and_loses_no_frame(error, studio):
    made = studio
    units = video_units(irregular(30), gop=10)
    recording = made.record_series(2)
    save, refused = made.journal.save, []

    def refuse_once(entry):
        if entry.recording_id.endswith("-2") and not refused:
            refused.append(entry)
            raise error
        save(entry)

    made.journal.save = refuse_once
    play(made, units, 4)
    until(lambda: made.journal.erased == ["id-parts-0-2"])
    play(made, units, 30, start=4)
    until(lambda: len(made.saved) >= 2)
    recording.stop()
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    numbers = frames_of_all(made)
    assert numbers == list(range(len(units)))


def test_events_that_could_not_be_placed_stay_visible_and_are_placed_later(studio):
    made, placed, failed, is_full = studio, [], threading.Event(), True

    def place(recording_id, events, saved):
        if is_full and events:
            failed.set()
            raise OSError(28, "full")
        placed.extend(events)

    units = video_units(irregular(12))
    play(made, units, 0.5)
    recording = made.record_series(2, place_events=place)
    log = recording.event_logs[0]
    event = create_event(made.clock.utc_ns(), {"text": "lever"}, "test")
    log.add(event)
    play(made, units, 5, start=0.5)
    assert failed.wait(20)
    assert log in recording.event_logs and log.events() == [event] and log.path.exists()
    assert recording.event_count == 1
    is_full = False
    play(made, units, 12, start=5)
    until(lambda: log.is_released)
    recording.stop()
    assert recording.wait(30)
    assert placed == [event] and not log.path.parent.exists()
    assert log not in recording.event_logs and recording.event_count == 1
    recording.note_saved_events(3)
    assert recording.event_count == 3


@pytest.mark.parametrize("left", [None, b"", b"\0\0\0\x14ftypisom\0\0\2\0isom"])
def test_a_video_that_was_killed_before_its_first_frame_is_not_skipped(left, studio):
    """The journal has a segment before FFmpeg starts. Of that the kill left no, or no whole, file.

    When camrec is back, the next video is due. This one needs a frame first, or its number would
    be missing.
    """
    made = studio
    folder = made.folder / "parts-0"
    folder.mkdir()
    if left is not None:
        (folder / "part-1.mp4").write_bytes(left)
    started_at = made.clock.utc_ns() - 10 * SECOND
    series = first_of_series("id-parts-0", started_at, None, 2)
    segment = SegmentRecord(file="part-1.mp4", zero=started_at)
    recording = made.record(None, series=series, resume=ResumeState(started_at, (segment,)))
    units = video_units(irregular(9), gop=10)
    play(made, units, 9)
    until(lambda: len(made.saved) >= 2)
    recording.stop()
    assert recording.wait(30) and recording.state is RecordingState.SAVED, recording.error
    receipts = sorted((receipt for _, receipt in made.saved), key=video_number)
    assert [each.video_number for each in receipts] == list(range(1, len(receipts) + 1))
    assert frames_of_all(made) == list(range(len(units)))


def test_a_video_that_has_frames_of_an_earlier_camrec_ends_when_the_next_one_is_due(studio):
    made = studio
    units = video_units(irregular(9), gop=10)
    earlier = made.record(4)
    play(made, units, 5)
    assert earlier.wait(30)
    folder = made.folder / "parts-1"
    folder.mkdir()
    made.saved.pop()[0].rename(folder / "part-1.mp4")
    series = first_of_series("id-parts-1", earlier.started_at, None, 2)
    segment = SegmentRecord(file="part-1.mp4", zero=earlier.started_at)
    resume = ResumeState(earlier.started_at, (segment,))
    recording = made.record(None, series=series, resume=resume)
    play(made, units, 9, start=5)
    until(lambda: made.saved)
    recording.stop()
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    before = len([unit for unit in units if unit.arrived < made.begin + 4 * SECOND])
    assert frames(made)[0] == list(range(before)), "no frame of this camrec"


def test_after_a_kill_the_open_video_goes_on_and_the_saved_ones_stay(binaries, tmp_path):
    programs = (binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg)
    library = VideoLibrary(tmp_path / "videos", Clock())

    def saved() -> list:
        return sorted(
            (video for video in library.videos() if video.receipt is not None),
            key=lambda video: video.receipt.video_number,
        )

    with (
        MjpegCamera(size=(320, 240), rate=15) as camera,
        Victim(tmp_path, programs, {"Door": camera.url}, 0, video_length=2) as victim,
    ):
        until(lambda: len(saved()) >= 2, 60)
        before = {video.filename: video.path.read_bytes() for video in saved()}
        victim.kill([victim.pid])
        victim.start()
        until(lambda: len(saved()) >= len(before) + 3, 60)
        assert victim.finish() == 0
        assert len({recording_id for _, _, recording_id, _ in victim.begun}) == 1
        sent = [each.number for each in camera.truth()]
    videos = saved()
    assert all(video.path.read_bytes() == before[video.filename] for video in videos[: len(before)])
    assert [video.receipt.video_number for video in videos] == list(range(1, len(videos) + 1))
    assert len({video.receipt.recording_id for video in videos}) == 1
    parts = [shown(video.path)[1] for video in videos]
    numbers = [number for part in parts for number in part]
    assert numbers == sorted(set(numbers)), "no frame is in two videos"
    following = dict(itertools.pairwise(sent))  # a busy camera does not send each number
    gaps = [(a, b) for a, b in itertools.pairwise(numbers) if b != following[a]]
    lost = [each for each in sent if numbers[0] < each < numbers[-1] and each not in set(numbers)]
    # Only the kill costs frames: what FFmpeg had not been given, and what was sent meanwhile.
    assert len(gaps) <= 1 and len(lost) <= 30, (gaps, lost)
    ends = [(part[-1], later[0]) for part, later in itertools.pairwise(parts)]
    assert all(first == following[last] or (last, first) in gaps for last, first in ends)
    assert not list((tmp_path / "videos" / ".journal").glob("*.json"))
    assert not list((tmp_path / "videos" / ".parts").glob("*/part-*"))
