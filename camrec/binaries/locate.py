"""Finds a program: checks each place where it may be, then tries each way to obtain it."""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import platformdirs
from filelock import Timeout

from camrec import file_system
from camrec.binaries.build import GO_BUILD_TIMEOUT_S, build_program
from camrec.binaries.check import Binary, BinaryOrigin, UnusableBinary, check_binary
from camrec.binaries.manifest import GITHUB, PROGRAMS, Program, Release, ReleaseSite
from camrec.binaries.progress import ProgressCallback, ProgressEvent
from camrec.binaries.release import fetch_release as fetch_release
from camrec.errors import ServiceError, describe_os_error
from camrec.file_system import ProcessLock
from camrec.i18n import Phrase, PhraseList

log = logging.getLogger(__name__)


def find_program(
    name: str,
    *,
    configured: str = "",
    folder: Path,
    progress: ProgressCallback | None = None,
    fetch: bool = True,
    cache: Path | None = None,
    site: ReleaseSite = GITHUB,
) -> Binary:
    """Find "mediamtx", "go2rtc" or "ffmpeg", and download or build it if it is missing.

    The order is: the configured path, PATH, `folder`, the user's cache, the FFmpeg of the
    imageio-ffmpeg package, the pinned release, a build with Go. A new program is stored in `folder`
    and in the cache.

    Parameters
    ----------
    configured
        A path, or a command on PATH; empty if nothing is configured.
    folder
        The ``bin/`` folder.
    progress
        Called in this thread for each step.
    fetch
        Whether a missing program may be downloaded or built.
    cache
        A folder to use instead of the user's cache.
    site
        Where releases are published.

    Raises
    ------
    ServiceError
        ``binary_missing``, with each place and way that was tried, and why it failed.
    """
    search = _BinarySearch(PROGRAMS[name], folder, cache or program_cache_folder())
    found = search.first_usable(search.candidate_paths(configured))
    if found is None and fetch:
        found = search.obtain(site, progress or (lambda step: None))
    if found is None:
        raise search.missing_error(folder)
    log.debug("%s %s (%s) at %s", name, found.version, found.origin, found.path)
    return found


def program_cache_folder() -> Path:
    """Return the folder that keeps downloaded programs for all working folders of this user."""
    return platformdirs.user_cache_path("camrec", appauthor=False) / "bin"


class _BinarySearch:
    """One search for a program; `attempts` records what was tried, and why it failed."""

    def __init__(self, program: Program, folder: Path, cache: Path) -> None:
        self.program = program
        self.target = folder.absolute() / program.filename
        self.cache_path: Path | None = None
        if program.release is not None:
            self.cache_path = cache / f"{program.name}-{program.release.tag}" / program.filename
        self.attempts: list[Phrase] = []

    def candidate_paths(self, configured: str) -> Iterator[tuple[BinaryOrigin, Path]]:
        """Yield each place where the program may be, the preferred ones first."""
        name = self.program.name
        if configured and configured != name:
            path = shutil.which(configured) or Path(configured).expanduser()
            yield "configured", Path(path).absolute()
        on_path = shutil.which(name)
        if on_path is not None:
            yield "path", Path(on_path).absolute()
        else:
            self.attempts.append(Phrase("binaries.not_on_path"))
        yield from self.stored_paths()
        if name == "ffmpeg":
            with contextlib.suppress(RuntimeError):
                yield "bundled", Path(imageio_ffmpeg.get_ffmpeg_exe())

    def stored_paths(self) -> Iterator[tuple[BinaryOrigin, Path]]:
        """Yield the places where a downloaded or built program is stored."""
        yield "folder", self.target
        if self.cache_path is not None:
            yield "cache", self.cache_path

    def first_usable(self, places: Iterator[tuple[BinaryOrigin, Path]]) -> Binary | None:
        """Return the first program that works, or None."""
        for origin, path in places:
            try:
                # The user wants exactly the configured program, whatever its version.
                return check_binary(self.program, path, origin, any_version=origin == "configured")
            except UnusableBinary as reason:
                self._record_failure(path, reason)
                if origin in ("configured", "path"):
                    log.warning("%s is not used: %s", path, reason)
        return None

    def obtain(self, site: ReleaseSite, progress: ProgressCallback) -> Binary | None:
        """Download or build the program. If several processes need it now, one of them does."""
        if self.program.release is None:
            return None
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            with self._exclusive_lock(progress):
                # Another camrec may have obtained it while this one waited.
                return self.first_usable(self.stored_paths()) or self._fetch_or_build(
                    self.program.release, site, progress
                )
        except OSError as error:  # filelock's Timeout is an OSError, too
            reason = describe_os_error(error)
            self.attempts.append(Phrase("binaries.tried", place=self.target.parent, reason=reason))
            return None

    def missing_error(self, folder: Path) -> ServiceError:
        """Return the error that lists all attempts; `folder` is where the user can put the file."""
        return ServiceError(
            "binary_missing",
            name=self.program.title,
            tried=PhraseList(self.attempts),
            folder=str(folder),
            url=self.program.download_url,
        )

    def _record_failure(self, place: Path | Phrase, why: UnusableBinary) -> None:
        self.attempts.append(Phrase("binaries.tried", place=place, reason=why.reason))

    @contextlib.contextmanager
    def _exclusive_lock(self, progress: ProgressCallback) -> Iterator[None]:
        lock = ProcessLock(self.target.with_name(f".{self.program.name}.lock"))
        try:
            lock.acquire()
        except Timeout:
            progress(ProgressEvent(self.program.title, "wait"))
            lock.acquire(timeout=2 * GO_BUILD_TIMEOUT_S)
        try:
            for leftover in self.target.parent.glob(f".part-*-{self.program.filename}"):
                with contextlib.suppress(file_system.FileInUseError):
                    file_system.remove(leftover)
            yield
        finally:
            lock.release()

    def _fetch_or_build(
        self, release: Release, site: ReleaseSite, progress: ProgressCallback
    ) -> Binary | None:
        def by_release(into: Path) -> None:
            fetch_release(self.program, release, into, site, progress)

        def by_go(into: Path) -> None:
            build_program(self.program, release, into, progress)

        ways: tuple[tuple[BinaryOrigin, Phrase, Callable[[Path], None]], ...] = (
            ("release", Phrase("binaries.way_release"), by_release),
            ("go", Phrase("binaries.way_go"), by_go),
        )
        for origin, way, obtain in ways:
            with tempfile.TemporaryDirectory(prefix="camrec-", ignore_cleanup_errors=True) as work:
                fresh = Path(work) / self.program.filename
                try:
                    obtain(fresh)
                    return self._store(fresh, origin)
                except UnusableBinary as reason:
                    self._record_failure(way, reason)
                    log.info("%s: %s", str(way).lower(), reason)
        return None

    def _store(self, fresh: Path, origin: BinaryOrigin) -> Binary:
        """Install the new program in the folder and the cache."""
        found = replace(_install(self.program, fresh, self.target, origin), path=self.target)
        log.info("%s %s installed in %s", found.name, found.version, self.target.parent)
        if self.cache_path is not None:
            try:
                self.cache_path.parent.mkdir(parents=True, exist_ok=True)
                _install(self.program, fresh, self.cache_path, origin)
            except (OSError, UnusableBinary) as reason:
                log.warning("%s could not be stored in the cache: %s", found.name, reason)
        return found


def _install(program: Program, fresh: Path, target: Path, origin: BinaryOrigin) -> Binary:
    """Copy `fresh` to `target` atomically, and only if the copy runs."""
    part = target.with_name(f".part-{secrets.token_hex(4)}-{target.name}")
    try:
        shutil.copyfile(fresh, part)
        part.chmod(0o755)
        found = check_binary(program, part, origin)
        file_system.replace(part, target)
        return found
    finally:
        file_system.remove(part, missing_ok=True)
