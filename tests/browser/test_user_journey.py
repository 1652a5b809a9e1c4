"""What the README's section "Use" describes, done in a real browser on a real server."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.dashboard_page import moving, record_for_three_seconds
from support.dashboard_server import ROOT, server
from support.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(25)]

LOGIN = {"user": "canary", "password": "canary-p@ss"}


WORDS = {
    "en": {
        "address": "Camera address",
        "open": "Open camera",
        "length": "1 min",
        "record": "Record 1 min",
        "stop": "Stop and save",
        "videos": "Videos",
        "live": "Live",
        "close": "Close this camera",
    },
    "fr": {
        "address": "Adresse de la caméra",
        "open": "Ouvrir la caméra",
        "length": "1 min",
        "record": "Enregistrer 1 min",
        "stop": "Arrêter et sauvegarder",
        "videos": "Vidéos",
        "live": "Direct",
        "close": "Fermer cette caméra",
    },
}


def use(page: Page, wire: Wire, folder: Path, camera: str, language: str) -> None:
    """Open, watch, record, stop early, play, seek, download, close."""
    said = WORDS[language]
    page.get_by_label(said["address"]).fill(camera)
    page.get_by_role("button", name=said["open"]).click()
    moving(page)
    video = record_for_three_seconds(page, wire, said["length"], said["record"], said["stop"])

    page.get_by_role("link", name=said["videos"]).first.click()
    expect(page.locator(".picture:visible")).to_have_count(0)
    page.locator('a[href*="#videos/"]:visible').first.click()
    player = page.locator("video:not(.picture)")
    expect(player).to_be_visible()
    player.evaluate("video => video.play()")
    page.wait_for_function("video => video.currentTime > 0.5", arg=player.element_handle())
    player.evaluate("video => { video.pause(); video.currentTime = 2 }")
    page.wait_for_function(
        "video => !video.seeking && Math.abs(video.currentTime - 2) < 0.01",
        arg=player.element_handle(),
    )
    with page.expect_download() as started:
        page.locator('a[href*="download=1"]:visible').first.click()
    assert (
        Path(started.value.path()).read_bytes()
        == (folder / "videos" / video["filename"]).read_bytes()
    )

    page.get_by_role("link", name=said["live"]).first.click()
    page.get_by_role("button", name=said["close"]).click()
    expect(page.locator(".picture:visible")).to_have_count(0)
    expect(page.get_by_label(said["address"])).to_be_visible()
    assert wire.get("/session/list").json()["sessions"] == []


def test_a_user_s_whole_path_by_camrec_serve(binaries, tmp_path, open_page):
    """In French and over RTSP; the next test is in English and over HTTP."""
    command = [sys.executable, "-m", "camrec", "serve", "--no-browser"]
    with (
        RtspCamera(rate=10, gop=10, auth="basic", **LOGIN) as camera,
        server(command, tmp_path, binaries, forked=False) as wire,
    ):
        tab = open_page(wire.url + "/", language="fr")
        use(tab.page, wire, tmp_path, camera.url, "fr")
        assert "canary" not in tab.page.content()
        tab.close()
    assert not list((tmp_path / "videos" / ".parts").iterdir())


def test_the_line_of_the_readme_for_panel_serve_gives_the_same(binaries, tmp_path, open_page):
    readme = (ROOT / "README.md").read_text("utf-8")
    (line,) = re.findall(r"^panel serve .*$", readme, re.M)
    command = [sys.executable, "-m", *shlex.split(line), "--port", "0"]
    command = [part.replace("dashboards/", f"{ROOT}/dashboards/") for part in command]
    with (
        MjpegCamera(auth="basic", **LOGIN) as camera,
        server(command, tmp_path, binaries) as wire,
    ):
        root = Wire(re.match(r"http://[^/]+", wire.url)[0].replace("localhost", "127.0.0.1"))
        tab = open_page(root.url + "/", language="en")
        use(tab.page, root, tmp_path, camera.url, "en")
        assert "canary" not in tab.page.content()
        tab.close()
    assert not list((tmp_path / "videos" / ".parts").iterdir())
