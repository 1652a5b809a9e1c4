"""A file can be renamed, deleted and saved while somebody has it open, on Windows too."""

from __future__ import annotations

import http.client
import io
import os
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from camrec import file_system, remote_files
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import StateError
from camrec.frames.frame_index import read_index
from camrec.frames.frame_reader import FrameReader
from camrec.library import VideoLibrary
from camrec.receipt import Receipt
from camrec.recording import RecordingState
from camrec.recording.fsync_thread import FsyncThread
from support.saved_videos import encode_small_video, make_segment_path
from support.studio import Studio
from support.units_made import until, video_units
from support.wire import Wire, serving

pytestmark = pytest.mark.spread

WINDOWS_ONLY = pytest.mark.skipif(
    sys.platform != "win32", reason="only Windows has files that cannot be renamed while open"
)
# More than the buffers of both ends of a connection, so that the server has to wait.
LARGE_VIDEO_BYTES = 48 << 20
UNITS = [number / 25 for number in range(200)]


@pytest.fixture(scope="module")
def small(binaries, tmp_path_factory) -> Path:
    """A small real video."""
    path = tmp_path_factory.mktemp("small") / "small.mp4"
    return encode_small_video(binaries.ffmpeg, path, 2)


@pytest.fixture
def folder(tmp_path, small) -> Path:
    """A videos folder with one large video: a box that players ignore follows the small one."""
    folder = tmp_path / "vidéos 📷"
    folder.mkdir()
    with open(shutil.copy(small, folder / "Door.mp4"), "ab") as file:
        file.write(LARGE_VIDEO_BYTES.to_bytes(4, "big") + b"free")
        file.truncate(small.stat().st_size + LARGE_VIDEO_BYTES)
    return folder


@pytest.fixture
def wire(binaries, tmp_path, folder) -> Iterator[Wire]:
    config = Config(videos_dir=folder, bin_dir=tmp_path / "bin", ffmpeg_path=str(binaries.ffmpeg))
    with serving(config) as (_, wire):
        yield wire


@contextmanager
def paused(wire: Wire, path: str) -> Iterator[http.client.HTTPResponse]:
    """A player on pause: it has read the beginning of the response, and reads no further."""
    connection = http.client.HTTPConnection(wire.host, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200
        yield response
    finally:
        connection.close()


def listed(wire: Wire) -> list[str]:
    return [video["filename"] for video in wire.get("/videos").json()["videos"]]


def test_a_video_that_is_played_is_renamed_and_deleted_and_plays_on(wire, folder):
    data = (folder / "Door.mp4").read_bytes()
    with paused(wire, "/videos/Door.mp4") as player:
        begin = player.read(100_000)
        renamed = wire.ask("PATCH", "/videos/Door.mp4", {"name": "Garden"})
        assert renamed.status == 200 and renamed.json()["filename"] == "Garden.mp4"
        assert listed(wire) == ["Garden.mp4"]
        assert wire.ask("DELETE", "/videos/Garden.mp4").status == 204
        assert listed(wire) == []
        assert begin + player.read() == data
    assert [path.name for path in folder.glob("*.mp4")] == []


def test_a_video_of_a_zip_that_is_downloaded_is_renamed_and_deleted(wire, folder):
    data = (folder / "Door.mp4").read_bytes()
    with paused(wire, "/archive?video=Door.mp4") as download:
        begin = download.read(100_000)
        assert wire.ask("PATCH", "/videos/Door.mp4", {"name": "Garden"}).status == 200
        assert wire.ask("DELETE", "/videos/Garden.mp4").status == 204
        archive = zipfile.ZipFile(io.BytesIO(begin + download.read()))
        assert archive.read("Door.mp4") == data


def test_a_name_is_free_at_once_although_the_deleted_video_is_played(wire, folder, small):
    with paused(wire, "/videos/Door.mp4") as player:
        player.read(100_000)
        assert wire.ask("DELETE", "/videos/Door.mp4").status == 204
        shutil.copy(small, folder / "Door.mp4")
        assert wire.get("/videos/Door.mp4").body == small.read_bytes()


@pytest.mark.parametrize("reader", ["preview", "frames"])
def test_a_video_that_is_decoded_is_renamed_and_deleted(tmp_path, small, reader):
    library = VideoLibrary(tmp_path / "videos", Clock())
    library.open()
    try:
        path = Path(shutil.copy(small, library.folder / "Door.mp4"))
        if reader == "frames":
            index, frames = read_index(path), FrameReader(path)
            read, close = lambda: frames.read_frame(index.seek_targets(49)), frames.close
        else:
            opened = remote_files.open_video(path)
            container = opened.__enter__()
            read = lambda: next(container.decode(video=0)).to_ndarray()  # noqa: E731
            close = partial(opened.__exit__, None, None, None)
        library.delete(library.rename("Door.mp4", "Garden"))
        assert library.videos() == []
        assert read().size
        close()
    finally:
        library.close()


@pytest.mark.parametrize("change", ["replace", "rename", "remove"])
def test_a_file_that_a_scanner_has_open_is_changed_as_soon_as_it_is_free(
    tmp_path, monkeypatch, change
):
    """The scanner opens the file as most programs do, and closes it when it was in the way."""
    path, source = tmp_path / "a.json", tmp_path / ".a.new"
    path.write_text("old")
    source.write_text("new")
    name = "replace" if change == "replace" else "rename"
    real, refused = getattr(os, name), threading.Event()

    def noticed(*args: object) -> None:
        try:
            real(*args)
        except PermissionError:
            refused.set()
            raise

    monkeypatch.setattr(os, name, noticed)
    scanner = path.open("rb")

    def scan() -> None:
        if sys.platform == "win32":
            assert refused.wait(30)
        scanner.close()

    thread = threading.Thread(target=scan)
    thread.start()
    if change == "replace":
        file_system.replace(source, path)
        assert path.read_text() == "new"
    elif change == "rename":
        file_system.rename_no_overwrite(path, tmp_path / "b.json")
        assert (tmp_path / "b.json").read_text() == "old" and not path.exists()
    else:
        file_system.remove(path)
        assert [each.name for each in tmp_path.iterdir()] == [".a.new"]
    thread.join()


@WINDOWS_ONLY
def test_a_video_that_another_program_keeps_open_is_named_in_the_error(tmp_path, small):
    library = VideoLibrary(tmp_path / "videos", Clock())
    library.open()
    try:
        path = Path(shutil.copy(small, library.folder / "Door.mp4"))
        with path.open("rb"):
            for change in (library.delete, lambda name: library.rename(name, "Garden")):
                with pytest.raises(StateError) as refused:
                    change("Door.mp4")
                assert refused.value.code == "file_in_use"
                assert "Door.mp4 is open in another program" in str(refused.value)
            assert [video.filename for video in library.videos()] == ["Door.mp4"]
        library.delete("Door.mp4")
        assert library.videos() == []
    finally:
        library.close()


def test_a_receipt_returns_to_its_place_if_the_video_cannot_be_moved(library, film, monkeypatch):
    """Else the next try would find the name in use, and the video would get a number."""
    file = make_segment_path(library)
    file.write_bytes(film[0].read_bytes())
    real = file_system.rename_no_overwrite
    failed: list[Path] = []

    def fails_once(source: Path, target: Path) -> None:
        if target.suffix == ".mp4" and not failed:
            failed.append(target)
            raise OSError(5, "Input/output error")
        real(source, target)

    monkeypatch.setattr(file_system, "rename_no_overwrite", fails_once)
    with pytest.raises(OSError, match="Input/output"):
        library.save(file, film[1])
    assert file.exists() and not list(library.folder.glob("*.json"))
    filename = library.save(file, film[1])
    assert filename == failed[0].name and library.get(filename).receipt is not None


def test_a_slow_sync_does_not_fail_the_recording_that_is_saved(studio: Studio, monkeypatch):
    """On a slow disk the thread that syncs a segment still has it open when the video is saved."""
    library = VideoLibrary(studio.folder / "videos", Clock())
    library.open()
    syncing, saved = threading.Event(), threading.Event()

    def slow(handle: int) -> None:
        syncing.set()
        assert saved.wait(60)

    def save(file: Path, receipt: Receipt, named_at: int) -> str:
        assert syncing.wait(60)
        return library.save(file, receipt, named_at)

    monkeypatch.setattr(file_system, "fsync_handle", slow)
    monkeypatch.setattr(
        "camrec.recording.recording.FsyncThread", partial(FsyncThread, interval=0.01)
    )
    try:
        units = video_units(UNITS)
        studio.play(units, -1, 1)
        recording = studio.record(2, save_video=save)
        studio.play(units, 1, 2)
        until(syncing.is_set)
        studio.play(units, 2, 5)
        until(lambda: library.videos() != [])
        until(lambda: recording.state is not RecordingState.WRITING)
        saved.set()
        assert recording.wait(60) and recording.state is RecordingState.SAVED
        assert [video.filename for video in library.videos()] == [recording.filename]
        assert not list(studio.folder.glob("parts-*/*"))
    finally:
        saved.set()
        library.close()


@WINDOWS_ONLY
def test_a_recording_whose_file_stays_in_use_is_kept_for_the_next_start(
    studio: Studio, monkeypatch
):
    monkeypatch.setattr("camrec.library.library.SAVE_PATIENCE_S", 0.0)
    library = VideoLibrary(studio.folder / "videos", Clock())
    library.open()
    scanners: list[object] = []

    def save(file: Path, receipt: Receipt, named_at: int) -> str:
        scanners.append(file.open("rb"))
        return library.save(file, receipt, named_at)

    units = video_units(UNITS)
    studio.play(units, -1, 1)
    recording = studio.record(2, save_video=save)
    studio.play(units, 1, 5)
    assert recording.wait(60) and recording.state is RecordingState.FAILED
    assert recording.error.code == "recording_in_use"
    assert "part-1.mp4" in str(recording.error) and studio.journal.erased == []
    assert library.videos() == []
    scanners[0].close()
    library.close()


def test_a_segment_that_cannot_be_deleted_does_not_fail_its_saved_recording(
    studio: Studio, monkeypatch, caplog
):
    real = file_system.remove

    def refused(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "part-1.mp4":
            raise PermissionError(13, "Permission denied", str(path))
        real(path, missing_ok=missing_ok)

    monkeypatch.setattr(file_system, "remove", refused)
    units = video_units(UNITS)
    studio.play(units, -1, 1)
    recording = studio.record(2)
    studio.play(units, 1, 5)
    assert recording.wait(60) and recording.state is RecordingState.SAVED
    assert "part-1.mp4 is saved and can be deleted" in caplog.text


def test_folders_with_a_dot_are_hidden_on_windows(tmp_path):
    library = VideoLibrary(tmp_path / "videos", Clock())
    library.open()
    library.close()
    parts = tmp_path / "videos" / ".parts"
    hidden = 2  # FILE_ATTRIBUTE_HIDDEN
    assert sys.platform != "win32" or parts.stat().st_file_attributes & hidden
    assert parts.is_dir()
