"""A recording, from units with known times to a file that is read back, with real FFmpegs."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import psutil
import pytest

from camrec.config import Config
from camrec.media import MediaUnit, StreamNotice
from camrec.receipt import Receipt, RecordingWarning
from camrec.recording import (
    EncodingPolicy,
    RecordingState,
    recording_input,
    segment_retry,
    watchdog,
)
from camrec.recording.av_sync import AvSync
from camrec.recording.ffmpeg_args import detect_features
from support.cameras import barcode
from support.studio import EXACT, assert_shows, expected, heard, shown
from support.units_made import SECOND, audio_units, irregular, mixed, until, video_units

pytestmark = pytest.mark.slow(0.8)


def lead(units: list[MediaUnit], button: int) -> float:
    """Seconds from the key frame to the frame on the screen at `button`."""
    video = [unit for unit in units if unit.track.medium == "video" and unit.arrived <= button]
    key = next(unit for unit in reversed(video) if unit.key)
    return (max(unit.time for unit in video) - key.time) / SECOND


KINDS = {
    "h264": lambda times, end: video_units(times),
    "h264-aac": lambda times, end: mixed(video_units(times), audio_units(end)),
    "b-frames-aac": lambda times, end: mixed(video_units(times, b_frames=2), audio_units(end)),
    "gop-of-10-s": lambda times, end: mixed(video_units(times, gop=150), audio_units(end)),
    "h264-pcma": lambda times, end: mixed(video_units(times), audio_units(end, codec="pcma")),
    "h264-opus": lambda times, end: mixed(video_units(times), audio_units(end, codec="opus")),
    "h264-l16": lambda times, end: mixed(video_units(times), audio_units(end, codec="l16")),
    "mjpeg": lambda times, end: video_units(times, codec="mjpeg"),
    "h265-aac": lambda times, end: mixed(video_units(times, codec="h265"), audio_units(end)),
    "h265-b-frames-aac": lambda times, end: mixed(
        video_units(times, codec="h265", b_frames=2), audio_units(end)
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_is_recorded_once_at_its_time(studio, ffmpeg, kind):
    """25, 3 and 20 frames a second, and gaps of 1.7 s; the first frame is the one at the button."""
    button, length = 8.53, 20
    units = KINDS[kind](irregular(30), 30.0)
    studio.play(units, -1, button)
    recording = studio.record(length, ffmpeg=ffmpeg)
    studio.play(units, button, 30)
    assert recording.wait(60)

    assert recording.state is RecordingState.SAVED, recording.error
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(button * SECOND)
    times, numbers = expected(units, begun, begun + length * SECOND)
    assert_shows(path, times, numbers)
    assert receipt.frames == len(times)
    if not kind.startswith("h265"):  # after encoding, it has more key frames than before
        assert receipt.lead == pytest.approx(lead(units, begun), abs=EXACT)
    assert receipt.playable and receipt.ended == "time" and receipt.parts == 1
    assert receipt.gaps == [] and receipt.warnings == []
    assert receipt.video_codec == "h264"
    if kind == "gop-of-10-s":
        assert receipt.lead > 5
    assert receipt.size == path.stat().st_size
    if ("-" in kind and kind != "gop-of-10-s") or receipt.audio_codec:
        assert receipt.audio_codec == "aac"
        assert heard(path)[-1] > times[-1] - 0.3


def test_audio_stays_in_sync_with_the_frames(studio, ffmpeg):
    """Both are placed by their timestamps: an AAC packet is where it was, to the tick."""
    units = mixed(video_units(irregular(12)), audio_units(12.0))
    studio.play(units, -1, 2.5)
    recording = studio.record(5, ffmpeg=ffmpeg)
    studio.play(units, 2.5, 12)
    assert recording.wait(60)
    ((path, _receipt),) = studio.saved
    _times, _ = expected(units, studio.begin + round(2.5 * SECOND), studio.begin + 9 * SECOND)
    zero = next(
        u
        for u in reversed(units)
        if u.track.medium == "video" and u.arrived <= studio.begin + 2.5 * SECOND
    )
    zero = zero.time + zero.offset
    moments = [(u.time + u.offset - zero) / SECOND for u in units if u.track.medium == "audio"]
    found = heard(path)
    for time in found:
        assert min(abs(float(time) - moment) for moment in moments) < 0.0005


@pytest.mark.parametrize("size", [(321, 240), (320, 241), (321, 241)])
def test_odd_frame_sizes_are_made_even(studio, ffmpeg, size):
    units = video_units(irregular(3), codec="mjpeg", size=size)
    studio.play(units, -1, 1)
    recording = studio.record(1, ffmpeg=ffmpeg)
    studio.play(units, 1, 3)
    assert recording.wait(60)
    ((_path, receipt),) = studio.saved
    assert (receipt.width, receipt.height) == (size[0] + size[0] % 2, size[1] + size[1] % 2)
    assert receipt.playable


def test_frames_before_the_button_are_in_the_file_and_hidden(studio, ffmpeg):
    units = video_units([number / 25 for number in range(200)], gop=50)
    studio.play(units, -1, 3.41)
    recording = studio.record(2, ffmpeg=ffmpeg)
    studio.play(units, 3.41, 8)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert receipt.lead == pytest.approx(1.4)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    assert packets[0].is_keyframe and packets[0].pts == -126_000
    assert len([p for p in packets if p.pts < 0]) == 35
    times, numbers = shown(path)
    assert times[0] == 0 and numbers[0] == 85
    assert receipt.started_at == "2026-09-21T14:30:03.400000Z"


def test_a_recording_waits_for_the_first_frame(studio):
    recording = studio.record(5)
    until(lambda: recording.state is RecordingState.WAITING)
    units = video_units(irregular(3), begin=studio.begin + 3 * SECOND // 2)
    studio.play(units, 0, 6)
    assert recording.wait(60)
    assert recording.state is RecordingState.SAVED
    assert studio.saved[0][1].frames == len(units)
    (late,) = studio.saved[0][1].warnings
    assert (late.code, late.facts) == ("first_frame_late", {"seconds": 1.5})


def test_a_recording_without_a_frame_fails_as_empty(studio):
    recording = studio.record(5)
    studio.at(5)
    assert recording.wait(30)
    assert recording.state is RecordingState.FAILED
    assert recording.error.code == "recording_empty"
    assert list(studio.folder.iterdir()) == []


def test_a_recording_of_a_frozen_camera_ends_on_time(studio):
    units = mixed(video_units(irregular(3)), audio_units(3.0))
    studio.play(units, -1, 1)
    recording = studio.record(60)
    studio.play(units, 1, 3)
    studio.at(31)
    until(lambda: [gap.duration for gap in recording.gaps] == [pytest.approx(28, abs=0.1)])
    assert recording.elapsed == pytest.approx(30)
    studio.at(61)
    assert recording.wait(30)
    ((path, receipt),) = studio.saved
    assert receipt.ended == "time"
    (gap,) = receipt.gaps
    assert gap.start == pytest.approx(float(shown(path)[0][-1]), abs=1e-4)
    assert gap.start + gap.duration == pytest.approx(60, abs=0.1)


def test_a_recording_stopped_early_and_twice_is_saved_once(studio):
    units = mixed(video_units(irregular(6)), audio_units(6.0))
    studio.play(units, -1, 1)
    recording = studio.record(60)
    studio.play(units, 1, 5)
    recording.stop()
    recording.stop("closed")
    assert recording.wait(30)
    ((path, receipt),) = studio.saved
    begun = studio.begin + SECOND
    assert_shows(path, *expected(units, begun, begun + 4 * SECOND))
    assert receipt.ended == recording.end_reason == "stopped"
    assert recording.elapsed == pytest.approx(4)
    assert not (studio.folder / "parts-0").exists()
    recording.stop()
    assert recording.state is RecordingState.SAVED


def test_a_recording_ends_with_its_feed(studio):
    units = video_units(irregular(6))
    studio.play(units, -1, 1)
    recording = studio.record(60)
    studio.play(units, 1, 5)
    studio.feed.close()
    assert recording.wait(30)
    assert recording.end_reason == "closed" and recording.state is RecordingState.SAVED
    ended = recording._recorder
    assert ended._writer.has_nothing_to_write and ended._input.take() == []


def test_a_recording_continues_in_real_time_after_a_discontinuity(studio, ffmpeg):
    before = mixed(video_units(irregular(3)), audio_units(3.0))
    later = studio.begin + 13 * SECOND
    after = mixed(video_units(irregular(4), begin=later, number=500), audio_units(4.0, begin=later))
    studio.play(before, -1, 1)
    recording = studio.record(20, ffmpeg=ffmpeg)
    studio.play(before, 1, 3)
    studio.feed.interrupt()
    until(lambda: recording.state is RecordingState.WAITING)
    studio.play(after, 3, 17)
    until(lambda: recording.state is RecordingState.WRITING)
    studio.at(21)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert receipt.parts == 2 and receipt.playable
    (gap, _silence) = receipt.gaps
    times, numbers = shown(path)
    at = numbers.index(500)
    assert numbers[at:] == list(range(500, 500 + len(numbers) - at))
    assert gap.start == pytest.approx(float(times[at - 1]), abs=1e-4)
    begun = expected(before, studio.begin + SECOND, later)[0]
    assert [float(time) for time in times[:at]] == pytest.approx(begun, abs=EXACT)
    newest = max(
        u.time + u.offset
        for u in before
        if u.track.medium == "video" and u.arrived <= studio.begin + SECOND
    )
    assert float(times[at]) == pytest.approx((later - newest) / SECOND, abs=0.001)
    pieces = heard(path)
    assert any(piece > times[at] for piece in pieces)
    assert not any(times[at - 1] + 0.2 < piece < times[at] - 0.001 for piece in pieces)


def test_a_short_gap_at_a_discontinuity_is_in_the_receipt(studio):
    """Half a second: without a discontinuity this would only be a slow camera."""
    before = video_units([number / 25 for number in range(75)])
    after = video_units(
        [number / 25 for number in range(75)], begin=studio.begin + 35 * SECOND // 10
    )
    studio.play(before, -1, 1)
    recording = studio.record(5)
    studio.play(before, 1, 3)
    studio.feed.interrupt()
    until(lambda: recording.state is RecordingState.WAITING)
    studio.play(after, 3, 5)
    # Before its FFmpeg has started, the gap is as long as what was not written.
    until(lambda: [gap.duration for gap in recording.gaps] == [pytest.approx(0.54, abs=0.01)])
    assert recording.segment_count == 2
    studio.play(after, 5, 7)
    assert recording.wait(60)
    ((_, receipt),) = studio.saved
    assert [gap.duration for gap in receipt.gaps] == [pytest.approx(0.54, abs=0.001)]


def test_a_gap_has_its_true_duration_although_the_first_frame_arrived_late(studio):
    """What later frames show of the camera's clock moves the whole segment to its place."""
    before = video_units([number / 25 for number in range(75)])
    later = studio.begin + 8 * SECOND
    late = SECOND // 2
    after = [
        replace(unit, offset=unit.offset + (late if place < 5 else 0), arrived=unit.arrived + late)
        if place < 15
        else unit
        for place, unit in enumerate(
            video_units([number / 25 for number in range(100)], begin=later)
        )
    ]
    studio.play(before, -1, 1)
    recording = studio.record(11)
    studio.play(before, 1, 3)
    studio.feed.interrupt()
    until(lambda: recording.state is RecordingState.WAITING)
    studio.play(after[:5], 3, 8.9)
    until(lambda: recording.segment_count == 2)
    studio.play(sorted(after[5:], key=lambda unit: unit.arrived), 8, 13)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    times, numbers = shown(path)
    first = numbers.index(0)
    assert float(times[first] - times[first - 1]) == pytest.approx(5.04, abs=0.001)
    assert receipt.gaps[0].duration == pytest.approx(5.04, abs=0.001)


def test_killing_ffmpeg_in_the_middle_loses_no_frame(studio, ffmpeg):
    """The next segment starts with what was kept in memory; no frame is lost or duplicated."""
    units = mixed(video_units(irregular(20)), audio_units(20.0))
    begun = studio.begin + SECOND
    studio.play(units, -1, 1)
    recording = studio.record(18, ffmpeg=ffmpeg)
    studio.play(units, 1, 4)
    written = sum(len(unit.data) for unit in units if unit.arrived < begun + 1.5 * SECOND)
    until(lambda: recording.bytes > written)  # no further behind than it would be in real time
    studio.child(recording).kill()
    studio.play(units, 4, 9)
    until(lambda: recording.segment_count == 2)
    studio.play(units, 9, 20)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert_shows(path, *expected(units, begun, begun + 18 * SECOND))
    assert receipt.parts == 2 and receipt.playable and receipt.gaps == []
    stopped = receipt.warnings[0]
    assert stopped.code == "ffmpeg_stopped" and stopped.facts["part"] == 1
    pieces = heard(path)
    assert max(b - a for a, b in itertools.pairwise(pieces)) < 0.05


@pytest.mark.parametrize("known", [True, False], ids=["camrec lives", "camrec died"])
def test_audio_is_shifted_alike_in_the_segments_before_and_after_a_killed_ffmpeg(studio, known):
    """Its first estimate was made from packets that arrived late.

    Nobody knows that about the segment of a killed camrec: if its audio reaches into the next
    segment, it is cut off.
    """
    units = [
        replace(unit, offset=unit.offset + SECOND // 5) if unit.track.medium == "audio" else unit
        for unit in mixed(video_units([number / 25 for number in range(300)]), audio_units(12.0))
    ]
    studio.play(units, -1, 1.02)
    recording = studio.record(9)
    studio.play(units, 1.02, 4)
    seen = studio.begin + 2.5 * SECOND
    written = sum(len(unit.data) for unit in units if unit.arrived < seen)
    until(lambda: recording.bytes > written)  # no further behind than it would be in real time
    studio.child(recording).kill()
    studio.play(units, 4, 5)
    until(lambda: recording.segment_count == 2)
    if not known:
        recording._recorder._writer._started_segments[0].av_sync = AvSync()
    studio.play(units, 5, 11)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert receipt.parts == 2 and receipt.playable and receipt.gaps == []
    assert shown(path)[1] == list(range(25, 251))
    pieces = heard(path)
    apart = [b - a for a, b in itertools.pairwise(pieces)]
    assert min(apart) > 0 and max(apart) < 0.05
    if known:
        assert pieces[0] < 0.05 and receipt.av_offset < 0.01


def test_recorded_frames_of_another_size_go_to_another_video(studio):
    small = video_units(irregular(3))
    large = video_units(irregular(3), size=(480, 272), begin=studio.begin + 3 * SECOND)
    studio.play(small, -1, 1)
    recording = studio.record(5)
    studio.play(small, 1, 3)
    studio.play(large, 3, 6)
    assert recording.wait(60)
    (path, first), (other, second) = studio.saved
    assert_shows(path, *expected(small, studio.begin + SECOND, studio.begin + 6 * SECOND))
    late = studio.begin + 3 * SECOND
    assert_shows(other, *expected(large, late, studio.begin + 6 * SECOND))
    assert (second.lead, second.gaps, first.gaps) == (0, [], [])
    assert (first.width, second.width) == (320, 480)
    assert first.playable and second.playable
    assert first.warnings == [RecordingWarning.of("format_changed", videos=2)]
    assert second.frames == len(large)
    assert recording.filename == "0.mp4"


@pytest.mark.parametrize("b_frames", [0, 2])
def test_audio_that_starts_late_is_in_the_video(studio, b_frames):
    """Another segment starts for it; a frame that is in both segments is shown once."""
    units = mixed(video_units(irregular(12), b_frames=b_frames), audio_units(12.0, start=4.0))
    studio.play(units, -1, 1)
    recording = studio.record(10)
    studio.play(units, 1, 4)
    until(lambda: recording.segment_count == 1)
    studio.play(units, 4, 12)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + SECOND
    assert_shows(path, *expected(units, begun, begun + 10 * SECOND))
    assert receipt.audio_codec == "aac" and receipt.parts == 2 and receipt.warnings == []
    assert float(heard(path)[0]) == pytest.approx(3.0, abs=0.05)


def test_announced_audio_that_never_arrives_does_not_block_the_recording(studio):
    """The track is left out, and nothing waits for it longer than a second."""
    units = video_units(irregular(6))
    studio.feed.publish(audio_units(1.0)[0])
    studio.play(units, -1, 1)
    assert studio.feed.audio
    recording = studio.record(4)
    studio.play(units, 1, 3)
    until(lambda: recording.segment_count == 1)
    studio.play(units, 3, 6)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert receipt.audio_codec is None
    begun = studio.begin + SECOND
    assert_shows(path, *expected(units, begun, begun + 4 * SECOND))


def test_unsupported_audio_is_in_the_receipt_once(studio):
    """Once, however many segments there are."""
    studio.feed.unsupported_audio = "SPEEX"
    units = video_units(irregular(6))
    studio.play(units, -1, 1)
    recording = studio.record(4)
    studio.play(units, 1, 3)
    until(lambda: recording.bytes > 0)
    studio.child(recording).kill()
    until(lambda: recording.segment_count == 2)
    studio.play(units, 3, 6)
    assert recording.wait(60)
    ((_, receipt),) = studio.saved
    assert receipt.audio_codec is None and receipt.parts == 2
    told = [warning for warning in receipt.warnings if warning.code != "ffmpeg_stopped"]
    assert told == [RecordingWarning.of("audio_left_out", codec="SPEEX")]


def test_stream_notices_during_the_recording_are_in_the_receipt(studio):
    units = video_units(irregular(6))
    studio.play(units, -1, 2)
    before = StreamNotice("timestamps_corrected", studio.begin + SECOND)
    studio.feed.note((before,))
    recording = studio.record(3)
    studio.play(units, 2, 4)
    facts = {"counted": 25, "sent": 10, "speed": 2.5}
    studio.feed.note((before, StreamNotice("camera_rate", studio.begin + 3 * SECOND, facts)))
    studio.play(units, 4, 6)
    assert recording.wait(60)
    ((_, receipt),) = studio.saved
    assert receipt.warnings == [RecordingWarning.of("camera_rate", **facts)]


def test_only_packets_lost_during_the_recording_are_in_the_receipt(studio):
    units = video_units(irregular(4))
    lossy = [replace(unit, lost=2) if place % 10 == 3 else unit for place, unit in enumerate(units)]
    studio.play(lossy, -1, 0)
    recording = studio.record(3)
    studio.play(lossy, 0, 4)
    assert recording.wait(60)
    ((_, receipt),) = studio.saved
    (warning,) = receipt.warnings
    hit = warning.facts["frames"]
    assert 0 < hit < sum(unit.lost > 0 for unit in lossy)
    assert warning == RecordingWarning.of("packets_lost", packets=2 * hit, frames=hit)


def test_a_hanging_ffmpeg_does_not_delay_the_end_of_the_recording(studio, monkeypatch):
    """The queue overflows, the segment is given up, and another one starts.

    The receipt says so, and the recording ends on time.
    """
    monkeypatch.setattr(watchdog, "FFMPEG_STUCK_TIMEOUT_S", 0.3)
    monkeypatch.setattr(recording_input, "MAX_QUEUE_BYTES", 1_000_000)
    steady = [number / 25 for number in range(1500)]
    units = video_units(steady, codec="mjpeg", size=(640, 360))
    studio.play(units, -1, 1)
    recording = studio.record(50)
    studio.play(units, 1, 3)
    studio.child(recording).suspend()
    for second in range(3, 40):
        studio.play(units, second, second + 1)
    until(lambda: recording.segment_count == 2)
    studio.play(units, 40, 52)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert RecordingWarning.of("frames_dropped") in receipt.warnings
    assert receipt.gaps and receipt.playable and receipt.ended == "time"
    times, numbers = shown(path)
    for time, number in zip(times, numbers, strict=True):
        assert float(time) == pytest.approx(steady[number] - steady[numbers[0]], abs=EXACT)


def test_a_recording_whose_folder_vanishes_fails_with_a_reason(studio):
    units = video_units(irregular(6))
    studio.play(units, -1, 1)
    recording = studio.record(4)
    studio.play(units, 1, 3)
    studio.child(recording)
    shutil.rmtree(studio.folder / "parts-0")
    studio.play(units, 3, 6)
    assert recording.wait(60)
    assert recording.state is RecordingState.FAILED
    assert recording.error.code == "ffmpeg_failed"
    assert recording.error.facts["folder"] == str(studio.folder / "parts-0")


# Python ends at once, because it does not know the arguments of FFmpeg.
@pytest.mark.parametrize("program", [sys.executable, "/nowhere/ffmpeg"])
def test_a_program_that_is_not_ffmpeg_fails_the_recording(studio, monkeypatch, program):
    monkeypatch.setattr(segment_retry, "SEGMENT_RETRY_PAUSES_S", (0.0, 0.0))
    units = video_units(irregular(8))
    studio.play(units, -1, 1)
    recording = studio.record(60, ffmpeg=Path(program))
    studio.play(units, 1, 8)
    assert recording.wait(60)
    assert recording.state is RecordingState.FAILED and recording.end_reason == "error"
    assert recording.error.code == "ffmpeg_failed"


def test_a_recording_that_cannot_be_saved_keeps_its_segments(studio):
    def refuse(file: Path, receipt: Receipt, named_at: int) -> str:
        raise OSError(28, "No space left on device")

    units = video_units(irregular(6))
    studio.play(units, -1, 1)
    recording = studio.record(4, save_video=refuse)
    studio.play(units, 1, 6)
    assert recording.wait(60)
    assert recording.state is RecordingState.FAILED
    assert "no space" in recording.error.text("en")
    (left,) = (studio.folder / "parts-0").glob("*.mp4")
    assert shown(left)[0][0] == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to mount")
def test_a_full_disk_ends_the_recording_and_loses_only_its_end(studio, tmp_path):
    """On a disk of 2 MB it ends early with its reason; what fits on it is readable."""
    disk = tmp_path / "parts-0"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("may not mount here")
    try:
        steady = [number / 25 for number in range(1000)]
        units = mixed(video_units(steady, size=(640, 360)), audio_units(40.0))
        filler = disk / "filler"
        filler.write_bytes(bytes(1_600_000))
        studio.play(units, -1, 1)
        recording = studio.record(39)
        studio.play(units, 1, 40)
        assert recording.wait(60)
        assert recording.end_reason == "disk"
        if recording.state is RecordingState.FAILED:
            assert recording.error.facts["folder"] == str(disk)
            with av.open(str(disk / "part-1.mp4")) as container:
                assert barcode.read(next(container.decode(video=0)).to_ndarray()) is not None
        else:
            assert studio.saved[0][1].playable
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_the_features_of_an_ffmpeg_are_detected(binaries):
    assert detect_features(binaries.ffmpeg).hybrid_mp4 and detect_features(binaries.ffmpeg).fps_mode


@pytest.mark.parametrize("b_frames", [0, 2])
def test_h265_is_copied_if_the_settings_say_so(studio, ffmpeg, b_frames):
    """With Apple's codec tag, exactly as sent, and the receipt says what to expect of it."""
    units = mixed(video_units(irregular(16), codec="h265", b_frames=b_frames), audio_units(16.0))
    studio.play(units, -1, 2.5)
    recording = studio.record(10, ffmpeg=ffmpeg, encoding=EncodingPolicy(h265="copy"))
    studio.play(units, 2.5, 16)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(2.5 * SECOND)
    assert_shows(path, *expected(units, begun, begun + 10 * SECOND))
    assert (receipt.video_codec, receipt.playable) == ("hevc", True)
    assert receipt.warnings == [EncodingPolicy(h265="copy").copy_warning(units[0].track)]
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"
        copied = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    assert len(copied) >= receipt.frames


def command_lines() -> list[str]:
    """Those of this process's children, which must not end meanwhile."""
    return [" ".join(child.cmdline()) for child in psutil.Process().children()]


@pytest.mark.parametrize("preset", Config.param["mjpeg_preset"].objects)
def test_mjpeg_by_every_preset_is_exact(studio, ffmpeg, preset):
    units = video_units(irregular(8), codec="mjpeg")
    studio.play(units, -1, 1.5)
    recording = studio.record(5, ffmpeg=ffmpeg, encoding=EncodingPolicy(mjpeg_preset=preset))
    studio.play(units, 1.5, 4)
    until(lambda: any(f" -preset {preset} " in line for line in command_lines()))
    studio.play(units, 4, 8)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(1.5 * SECOND)
    assert_shows(path, *expected(units, begun, begun + 5 * SECOND))
    assert (receipt.video_codec, receipt.playable, receipt.warnings) == ("h264", True, [])
