"""Space on the disk: checked before, watched during a recording, used up, and freed."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from camrec.clock import NS_PER_DAY, Clock
from camrec.config import Config
from camrec.errors import DiskError, StateError
from camrec.library import (
    COPIED_H265_FILE_RATE_FACTORS,
    DiskSpace,
    RetentionPolicy,
    StreamRate,
    VideoFile,
    VideoLibrary,
)
from camrec.receipt import Receipt
from camrec.recording import RecordingJob, RecordingState
from camrec.recording.media_info import read_media_info, sha256_of
from camrec.recording.repair import trim_unfinished
from camrec.recording.reserved_space import RESERVED_SPACE_BYTES
from camrec.recording_limits import MAX_DURATION_S
from support.saved_videos import make_segment_path
from support.studio import Studio, shown
from support.units_made import SECOND, audio_units, irregular, mixed, until, video_units
from support.wire import Wire, serving

MEGABYTE = 1_000_000


def room(monkeypatch, free: int, floor: int) -> DiskSpace:
    monkeypatch.setattr(DiskSpace, "free_bytes", property(lambda self: free))
    return DiskSpace(Path(), floor)


@pytest.mark.parametrize(
    ("codec", "megabits", "seconds", "admitted"),
    [
        ("h264", 8, 400, True),
        ("h264", 8, 600, False),
        ("mjpeg", 64, 400, True),
        ("mjpeg", 64, 600, False),
        ("", 0, 86_400, True),
    ],
)
def test_the_expected_size_is_compared_with_the_free_space_before_the_start(
    monkeypatch, codec, megabits, seconds, admitted
):
    """1000 MB are free, 500 of them must stay free; MJPEG shrinks to an eighth as H.264."""
    asked = room(monkeypatch, 1000 * MEGABYTE, 500 * MEGABYTE)
    if admitted:
        asked.require_space(StreamRate(codec, megabits * MEGABYTE), seconds)
        return
    with pytest.raises(DiskError) as caught:
        asked.require_space(StreamRate(codec, megabits * MEGABYTE), seconds)
    assert caught.value.status == 507 and caught.value.code == "disk_full"
    for language, unit in (("en", "MB"), ("fr", "Mo")):
        said = caught.value.text(language)
        assert all(f"{size}\u00a0{unit}" in said for size in (600, 1000, 500))


def test_no_recording_starts_below_the_free_space_floor(monkeypatch):
    low = room(monkeypatch, 400 * MEGABYTE, 500 * MEGABYTE)
    assert low.low
    assert low.fits(300 * MEGABYTE) and not low.fits(400 * MEGABYTE)
    with pytest.raises(DiskError):
        low.require_space(StreamRate("h264", 1), 1)


def test_the_estimate_is_for_all_streams_together_and_what_it_offers_is_admitted(monkeypatch):
    disk = room(monkeypatch, 1000 * MEGABYTE, 500 * MEGABYTE)
    streams = [StreamRate("h264", 4 * MEGABYTE), StreamRate("mjpeg", 32 * MEGABYTE)]
    estimate = disk.estimate(streams)
    assert (estimate.free_bytes, estimate.available_bytes) == (1000 * MEGABYTE, 500 * MEGABYTE)
    assert estimate.file_bit_rate == 8 * MEGABYTE
    assert estimate.max_seconds == 450, "a tenth of 500 s is left"
    disk.require_space(StreamRate("h264", estimate.file_bit_rate), estimate.max_seconds)
    assert disk.seconds_until_full(estimate.file_bit_rate) == 500
    assert disk.estimate([StreamRate("h264", 1)]).max_seconds == MAX_DURATION_S


def test_any_duration_is_offered_for_an_unknown_bit_rate_while_there_is_space(monkeypatch):
    unknown = StreamRate("", 0)
    assert room(monkeypatch, 501, 500).estimate([unknown]).max_seconds == MAX_DURATION_S
    assert room(monkeypatch, 500, 500).estimate([unknown]).max_seconds == 0
    assert room(monkeypatch, 501, 500).seconds_until_full(0) is None


def test_h265_that_is_copied_is_estimated_as_it_comes(monkeypatch):
    stream = StreamRate("h265", 1000)
    assert room(monkeypatch, 1000, 0).file_bit_rate([stream]) == 2000
    copied = DiskSpace(Path(), 0, COPIED_H265_FILE_RATE_FACTORS)
    assert copied.file_bit_rate([stream]) == 1000


def test_free_space_is_read_from_the_real_disk(tmp_path):
    there = DiskSpace(tmp_path / "not" / "made", 0)
    assert 0 < there.free_bytes <= there.total_bytes and not there.low
    assert DiskSpace(tmp_path, 1 << 62).low


# Retention.


def videos(
    *sizes: int, locked: tuple[int, ...] = (), foreign: tuple[int, ...] = ()
) -> list[VideoFile]:
    """The videos, one per day and the first one from today, by their number."""
    made = []
    for number, size in enumerate(sizes):
        receipt = Receipt.model_construct(locked=number in locked)
        made.append(
            VideoFile(
                filename=str(number),
                path=Path(str(number)),
                name="",
                started_at=(1000 - number) * NS_PER_DAY,
                duration=1.0,
                size=size,
                width=0,
                height=0,
                video_codec="h264",
                audio_codec=None,
                playable=True,
                receipt=None if number in foreign else receipt,
            )
        )
    return made


@pytest.mark.parametrize(
    ("keeping", "made", "gone"),
    [
        (RetentionPolicy(), videos(9, 9, 9), ""),
        (RetentionPolicy(max_bytes=20), videos(9, 9, 9, 9), "32"),
        (RetentionPolicy(max_bytes=20), videos(9, 9, 9, 9, locked=(3,)), "21"),
        (RetentionPolicy(max_bytes=20), videos(9, 9, 9, 9, foreign=(3,)), "2"),
        (RetentionPolicy(max_bytes=5), videos(9), ""),
        (RetentionPolicy(max_bytes=5), videos(9, 9), "1"),
        (RetentionPolicy(max_days=1.5), videos(9, 9, 9, 9), "32"),
        (RetentionPolicy(max_days=1.5), videos(9, 9, 9, 9, locked=(2,)), "3"),
        (RetentionPolicy(max_bytes=30, max_days=2.5), videos(9, 9, 9, 9), "3"),
    ],
)
def test_retention_deletes_the_oldest_videos_first_and_never_a_locked_one(keeping, made, gone):
    found = keeping.select_for_deletion(made, 1000 * NS_PER_DAY)
    assert "".join(each.filename for each in found) == gone


def test_retention_is_applied_after_each_save_and_at_the_start(film, tmp_path, caplog):
    size = film[0].stat().st_size
    keeping = RetentionPolicy(max_bytes=2 * size)
    library = VideoLibrary(tmp_path / "videos", Clock(), retention=keeping)

    def save(hour: int) -> str:
        file = make_segment_path(library)
        file.write_bytes(film[0].read_bytes())
        started = f"2026-01-02T0{hour}:00:00.000000Z"
        return library.save(file, film[1].model_copy(update={"started_at": started}))

    library.open()
    first, second = save(1), save(2)
    library.lock(first)
    with caplog.at_level("INFO"):
        third = save(3)
    assert {each.filename for each in library.videos()} == {first, third}
    assert f"{second} is deleted by the retention policy" in caplog.text
    library.close()

    older = VideoLibrary(library.folder, Clock(), retention=RetentionPolicy(max_days=1))
    older.open()  # all of them are from long ago; the newest and the locked one stay
    assert {each.filename for each in older.videos()} == {first, third}
    older.lock(first, False)
    older.close()
    older.open()
    assert {each.filename for each in older.videos()} == {third}
    older.close()


def test_the_lock_of_a_video_is_in_its_receipt(library, save, film):
    told: list[str] = []
    filename = save()
    library.changed.connect(told.append)
    assert library.lock(filename).locked and library.get(filename).locked
    beside = (library.folder / filename).with_suffix(".json")
    assert Receipt.read(beside) == film[1].model_copy(update={"name": "Door", "locked": True})
    assert not library.lock(filename, False).locked and told == [filename, filename]

    (library.folder / "mine.mp4").write_bytes(film[0].read_bytes())
    with pytest.raises(StateError) as caught:
        library.lock("mine.mp4")
    assert caught.value.code == "no_receipt"


def test_a_video_is_locked_by_rest(binaries, tmp_path, film):
    config = Config(
        videos_dir=tmp_path / "videos", bin_dir=tmp_path / "bin", ffmpeg_path=str(binaries.ffmpeg)
    )
    with serving(config) as (station, wire):
        file = make_segment_path(station.library)
        file.write_bytes(film[0].read_bytes())
        path = "/videos/" + station.library.save(file, film[1]).replace(" ", "%20")
        reply = wire.ask("PATCH", path, {"locked": True})
        assert reply.status == 200 and reply.json()["locked"] is True
        assert wire.get("/videos").json()["videos"] == [reply.json()]
        assert wire.ask("PATCH", path, {"locked": False}).json()["locked"] is False
        _refused(wire, path, {}, 400, "no_change")
        _refused(wire, path, {"locked": 1}, 400, "bad_field")
        _refused(wire, path, {"locked": True, "size": 1}, 400, "bad_field")
        _refused(wire, "/videos/none.mp4", {"locked": True}, 404, "no_video")


def _refused(wire: Wire, path: str, body: dict, status: int, code: str) -> None:
    reply = wire.ask("PATCH", path, body)
    assert (reply.status, reply.code) == (status, code)


# While it is written.


class Watched:
    """A disk with as much free space as the test says."""

    def __init__(self, fits: bool = True) -> None:
        self.low = False
        self._fits = fits
        self.makes_room = False
        self.asked_by: set[str] = set()

    def make_room(self) -> bool:
        self.asked_by.add(threading.current_thread().name)
        return self.makes_room

    def fits(self, size: int) -> bool:
        return self._fits


def broken(studio: Studio, **changes) -> RecordingJob:
    """A recording of 16 s with an interruption of 7 s in the middle."""
    before = mixed(video_units(irregular(3)), audio_units(3.0))
    later = studio.begin + 10 * SECOND
    after = mixed(video_units(irregular(4), begin=later, number=500), audio_units(4.0, begin=later))
    studio.play(before, -1, 1)
    recording = studio.record(16, **changes)
    studio.play(before, 1, 3)
    studio.feed.interrupt()
    until(lambda: recording.state is RecordingState.WAITING)
    studio.play(after, 3, 15)
    until(lambda: recording.segment_count == 2)
    return recording


def test_a_recording_ends_at_the_free_space_floor_and_is_saved(studio):
    disk = Watched()
    recording = broken(studio, disk=disk)
    disk.low = True
    assert recording.wait(60)
    assert recording.state is RecordingState.SAVED and recording.end_reason == "disk"
    ((path, receipt),) = studio.saved
    assert receipt.ended == "disk" and receipt.playable and receipt.asked == 16
    assert receipt.parts == 2 and len(receipt.gaps) == 1
    assert sum(receipt.frames_per_minute) == receipt.frames == len(shown(path)[0])
    first, second = receipt.part_facts
    assert first.start == 0 and second.start == pytest.approx(9, abs=0.1)
    assert second.start + second.duration == pytest.approx(receipt.duration, abs=0.1)
    assert first.size > 0 and second.size > 0


def test_a_recording_goes_on_while_its_watchdog_makes_room(studio):
    disk = Watched()
    disk.makes_room = True
    recording = broken(studio, disk=disk)
    disk.low = True
    until(lambda: disk.asked_by)
    assert disk.asked_by == {f"watchdog-{recording.recording_id}"}
    assert recording.end_reason is None
    disk.makes_room = False
    assert recording.wait(60) and recording.end_reason == "disk"


def test_segments_are_saved_as_videos_without_space_to_concatenate_them(studio, ffmpeg):
    recording = broken(studio, disk=Watched(fits=False), ffmpeg=ffmpeg)
    recording.stop()
    assert recording.wait(60)
    assert recording.state is RecordingState.SAVED
    (one, first), (two, second) = studio.saved
    assert first.playable and second.playable and first.parts == second.parts == 1
    assert second.warnings[-1].code == "not_joined_disk_full"
    assert first.ended_at == second.started_at
    numbers = shown(one)[1] + shown(two)[1]
    assert numbers == sorted(set(numbers)) and numbers[-1] >= 500
    assert not (studio.folder / "parts-0").exists()


def test_a_fragment_cut_off_by_a_full_disk_is_trimmed(film, tmp_path, binaries):
    path = tmp_path / "part.mp4"
    flags = "+frag_keyframe+empty_moov+default_base_moof"
    source = "testsrc=size=320x240:rate=25:duration=4"
    command = [str(binaries.ffmpeg), "-loglevel", "error", "-f", "lavfi", "-i", source]
    command += ["-c:v", "libx264", "-g", "25", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-movflags", flags, str(path)], check=True)
    whole = path.read_bytes()
    ends = [at - 4 for at in range(len(whole)) if whole[at : at + 4] in (b"moof", b"mfra")]
    for cut in (ends[-1] - 1, ends[-2] + 3, ends[-2] + 40):
        path.write_bytes(whole[:cut])
        trim_unfinished(path)
        kept = max(end for end in ends if end <= cut)
        kept = kept if whole[kept + 4 : kept + 8] == b"moof" else ends[-2]
        assert path.read_bytes() == whole[:kept]
        assert len(read_media_info(path).times) % 25 == 0
    path.write_bytes(whole)
    trim_unfinished(path)
    assert path.read_bytes() == whole


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to mount")
@pytest.mark.parametrize("left", [700_000, 900_000])
def test_a_full_disk_costs_the_last_fragment_and_no_other_video(
    studio,
    ffmpeg,
    film,
    tmp_path,
    left,
):
    """The whole library on a small disk without a watchdog: it is SAVED as far as it
    was written.
    """
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(mount)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("may not mount here")
    try:
        library = VideoLibrary(mount / "videos", Clock())
        library.open()
        file = make_segment_path(library)
        file.write_bytes(film[0].read_bytes())
        finished = library.save(file, film[1])
        (mount / "filler").write_bytes(bytes(library.disk_space.free_bytes - left))
        steady = [number / 25 for number in range(1000)]
        units = mixed(video_units(steady, size=(640, 360)), audio_units(40.0))
        studio.play(units, -1, 1)
        recording = studio.record(
            39,
            ffmpeg=ffmpeg,
            save_video=library.save,
            folder=library.segments_folder("full"),
            disk=library.disk_space,
        )
        studio.play(units, 1, 40)
        assert recording.wait(60)
        assert recording.end_reason == "disk" and recording.state is RecordingState.SAVED
        whole, cut = (library.get(name) for name in (finished, recording.filename))
        assert sha256_of(whole.path) == film[1].sha256
        times, numbers = shown(cut.path)
        # Not every player hides the lead of a file that was not finished: it is before time zero.
        decoded = [number for time, number in zip(times, numbers, strict=True) if time >= 0]
        assert cut.receipt.playable
        assert len(decoded) == cut.receipt.frames
        assert decoded == list(range(decoded[0], decoded[0] + len(decoded)))
        assert cut.size > 0.7 * (left - RESERVED_SPACE_BYTES)  # the rest is the last fragment
        library.close()
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)
