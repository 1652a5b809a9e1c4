"""Extracts one program from a downloaded archive."""

from __future__ import annotations

import stat
import tarfile
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from camrec.binaries.check import UnusableBinary

MAX_UNPACKED_BYTES = 400 << 20
DAMAGED_ARCHIVE_ERRORS = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError)


def extract(archive: Path, member: str, target: Path) -> None:
    """Extract `member` from a zip or a tar.gz to `target`. Any other file is moved to `target`.

    Only that one file is ever written, and only to `target`. Nevertheless, an archive with a path
    that leads out of its own folder is rejected, because it is not a genuine release.

    Raises
    ------
    UnusableBinary
        The archive is damaged or unsafe, lacks `member`, or unpacks to too many bytes.
    """
    try:
        if archive.suffix == ".zip":
            _extract_from_zip(archive, member, target)
        elif archive.name.endswith(".tar.gz"):
            _extract_from_tar(archive, member, target)
        else:
            archive.replace(target)
    except DAMAGED_ARCHIVE_ERRORS as error:
        raise UnusableBinary("bad_archive", file=archive.name, reason=error) from None


def _extract_from_zip(archive: Path, member: str, target: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        _reject_unsafe_names(archive, opened.namelist())
        for info in opened.infolist():
            if info.filename == member and not stat.S_ISLNK(info.external_attr >> 16):
                with opened.open(info) as source:
                    return _copy_limited(archive, source, target)
    raise UnusableBinary("no_member", file=archive.name, member=member)


def _extract_from_tar(archive: Path, member: str, target: Path) -> None:
    with tarfile.open(archive, "r:gz") as opened:
        _reject_unsafe_names(archive, opened.getnames())
        for info in opened.getmembers():
            if info.name.removeprefix("./") == member and info.isreg():
                source = opened.extractfile(info)
                assert source is not None  # `info` is a regular file
                with source:
                    return _copy_limited(archive, source, target)
    raise UnusableBinary("no_member", file=archive.name, member=member)


def _reject_unsafe_names(archive: Path, names: list[str]) -> None:
    for name in names:
        posix, windows = PurePosixPath(name), PureWindowsPath(name)
        if ".." in windows.parts or posix.is_absolute() or windows.anchor:
            raise UnusableBinary("unsafe_name", file=archive.name, name=repr(name))


def _copy_limited(archive: Path, source: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        while chunk := source.read(1 << 20):
            if out.tell() + len(chunk) > MAX_UNPACKED_BYTES:
                raise UnusableBinary("unpacks_large", file=archive.name, bytes=MAX_UNPACKED_BYTES)
            out.write(chunk)
