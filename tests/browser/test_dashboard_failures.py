"""The page when something fails: it says what, and what to do next."""

from __future__ import annotations

import shutil
import socket
import zipfile

import pytest
from playwright.sync_api import expect

from camrec.library import DiskSpace
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.cameras.refusing import Refusing, http
from support.cameras.rtsp import RtspCamera
from support.health_page import KNOWN, health

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]


def test_a_full_disk_and_an_ffmpeg_that_went_away_say_what_to_do(
    shown, tmp_path, binaries, monkeypatch
):
    ffmpeg = tmp_path / binaries.ffmpeg.name
    shutil.copy(binaries.ffmpeg, ffmpeg)
    with monkeypatch.context() as little:
        little.setattr(DiskSpace, "free_bytes", property(lambda room: 2_400_000_000))
        station, page = shown("fr", width=1024, ffmpeg_path=str(ffmpeg))
        expect(health(page)).to_contain_text("Disque presque plein\u00a0: il reste 2,4\u00a0Go")
        page.get_by_role("link", name="Libérer de la place").click()
        page.wait_for_url("**/#videos")
    expect(health(page)).to_have_text("Tout va bien")
    page.get_by_role("link", name="Direct").click()
    ffmpeg.unlink()
    expect(health(page)).to_contain_text("FFmpeg manque\u00a0: rien ne peut être enregistré.")
    expect(health(page)).to_contain_text("camrec binaries")
    with MjpegCamera(rate=10, size=SMALL) as camera:
        station.cameras.open(camera.url, "Porte")
        tile = page.get_by_role("article", name="Porte")
        tile.get_by_role("button", name="Enregistrer").click()
        expect(tile.get_by_role("alert")).to_contain_text("FFmpeg n’a pas pu écrire")
        expect(tile.get_by_role("button", name="Enregistrer")).to_be_enabled()


def test_a_proxy_that_cannot_start_shows_its_reason_and_recovers(shown):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        _station, page = shown(mediamtx_port=port)
        expect(health(page)).to_have_text("All well")
        with RtspCamera(rate=10, gop=10) as camera:
            page.get_by_label("Camera address").fill(camera.url)
            page.get_by_role("button", name="Open camera").click()
            tile = page.get_by_role("article", name="127.0.0.1, failed")
            expect(tile.get_by_role("alert")).to_contain_text(
                f"Port {port} is taken", timeout=30_000
            )
            expect(health(page)).to_contain_text("RTSP proxy does not start")
            taken.close()
            tile.get_by_role("button", name="Try again").click()
            expect(page.get_by_role("article", name="127.0.0.1, live")).to_be_visible(
                timeout=30_000
            )
            expect(health(page)).to_have_text("All well")


def test_the_tile_of_a_camera_that_failed_saves_a_report(shown):
    with Refusing(http("404 Not Found")) as camera:
        station, page = shown()
        station.cameras.begin_open(f"http://127.0.0.1:{camera.port}/none", "Door")
        tile = page.get_by_role("article", name="Door, failed")
        with page.expect_download() as downloading:
            tile.get_by_role("button", name="Save a report").click()
        assert downloading.value.suggested_filename == "camrec report Door.zip"
        with zipfile.ZipFile(downloading.value.path()) as archive:
            assert b"404" in archive.read("dialogue.jsonl")


def test_a_recording_that_cannot_be_resumed_is_reported_with_its_folder(shown, tmp_path):
    journal = tmp_path / "videos" / ".journal"
    journal.mkdir(parents=True)
    (journal / "half.json").write_text("{")
    _, page = shown()
    expect(health(page)).to_contain_text("A recording of an earlier run could not be finished.")
    expect(health(page)).to_contain_text(str(tmp_path / "videos"))
