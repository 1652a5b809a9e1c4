"""Videos on a share: its folders cannot be synced, its files cannot be locked."""

from __future__ import annotations

import errno
import logging
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import Timeout

from camrec.errors import CamrecError
from camrec.file_system import ProcessLock
from camrec.station import Station
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.odd_cameras import record

if sys.platform != "win32":
    import fcntl

pytestmark = pytest.mark.spread

WITH_FLOCK = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no flock; its locks work on shares"
)
WITH_OPEN_FOLDERS = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows cannot open a folder, and so cannot sync it"
)


def path_of(handle: int) -> str:
    if sys.platform != "win32":
        return os.readlink(f"/proc/self/fd/{handle}")
    import ctypes
    import msvcrt

    name = ctypes.create_unicode_buffer(1000)
    ctypes.WinDLL("kernel32").GetFinalPathNameByHandleW(
        ctypes.c_void_p(msvcrt.get_osfhandle(handle)), name, len(name), 0
    )
    return name.value.removeprefix("\\\\?\\")


@pytest.fixture
def fails(monkeypatch) -> Callable[..., None]:
    """Make fsync or flock fail below a folder; optionally for folders only."""

    def fails(call: str, number: int, below: Path, folders_only: bool = False) -> None:
        module = os if call == "fsync" else fcntl
        real = getattr(module, call)

        def failing(file, *more):
            handle = file if isinstance(file, int) else file.fileno()
            concerned = path_of(handle).startswith(str(below))
            if folders_only:
                concerned = concerned and stat.S_ISDIR(os.fstat(handle).st_mode)
            if concerned:
                raise OSError(number, os.strerror(number))
            return real(file, *more)

        monkeypatch.setattr(module, call, failing)

    monkeypatch.setattr("camrec.file_system.durable._logged", set())
    return fails


@pytest.mark.parametrize(
    ("number", "folders_only"),
    [
        pytest.param(errno.EINVAL, True, marks=WITH_OPEN_FOLDERS),
        pytest.param(errno.ENOTSUP, True, marks=WITH_OPEN_FOLDERS),
        (errno.ENOSYS, False),
    ],
)
def test_recording_to_a_share_that_cannot_be_synced_logs_a_warning(
    binaries, tmp_path, fails, caplog, number, folders_only
):
    caplog.set_level(logging.WARNING)
    fails("fsync", number, tmp_path, folders_only)
    with Station(binaries.config(tmp_path)) as station:
        with RawHttpCamera(encode_jpegs()) as camera:
            recorded = record(station, camera, 2)
        assert recorded.path.is_file() and recorded.receipt.gaps == []
        assert not list((station.library.folder / ".journal").glob("*"))
    said = [each for each in caplog.messages if "power cut" in each]
    assert len(said) == 1 and os.strerror(number) in said[0]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_write_error_of_the_disk_rejects_the_recording(binaries, tmp_path, fails, number):
    with Station(binaries.config(tmp_path)) as station, RawHttpCamera(encode_jpegs()) as camera:
        session = station.cameras.open(camera.url)
        fails("fsync", number, tmp_path)
        with pytest.raises(CamrecError) as refused:
            station.recordings.start(session.session_id, 2)
        assert refused.value.code in ("folder_unwritable", "disk_full")
        said = {errno.EIO: "the disk reports an error", errno.ENOSPC: ""}[number]
        assert said in str(refused.value)


@WITH_FLOCK
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_a_share_without_locks_is_used_by_one_camrec_of_this_machine(
    binaries, tmp_path, fails, caplog, number
):
    fails("flock", number, tmp_path)
    with Station(binaries.config(tmp_path)):
        assert "cannot be locked" in caplog.text
        with pytest.raises(CamrecError) as taken, Station(binaries.config(tmp_path)):
            pass
        assert taken.value.code == "folder_taken"
    with Station(binaries.config(tmp_path)):
        pass


@WITH_FLOCK
def test_a_disk_error_while_locking_the_folder_is_reported(binaries, tmp_path, fails):
    fails("flock", errno.EIO, tmp_path)
    with pytest.raises(CamrecError) as failed, Station(binaries.config(tmp_path)):
        pass
    assert failed.value.code == "folder_unwritable"


def test_a_process_lock_has_one_owner_at_a_time(tmp_path):
    one, two = ProcessLock(tmp_path / "lock"), ProcessLock(tmp_path / "lock")
    one.acquire()
    with pytest.raises(Timeout):
        two.acquire()
    one.release()
    two.acquire()
    two.release()
