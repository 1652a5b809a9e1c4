"""Videos folders with unusual paths: long ones, other alphabets, the root of a drive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer import BadParameter

from camrec.cli.record import _check_new_file
from camrec.clock import Clock
from camrec.errors import InputError
from camrec.library import VideoLibrary
from support.saved_videos import make_segment_path

WINDOWS_ONLY = pytest.mark.skipif(sys.platform != "win32", reason="only Windows has such paths")


@contextmanager
def opened(folder: Path) -> Iterator[VideoLibrary]:
    library = VideoLibrary(folder, Clock())
    library.open()
    try:
        yield library
    finally:
        library.close()


def use(library: VideoLibrary, film, name: str = "Door") -> str:
    """Save, show, rename and delete a video; return the name that it had first."""
    file = make_segment_path(library)
    file.write_bytes(film[0].read_bytes())
    filename = library.save(file, film[1].model_copy(update={"name": name}))
    assert library.images.thumbnail(filename).stat().st_size > 1000
    assert library.images.frame_times(filename)
    assert library.get(filename).receipt.name == name
    renamed = library.rename(filename, f"{name[:90]} again")
    assert [video.filename for video in library.videos()] == [renamed]
    library.delete(renamed)
    assert library.videos() == []
    return filename


@pytest.mark.parametrize(
    "name", ["vidéos d'été", "a folder with spaces", "ビデオ", "📷", "100% [a] (b) & c;d"]
)
def test_a_videos_folder_may_have_any_name(tmp_path, film, name):
    with opened(tmp_path / name) as library:
        use(library, film)


@WINDOWS_ONLY
def test_a_videos_folder_may_be_the_root_of_a_drive(tmp_path, film):
    """As a USB disk or a mapped share is; here a letter stands for a folder, as with `subst`."""
    import ctypes

    define = ctypes.WinDLL("kernel32", use_last_error=True).DefineDosDeviceW
    remove_definition = 2
    assert define(0, "Q:", ctypes.c_wchar_p(str(tmp_path))), ctypes.get_last_error()
    try:
        if not Path("Q:\\").is_dir():
            pytest.skip("Wine has no letters for folders but those of its prefix")
        with opened(Path("Q:\\")) as library:
            use(library, film)
    finally:
        assert define(remove_definition, "Q:", None)


@WINDOWS_ONLY
def test_a_long_videos_folder_shortens_the_names_of_videos(tmp_path, film):
    """Nothing that camrec makes for a video has a path of 260 characters."""
    folder = tmp_path / ("x" * 60) / ("y" * (259 - len(str(tmp_path)) - 62 - 75))
    with opened(folder) as library:
        filename = use(library, film, "é" * 100)
        assert filename.startswith("é" * 10)
        longest_path = library.folder / ".indexes" / f"{filename}.npz.4294967295"
        assert len(str(longest_path)) <= 259


@WINDOWS_ONLY
def test_a_videos_folder_with_too_long_a_path_is_rejected(tmp_path):
    folder = tmp_path / ("x" * (220 - len(str(tmp_path))))
    with pytest.raises(InputError) as refused:
        VideoLibrary(folder, Clock()).open()
    assert refused.value.code == "folder_too_long" and str(folder) in str(refused.value)
    assert not folder.exists()


@WINDOWS_ONLY
@pytest.mark.parametrize("name", ["NUL.mp4", "com1.mp4", "a?.mp4", "Door:1.mp4", "a. ", "x" * 300])
def test_a_file_that_windows_forbids_is_rejected_before_the_recording(tmp_path, name):
    with pytest.raises(BadParameter, match="Windows"):
        _check_new_file(tmp_path / name)
    _check_new_file(tmp_path / "Hof Tür 📷.mp4")
