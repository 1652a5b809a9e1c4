"""The next start continues what an earlier camrec left, whatever is wrong with journal or disk."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from camrec.annotations import EVENT_LOG_FILENAME, EventLog, create_event
from camrec.clock import Clock, format_iso
from camrec.journal import Journal, JournalEntry, SegmentRecord
from camrec.receipt import Receipt
from camrec.recording import RecordingState, first_of_series
from camrec.station import Station
from support import recorder
from support.forked import run_python
from support.stopping import python_environment
from support.units_made import until

pytestmark = pytest.mark.slow(2)

SECOND = 10**9


@pytest.fixture(scope="module")
def film(tmp_path_factory, binaries) -> Path:
    """A segment of four seconds as a killed camrec leaves it."""
    path = tmp_path_factory.mktemp("film") / "part-1.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=25:d=4", "-c:v", "libx264"]
    fragments = ["-pix_fmt", "yuv420p", "-g", "25", "-movflags", "frag_keyframe+empty_moov"]
    command = [binaries.ffmpeg, "-v", "error", *source, *fragments, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def small_film(tmp_path_factory, binaries, film) -> Path:
    """Another segment, in another size: both do not fit into one video."""
    path = tmp_path_factory.mktemp("small_film") / "part-2.mp4"
    smaller = ["-i", str(film), "-vf", "scale=160:90", "-c:v", "libx264", "-g", "25"]
    command = [binaries.ffmpeg, "-v", "error", *smaller, "-movflags", "frag_keyframe+empty_moov"]
    subprocess.run([*command, str(path)], check=True, timeout=60)
    return path


def owe(folder: Path, recording_id: str, film: Path, **changed: object) -> JournalEntry:
    """Leave an unfinished recording in `folder` whose time is over, with one segment."""
    start = Clock().utc_ns() - 60 * SECOND
    known = {
        "recording_id": recording_id,
        "session_id": f"session-{recording_id}",
        "session_name": "Door",
        "address": "rtsp://user:canary@127.0.0.1:1/stream",
        "name": "Door",
        "duration": 4,
        "started_at": start,
        "parts": (SegmentRecord(file="part-1.mp4", zero=start),),
    }
    entry = JournalEntry.model_validate(known | changed)
    Journal(folder / ".journal").save(entry)
    parts = folder / ".parts" / recording_id
    parts.mkdir(parents=True)
    shutil.copy(film, parts)
    return entry


def save_video(folder: Path, film: Path, number: int, started_at: str) -> None:
    """Leave a saved video of the series "good" in `folder`."""
    folder.mkdir(exist_ok=True)
    shutil.copy(film, folder / f"{number}.mp4")
    receipt = {
        "recording_id": "good", "name": "Door", "source": "rtsp://camera/live", "asked": None,
        "video_number": number, "duration": 4, "started_at": started_at, "ended_at": started_at,
        "ended": "time", "frames": 100, "width": 320, "height": 180, "video_codec": "h264",
        "size": film.stat().st_size, "sha256": "", "playable": True,
    }  # fmt: skip
    (folder / f"{number}.json").write_text(json.dumps(receipt))


def station(folder: Path, binaries) -> Station:
    programs = [str(each) for each in (binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg)]
    return Station(recorder.config(folder, programs))


def test_a_recording_of_a_plan_that_has_not_begun_is_left_to_its_plan(tmp_path, film, binaries):
    videos, soon = tmp_path / "videos", Clock().utc_ns() + 3600 * SECOND
    series = first_of_series("long", soon, None, 60.0)
    later = {"start_at": soon, "started_at": None, "parts": ()}
    owe(videos, "short", film, plan_id="plan", **later)
    owe(videos, "long", film, plan_id="plan", series=series, duration=None, **later)
    owe(videos, "by-hand", film, **later)
    owe(videos, "together", film, starts_now=True, **later)
    with station(tmp_path, binaries) as taken_up:
        recordings = {each.recording_id: each for each in taken_up.recordings.all()}
        assert set(recordings) == {"by-hand", "together"}
        assert recordings["by-hand"].start_at == soon
        assert recordings["together"].start_at is None, "nobody scheduled it"
        assert taken_up.health().left_behind == []
        kept = sorted(each.name for each in (videos / ".journal").iterdir())
        assert kept == ["by-hand.json", "together.json"]


def test_bad_journal_entries_stay_and_are_logged_and_the_others_are_resumed(
    tmp_path, film, binaries, caplog
):
    videos = tmp_path / "videos"
    delay = {
        "seconds": 0.04,
        "uncertainty": 0.001,
        "measured_at": "2026-11-24T14:03:00.000000Z",
        "utc_source": "arrival",
    }
    owe(videos, "good", film, calibrated_delay=delay)
    owe(videos, "address", film, address="gopher://user:canary@camera/")
    owe(videos, "ended-before-it-began", film, started_at=None, ended="stopped")
    (videos / ".journal" / "half.json").write_text(
        '{"recording_id": "half", "address": "rtsp://u:canary'
    )
    (videos / ".journal" / "latin.json").write_bytes(b"\xe9")
    (videos / ".journal" / "folder.json").mkdir()
    bad = ["address.json", "ended-before-it-began.json", "folder.json", "half.json", "latin.json"]
    with caplog.at_level(logging.INFO), station(tmp_path, binaries) as taken_up:
        good = taken_up.recordings.get("good")
        assert good.wait(60) and good.state is RecordingState.SAVED
        assert good.receipts[0].ended == "crash" and good.receipts[0].frames == 100
        assert good.receipts[0].calibrated_delay.model_dump() == delay
        health = taken_up.health()
        assert health.status == "degraded" and sorted(health.left_behind) == bad
    assert sorted(each.name for each in (videos / ".journal").iterdir()) == bad
    assert (videos / ".parts" / "address" / "part-1.mp4").exists()
    assert all(name in caplog.text for name in bad) and "canary" not in caplog.text


def test_a_bad_entry_of_a_series_does_not_affect_the_others(tmp_path, film, binaries):
    videos = tmp_path / "videos"
    first = first_of_series("good", Clock().utc_ns() - 60 * SECOND, None, 4)

    def owe_video(number: int, recording_id: str = "good", **changed: object) -> Path:
        series = first.model_copy(update={"recording_id": recording_id, "number": number})
        own = f"{recording_id}-{number}" if number > 1 else recording_id
        owe(videos, own, film, series=series, **({"duration": None} | changed))
        return videos / ".parts" / own

    # While video 1 was recorded, the clock was set back.
    save_video(videos, film, number=1, started_at="2026-01-02T03:00:00.000000Z")
    save_video(videos, film, number=2, started_at="2026-01-01T04:00:00.000000Z")
    owe_video(3)
    saved = owe_video(4, ended="time", parts=())
    (saved / "part-1.mp4").unlink()
    (saved / "events.jsonl").write_bytes(b"\0\0\0\n")
    owe_video(5, address="gopher://user:canary@camera/")
    owe_video(1, "contradicts-itself", started_at=None, ended="stopped")
    with station(tmp_path, binaries) as taken_up:
        good = taken_up.recordings.get("good")
        assert good.wait(60) and good.state is RecordingState.SAVED
        assert good.receipts[0].frames == 100
        assert good.filenames[:2] == ["1.mp4", "2.mp4"] and len(good.filenames) == 3
        bad = ["contradicts-itself.json", "good-4.json", "good-5.json"]
        assert sorted(taken_up.health().left_behind) == bad
    assert sorted(each.name for each in (videos / ".journal").iterdir()) == bad


def test_a_start_ends_what_writes_a_segment_and_not_what_reads_a_video(tmp_path, binaries):
    """A player has a video as its last argument, as FFmpeg has a segment."""
    videos = tmp_path / "videos"
    files = (videos / "Door.mp4", videos / ".parts" / "killed" / "part-1.mp4")
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    player, writer = programs = [subprocess.Popen([*command, str(file)]) for file in files]
    try:
        with station(tmp_path, binaries):
            until(lambda: writer.poll() is not None, 30)
            assert player.poll() is None
    finally:
        for each in programs:
            each.kill()
            each.wait()


DIES_AT_THE_FIRST_VIDEO = """
import os, sys
from pathlib import Path
from camrec.station import Station
from support import recorder
from support.stopping import python_environment

station = Station(recorder.config(Path(sys.argv[1]), sys.argv[2:]))
station.library.changed.connect(lambda filename: os._exit(9))
with station:
    station.recordings.get("killed").wait(60)
"""


@pytest.mark.parametrize("ended", [None, "time"])
@pytest.mark.parametrize("sizes", [1, 2])
def test_a_kill_when_a_video_has_been_saved_does_not_make_it_twice(
    tmp_path, film, small_film, binaries, sizes, ended
):
    videos = tmp_path / "videos"
    start = Clock().utc_ns() - 60 * SECOND
    films = [film, film, small_film][: 1 + sizes]
    parts = tuple(
        SegmentRecord(file=f"part-{number}.mp4", zero=start + 4 * number * SECOND)
        for number, _ in enumerate(films)
    )
    over = None if ended is None else start + 20 * SECOND
    owe(videos, "killed", film, started_at=start, parts=parts, ended=ended, over=over)
    folder = videos / ".parts" / "killed"
    (folder / film.name).unlink()
    for each, part in zip(films, parts, strict=True):
        shutil.copy(each, folder / part.file)
    programs = [str(each) for each in (binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg)]
    arguments = ("-c", DIES_AT_THE_FIRST_VIDEO, str(tmp_path), *programs)
    assert run_python(*arguments, env=python_environment()).returncode == 9
    assert len(list(videos.glob("*.mp4"))) == 1, "killed before it deleted the segments"
    assert len(list(folder.glob("part-*"))) == len(films)
    with station(tmp_path, binaries) as taken_up:
        for left in taken_up.recordings.all():
            assert left.wait(60) and left.state is RecordingState.SAVED
        assert taken_up.health().left_behind == []
        frames = [video.receipt.frames for video in taken_up.library.videos()]
    assert sorted(frames) == [100, 200][-sizes:]
    assert list((videos / ".journal").iterdir()) == [] and not folder.exists()


@pytest.fixture
def small(tmp_path) -> Iterator[Path]:
    """A disk of 4 MB."""
    if sys.platform == "win32":
        pytest.skip("Windows mounts no disk in memory")
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("may not mount here")
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return filler
    return filler


def test_on_a_full_disk_camrec_starts_and_makes_the_video_once_there_is_room(small, film, binaries):
    videos = small / "videos"
    owe(videos, "over", film)
    later = Clock().utc_ns() + 3600 * SECOND
    scheduled = owe(videos, "scheduled", film, started_at=None, start_at=later, parts=())
    filler = fill(small)
    with station(small, binaries) as full:
        over = full.recordings.get("over")
        assert over.wait(60) and over.state is RecordingState.FAILED
        assert "no space left" in over.error.text()
        assert full.recordings.get("scheduled").state is RecordingState.SCHEDULED
        assert full.health().left_behind == []
    filler.unlink()
    with station(small, binaries) as roomy:
        over = roomy.recordings.get("over")
        assert over.wait(60) and over.state is RecordingState.SAVED
        with av.open(str(videos / over.filename)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 100
        assert roomy.recordings.get("scheduled").start_at == scheduled.start_at
    kept = [json.loads(each.read_text()) for each in (videos / ".journal").iterdir()]
    assert [each["recording_id"] for each in kept] == ["scheduled"]


def test_the_events_of_all_videos_of_a_series_are_counted_after_a_restart(tmp_path, film, binaries):
    """The first video is saved, with an event; the second has one in its log."""
    videos = tmp_path / "videos"
    start = Clock().utc_ns() - 60 * SECOND
    first, second = (create_event(start - at * SECOND, {}, "test") for at in (3, -1))
    series = first_of_series("series", start - 4 * SECOND, None, 4).following(start)
    owe(videos, "series-2", film, duration=None, series=series, started_at=start, ended="time")
    EventLog(videos / ".parts" / "series-2" / EVENT_LOG_FILENAME, "series").add(second)
    shutil.copy(film, videos / "first.mp4")
    Receipt(
        recording_id="series", name="Door", source="rtsp://camera/live", asked=None,
        video_number=1, duration=4, started_at=format_iso(start - 4 * SECOND),
        ended_at=format_iso(start), ended="time", frames=100, width=320, height=180,
        video_codec="h264", size=film.stat().st_size, sha256="", playable=True, events=[first],
    ).write(videos / "first.json")  # fmt: skip
    with station(tmp_path, binaries) as taken_up:
        recording = taken_up.recordings.get("series")
        assert recording.wait(60) and recording.state is RecordingState.SAVED
        assert recording.filenames[0] == "first.mp4" and recording.event_count == 2
        assert taken_up.events.of_recording("series") == [first, second]
