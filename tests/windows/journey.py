"""The page of a camrec that runs in Windows' Python under Wine, in this system's own Chromium.

``pytest tests/windows/journey.py`` after `tests/windows/set_up.sh`; WINDOWS_PYTHON is another
`python-windows` than the one in the cache. The name of the file keeps it out of other runs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.dashboard_page import moving, open_camera, record_for_three_seconds
from support.free_port import free_port
from support.units_made import until
from support.wire import Wire

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
PYTHON = os.environ.get("WINDOWS_PYTHON", CACHE / "camrec/windows/python-windows")
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 90
CTRL_C = b"\x03"
# Programs start slowly in Wine, and the page shows what they do as soon as they have done it.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def windows_server(folder: Path) -> Iterator[Wire]:
    """``camrec serve`` in a console of its own, in which Ctrl+C is pressed at the end."""
    port = free_port()
    settings = {"port": port, "mediamtx_port": 0, "go2rtc_port": 0}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    serve = f"exec '{PYTHON}' -m camrec serve --no-browser"
    with (folder / "console.log").open("wb") as log:
        console = subprocess.Popen(
            ["script", "--quiet", "--return", "--flush", "--command", serve, "/dev/null"],
            cwd=folder,
            env={**os.environ, "CAMREC": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    wire = Wire(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        assert console.poll() is None, (folder / "console.log").read_text("utf-8", "replace")
        with suppress(OSError):
            return wire.get("/session/list").status == 200
        return False

    try:
        until(answers, START_TIMEOUT_S)
        yield wire
    finally:
        console.stdin.write(CTRL_C)
        console.stdin.flush()
        try:
            code = console.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            console.kill()
            code = console.wait()
        console.stdin.close()
    assert code == 0
    said = (folder / "console.log").read_text("utf-8", "replace")
    assert "Traceback" not in said, said


@pytest.mark.parametrize("make", [MjpegCamera, RtspCamera], ids=["mjpeg", "rtsp"])
def test_a_user_s_whole_path_on_windows(make, tmp_path, open_page):
    with make() as camera, windows_server(tmp_path) as wire:
        tab = open_page(wire.url + "/", cut_off=True)  # it is still open when camrec ends
        tab.context.set_default_timeout(PATIENCE_MS)
        page = tab.page
        open_camera(page, camera.url)
        moving(page)
        video = record_for_three_seconds(page, wire, "1 min", "Record 1 min", "Stop and save")

        page.get_by_role("link", name="Videos").first.click()
        page.locator('a[href*="#videos/"]:visible').first.click()
        player = page.locator("video:not(.picture)")
        expect(player).to_be_visible()
        player.evaluate("video => { video.loop = true; return video.play() }")
        page.wait_for_function("video => video.currentTime > 0.3", arg=player.element_handle())
        page.get_by_role("button", name="Rename this video").click()
        page.get_by_label("Name of the video").fill("Entrée du café")
        page.get_by_label("Name of the video").press("Enter")
        expect(page.get_by_role("heading", name="Entrée du café")).to_be_visible()
        (renamed,) = wire.get("/videos").json()["videos"]
        assert renamed["filename"] != video["filename"]
        assert (tmp_path / "videos" / renamed["filename"]).exists()
        before = player.evaluate("video => { video.play(); return video.currentTime }")
        page.wait_for_function(
            "([video, before]) => video.currentTime !== before",
            arg=[player.element_handle(), before],
        )

        with page.expect_download() as started:
            page.locator('a[href*="download=1"]:visible').first.click()
        saved = tmp_path / "videos" / renamed["filename"]
        assert Path(started.value.path()).read_bytes() == saved.read_bytes()
        page.get_by_role("button", name="Delete Entrée du café").click()
        page.get_by_role("button", name="Delete video").click()
        page.wait_for_url("**/#videos")
        assert wire.get("/videos").json()["videos"] == []
        assert not saved.exists()

        page.get_by_role("link", name="Live").first.click()
        page.get_by_role("button", name="Close this camera").click()
        expect(page.locator(".picture:visible")).to_have_count(0)
    assert not list((tmp_path / "videos" / ".parts").iterdir())
