"""Mark on a camera's tile: the moment is that of the press; a line takes a note or undoes it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from support.accessibility import faults
from support.cameras import barcode
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import SERVE, fits
from support.dashboard_server import server, tidy_up
from support.units_made import until
from support.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(14)]

# A browser on a machine whose clock is five seconds ahead.
WRONG_CLOCK = """
const rightNow = Date.now
Date.now = () => rightNow() + 5000
"""
# Notes the row of pixels with the frame's number at the moment at which a key goes down.
NOTICE_SHOWN = """picture => {
  window.shown = []
  const row = new OffscreenCanvas(160, 1).getContext("2d", { willReadFrequently: true })
  addEventListener("keydown", ({ repeat }) => {
    if (repeat) return
    const film = picture.firstElementChild
    row.drawImage(film, 0, film.height >> 4, film.width, 1, 0, 0, 160, 1)
    const { data } = row.getImageData(0, 0, 160, 1)
    window.shown.push(Array.from(data).filter((_, at) => at % 4 === 0))
  }, { capture: true })
}"""
EIGHT_SECONDS = """() => {
  const before = performance.now.bind(performance)
  performance.now = () => before() + 8000
}"""
PRESSES = 7
# A message about the clock may be on its way for so long on a busy machine.
DELAY = timedelta(milliseconds=100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def wire(binaries, folder):
    with server(SERVE, folder, binaries) as wire:
        yield wire


@pytest.fixture(autouse=True)
def nothing_left_on_the_server(wire, share_page) -> Iterator[None]:
    """The tests share a server: also one that fails leaves no camera and no video there."""
    yield
    tidy_up(wire)


@pytest.fixture
def cameras(wire):
    """Two open cameras; their ids by name."""
    with MjpegCamera(rate=10, size=SMALL) as camera:
        opened = [
            wire.post("/session/open", {"url": camera.url, "name": name}).json()
            for name in ("Door", "Bench")
        ]
        yield {each["name"]: each["session_id"] for each in opened}
        tidy_up(wire)


def record(wire: Wire, session_id: str) -> str:
    return wire.post("/record/start", {"session_id": session_id, "duration": 600}).json()[
        "recording_id"
    ]


def events(wire: Wire, recording_id: str) -> list[dict]:
    return wire.get(f"/events?recording_id={recording_id}").json()["events"]


def texts(wire: Wire, recording_id: str) -> list[str]:
    return [each["text"] for each in events(wire, recording_id)]


def tile_of(page: Page, name: str) -> Locator:
    return page.locator("#live .camera").filter(has=page.get_by_role("heading", name=name))


def now() -> datetime:
    return datetime.now(timezone.utc)


def numbers_in(video: Path) -> list[int | None]:
    """The number that the camera drew on each frame of a video."""
    film = cv2.VideoCapture(str(video))
    found = []
    while (read := film.read())[0]:
        found.append(barcode.read(read[1]))
    film.release()
    return found


def test_the_moment_is_that_of_the_press_to_the_frame_also_if_the_browser_s_clock_is_wrong(
    wire, cameras, folder, open_page
):
    page = open_page(wire.url, scripts=(WRONG_CLOCK,)).page
    tile = tile_of(page, "Door")
    expect(tile.locator(".hint")).to_contain_text("about")  # the stream's facts are there
    recording_id = record(wire, cameras["Door"])
    expect(tile.get_by_role("button", name="Mark")).to_be_visible()
    tile.locator(".picture").evaluate(NOTICE_SHOWN)

    pressed = []
    for count in range(1, PRESSES + 1):
        before = now()
        page.keyboard.press("m")
        pressed.append((before, now()))
        expect(tile).to_contain_text(f"{count} mark")
    tile.get_by_role("button", name="Mark").hover()
    before = now()
    page.mouse.down()
    pressed.append((before, now()))
    page.keyboard.press("Shift")  # time passes before the button is released
    released_after = now() + 2 * DELAY
    until(lambda: now() > released_after)
    page.mouse.up()
    expect(tile).to_contain_text(f"{PRESSES + 1} marks")

    marked = events(wire, recording_id)
    assert {each["source"] for each in marked} == {"page"}
    for each, (before, after) in zip(marked, pressed, strict=True):
        assert before - DELAY <= datetime.fromisoformat(each["at"]) <= after

    rows = page.evaluate("shown")[:PRESSES]
    shown = [barcode.read(np.tile(np.array(row, np.uint8), (32, 1))) for row in rows]
    wire.post("/record/stop", {"recording_id": recording_id})
    video = wire.get(f"/record/status/{recording_id}").json()["filename"]
    drawn = numbers_in(folder / "videos" / video)
    placed = wire.get(f"/videos/{quote(video)}/events").json()["events"]
    apart = [drawn[each["frame"]] - number for each, number in zip(placed, shown, strict=False)]
    assert abs(statistics.median(apart)) <= 1, apart


def test_marks_are_made_noted_and_undone_by_key_and_by_button(wire, cameras, open_page):
    page = open_page(wire.url).page
    door, bench = tile_of(page, "Door"), tile_of(page, "Bench")
    expect(door.locator(".hint")).to_contain_text("about")  # the stream's facts are there
    expect(page.get_by_role("button", name="Mark")).to_have_count(0)
    page.keyboard.press("m")
    expect(page.locator(".mark-line:visible")).to_have_count(0)

    first = record(wire, cameras["Door"])
    expect(door.get_by_role("button", name="Mark")).to_be_visible()
    expect(bench.get_by_role("button", name="Mark")).to_have_count(0)
    page.keyboard.down("m")
    page.keyboard.down("m")  # it is held, and repeats
    page.keyboard.up("m")
    expect(door).to_contain_text("1 mark ·")
    line = door.locator(".mark-line")
    expect(door.get_by_role("status").filter(has_text="marked")).to_have_count(1)
    page.keyboard.press("m")
    expect(door).to_contain_text("2 marks")
    line.get_by_role("button", name="Note…").click()
    expect(line.get_by_label("Note")).to_be_focused()
    page.keyboard.type("mounts the ramp")
    assert faults(page) == []
    page.keyboard.press("Enter")
    expect(line).to_contain_text("mounts the ramp")
    until(lambda: texts(wire, first) == ["", "mounts the ramp"])

    second = record(wire, cameras["Bench"])
    expect(bench.get_by_role("button", name="Mark")).to_be_visible()
    page.get_by_role("button", name="Mark all").click()
    expect(bench.locator(".mark-line")).to_contain_text("marked")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, "color-contrast") == []
    line.get_by_role("button", name="mounts the ramp").click()  # it is offered now
    for recording_id in (first, second):
        until(lambda recording_id=recording_id: texts(wire, recording_id)[-1] == "mounts the ramp")
    at = [events(wire, recording_id)[-1]["at"] for recording_id in (first, second)]
    assert at[0] == at[1], "one moment"
    bench.get_by_role("button", name="Undo").click()
    until(lambda: texts(wire, second) == [])
    expect(bench.locator(".mark-line")).to_be_hidden()
    assert len(texts(wire, first)) == 3

    # The enlarged camera alone; its line goes away by itself.
    page.keyboard.press("2")
    expect(bench.get_by_role("button", name="Shrink")).to_be_visible()
    page.keyboard.press("m")
    expect(bench).to_contain_text("1 mark ·")
    expect(bench.locator(".mark-line")).to_be_visible()
    page.evaluate(EIGHT_SECONDS)
    expect(bench.locator(".mark-line")).to_be_hidden()
    assert len(texts(wire, first)) == 3
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Mark this moment")


def test_on_a_phone_in_french_and_dark_the_line_has_room(wire, cameras, share_page):
    recording_id = record(wire, cameras["Door"])
    page = share_page(wire.url, width=390, language="fr", dark=True).page
    door = tile_of(page, "Door")
    mark = door.get_by_role("button", name="Marquer")
    mark.click()
    expect(door).to_contain_text("1 repère ·")
    line = door.locator(".mark-line")
    for each in [mark, *line.get_by_role("button").all()]:
        box = each.bounding_box()
        assert box["height"] >= 44 and box["x"] + box["width"] <= 390
    fits(page)
    assert faults(page) == []
    line.get_by_role("button", name="Note…").click()
    expect(line.get_by_role("button", name="Terminé")).to_be_visible()
    page.keyboard.type("lâche l’objet")
    fits(page)
    mark.click()  # what was typed is kept
    until(lambda: texts(wire, recording_id) == ["lâche l’objet", ""])
    line.get_by_role("button", name="Annuler").click()
    until(lambda: texts(wire, recording_id) == ["lâche l’objet"])


@pytest.fixture
def video(wire, cameras) -> str:
    """A saved video with two events, some frames apart, and details."""
    begin = {"session_id": cameras["Door"], "duration": 600, "details": {"Subject": "B4"}}
    recording_id = wire.post("/record/start", begin).json()["recording_id"]

    def elapsed() -> float:
        return wire.get(f"/record/status/{recording_id}").json()["elapsed"]

    for text, after in (("first", 1), ("second", 1.5)):
        until(lambda after=after: elapsed() > after)
        marked = {"recording_ids": [recording_id], "text": text, "length": 0.1}
        assert wire.post("/events", marked).status == 201
    wire.post("/record/stop", {"recording_id": recording_id})
    return wire.get(f"/record/status/{recording_id}").json()["filename"]


def test_the_events_of_a_video_are_listed_shown_changed_deleted_and_marked_in_the_player(
    wire, video, share_page
):
    def stored() -> list[str]:
        return [
            each["text"] for each in wire.get(f"/videos/{quote(video)}/events").json()["events"]
        ]

    page = share_page(f"{wire.url}/#videos/{quote(video)}").page
    player = page.locator(".player")
    events = player.locator(".events")
    expect(player).to_contain_text("Subject")
    expect(events.get_by_role("listitem")).to_have_count(2)
    expect(player.locator(".diamond")).to_have_count(2)
    expect(player.locator(".now")).not_to_contain_text("≈")
    player.locator("video").evaluate("film => film.pause()")
    events.get_by_role("button", name="second: go to it").click()
    marked = wire.get(f"/videos/{quote(video)}/events").json()["events"]
    first, second = (f"Frame {each['frame'] + 1} of" for each in marked)
    assert first != second
    expect(player.locator(".now")).to_contain_text(second)
    assert faults(page) == []

    page.keyboard.press("Home")
    page.keyboard.press("m")
    expect(events.get_by_role("listitem")).to_have_count(3)
    field = events.get_by_role("textbox", name="Note")
    field.fill("at the start")
    assert faults(page) == []
    page.keyboard.press("Enter")
    expect(events.get_by_role("listitem").first).to_contain_text("at the start")
    until(lambda: stored() == ["at the start", "first", "second"])
    for shown in (first, second):
        page.keyboard.press("n")
        expect(player.locator(".now")).to_contain_text(shown)
    for _ in range(2):
        page.keyboard.press("Shift+N")
    expect(player.locator(".now")).to_contain_text("Frame 1 of")

    page.get_by_role("button", name="FR ·").click()
    expect(events.get_by_role("heading", name="Événements")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    fits(page)
    assert faults(page) == []
    events.get_by_role("button", name="Supprimer l’événement").nth(1).click()
    expect(events.get_by_role("listitem")).to_have_count(2)
    until(lambda: stored() == ["at the start", "second"])
    events.get_by_role("button", name="Annuler").click()
    until(lambda: stored() == ["at the start", "first", "second"])
    expect(events.get_by_role("listitem")).to_have_count(3)
    events.get_by_role("button", name="Modifier la note").last.click()
    events.get_by_role("textbox", name="Note").fill("third")
    events.get_by_role("button", name="Terminé").click()
    until(lambda: stored() == ["at the start", "first", "third"])
