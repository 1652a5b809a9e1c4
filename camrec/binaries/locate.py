"""Finding a program: every place where it may be, then every way to get it."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import platformdirs
from filelock import Timeout

from camrec.binaries.build import TAKES_AT_MOST, build
from camrec.binaries.check import Binary, Origin, Unusable, examine
from camrec.binaries.manifest import GITHUB, PROGRAMS, Program, Release, Site
from camrec.binaries.progress import Progress, Step
from camrec.binaries.release import fetch as fetch_release
from camrec.errors import ServiceError, reason_of
from camrec.file_lock import ProcessLock
from camrec.i18n import Lines, Phrase

log = logging.getLogger(__name__)


def find(
    name: str,
    *,
    configured: str = "",
    folder: Path,
    progress: Progress | None = None,
    fetch: bool = True,
    cache: Path | None = None,
    site: Site = GITHUB,
) -> Binary:
    """Find "mediamtx", "go2rtc" or "ffmpeg", and get it where it is missing.

    In this order: the configured path, PATH, `folder`, the user's cache, for FFmpeg the one that
    pip brought; then the pinned release, then a build with Go. What was fetched or built is kept
    in `folder` and in the cache.

    Parameters
    ----------
    configured
        A path, or a command to look up in PATH; empty: not configured.
    folder
        The ``bin/`` folder.
    progress
        Told of each step, in this thread.
    fetch
        Whether a missing program may be fetched or built.
    cache
        Another folder than the user's cache.
    site
        Where releases are published.

    Raises
    ------
    ServiceError
        ``binary_missing``, with each place and way that was tried, and why it led nowhere.
    """
    search = _Search(PROGRAMS[name], folder, cache or user_cache())
    found = search.look(search.places(configured))
    if found is None and fetch:
        found = search.get(site, progress or (lambda step: None))
    if found is None:
        raise ServiceError(
            "binary_missing",
            name=search.program.title,
            tried=Lines(search.tried),
            folder=str(folder),
            url=search.program.page,
        )
    log.debug("%s %s (%s) at %s", name, found.version, found.origin, found.path)
    return found


def user_cache() -> Path:
    """Where fetched programs are kept for all working folders of this user."""
    return platformdirs.user_cache_path("camrec", appauthor=False) / "bin"


class _Search:
    """One search: where to look, how to get it, and what was tried."""

    def __init__(self, program: Program, folder: Path, cache: Path) -> None:
        self.program = program
        self.target = folder.absolute() / program.filename
        self.cached: Path | None = None
        if program.release is not None:
            self.cached = cache / f"{program.name}-{program.release.tag}" / program.filename
        self.tried: list[Phrase] = []

    def places(self, configured: str) -> Iterator[tuple[Origin, Path]]:
        name = self.program.name
        if configured and configured != name:
            path = shutil.which(configured) or Path(configured).expanduser()
            yield "configured", Path(path).absolute()
        on_path = shutil.which(name)
        if on_path is not None:
            yield "path", Path(on_path).absolute()
        else:
            self.tried.append(Phrase("binaries.not_on_path"))
        yield from self.kept()
        if name == "ffmpeg":
            with contextlib.suppress(RuntimeError):
                yield "bundled", Path(imageio_ffmpeg.get_ffmpeg_exe())

    def kept(self) -> Iterator[tuple[Origin, Path]]:
        yield "folder", self.target
        if self.cached is not None:
            yield "cache", self.cached

    def look(self, places: Iterator[tuple[Origin, Path]]) -> Binary | None:
        """The first that works."""
        for origin, path in places:
            try:
                # Whoever configures a path wants that very program, whatever its version.
                return examine(self.program, path, origin, any_version=origin == "configured")
            except Unusable as reason:
                self._note(path, reason)
                if origin in ("configured", "path"):
                    log.warning("%s is passed over: %s", path, reason)
        return None

    def get(self, site: Site, progress: Progress) -> Binary | None:
        """Fetch or build it, once for all who ask at the same time."""
        if self.program.release is None:
            return None
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            with self._alone(progress):
                # Another camrec may have got it while this one waited.
                return self.look(self.kept()) or self._get(self.program.release, site, progress)
        except (OSError, Timeout) as error:
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            self.tried.append(Phrase("binaries.tried", place=self.target.parent, reason=reason))
            return None

    def _note(self, place: Path | Phrase, why: Unusable) -> None:
        self.tried.append(Phrase("binaries.tried", place=place, reason=why.reason))

    @contextlib.contextmanager
    def _alone(self, progress: Progress) -> Iterator[None]:
        lock = ProcessLock(self.target.with_name(f".{self.program.name}.lock"))
        try:
            lock.acquire()
        except Timeout:
            progress(Step(self.program.title, "wait"))
            lock.acquire(timeout=2 * TAKES_AT_MOST)
        try:
            for left in self.target.parent.glob(f".part-*-{self.program.filename}"):
                left.unlink()
            yield
        finally:
            lock.release()

    def _get(self, release: Release, site: Site, progress: Progress) -> Binary | None:
        def by_release(into: Path) -> None:
            fetch_release(self.program, release, into, site, progress)

        def by_go(into: Path) -> None:
            build(self.program, release, into, progress)

        for origin, way, obtain in (
            ("release", Phrase("binaries.way_release"), by_release),
            ("go", Phrase("binaries.way_go"), by_go),
        ):
            with tempfile.TemporaryDirectory(prefix="camrec-") as work:
                fresh = Path(work) / self.program.filename
                try:
                    obtain(fresh)
                    return self._keep(fresh, origin)
                except Unusable as reason:
                    self._note(way, reason)
                    log.info("%s: %s", str(way).lower(), reason)
        return None

    def _keep(self, fresh: Path, origin: Origin) -> Binary:
        """Put what was got into the folder and the cache."""
        found = replace(_install(self.program, fresh, self.target, origin), path=self.target)
        log.info("%s %s put into %s", found.name, found.version, self.target.parent)
        if self.cached is not None:
            try:
                self.cached.parent.mkdir(parents=True, exist_ok=True)
                _install(self.program, fresh, self.cached, origin)
            except (OSError, Unusable) as reason:
                log.warning("%s is not kept in the cache: %s", found.name, reason)
        return found


def _install(program: Program, fresh: Path, target: Path, origin: Origin) -> Binary:
    """Copy `fresh` to `target` in one moment, and only if it runs there."""
    part = target.with_name(f".part-{secrets.token_hex(4)}-{target.name}")
    try:
        shutil.copyfile(fresh, part)
        part.chmod(0o755)
        found = examine(program, part, origin)
        os.replace(part, target)
        return found
    finally:
        part.unlink(missing_ok=True)
