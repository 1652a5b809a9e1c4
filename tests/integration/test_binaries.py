"""Finding and downloading the programs, against a local server in place of the release site."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from camrec.binaries import (
    PROGRAMS,
    ProgressEvent,
    ReleaseSite,
    download,
    find_program,
    manifest,
)
from camrec.binaries.check import UnusableBinary
from camrec.binaries.manifest import GO_ARCHITECTURES, ReleaseAsset
from camrec.cli.download_progress import DownloadProgressBar
from camrec.errors import ServiceError
from support.played_program import played_program

MEDIAMTX = played_program("v1.20.1")
GO2RTC = played_program("go2rtc version 1.9.14 (abc) linux/amd64")
OLD_GO2RTC = played_program("go2rtc version 1.8.5 (abc) linux/amd64")
BROKEN = played_program(code=3)
# What starts a program of another machine.
FOREIGN = b"MZ of another machine" if os.name == "nt" else b"\x7fELF of another machine"
MOST_BYTES = 10 * len(GO2RTC)
TOO_MANY_BYTES = bytes(20 * len(GO2RTC))
GO = shutil.which("go")
ROOT = Path(__file__).parents[2]


def file_name(program: str) -> str:
    """What its file is called on this system."""
    return f"{program}.exe" if os.name == "nt" else program


def ffmpeg(version: str, *built: str) -> bytes:
    """An FFmpeg that was built with these options."""
    return played_program(f"ffmpeg version {version} Copyright", *built)


class SiteServer:
    """Answers each path with bytes, or with what a function returns; counts the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked[self.path] += 1
                answer = site.answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                elif callable(answer):
                    answer(self)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        base = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.site = ReleaseSite(base, f"{base}/api")

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Place:
    """A machine of our own: an empty PATH, a bin/, a cache and a release site."""

    def __init__(self, folder: Path, server: SiteServer) -> None:
        self.path = folder / "path"
        self.bin = folder / "bin"
        self.cache = folder / "cache"
        self.server = server
        self.steps: list[ProgressEvent] = []
        for each in (self.path, self.bin):
            each.mkdir()

    def find(self, name: str = "mediamtx", **more: object):
        given = {"folder": self.bin, "cache": self.cache, "site": self.server.site}
        return find_program(name, progress=self.steps.append, **{**given, **more})

    def missing(self, name: str = "mediamtx", **more: object) -> str:
        """The text of the error; nothing is left behind."""
        with pytest.raises(ServiceError) as caught:
            self.find(name, **more)
        assert caught.value.code == "binary_missing"
        assert set(os.listdir(self.bin)) <= {f".{name}.lock"}
        assert not self.cache.exists()
        return caught.value.text()

    def put(self, folder: Path, name: str, content: bytes, mode: int = 0o755) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / file_name(name)
        file.write_bytes(content)
        file.chmod(mode)
        return file


@pytest.fixture
def server() -> Iterator[SiteServer]:
    server = SiteServer()
    yield server
    server.stop()


@pytest.fixture
def place(tmp_path: Path, server: SiteServer, monkeypatch: pytest.MonkeyPatch) -> Place:
    place = Place(tmp_path, server)
    monkeypatch.setenv("PATH", str(place.path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield place
    assert not list(tmp_path.glob("camrec-*"))


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Make the release of a program contain one file for this machine; returns the file's path."""

    def pin(name: str, file: str, sha256: str | None) -> str:
        program = PROGRAMS[name]
        machine = (platform.system(), GO_ARCHITECTURES[platform.machine().lower()])
        release = replace(program.release, assets={machine: ReleaseAsset(file, sha256)})
        monkeypatch.setitem(manifest.PROGRAMS, name, replace(program, release=release))
        return f"/{release.repository}/releases/download/{release.tag}/{file}"

    return pin


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tar_gz(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


# What is there already


def test_program_locations_are_searched_in_order(place: Place) -> None:
    cached = place.put(place.cache / "mediamtx-v1.20.1", "mediamtx", MEDIAMTX)
    assert (place.find().origin, place.find().path) == ("cache", cached)
    in_bin = place.put(place.bin, "mediamtx", MEDIAMTX)
    assert (place.find().origin, place.find().path) == ("folder", in_bin)
    on_path = place.put(place.path, "mediamtx", MEDIAMTX)
    assert (place.find().origin, place.find().path) == ("path", on_path)
    mine = place.put(place.bin / "mine", "any name", played_program("v0.9.3"))
    found = place.find(configured=str(mine))
    assert (found.origin, found.path, found.version) == ("configured", mine, "0.9.3")
    assert place.steps == [] and not place.server.asked


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (MEDIAMTX, 0o644, "is not executable"),
        (FOREIGN, 0o755, "does not run here (it is not a program for this computer)"),
        (BROKEN, 0o755, "does not report its version (exit code 3)"),
        (played_program("hello"), 0o755, "does not report its version (exit code 0)"),
        (played_program("v1.9.3"), 0o755, "version 1.9.3 is too old; 1.20.1 or newer is needed"),
    ],
    ids=["not-executable", "foreign", "broken", "without-version", "too-old"],
)
def test_an_unusable_program_is_skipped_and_its_reason_reported(
    place: Place, content: bytes, mode: int, reason: str
) -> None:
    place.put(place.bin, "mediamtx", content, mode)
    with pytest.raises(ServiceError) as caught:
        place.find(fetch=False)
    text = caught.value.text()
    file = file_name("mediamtx")
    assert f"- {place.bin / file}: {reason}" in text
    assert f"{place.cache / 'mediamtx-v1.20.1' / file}: not there" in text
    assert str(place.bin) in text and "github.com/bluenviron/mediamtx/releases" in text
    assert "introuvable" in caught.value.text("fr")


def test_a_configured_program_that_does_not_run_is_passed_over(place: Place, caplog) -> None:
    place.put(place.path, "go2rtc", GO2RTC)
    nowhere = str(place.bin / "nowhere" / "go2rtc")
    assert place.find("go2rtc", configured=nowhere).origin == "path"
    assert f"{nowhere} is not used: not there" in caplog.text


def test_ffmpeg_from_path_or_else_the_one_that_pip_brought(place: Place) -> None:
    old = place.put(place.path, "ffmpeg", ffmpeg("4.4.2-0ubuntu", "--enable-libx264"))
    bundled = place.find("ffmpeg", configured="ffmpeg")
    assert bundled.origin == "bundled" and int(bundled.version.split(".")[0]) >= 6
    old.write_bytes(ffmpeg("n7.1-5-gabc"))
    assert place.find("ffmpeg", configured="ffmpeg").origin == "bundled"
    old.write_bytes(ffmpeg("n7.1-5-gabc", "--enable-libx264"))
    found = place.find("ffmpeg", configured="ffmpeg")
    assert (found.origin, found.version) == ("path", "7.1")
    old.write_bytes(ffmpeg("N-12345-gabc", "--enable-libx264"))
    assert place.find("ffmpeg").version == "N-12345-gabc"


# The release


@pytest.mark.parametrize(
    ("name", "file", "data"),
    [
        ("mediamtx", "m.tar.gz", tar_gz({"LICENSE": b"MIT", file_name("mediamtx"): MEDIAMTX})),
        ("go2rtc", "g.zip", zipped({file_name("go2rtc"): GO2RTC})),
        ("go2rtc", "go2rtc_linux", GO2RTC),
    ],
    ids=["tar", "zip", "program"],
)
def test_a_good_file_is_fetched_verified_and_kept(place, pin, name, file, data) -> None:
    place.server.answers[pin(name, file, sha256(data))] = data
    found = place.find(name)
    assert (found.origin, found.path) == ("release", place.bin / file_name(name))
    assert os.access(found.path, os.X_OK)
    assert place.steps[-1] == ProgressEvent(PROGRAMS[name].title, "download", len(data), len(data))
    assert set(os.listdir(place.bin)) <= {file_name(name), f".{name}.lock"}
    assert place.find(name).origin == "folder"
    # Another working folder does not download it again.
    assert place.find(name, folder=place.bin / "other").origin == "cache"
    assert sum(place.server.asked.values()) == 1


def test_a_program_in_bin_that_is_too_old_is_replaced(place: Place, pin) -> None:
    place.put(place.bin, "go2rtc", OLD_GO2RTC)
    place.server.answers[pin("go2rtc", "g", sha256(GO2RTC))] = GO2RTC
    assert place.find("go2rtc").version == "1.9.14"
    assert (place.bin / file_name("go2rtc")).read_bytes() == GO2RTC


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(GO2RTC)))
    handler.end_headers()
    handler.wfile.write(GO2RTC[:10])
    handler.close_connection = True


def too_large(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(TOO_MANY_BYTES)
    handler.close_connection = True


def without_a_number(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "many")
    handler.end_headers()
    handler.wfile.write(b"short")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (GO2RTC + b" ", f"wrong SHA-256 {sha256(GO2RTC + b' ')}"),
        (cut_off, "the connection was cut off"),
        (None, "HTTP status 404"),
        (TOO_MANY_BYTES, f"larger than {MOST_BYTES} bytes"),
        (too_large, f"larger than {MOST_BYTES} bytes"),
        (without_a_number, f"wrong SHA-256 {sha256(b'short')}"),
    ],
    ids=["wrong", "cut-off", "404", "announced-too-large", "too-large", "size-without-number"],
)
def test_a_file_that_is_not_right_is_refused(place, pin, monkeypatch, answer, reason) -> None:
    monkeypatch.setattr(download, "MAX_DOWNLOAD_BYTES", MOST_BYTES)
    path = pin("go2rtc", "go2rtc_linux", sha256(GO2RTC))
    if answer is not None:
        place.server.answers[path] = answer
    text = place.missing("go2rtc")
    assert f"- Download: {place.server.site.releases_url}{path}: {reason}" in text
    assert "- Build with Go: Go is not installed" in text


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"../go2rtc": GO2RTC, file_name("go2rtc"): GO2RTC}, "unsafe name '../go2rtc'"),
        ({file_name("go2rtc"): GO2RTC, "/etc/x": b""}, "unsafe name '/etc/x'"),
        ({file_name("go2rtc"): GO2RTC, "C:\\x": b""}, "unsafe name"),
        ({f"folder/{file_name('go2rtc')}": GO2RTC}, "contains no file go2rtc"),
        ({file_name("go2rtc"): BROKEN}, "does not report its version"),
    ],
    ids=["parent", "root", "drive", "folder", "broken"],
)
def test_an_archive_that_is_not_right_is_refused(place, pin, files, reason) -> None:
    data = zipped(files)
    place.server.answers[pin("go2rtc", "g.zip", sha256(data))] = data
    assert reason in place.missing("go2rtc")
    assert not list(place.bin.parent.glob("go2rtc*"))


def test_archives_with_links_bombs_and_damage_are_refused(place, pin, monkeypatch) -> None:
    name = file_name("go2rtc")
    link = zipfile.ZipInfo(name)
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/bin/true")
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as opened:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, "/bin/true"
        opened.addfile(info)
    monkeypatch.setattr("camrec.binaries.archive.MAX_UNPACKED_BYTES", 1000)
    for file, data, reason in (
        ("g.zip", out.getvalue(), "contains no file go2rtc"),
        ("g.tar.gz", tar.getvalue(), "contains no file go2rtc"),
        ("g.zip", zipped({name: bytes(2000)}), "unpacks to more than 1000 bytes"),
        ("g.zip", b"no zip", "cannot be unpacked"),
        ("g.tar.gz", tar_gz({name: GO2RTC})[:60], "cannot be unpacked"),
    ):
        place.server.answers[pin("go2rtc", file, sha256(data))] = data
        assert reason in place.missing("go2rtc")


def test_a_download_without_a_network_fails_at_once_with_that_reason(place: Place) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}"
        assert ": no connection" in place.missing(site=ReleaseSite(base, base))


def test_plain_http_is_not_spoken_with_other_machines(tmp_path: Path) -> None:
    with pytest.raises(UnusableBinary, match="not HTTPS"):
        download.download_file("http://release.invalid/x", tmp_path / "x", "", lambda *_: None)


def test_a_published_sha256_stands_in_for_one_of_our_own(place: Place, pin) -> None:
    path = pin("mediamtx", "m.zip", None)
    data = zipped({file_name("mediamtx"): MEDIAMTX})
    place.server.answers[path] = data
    checksums = path.replace("m.zip", "checksums.sha256")
    assert "404" in place.missing()
    place.server.answers[checksums] = f"{'0' * 64} *other.zip\n".encode()
    assert "m.zip: its SHA-256 is not known, so it is not downloaded" in place.missing()
    place.server.answers[checksums] = f"{'0' * 64} *m.zip\n".encode()
    assert "wrong SHA-256" in place.missing()
    place.server.answers[checksums] = f"{sha256(data)} *m.zip\n".encode()
    assert place.find().origin == "release"


def test_the_digest_of_the_api_stands_in_where_there_are_no_checksums(place: Place, pin) -> None:
    path = pin("go2rtc", "g", None)
    place.server.answers[path] = GO2RTC
    api = "/api/repos/AlexxIT/go2rtc/releases/tags/v1.9.14"
    for description in (b"[]", b"no json", b'{"assets": [{"name": "g", "digest": null}]}'):
        place.server.answers[api] = description
        place.missing("go2rtc")
    assert path not in place.server.asked
    assets = [{"name": "g", "digest": f"sha256:{sha256(GO2RTC)}"}]
    place.server.answers[api] = json.dumps({"assets": assets}).encode()
    assert place.find("go2rtc").origin == "release"


@pytest.mark.parametrize(
    ("system", "machine", "mediamtx", "go2rtc"),
    [
        ("Linux", "x86_64", "linux_amd64.tar.gz", "go2rtc_linux_amd64"),
        ("Linux", "aarch64", "linux_arm64.tar.gz", "go2rtc_linux_arm64"),
        ("Darwin", "x86_64", "darwin_amd64.tar.gz", "go2rtc_mac_amd64.zip"),
        ("Darwin", "arm64", "darwin_arm64.tar.gz", "go2rtc_mac_arm64.zip"),
        ("Windows", "AMD64", "windows_amd64.zip", "go2rtc_win64.zip"),
        ("Windows", "ARM64", "windows_amd64.zip", "go2rtc_win_arm64.zip"),
        ("Linux", "riscv64", None, None),
    ],
)
def test_each_platform_gets_its_own_release_file(
    monkeypatch, system, machine, mediamtx, go2rtc
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    for name, file in (
        ("mediamtx", mediamtx and f"mediamtx_v1.20.1_{mediamtx}"),
        ("go2rtc", go2rtc),
    ):
        asset = PROGRAMS[name].release.asset_for_platform()
        assert (asset and asset.file) == file
        assert asset is None or asset.sha256 is None or len(bytes.fromhex(asset.sha256)) == 32
    assert PROGRAMS["go2rtc"].filename == ("go2rtc.exe" if system == "Windows" else "go2rtc")


# Two at once

START = """
import sys, urllib.request
from dataclasses import replace
from pathlib import Path
from camrec.binaries import PROGRAMS, ReleaseSite, find_program

folder, base, file, sha256 = sys.argv[1:]
program = PROGRAMS["go2rtc"]
asset = replace(program.release.asset_for_platform(), file=file, sha256=sha256)
assets = dict.fromkeys(program.release.assets, asset)
PROGRAMS["go2rtc"] = replace(program, release=replace(program.release, assets=assets))

def tell(step):
    if step.kind == "wait":
        urllib.request.urlopen(f"{base}/waits").close()

print(find_program("go2rtc", folder=Path(folder, "bin"), cache=Path(folder, "cache"),
           site=ReleaseSite(base, base), progress=tell).origin)
"""


@pytest.fixture
def start(place: Place) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        arguments = [str(place.bin.parent), place.server.site.releases_url, "g", sha256(GO2RTC)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_two_simultaneous_starts_download_a_program_once(place: Place, pin, start) -> None:
    other_waits = threading.Event()
    path = pin("go2rtc", "g", sha256(GO2RTC))

    def hold(handler: BaseHTTPRequestHandler) -> None:
        assert other_waits.wait(30)
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(GO2RTC)

    def note(handler: BaseHTTPRequestHandler) -> None:
        other_waits.set()
        handler.send_response(204)
        handler.end_headers()

    place.server.answers.update({path: hold, "/waits": note})
    both = [start(), start()]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in both)
    assert said == ["folder", "release"]
    assert place.server.asked[path] == 1


def test_a_killed_download_leaves_no_file_and_no_lock(place, pin, start) -> None:
    asked, killed = threading.Event(), threading.Event()
    path = pin("go2rtc", "g", sha256(GO2RTC))

    def hold(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(GO2RTC[:20])
        asked.set()
        assert killed.wait(30)

    place.server.answers[path] = hold
    process = start()
    assert asked.wait(30)
    process.kill()
    process.wait(30)
    killed.set()
    assert set(os.listdir(place.bin)) <= {".go2rtc.lock"}
    for left in place.bin.parent.glob("camrec-*"):
        shutil.rmtree(left)
    place.put(place.bin, ".part-0000-go2rtc", GO2RTC[:20])  # as the killed one would
    place.server.answers[path] = GO2RTC
    assert place.find("go2rtc").origin == "release"
    assert set(os.listdir(place.bin)) <= {file_name("go2rtc"), ".go2rtc.lock"}


# The build with Go


def test_a_build_that_fails_says_why(place: Place) -> None:
    place.put(place.path, "go", played_program("one", "go.mod requires go >= 1.26", code=1))
    text = place.missing("go2rtc")
    assert "- Build with Go: go build failed (go.mod requires go >= 1.26)" in text
    assert place.steps == [ProgressEvent("go2rtc", "build")]


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", ["mediamtx", "go2rtc"])
def test_a_build_from_the_pinned_source(place: Place, name: str) -> None:
    if GO is None:
        pytest.skip("Go is not installed")
    (place.path / file_name("go")).symlink_to(GO)
    found = place.find(name, folder=place.bin)
    assert (found.origin, found.path) == ("go", place.bin / file_name(name))
    assert found.version == PROGRAMS[name].release.tag.removeprefix("v")
    assert place.find(name, folder=place.bin / "other").origin == "cache"


# What a user sees


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Downloading X"), ("fr", "Téléchargement de X")]
)
def test_the_progress_bar_shows_each_step(language: str, words: str) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with DownloadProgressBar(console, language) as bar:
        bar(ProgressEvent("X", "download", 0, 2_000_000))
        bar(ProgressEvent("X", "download", 1_000_000, 2_000_000))
        bar(ProgressEvent("X", "build"))
    assert words in console.file.getvalue()


def test_the_progress_bar_shows_nothing_without_a_download() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with DownloadProgressBar(console):
        pass
    assert console.file.getvalue() == ""
