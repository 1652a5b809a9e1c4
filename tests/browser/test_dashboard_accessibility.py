"""What axe-core finds in all states of the page, dialogs included."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.accessibility import faults
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import SERVE, open_camera
from support.dashboard_server import server
from support.free_port import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow(16)]


def test_axe_reports_a_faulty_page(chromium):
    """Checks the check: it finds a fault."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.set_content("<main><h1>a</h1><img src='data:,'><p style='color:#bbb'>pale</p></main>")
        assert {fault.split(":")[0] for fault in faults(page)} >= {"image-alt", "color-contrast"}


def test_every_state_of_the_page_light_and_dark(binaries, tmp_path, open_page):
    with server(SERVE, tmp_path, binaries) as wire, MjpegCamera(rate=10, size=SMALL) as camera:
        tab = open_page(wire.url)
        page = tab.page

        def usable(state: str) -> None:
            assert faults(page) == [], state
            page.emulate_media(color_scheme="dark")
            assert faults(page, "color-contrast") == [], f"{state}, dark"
            page.emulate_media(color_scheme="light")

        page.get_by_text("Where do I find the address?").click()
        open_camera(page, "ftp://camera")
        expect(page.get_by_role("alert")).to_be_visible()
        usable("first run, a wrong address")

        open_camera(page, f"rtsp://127.0.0.1:{free_port()}/stream")
        expect(page.get_by_role("heading", name="What to check")).to_be_visible(timeout=30_000)
        for name in ("Door", "Bench"):
            wire.post("/session/open", {"url": camera.url, "name": name})
        door = page.get_by_role("article", name="Door, live")
        door.get_by_role("button", name="Record").click()
        expect(page.get_by_role("button", name="Stop and save")).to_be_visible()
        usable("live, recording, failed")
        over = {"Record all…": "#all", "1 recording": "#list"}
        over |= {
            "Keyboard shortcuts (?)": ".help[open]",
            "Settings": ".settings[open]",
            "Statistics": "#statistics .bk-Figure",
        }
        for opener, opened in over.items():
            page.get_by_role("button", name=opener).first.click()
            expect(page.locator(opened).first).to_be_visible()
            usable(opener)
            page.keyboard.press("Escape")
            expect(page.locator(opened).first).to_be_hidden()
        camera.stop()
        expect(page.get_by_text("Waiting for the camera").first).to_be_visible()
        usable("no picture")
        page.get_by_role("button", name="Stop and save").first.click()

        page.get_by_role("link", name="Videos").first.click()
        page.get_by_role("button", name="Delete Door").click()
        usable("deletion")
        page.keyboard.press("Escape")
        page.get_by_role("checkbox", name="Select Door").check()
        usable("the library, one selected")
        page.get_by_role("link", name="Play Door").locator("visible=true").click()
        page.get_by_role("button", name="Rename this video").click()
        page.get_by_role("slider").hover()
        expect(page.locator(".peek")).to_be_visible()
        usable("the player")
        tab.close()
