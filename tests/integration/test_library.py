"""The library lists what is on the disk, and nothing outside its folder."""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime

import cv2
import pytest

from camrec import file_system
from camrec.clock import NS_PER_SECOND, Clock, format_iso
from camrec.errors import InputError, NotFoundError, ServiceError, StateError
from camrec.library import VideoLibrary, filenames
from camrec.receipt import Receipt
from support.forked import run_python
from support.saved_videos import make_segment_path
from support.stopping import python_environment

BAD_NAMES = [
    "",
    "..",
    "../a.mp4",
    "a/../b.mp4",
    "/etc/passwd",
    "/a.mp4",
    "..\\a.mp4",
    "C:a.mp4",
    "C:\\a.mp4",
    "%2e%2e%2fa.mp4",
    "a%2fb.mp4",
    "%2e.mp4",
    ".lock",
    ".hidden.mp4",
    ".parts",
    "a.json",
    "a.mp4\0",
    "a\n.mp4",
    "a.mp4:stream",
    "a" * 300 + ".mp4",
]


def test_a_saved_video_is_listed_with_its_receipt(library, save, film):
    told = []
    library.changed.connect(told.append)
    filename = save()
    (video,) = library.videos()
    assert video.filename == filename == told[0]
    began = datetime.fromtimestamp(video.started_at // NS_PER_SECOND)
    assert filename == f"Door {began:%Y-%m-%d %H-%M-%S}.mp4"
    assert video.path.read_bytes() == film[0].read_bytes()
    assert video.receipt == Receipt.read(video.path.with_suffix(".json"))
    assert (video.name, video.width, video.height) == ("Door", 640, 360)
    assert (video.video_codec, video.audio_codec, video.playable) == ("h264", "aac", True)
    assert format_iso(video.started_at) == video.receipt.started_at
    assert library.get(filename) == video
    assert list(library.segments_folder("abc").iterdir()) == []


def test_the_same_name_twice_overwrites_nothing(library, save):
    first, second, third = save(), save(), save()
    assert second == first.replace(".mp4", " (2).mp4")
    assert third == first.replace(".mp4", " (3).mp4")
    assert len(library.videos()) == 3


def test_a_filename_of_a_foreign_file_is_not_used(library, save):
    first = save()
    taken = library.folder / first.replace(".mp4", " (2).mp4")
    taken.write_bytes(b"mine")
    beside = library.folder / first.replace(".mp4", " (3).json")
    beside.write_text("mine")
    assert save() == first.replace(".mp4", " (4).mp4")
    assert (taken.read_bytes(), beside.read_text()) == (b"mine", "mine")


def test_videos_saved_at_the_same_time_are_all_listed(library, film):
    def one(number: int) -> None:
        file = make_segment_path(library, f"id{number}")
        file.write_bytes(film[0].read_bytes())
        library.save(file, film[1])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = library.videos()
    assert len({video.filename for video in found}) == 8
    assert all(video.receipt for video in found)


def test_videos_are_listed_newest_first(library, save):
    for hour in (3, 9, 5):
        save(started_at=f"2026-01-02T0{hour}:00:00.000000Z")
    starts = [video.started_at for video in library.videos()]
    assert starts == sorted(starts, reverse=True)


def test_only_complete_videos_are_listed(library, save):
    filename = save()
    make_segment_path(library, "def").write_bytes(b"half")
    library.images.thumbnail(filename)
    (library.folder / "notes.txt").write_text("mine")
    (library.folder / "folder.mp4").mkdir()
    assert [video.filename for video in library.videos()] == [filename]


def test_a_video_without_a_receipt_is_described_by_its_file(library, film):
    (library.folder / "mine.mp4").write_bytes(film[0].read_bytes())
    (library.folder / "broken.mp4").write_bytes(b"not a film")
    found = {video.filename: video for video in library.videos()}
    mine, broken = found["mine.mp4"], found["broken.mp4"]
    assert mine.receipt is None and mine.playable and mine.name == "mine"
    assert (mine.width, mine.height, mine.audio_codec) == (640, 360, "aac")
    assert mine.duration == pytest.approx(film[1].duration, abs=0.1)
    assert not broken.playable and broken.size == 10


def test_an_edited_receipt_that_is_not_valid_is_ignored_and_logged_until_it_is_corrected(
    library, save, caplog
):
    filename = save()
    path = (library.folder / filename).with_suffix(".json")
    good, receipt = path.read_text("utf-8"), library.get(filename).receipt
    path.write_text(good.replace('"frames":', '"frame":'), "utf-8")
    assert [library.get(filename).receipt for _ in range(2)] == [None, None]
    (said,) = [line for line in caplog.messages if line.startswith(f"the receipt of {filename}")]
    assert "is not valid" in said and "frames" in said
    path.write_text(good, "utf-8")
    assert library.get(filename).receipt == receipt


def test_a_receipt_of_another_file_is_not_believed(library, save, film):
    filename = save()
    path = library.folder / filename
    path.write_bytes(film[0].read_bytes()[:-1])
    assert library.get(filename).receipt is None
    path.with_suffix(".json").write_text("{")
    path.write_bytes(film[0].read_bytes())
    assert library.get(filename).receipt is None


def test_a_video_deleted_on_the_disk_leaves_the_library(library, save):
    filename = save()
    assert library.videos()
    (library.folder / filename).unlink()
    assert library.videos() == []
    with pytest.raises(NotFoundError) as caught:
        library.get(filename)
    assert caught.value.code == "no_video"


def test_a_video_deleted_while_the_folder_is_read_hides_no_other(library, save, monkeypatch):
    filenames = sorted(save() for _ in range(3))
    listed = []

    class Folder:
        """Entries of the folder, of which the first vanishes once they are known."""

        def __init__(self, path):
            with scandir(path) as entries:
                listed.extend(sorted(entries, key=lambda entry: entry.name))
            (path / filenames[0]).unlink()

        def __enter__(self):
            return iter(listed)

        def __exit__(self, *_):
            pass

    scandir = os.scandir
    monkeypatch.setattr("os.scandir", Folder)
    assert sorted(video.filename for video in library.videos()) == filenames[1:]


def test_a_thousand_videos_are_listed_again_without_reading_a_receipt(library, save, monkeypatch):
    filename = save()
    path = library.folder / filename
    for number in range(1000):
        os.link(path, library.folder / f"{number}.mp4")
        os.link(path.with_suffix(".json"), library.folder / f"{number}.json")
    assert len(library.videos()) == 1001

    def read(path):
        raise AssertionError(f"{path} is read again")

    monkeypatch.setattr(Receipt, "read", read)
    assert len(library.videos()) == 1001


@pytest.mark.parametrize("filename", BAD_NAMES)
def test_filenames_that_lead_out_of_the_library_are_rejected(library, filename):
    (library.folder.parent / "a.mp4").write_bytes(b"outside")
    for ask in (library.get, library.delete, library.images.thumbnail):
        with pytest.raises(InputError) as caught:
            ask(filename)
        assert caught.value.code == "bad_filename"
    assert (library.folder.parent / "a.mp4").exists()


def test_symbolic_links_in_the_videos_folder_are_not_followed(library, film, tmp_path):
    outside = tmp_path / "outside.mp4"
    outside.write_bytes(film[0].read_bytes())
    try:
        (library.folder / "link.mp4").symlink_to(outside)
    except OSError:
        if sys.platform != "win32":
            raise
        pytest.skip("Windows lets only administrators create symbolic links")
    assert library.videos() == []
    for ask in (library.get, library.delete, library.images.thumbnail):
        with pytest.raises(NotFoundError):
            ask("link.mp4")
    assert outside.exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Door", "Door"),
        ("Hof/Tür: 3?", "Hof_Tür_ 3_"),
        ("CON", "_CON"),
        ("con.front", "_con.front"),
        ("Lpt1", "_Lpt1"),
        ("COM²", "_COM²"),
        ("console", "console"),
        ("..", "video"),
        (". hidden .", "hidden"),
        ("50%2e", "50_2e"),
        ("カメラ", "カメラ"),
        ('a\\b|c*d<e>f"g', "a_b_c_d_e_f_g"),
    ],
)
def test_video_names_become_filenames_safe_on_every_system(name, expected):
    assert filenames.safe_filename(name) == expected


@pytest.mark.parametrize("name", ["x" * 100, "é" * 100, "𝄞" * 100, "e\u0301" * 50, "a." * 50])
def test_long_video_names_fit_into_a_filename_and_are_listed(library, save, name):
    filename = save(name)
    assert len(filename.encode()) < 200
    assert library.get(filename).name == name
    assert not filename.removesuffix(".mp4").endswith((".", " "))


def test_a_thumbnail_is_made_once_and_again_when_the_video_changes(library, save, film):
    filename = save()
    path = library.images.thumbnail(filename)
    picture = cv2.imread(str(path))
    assert picture.shape == (270, 480, 3)
    made = path.stat().st_ino
    assert library.images.thumbnail(filename).stat().st_ino == made
    os.utime(library.folder / filename, ns=(1, 1))
    assert library.images.thumbnail(filename).stat().st_ino != made
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]


def test_a_file_that_is_no_video_has_no_thumbnail(library):
    (library.folder / "broken.mp4").write_bytes(b"not a film")
    with pytest.raises(NotFoundError) as caught:
        library.images.thumbnail("broken.mp4")
    assert caught.value.code == "no_thumbnail"


def test_a_video_is_deleted_with_its_receipt_and_thumbnail(library, save):
    filename = save()
    library.images.thumbnail(filename)
    told = []
    library.changed.connect(told.append)
    library.delete(filename)
    assert told == [filename]
    left = [path.name for path in library.folder.rglob("*") if path.is_file()]
    assert left == [".lock"]
    with pytest.raises(NotFoundError):
        library.delete(filename)


def test_renaming_a_video_renames_its_receipt_and_files(library, save):
    first, second = save("Door"), save("Door")
    whole = (library.folder / first).read_bytes()
    library.images.thumbnail(first)
    renamed = library.rename(first, " Delivery / Monday ")
    assert renamed.startswith("Delivery _ Monday ")
    found = library.get(renamed)
    assert (found.name, found.receipt.name) == ("Delivery / Monday", "Delivery / Monday")
    assert found.path.read_bytes() == whole
    assert library.images.thumbnail(renamed).exists()
    assert sorted(each.filename for each in library.videos()) == sorted([second, renamed])
    left = {path.name for path in library.folder.rglob("*") if path.is_file()}
    beside = {name.replace(".mp4", ".json") for name in (second, renamed)}
    assert left == {second, renamed, *beside, f"{renamed}.jpg", ".lock"}


def test_renaming_to_a_used_name_adds_a_number_and_to_the_same_name_none(library, save, film):
    first, second = save("Door"), save("Bench")
    assert library.rename(second, "Door") == first.replace(".mp4", " (2).mp4")
    assert library.rename(first, "Door") == first
    assert library.get(first).name == "Door"
    (library.folder / "foreign.mp4").write_bytes(film[0].read_bytes())
    assert library.rename("foreign.mp4", "a holiday") == "a holiday.mp4"
    assert library.get("a holiday.mp4").receipt is None


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\nb"])
def test_renaming_a_video_to_an_invalid_name_changes_nothing(library, save, name):
    filename = save("Door")
    with pytest.raises(InputError):
        library.rename(filename, name)
    assert library.get(filename).name == "Door"


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_rename_that_is_broken_off_leaves_the_video_whole(library, save, monkeypatch, call):
    """The disk fails at its first, second or third operation."""
    filename = save("Door")
    whole = (library.folder / filename).read_bytes()
    turns = iter(range(1, 10))

    def refusing(how):
        def tried(*args):
            if next(turns) == call:
                raise OSError(5, "Input/output error")
            return how(*args)

        return tried

    monkeypatch.setattr(file_system, "fsync_path", refusing(file_system.fsync_path))
    monkeypatch.setattr(
        file_system, "rename_no_overwrite", refusing(file_system.rename_no_overwrite)
    )
    with pytest.raises(ServiceError):
        library.rename(filename, "Delivery")
    monkeypatch.undo()
    (video,) = library.videos()
    assert video.path.read_bytes() == whole
    assert video.receipt is not None


def test_a_failed_save_keeps_the_recorded_file(library, film, monkeypatch):
    file = make_segment_path(library)
    file.write_bytes(film[0].read_bytes())

    def refuse(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Receipt, "write", refuse)
    with pytest.raises(OSError, match="No space"):
        library.save(file, film[1])
    assert file.exists() and library.videos() == []


def test_no_video_is_overwritten_on_a_disk_without_hard_links(library, save, monkeypatch):
    def refuse(source, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    first, second = save(), save()
    assert second == first.replace(".mp4", " (2).mp4")


def test_a_second_camrec_cannot_use_the_videos_folder(library):
    with pytest.raises(StateError) as caught:
        VideoLibrary(library.folder, Clock()).open()
    assert caught.value.code == "folder_taken"
    tried = run_python("-c", SECOND, str(library.folder), env=python_environment(), text=True)
    assert tried.stdout.strip() == "folder_taken", tried.stderr
    library.close()
    other = VideoLibrary(library.folder, Clock())
    other.open()
    other.close()


SECOND = """
import sys
from pathlib import Path
from camrec.clock import Clock
from camrec.errors import StateError
from camrec.library import VideoLibrary
try:
    VideoLibrary(Path(sys.argv[1]), Clock()).open()
except StateError as error:
    print(error.code)
"""


def test_a_videos_folder_that_cannot_be_created_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError) as caught:
        VideoLibrary(tmp_path / "file" / "videos", Clock()).open()
    assert caught.value.code == "folder_unwritable"


def test_a_library_that_is_not_open_can_be_read_and_creates_no_folder(tmp_path):
    library = VideoLibrary(tmp_path / "none", Clock())
    assert library.videos() == []
    assert library.disk_space.free_bytes > 0
    assert not (tmp_path / "none").exists()


def test_a_new_videos_folder_is_synced_with_its_parent_folders(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("camrec.file_system.durable.fsync_path", synced.append)
    library = VideoLibrary(tmp_path / "a" / "videos", Clock())
    library.open()
    library.close()
    videos = tmp_path / "a" / "videos"
    assert synced == [videos, tmp_path / "a", tmp_path]
