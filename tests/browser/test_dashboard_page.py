"""The page's states, in a real browser on a real server with real cameras."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import SERVE, close_all, fits, moving, open_camera
from support.dashboard_server import server, tidy_up
from support.free_port import free_port
from support.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(14)]

FRAMES = 3  # of a WebSocket that carries one of Bokeh's messages


@pytest.fixture(scope="module")
def wire(binaries, tmp_path_factory) -> Iterator[Wire]:
    """One server with its proxies running, for tests that leave it as they found it."""
    with server(SERVE, tmp_path_factory.mktemp("page"), binaries) as wire:
        with MjpegCamera(rate=10, size=SMALL) as camera:
            opened = wire.post("/session/open", {"url": camera.url}).json()
            wire.post("/session/close", {"session_id": opened["session_id"]})
        wire.post("/session/open", {"url": f"rtsp://127.0.0.1:{free_port()}/stream"})
        yield wire


@pytest.fixture(autouse=True)
def nothing_left_on_the_server(wire, share_page) -> Iterator[None]:
    """The tests share a server: also one that fails leaves no camera and no video there."""
    yield
    tidy_up(wire)


def test_a_wrong_camera_address_is_reported_next_to_its_field(wire, share_page):
    page = share_page(wire.url).page
    field = page.get_by_label("Camera address")
    open_camera(page, "ftp://camera/stream")
    expect(page.get_by_role("alert")).to_have_text("The address must start with rtsp:// or http://")
    expect(field).to_have_value("ftp://camera/stream")
    expect(field).to_be_focused()
    open_camera(page, "   ")
    expect(page.get_by_role("alert")).to_contain_text("Paste the camera")


def test_without_a_plan_the_page_says_what_a_plan_is(wire, share_page):
    page = share_page(wire.url).page
    page.get_by_role("link", name="Plans").click()
    expect(page.get_by_text("Nothing is planned")).to_be_visible()
    expect(page.get_by_role("button", name="New plan")).to_have_count(1)
    expect(page.get_by_role("region", name="The week")).to_be_hidden()


def card(state: str) -> re.Pattern[str]:
    """The label of a camera's card: other cameras at this host are known, so a port follows it."""
    return re.compile(rf"^127\.0\.0\.1.*, {state}$")


@pytest.mark.parametrize(("width", "language", "dark"), [(390, "fr", True), (1024, "en", False)])
def test_a_rejected_camera_shows_the_reason_and_accepts_another_address(
    width, language, dark, wire, share_page
):
    page = share_page(wire.url, width=width, language=language, dark=dark).page
    french = language == "fr"
    said = {
        "field": "Adresse de la caméra" if french else "Camera address",
        "open": "Ouvrir la caméra" if french else "Open camera",
        "state": card("échec" if french else "failed"),
        "why": "a refusé la connexion" if french else "refused the connection",
        "change": "Modifier l’adresse" if french else "Change address",
    }
    address = f"rtsp://127.0.0.1:{free_port()}/stream"
    fits(page)
    page.get_by_label(said["field"]).fill(address.replace("//", "//user:canary@"))
    page.get_by_role("button", name=said["open"]).click()
    tile = page.get_by_role("article", name=said["state"])
    expect(tile.get_by_role("alert")).to_contain_text(said["why"], timeout=30_000)
    expect(tile.get_by_role("listitem")).to_have_count(2)
    fits(page)
    tile.get_by_role("button", name=said["change"]).click()
    expect(tile).to_have_count(0)
    expect(page.get_by_label(said["field"])).to_have_value(address)
    assert "canary" not in page.content()


def test_a_camera_that_goes_away_is_shown_as_it_is_and_comes_back(wire, share_page):
    page = share_page(wire.url).page
    with MjpegCamera(rate=10, size=SMALL) as camera:
        open_camera(page, camera.url)
        expect(page.get_by_role("article", name=card("live"))).to_be_visible()
        moving(page)
        camera.stop()
        tile = page.get_by_role("article", name=card("no picture"))
        expect(tile.get_by_role("status").filter(has_text="No picture for")).to_be_visible()
        expect(tile.get_by_role("button", name="Record")).to_be_disabled()
        expect(tile.get_by_role("button", name="Full screen")).to_have_count(0)
        camera.start()
        expect(page.get_by_role("article", name=card("live"))).to_be_visible(timeout=30_000)
        moving(page)
        close_all(wire, page)


def test_two_pages_show_one_recording_each_in_its_language_with_little_traffic(wire, share_page):
    first, second = share_page(wire.url), share_page(wire.url, language="fr", width=390)
    heard: list[object] = []
    earlier = len(wire.get("/videos").json()["videos"])
    with MjpegCamera(rate=10, size=SMALL) as camera:
        open_camera(first.page, camera.url)
        tile = first.page.get_by_role("article", name="127.0.0.1")
        other = second.page.get_by_role("article", name="127.0.0.1")
        tile.get_by_text("Other…").click()
        tile.get_by_label("Length", exact=True).fill("0")
        expect(tile.get_by_role("button", name="Record")).to_be_disabled()
        tile.get_by_label("Length", exact=True).fill("1.5")
        tile.get_by_role("button", name="Record 1 min 30").click()
        expect(first.page.get_by_role("article", name=card("recording"))).to_be_visible()
        expect(tile.get_by_role("button", name="Stop and save")).to_be_focused()
        expect(other.get_by_role("button", name="Arrêter et sauvegarder")).to_be_visible()
        fits(second.page)

        # On a phone language and theme are in the settings.
        second.page.get_by_role("button", name="Réglages").click()
        second.page.get_by_text("English", exact=True).click()
        expect(other.get_by_role("button", name="Stop and save")).to_be_visible()
        assert second.page.evaluate("document.documentElement.lang") == "en"
        second.page.get_by_text("Dark", exact=True).click()
        second.page.get_by_role("button", name="Done").click()

        def listen(socket):
            if socket.url.endswith("/ws"):
                socket.on("framereceived", lambda frame: heard.append(frame))
                socket.on("framesent", lambda frame: heard.append(frame))

        second.page.on("websocket", listen)
        second.page.reload()
        expect(other.get_by_role("button", name="Stop and save")).to_be_visible()
        dark = "getComputedStyle(document.documentElement).backgroundColor"
        assert second.page.evaluate(dark) == "rgb(13, 16, 20)"

        expect(other.get_by_role("progressbar")).to_be_visible()
        second.page.wait_for_timeout(3000)
        heard.clear()
        second.page.wait_for_timeout(6000)
        assert len(heard) <= 2 * FRAMES, "20 messages a minute are the most"

        tile.get_by_role("button", name="Close this camera").click()
        asked = first.page.get_by_role("dialog")
        expect(asked.get_by_role("button", name="Keep recording")).to_be_focused()
        first.page.keyboard.press("Escape")
        expect(asked).to_have_count(0)
        tile.get_by_role("button", name="Close this camera").click()
        asked.get_by_role("button", name="Save and close").click()
        expect(second.page.locator(".picture")).to_have_count(0)
        expect(first.page.get_by_role("heading", name="Latest videos")).to_be_visible()
        assert len(wire.get("/videos").json()["videos"]) == earlier + 1


def test_the_add_camera_form_is_replaced_by_a_line_when_all_sessions_are_in_use(wire, share_page):
    page = share_page(wire.url).page
    with MjpegCamera(rate=10, size=SMALL) as camera:
        for count in (1, 2, 3):
            wire.post("/session/open", {"url": camera.url, "name": f"camera {count}"})
        expect(page.get_by_text("3 of 3 cameras open").first).to_be_visible()
        expect(page.get_by_label("Camera address")).to_have_count(0)
        expect(page.locator(".picture")).to_have_count(3)
        fits(page)
        close_all(wire, page)
        expect(page.get_by_label("Camera address")).to_be_visible()


def test_a_page_that_lost_camrec_says_so_and_reconnects(binaries, tmp_path, open_page):
    command = [*SERVE, "--port", str(free_port())]
    with MjpegCamera(rate=10, size=SMALL) as camera:
        with server(command, tmp_path, binaries) as wire:
            tab = open_page(f"{wire.url}/#live")
            open_camera(tab.page, camera.url)
            moving(tab.page)
            tab.cut_off = True
        expect(tab.page.get_by_text("camrec does not answer.")).to_be_visible()
        health = tab.page.get_by_role("contentinfo", name="Health")
        expect(health).to_contain_text("Connection to camrec lost")
        expect(health).not_to_contain_text("All well")
        inert = "() => document.getElementById('live').inert"
        assert tab.page.evaluate(inert), "a button that nobody hears is no button"
        with server(command, tmp_path, binaries):
            anew = tab.page.get_by_role("heading", name="See your cameras.")
            expect(anew).to_be_visible(timeout=30_000)  # it connects again by itself
            expect(tab.page.get_by_text("camrec does not answer.")).to_have_count(0)
            tab.close()
