"""Actions and checks on the dashboard's page."""

from __future__ import annotations

import sys

from playwright.sync_api import Page, expect

from support.wire import Wire

PIXELS = """picture => {
  const context = new OffscreenCanvas(320, 180).getContext("2d", { willReadFrequently: true });
  context.drawImage(picture.firstElementChild, 0, 0, 320, 180);
  const data = context.getImageData(0, 0, 320, 180).data;
  let sum = 0;
  for (let place = 0; place < data.length; place += 97) sum = (sum * 31 + data[place]) >>> 0;
  return sum;
}"""


def moving(page: Page) -> None:
    """The video changes."""
    picture = page.locator(".picture").first
    expect(picture).to_be_visible()
    first = picture.evaluate(PIXELS)
    for _ in range(200):  # the element may be another one meanwhile
        if picture.evaluate(PIXELS) != first:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the picture does not change")


SERVE = [sys.executable, "-m", "camrec", "serve", "--no-browser"]


def open_camera(page: Page, url: str) -> None:
    page.get_by_label("Camera address").fill(url)
    page.get_by_role("button", name="Open camera").click()


def record_for_three_seconds(page: Page, wire: Wire, length: str, record: str, stop: str) -> dict:
    """Record the one open camera and stop it early; returns the video as REST describes it.

    length, record, stop : what the page calls a length, and the buttons that start and stop.
    """
    page.get_by_text(length, exact=True).click()
    page.get_by_role("button", name=record).click()
    stopping = page.get_by_role("button", name=stop)
    expect(stopping).to_be_visible()
    (session,) = wire.get("/session/list").json()["sessions"]
    status = f"/record/status/{session['session_id']}"
    # Frames arrive late on a busy machine, so it takes a second longer.
    while wire.get(status).json()["elapsed"] < 4:
        page.wait_for_timeout(100)
    stopping.click()
    expect(page.get_by_role("button", name=record)).to_be_visible()
    (video,) = wire.get("/videos").json()["videos"]
    assert 3 <= video["duration"] < 60
    assert video["playable"]
    return video


def close_all(wire: Wire, page: Page) -> None:
    for session in wire.get("/session/list").json()["sessions"]:
        wire.post("/session/close", {"session_id": session["session_id"]})
    expect(page.locator(".picture")).to_have_count(0)


def fits(page: Page) -> None:
    """The page does not scroll sideways."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
