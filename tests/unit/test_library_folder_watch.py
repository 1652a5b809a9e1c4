"""The watch over the videos folder notices what other programs do there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from camrec.library import FolderWatch
from camrec.library.folder_watch import SETTLED_CHECKS

OLD = 1_700_000_000


@pytest.fixture
def watch(tmp_path: Path) -> FolderWatch:
    (tmp_path / "there.mp4").write_bytes(b"a video")
    os.utime(tmp_path, (OLD, OLD))
    return FolderWatch(tmp_path)


def test_an_untouched_folder_has_not_changed(watch):
    assert [watch.changed() for _ in range(3)] == [False] * 3


def test_a_file_put_in_and_one_taken_out_are_seen(watch, tmp_path):
    (tmp_path / "copied.mp4").write_bytes(b"another")
    assert watch.changed()
    assert not watch.changed()
    (tmp_path / "there.mp4").unlink()
    os.utime(tmp_path, (OLD + 9, OLD + 9))
    assert watch.changed()


def test_a_file_that_is_still_being_copied_is_seen_to_grow(watch, tmp_path):
    path = tmp_path / "copied.mp4"
    path.write_bytes(b"")
    assert watch.changed()
    for _ in range(SETTLED_CHECKS - 1):
        assert not watch.changed()
    with path.open("ab") as file:
        file.write(b"more of it")
    assert watch.changed()


def test_a_removed_folder_is_no_error_for_the_folder_watch(watch, tmp_path):
    (tmp_path / "there.mp4").unlink()
    tmp_path.rmdir()
    watch.changed()
    assert not watch.changed()
    tmp_path.mkdir()
