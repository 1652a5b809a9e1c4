"""All videos of a folder as data: a sequence, a table, lazy arrays, on any storage."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd
import pytest
import requests
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, StaticFileHandler
from upath import UPath

import camrec
from camrec.errors import CamrecError
from support.cameras import barcode
from support.known_videos import SIZE, make
from support.serving import Serving

pytestmark = pytest.mark.slow(2)

WORK = [sys.executable, "-m", "support.dask_work"]


@pytest.fixture(scope="module")
def made(tmp_path_factory, binaries):
    folder = tmp_path_factory.mktemp("data")
    found = {kind: make(kind, folder, binaries.ffmpeg) for kind in ("mjpeg", "gap")}
    yield found
    for each in found.values():
        each.video.close()


@pytest.fixture(scope="module")
def folder(made) -> Path:
    """Both videos, and a file that camrec did not make."""
    folder = made["gap"].video.path.parent
    shutil.copy(made["mjpeg"].video.path, folder / "foreign.mp4")
    os.utime(folder / "foreign.mp4", (1_500_000_000, 1_500_000_000))
    return folder


class Listing(RequestHandler):
    """A folder as a web server lists it: names with escapes."""

    def initialize(self, folder: Path) -> None:
        self._folder = folder

    def get(self) -> None:
        for each in sorted(self._folder.glob("[!.]*")):
            self.write(f'<a href="{quote(each.name)}">{each.name}</a>')


@contextmanager
def over_http(folder: Path) -> Iterator[str]:
    """Serve a folder, in a thread with an event loop of its own."""
    ready: Future[tuple[str, Callable[[], None]]] = Future()

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        routes = [("/videos/?", Listing, {"folder": folder})]
        routes += [("/videos/(.+)", StaticFileHandler, {"path": str(folder)})]
        server = HTTPServer(Application(routes))
        (socket,) = bind_sockets(0, "127.0.0.1")
        server.add_sockets([socket])
        address = f"http://127.0.0.1:{socket.getsockname()[1]}/videos"
        ready.set_result((address, lambda: loop.call_soon_threadsafe(over.set)))
        await over.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="folder")
    thread.start()
    address, end = ready.result(10)
    yield address
    end()
    thread.join()


@pytest.fixture(params=["here", "memory", "zip", "http"])
def there(request, folder, tmp_path, monkeypatch):
    """The same videos on another storage."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = [each for each in folder.iterdir() if each.suffix in (".mp4", ".json")]
    if request.param == "here":
        yield str(folder)
    elif request.param == "memory":
        storage = UPath("memory://videos")
        storage.mkdir()
        for each in files:
            (storage / each.name).write_bytes(each.read_bytes())
        yield "memory://videos"
        storage.rmdir(recursive=True)
    elif request.param == "http":
        with over_http(folder) as address:
            yield address
    else:
        archive = tmp_path / "season.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for each in files:
                packed.write(each, f"videos/{each.name}")
        yield f"zip://videos::{archive}"


def test_the_library_is_a_sequence_with_the_newest_video_first(folder):
    videos = camrec.videos(folder)
    assert isinstance(videos, camrec.Library) and len(videos) == 3
    begun = [each.started_at for each in videos]
    assert begun == sorted(begun, reverse=True)
    assert isinstance(videos[:2], camrec.Library)
    assert [each.path for each in videos[1:]] == [each.path for each in list(videos)[1:]]
    assert videos[-1].path.name == "foreign.mp4" and videos[-1] in videos
    with pytest.raises(IndexError):
        videos[3]
    assert repr(videos) == "<Library 3 videos>"


def test_remote_storage_returns_the_same_videos_as_the_disk(there, folder, made, tmp_path):
    local, videos = camrec.videos(folder), camrec.videos(there)
    assert [unquote(each.path.name) for each in videos] == [each.path.name for each in local]
    for one, other in zip(videos[:2], local[:2], strict=True):
        assert one.receipt == other.receipt and one.receipt is not None
        assert (one.times() == other.times()).all()
        for at in (7, -3, 9.5):
            (time, picture), (same_time, same) = one.frame(at), other.frame(at)
            assert time == same_time and (picture == same).all()
        # Several readers of one file at the same time: each has its own position.
        pairs = zip(one.frames(0, 5), one.frames(100, 105), strict=True)
        for number, ((_, first), (_, second)) in enumerate(pairs):
            assert (first == other.frame(number)[1]).all()
            assert (second == other.frame(100 + number)[1]).all()
        array = one.to_dask()
        assert (array[40].compute(scheduler="sync") == one.frame(40)[1]).all()
        one.close()
        other.close()
    (foreign,) = videos[2:]
    assert foreign.receipt is None and len(foreign.times()) == len(made["mjpeg"].numbers)
    foreign.close()
    if there != str(folder):
        assert any((tmp_path / "cache").rglob("*.npz"))


@pytest.mark.parametrize(
    ("address", "code"),
    [("memory://nothing/here", "no_folder"), ("zip://::/no/such.zip", "no_folder")],
)
def test_a_missing_storage_is_reported_with_its_code(address, code):
    with pytest.raises(CamrecError) as caught:
        camrec.videos(address)
    assert caught.value.code == code


def test_the_videos_of_a_folder_as_a_table(folder, made):
    table = camrec.videos(folder).to_dataframe()
    assert table.index.tolist() == [each.path.name for each in camrec.videos(folder)]
    row = table.loc[made["gap"].video.path.name]
    receipt = made["gap"].video.receipt
    assert row["frames"] == len(made["gap"].numbers)
    assert (row["gaps"], row["gap_seconds"]) == (1, receipt.gaps[0].duration)
    assert row["started_at"].to_datetime64() == made["gap"].video.started_at
    assert str(table["started_at"].dtype) == "datetime64[ns, UTC]"
    assert (row["width"], row["height"], row["ended"]) == (*SIZE, "time")
    foreign = table.loc["foreign.mp4"]
    assert foreign["frames"] is pd.NA and foreign["playable"]
    empty = camrec.videos(folder)[:0].to_dataframe()
    assert empty.dtypes.tolist() == table.dtypes.tolist()


@pytest.mark.parametrize(
    ("package", "ask"),
    [
        ("pandas", lambda videos: videos.to_dataframe()),
        ("pandas", lambda videos: camrec.align(videos, 1.0)),
        ("dask", lambda videos: videos.to_dask()),
        ("dask", lambda videos: videos[0].to_dask()),
        ("upath", lambda videos: camrec.videos("memory://videos")),
    ],
)
def test_a_package_that_is_missing_is_named(folder, monkeypatch, package, ask):
    videos = camrec.videos(folder)
    for name in [each for each in sys.modules if each.split(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CamrecError) as caught:
        ask(videos)
    assert caught.value.code == "package_missing"
    assert package in str(caught.value) and "camrec[data]" in str(caught.value)


def test_a_lazy_array_is_cut_at_key_frames(made):
    """Each chunk is a whole GOP, and is decoded without any frame from outside of it."""
    one = made["gap"]
    array = one.video.to_dask()
    assert array.shape == (len(one.numbers), SIZE[1], SIZE[0], 3) and array.dtype == np.uint8
    firsts = np.cumsum([0, *array.chunks[0][:-1]])
    assert all(one.numbers[first] % 25 == 0 for first in firsts[1:])
    assert max(array.chunks[0]) == 25
    with ThreadPoolExecutor(3) as pool:
        brightness = array.mean(axis=(1, 2, 3)).compute(scheduler="threads", pool=pool)
    true = [picture.mean() for _, picture in one.video.frames()]
    assert brightness == pytest.approx(true)


@pytest.mark.slow
def test_a_cluster_of_processes_loses_nothing_with_a_worker(folder, made):
    done = subprocess.run(
        [*WORK, folder],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    first = camrec.videos(folder)[0].path
    (one,) = [each for each in made.values() if each.video.path == first]
    assert told["killed"]
    assert told["numbers"] == one.numbers
    assert sorted(told["counts"]) == sorted(
        len(made[kind].numbers) for kind in ("gap", "mjpeg", "mjpeg")
    )


def test_a_video_can_be_sent_to_another_process(made, monkeypatch):
    one = made["mjpeg"]
    monkeypatch.chdir(one.video.path.parent)
    (video,) = [each for each in camrec.videos(".") if each.path == one.video.path]
    sent = pickle.dumps(video)
    monkeypatch.chdir("/")
    sent = pickle.loads(sent)
    assert barcode.read(sent.frame(3)[1]) == one.numbers[3]
    assert sent.receipt == one.video.receipt
    sent.close()


@pytest.mark.browser
def test_a_page_plays_a_video_from_disk_and_remote_storage(
    there, binaries, tmp_path, monkeypatch, open_page
):
    monkeypatch.chdir(tmp_path)
    settings = {f"{name}_path": str(path) for name, path in vars(binaries).items()}
    (tmp_path / "config.yaml").write_text(json.dumps(settings))
    try:
        videos = {video.path.name: video for video in camrec.videos(there)}
        video = videos["foreign.mp4"]
        with Serving(lambda: video.view(width=320)) as serving:
            page = open_page(serving.url).page
            player = page.locator("video")
            player.evaluate("player => { player.currentTime = 0.4 }")
            page.wait_for_function(
                "player => player.readyState >= 2 && player.currentTime > 0.3",
                arg=player.element_handle(),
            )
            address = player.evaluate("player => player.currentSrc")
            piece = requests.get(address, headers={"Range": "bytes=10-19"}, timeout=10)
            assert piece.status_code == 206
            assert piece.content == video.path.read_bytes()[10:20]
            # A page can download the video that it was given, and no other file.
            for other in ("foreign%2emp4x", "..%2fforeign.mp4", "config.yaml"):
                asked = f"{address.rpartition('/')[0]}/{other}"
                assert requests.get(asked, timeout=10).status_code == 404
    finally:
        camrec.stop()
