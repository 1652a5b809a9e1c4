"""One program out of what was downloaded."""

from __future__ import annotations

import stat
import tarfile
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from camrec.binaries.check import Unusable

LARGEST = 400 << 20
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError)


def extract(archive: Path, member: str, target: Path) -> None:
    """Write the file `member` of a zip or a tar.gz to `target`; a bare program is taken as it is.

    Only that one file is ever written, and only to `target`. An archive with a name that leads out
    of its own folder is refused all the same: it is not what it should be.

    Raises
    ------
    Unusable
    """
    try:
        if archive.suffix == ".zip":
            _from_zip(archive, member, target)
        elif archive.name.endswith(".tar.gz"):
            _from_tar(archive, member, target)
        else:
            archive.replace(target)
    except DAMAGED as error:
        raise Unusable("bad_archive", file=archive.name, reason=error) from None


def _from_zip(archive: Path, member: str, target: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        _refuse_unsafe(archive, opened.namelist())
        for info in opened.infolist():
            if info.filename == member and not stat.S_ISLNK(info.external_attr >> 16):
                with opened.open(info) as source:
                    return _copy(archive, source, target)
    raise Unusable("no_member", file=archive.name, member=member)


def _from_tar(archive: Path, member: str, target: Path) -> None:
    with tarfile.open(archive, "r:gz") as opened:
        _refuse_unsafe(archive, opened.getnames())
        for info in opened.getmembers():
            if info.name.removeprefix("./") == member and info.isreg():
                with opened.extractfile(info) as source:
                    return _copy(archive, source, target)
    raise Unusable("no_member", file=archive.name, member=member)


def _refuse_unsafe(archive: Path, names: list[str]) -> None:
    for name in names:
        posix, windows = PurePosixPath(name), PureWindowsPath(name)
        if ".." in windows.parts or posix.is_absolute() or windows.anchor:
            raise Unusable("unsafe_name", file=archive.name, name=repr(name))


def _copy(archive: Path, source: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        while chunk := source.read(1 << 20):
            if out.tell() + len(chunk) > LARGEST:
                raise Unusable("unpacks_large", file=archive.name, bytes=LARGEST)
            out.write(chunk)
