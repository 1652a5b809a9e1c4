"""What the document's "Utilisation" tells a user to do, done in a real browser on a real server."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from cameras.mjpeg import MjpegCamera
from cameras.rtsp import RtspCamera
from playwright.sync_api import Page, expect
from wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(25)]

ROOT = Path(__file__).parent.parent

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

PIXELS = """picture => {
  const context = new OffscreenCanvas(320, 180).getContext("2d", { willReadFrequently: true });
  context.drawImage(picture.firstElementChild, 0, 0, 320, 180);
  const data = context.getImageData(0, 0, 320, 180).data;
  let sum = 0;
  for (let place = 0; place < data.length; place += 97) sum = (sum * 31 + data[place]) >>> 0;
  return sum;
}"""


@contextmanager
def server(command: list[str], folder: Path, binaries) -> Iterator[Wire]:
    """A real server in a folder of its own; ended by SIGINT, as Ctrl+C does."""
    settings = {**binaries.settings, "mediamtx_port": 0, "go2rtc_port": 0, "port": 0}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    child = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    said: list[str] = []
    address: list[str] = []
    ready = threading.Event()

    def listen() -> None:
        for line in child.stdout:
            said.append(line)
            if found := re.search(r"(?:serving on|running at:?) (http://\S+)", line):
                address.append(found[1])
                ready.set()
        ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert ready.wait(60) and address, "".join(said)
        yield Wire(address[0].rstrip("/"))
        child.send_signal(signal.SIGINT)
        child.wait(30)
    finally:
        child.kill()
        child.wait()
        listener.join()
        child.stdout.close()
    text = "".join(said)
    assert "Traceback" not in text, text
    assert "canary" not in text, text


def moving(page: Page) -> None:
    """The picture changes."""
    picture = page.locator(".picture").first
    expect(picture).to_be_visible()
    first = picture.evaluate(PIXELS)
    page.wait_for_function(
        f"([picture, first]) => ({PIXELS})(picture) !== first",
        arg=[picture.element_handle(), first],
    )


def use(page: Page, wire: Wire, folder: Path, camera: str, language: str) -> None:
    """Open, watch, record, stop early, play, seek, download, close."""
    said = WORDS[language]
    page.get_by_label(said["address"]).fill(camera)
    page.get_by_role("button", name=said["open"]).click()
    moving(page)
    page.get_by_text(said["length"], exact=True).click()
    page.get_by_role("button", name=said["record"]).click()
    stop = page.get_by_role("button", name=said["stop"])
    expect(stop).to_be_visible()
    (session,) = wire.get("/session/list").json()["sessions"]
    status = f"/record/status/{session['session_id']}"
    while wire.get(status).json()["elapsed"] < 3:
        page.wait_for_timeout(100)
    stop.click()
    expect(page.get_by_role("button", name=said["record"])).to_be_visible()
    (video,) = wire.get("/videos").json()["videos"]
    assert 3 <= video["duration"] < 60
    assert video["playable"]

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


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_user_s_whole_path_by_camrec_serve(language, binaries, tmp_path, looking):
    command = [sys.executable, "-m", "camrec", "serve", "--no-browser"]
    make = RtspCamera if language == "fr" else MjpegCamera
    with (
        make(auth="basic", user="canary", password="canary-p@ss") as camera,
        server(command, tmp_path, binaries) as wire,
    ):
        look = looking(wire.url + "/", language=language)
        use(look.page, wire, tmp_path, camera.url, language)
        assert "canary" not in look.page.content()
        look.close()
    assert not [path for path in (tmp_path / "videos" / ".parts").iterdir()]


def test_the_line_of_the_readme_for_panel_serve_gives_the_same(binaries, tmp_path, looking):
    readme = (ROOT / "README.md").read_text("utf-8")
    (line,) = re.findall(r"^panel serve .*$", readme, re.M)
    command = [sys.executable, "-m", *shlex.split(line), "--port", "0"]
    command = [part.replace("dashboards/", f"{ROOT}/dashboards/") for part in command]
    with MjpegCamera() as camera, server(command, tmp_path, binaries) as wire:
        root = Wire(re.match(r"http://[^/]+", wire.url)[0].replace("localhost", "127.0.0.1"))
        look = looking(root.url + "/", language="en")
        use(look.page, root, tmp_path, camera.url, "en")
        look.close()
