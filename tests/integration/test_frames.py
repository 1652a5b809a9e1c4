"""Each frame by its number, its second and its time, compared with what was recorded."""

from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import av
import numpy as np
import pytest

import camrec
from camrec.clock import Clock
from camrec.errors import CamrecError
from camrec.frames import frame_index
from camrec.library import VideoLibrary
from support.cameras import barcode
from support.known_videos import AWAY, BUTTON, KINDS, SIZE, Made, make
from support.studio import EXACT
from support.units_made import SECOND

pytestmark = pytest.mark.slow(0.6)


@pytest.fixture(scope="module")
def made(tmp_path_factory, binaries) -> dict[str, Made]:
    folder = tmp_path_factory.mktemp("footage")
    found = {kind: make(kind, folder, binaries.ffmpeg) for kind in KINDS}
    yield found
    for each in found.values():
        each.video.close()


@pytest.fixture(params=KINDS)
def one(request, made) -> Made:
    return made[request.param]


def test_two_hundred_random_frame_numbers_return_those_frames(one):
    count = len(one.numbers)
    chance = random.Random(5)
    for number in (chance.randrange(-count, count) for _ in range(200)):
        time, picture = one.video.frame(number)
        assert barcode.read(picture) == one.numbers[number]
        assert time == one.video.times()[number]
        assert picture.shape == (SIZE[1], SIZE[0], 3) and picture.dtype == np.uint8


def test_each_frame_has_its_capture_time(one):
    times = one.video.times()
    assert times.dtype == "datetime64[ns]"
    assert len(times) == len(one.numbers) == one.video.receipt.frames
    assert times[0] == one.video.started_at
    seconds = (times - one.video.started_at).astype("i8") / SECOND
    assert seconds == pytest.approx(one.seconds, abs=EXACT)


def test_iterating_a_video_returns_every_frame_once(one):
    """All frames are kept: one must not overwrite another."""
    held = list(one.video.frames())
    assert [barcode.read(picture) for _, picture in held] == one.numbers
    assert [time for time, _ in held] == list(one.video.times())


@pytest.mark.parametrize(
    "cut",
    [(5, 9, 1), (-7, None, 2), (None, 40, 13), (0, None, 101), (-10_000, 3, 1), (9, 5, 1)],
)
def test_frames_are_cut_as_a_slice(one, cut):
    found = [barcode.read(picture) for _, picture in one.video.frames(*cut)]
    assert found == one.numbers[slice(*cut)]


def test_ranges_in_seconds_and_timestamps_contain_each_frame_once(one):
    """From the start on, before the stop; two ranges that touch contain each frame once."""
    video, times = one.video, one.video.times()
    middle = float((times[200] - times[0]).astype("i8") / SECOND)
    first = [barcode.read(picture) for _, picture in video.frames(middle - 2, middle)]
    stop = times[200] + np.timedelta64(2, "s")
    then = [barcode.read(picture) for _, picture in video.frames(times[200], stop)]
    assert then[0] == one.numbers[200]
    assert first + then == one.numbers[200 - len(first) : 200 + len(then)]
    assert list(video.frames(10_000.0, None)) == []


def test_a_time_between_two_frames_returns_the_frame_shown_then(one):
    video, times = one.video, one.video.times()
    chance = random.Random(6)
    for number in (chance.randrange(len(times) - 1) for _ in range(40)):
        begins, ends = times[number], times[number + 1]
        later = begins + (ends - begins) * 9 // 10
        seconds = float((later - video.started_at).astype("i8") / SECOND)
        zoned = datetime.fromtimestamp(float(later.astype("i8")) / SECOND, timezone.utc)
        for place in (begins, ends - np.timedelta64(1, "ns"), later, seconds, zoned):
            time, picture = video.frame(place)
            assert time == begins
            assert barcode.read(picture) == one.numbers[number]


def test_a_time_in_a_gap_returns_the_last_frame_before_it(made):
    video, (gap,) = made["gap"].video, made["gap"].video.gaps
    time, picture = video.frame(gap.start + gap.duration / 2)
    seconds = float((time - video.started_at).astype("i8") / SECOND)
    assert seconds == pytest.approx(gap.start, abs=EXACT)
    assert barcode.read(picture) == AWAY[0] * 25 - 1


def test_frames_before_the_button_are_not_counted(made):
    one = made["gop-of-10-s"]
    assert one.video.receipt.lead > 1
    assert barcode.read(one.video.frame(0)[1]) == one.numbers[0] == round(BUTTON * 25)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (501, "no_frame"),
        (-502, "no_frame"),
        (20.04, "no_frame"),
        (-0.01, "no_frame"),
        (np.datetime64("2020-01-01"), "no_frame"),
        ("1", "bad_place"),
        (None, "bad_place"),
        (True, "bad_place"),
        (float("nan"), "bad_place"),
        (np.datetime64("NaT", "ns"), "bad_place"),
    ],
)
def test_a_frame_position_outside_the_video_has_its_error_code(made, place, code):
    with pytest.raises(CamrecError) as caught:
        made["gop-of-10-s"].video.frame(place)
    assert caught.value.code == code
    assert caught.value.text("fr") != caught.value.text("en")


@pytest.mark.parametrize("step", [0, -1, 1.5, True])
def test_a_frame_step_must_be_a_positive_integer(made, step):
    with pytest.raises(CamrecError) as caught:
        made["gap"].video.frames(step=step)
    assert caught.value.code == "bad_step"


def test_threads_read_frames_of_one_video_at_the_same_time(made):
    one = made["b-frames"]
    walk = [(number * 37) % len(one.numbers) for number in range(60)]

    def ask(offset: int) -> list[int]:
        return [barcode.read(one.video.frame(number - offset)[1]) for number in walk]

    with ThreadPoolExecutor(4) as pool:
        for offset, found in enumerate(pool.map(ask, range(4))):
            assert found == [one.numbers[number - offset] for number in walk]


# The index.


def test_the_index_is_kept_and_made_again_when_it_is_wrong(made, tmp_path):
    one = made["b-frames"]
    path = shutil.copy(one.video.path, tmp_path)
    asked = camrec.videos(tmp_path)
    (video,) = asked
    video.times()
    (kept,) = (tmp_path / ".indexes").iterdir()
    assert len(camrec.videos(tmp_path)) == 1
    for wrong in (b"", b"PK\x03\x04 not an index", kept.read_bytes()[:-200]):
        kept.write_bytes(wrong)
        (video,) = camrec.videos(tmp_path)
        assert barcode.read(video.frame(33)[1]) == one.numbers[33]
        assert kept.read_bytes() != wrong
        video.close()
    other = made["mjpeg"]
    shutil.copy(other.video.path, path)
    (video,) = camrec.videos(tmp_path)
    assert barcode.read(video.frame(-1)[1]) == other.numbers[-1]
    video.close()
    VideoLibrary(tmp_path, Clock()).delete(video.path.name)
    assert list((tmp_path / ".indexes").iterdir()) == []


def test_a_cached_frame_index_is_used(made, tmp_path, monkeypatch):
    shutil.copy(made["gap"].video.path, tmp_path)
    (video,) = camrec.videos(tmp_path)
    times = video.times()
    monkeypatch.setattr("camrec.frames.frame_index.read_index", None)
    (again,) = camrec.videos(tmp_path)
    assert (again.times() == times).all()


def test_a_folder_that_cannot_be_written_to_costs_the_index_only(made, tmp_path):
    shutil.copy(made["gap"].video.path, tmp_path)
    (tmp_path / ".indexes").write_text("a file where the folder should be")
    (video,) = camrec.videos(tmp_path)
    assert len(video.times()) == len(made["gap"].numbers)


# Files that camrec did not make.


def remuxed(source: Path, target: Path, **more) -> Path:
    with av.open(str(source)) as one, av.open(str(target), "w", **more) as other:
        stream = other.add_stream_from_template(one.streams.video[0])
        other.metadata["creation_time"] = "2026-05-04T03:02:01.000000Z"
        for packet in one.demux(one.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                other.mux(packet)
    return target


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov", "negative_cts_offsets"])
def test_frames_of_a_foreign_file_are_exact_too(made, tmp_path, flags):
    """With B-frames, fragmented or not; without a receipt, the file's own creation time counts."""
    one = made["b-frames"]
    remuxed(one.video.path, tmp_path / "a.mp4", options={"movflags": flags})
    (video,) = camrec.videos(tmp_path)
    numbers = [barcode.read(picture) for _, picture in video.frames()]
    assert numbers[-len(one.numbers) :] == one.numbers
    chance = random.Random(7)
    for number in (chance.randrange(len(numbers)) for _ in range(40)):
        assert barcode.read(video.frame(number)[1]) == numbers[number]
    assert video.receipt is None
    assert video.started_at == np.datetime64("2026-05-04T03:02:01", "ns")
    seconds = np.diff(video.times().astype("i8"))[-len(one.seconds) + 1 :] / SECOND
    assert seconds == pytest.approx(np.diff(one.seconds), abs=EXACT)
    video.close()


@pytest.mark.parametrize("content", [b"", b"no video at all" * 99])
def test_a_file_that_is_no_video_says_so(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    (video,) = camrec.videos(tmp_path)
    for ask in (video.times, lambda: video.frame(0), lambda: next(video.frames())):
        with pytest.raises(CamrecError) as caught:
            ask()
        assert caught.value.code == "no_pictures"
    (tmp_path / "a.mp4").unlink()
    with pytest.raises(CamrecError) as caught:
        video.frame(0)
    assert caught.value.code == "no_video"


def test_a_damaged_frame_is_an_error_and_the_other_frames_are_readable(made, tmp_path):
    one = made["gap"]
    path = Path(shutil.copy(one.video.path, tmp_path))
    found = frame_index.read_index(path)
    broken = bytearray(path.read_bytes())
    at = found.positions[found.keys][10]
    broken[at : at + 400] = bytes(400)
    path.write_bytes(broken)
    (video,) = camrec.videos(tmp_path)
    assert barcode.read(video.frame(3)[1]) == one.numbers[3]
    assert barcode.read(video.frame(-1)[1]) == one.numbers[-1]
    video.close()


@pytest.mark.parametrize("kind", ["gop-of-10-s", "mjpeg"])
def test_the_frame_index_needs_only_the_mp4_tables_without_reordered_frames(
    made, monkeypatch, kind
):
    """A long video on a slow storage is not downloaded as a whole for its index."""
    monkeypatch.setattr(frame_index, "_read_packets", None)
    found = frame_index.read_index(made[kind].video.path)
    assert len(found.shown) == len(made[kind].numbers)
    assert (np.diff(found.positions) > 0).all()
