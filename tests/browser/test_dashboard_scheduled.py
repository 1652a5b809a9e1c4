"""Scheduled recordings are listed and shown, and closing a camera asks before it cancels them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from camrec.station import recording_registry
from support.accessibility import faults
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import SERVE, fits
from support.dashboard_server import server, tidy_up
from support.wire import Wire, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow(6)]
NBSP = "\u00a0"


@pytest.fixture(scope="module")
def wire(binaries, tmp_path_factory):
    with server(SERVE, tmp_path_factory.mktemp("scheduled"), binaries) as wire:
        yield wire


@pytest.fixture(autouse=True)
def nothing_left_on_the_server(wire, share_page) -> Iterator[None]:
    """The tests share a server: also one that fails leaves no camera and no video there."""
    yield
    tidy_up(wire)


@pytest.fixture
def door(wire):
    """The id of a camera called Door, which is open during the test."""
    with MjpegCamera(rate=10, size=SMALL) as camera:
        session_id = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        yield session_id["session_id"]
        tidy_up(wire)


def schedule(wire: Wire, session_id: str, ahead: timedelta, seconds: int) -> dict:
    moment = (datetime.now(timezone.utc) + ahead).isoformat()
    wanted = {"session_id": session_id, "duration": seconds, "start_at": moment}
    reply = wire.post("/record/start", wanted)
    assert reply.status == 201, reply.body
    return reply.json()


def listed(wire: Wire) -> list[tuple[str, str]]:
    found = wire.get("/record/list").json()["recordings"]
    return [(each["recording_id"], each["state"]) for each in found]


def test_the_recording_list_has_scheduled_running_and_ended_recordings(wire, door):
    later = schedule(wire, door, timedelta(hours=2), 60)["recording_id"]
    sooner = schedule(wire, door, timedelta(hours=1), 60)["recording_id"]
    running = wire.post("/record/start", {"session_id": door, "duration": 60}).json()
    running = running["recording_id"]
    going = [(later, "scheduled"), (sooner, "scheduled"), (running, "writing")]
    assert listed(wire)[:3] == going
    wire.post("/record/stop", {"recording_id": later})
    wire.post("/record/stop", {"recording_id": running})
    now = listed(wire)
    assert now[0] == (sooner, "scheduled")
    assert now[1:3] == [(running, "saved"), (later, "failed")], "the latest end comes first"


def test_closing_a_camera_returns_the_recordings_that_it_cancelled(wire, door):
    recording_id = schedule(wire, door, timedelta(hours=1), 60)["recording_id"]
    closed = wire.post("/session/close", {"session_id": door}).json()
    assert closed["state"] == "closed"
    assert closed["cancelled"] == [recording_id]
    told = wire.get(f"/record/status/{recording_id}").json()
    assert (told["state"], told["error"]["code"]) == ("failed", "recording_cancelled")


def test_only_the_latest_ended_recordings_are_listed(binaries, tmp_path, monkeypatch):
    monkeypatch.setattr(recording_registry, "MAX_ENDED_RECORDINGS", 2)
    with (
        serving(binaries.config(tmp_path)) as (_, wire),
        MjpegCamera(rate=10, size=SMALL) as camera,
    ):
        session_id = wire.post("/session/open", {"url": camera.url}).json()["session_id"]
        ids = [
            schedule(wire, session_id, timedelta(hours=hours), 1)["recording_id"]
            for hours in (1, 2, 3)
        ]
        for recording_id in ids[::-1]:
            wire.post("/record/stop", {"recording_id": recording_id})
        assert [known for known, _ in listed(wire)] == ids[:2], (
            "by their ends, not their beginnings"
        )


def test_a_group_recording_is_never_shown_as_scheduled_for_later(binaries, tmp_path):
    """Until their start is chosen, such recordings have a start far ahead, which means nothing."""
    seen = []
    with (
        serving(binaries.config(tmp_path)) as (station, wire),
        MjpegCamera(rate=10, size=SMALL) as camera,
    ):
        session_id = wire.post("/session/open", {"url": camera.url}).json()["session_id"]
        station.changed.connect(
            lambda event: seen.extend(
                (each.started_at - station.clock.utc_ns()) / 1e9
                for each in station.recordings.scheduled(session_id)
            )
        )
        wire.post("/record/together", {"session_ids": [session_id], "duration": 1})
        wire.post("/record/stop", {"session_id": session_id})
    assert all(seconds < 5 for seconds in seen)


@pytest.mark.parametrize(("width", "language", "dark"), [(390, "fr", True), (1024, "en", False)])
def test_a_tile_shows_what_is_scheduled_and_cancels_it(
    width, language, dark, wire, door, share_page
):
    page = share_page(wire.url, width=width, language=language, dark=dark).page
    first, *_ = [schedule(wire, door, timedelta(days=days), 600) for days in (3, 4, 5)]
    french = language == "fr"
    tile = page.get_by_role("article", name="Door")
    lines = tile.locator(".ahead li")
    expect(lines).to_have_count(3)
    begins = datetime.fromisoformat(first["started_at"]).astimezone()
    expect(lines.first).to_contain_text(f"{begins:%H:%M}")
    said = f"pendant 10{NBSP}min" if french else f"for 10{NBSP}min"
    expect(lines.first).to_contain_text(said)
    tile.get_by_text("1 de plus" if french else "1 more").click()
    expect(lines.last).to_be_visible()
    for wide in (width, 1440):
        page.set_viewport_size({"width": wide, "height": 900})
        page.wait_for_function("wide => innerWidth === wide", arg=wide)
        fits(page)
        assert faults(page) == []
        for button in tile.locator(".ahead button").all():
            assert button.bounding_box()["height"] >= 44
    lines.first.get_by_role("button").click()
    expect(lines).to_have_count(2)
    assert [state for _, state in listed(wire)][:3] == ["scheduled", "scheduled", "failed"]


@pytest.mark.parametrize(("width", "language", "dark"), [(390, "fr", True), (1440, "en", False)])
def test_what_is_scheduled_for_a_closed_camera_is_above_the_cameras_and_is_cancelled_there(
    width, language, dark, wire, door, share_page
):
    camera_id = wire.post("/session/close", {"session_id": door}).json()["camera_id"]
    page = share_page(wire.url, width=width, language=language, dark=dark).page
    tomorrow = datetime.now().astimezone() + timedelta(days=1)
    at_noon = tomorrow.replace(hour=12, minute=0, second=0, microsecond=0)
    for number, seconds in enumerate((60, 600, 600, None)):
        start = (at_noon + timedelta(minutes=number)).isoformat()
        body = {"camera_id": camera_id, "duration": seconds, "start_at": start}
        assert wire.post("/record/start", body).status == 201
    french = language == "fr"
    lines = page.locator(".awaited li")
    expect(lines).to_have_count(4)
    expect(lines.first).to_contain_text("Door")
    said = "demain à 12:00, pendant 1" if french else "Records tomorrow at 12:00 for 1"
    expect(lines.first).to_contain_text(f"{said}{NBSP}min")
    expect(lines.last.get_by_role("link")).to_have_text("1 de plus" if french else "1 more")
    for wide in (width, 1024):
        page.set_viewport_size({"width": wide, "height": 900})
        page.wait_for_function("wide => innerWidth === wide", arg=wide)
        fits(page)
        assert faults(page) == []
        for control in lines.locator("button, a").all():
            assert control.bounding_box()["height"] >= 44
    for left in (3, 2):
        lines.first.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(lines).to_have_count(left)
        expect(lines.first.get_by_role("button")).to_be_focused()
    expect(lines.last).to_contain_text("jusqu’à l’arrêt" if french else "until you stop it")
    page.evaluate("location.hash = 'plans'")
    once = page.get_by_role("listitem").filter(has_text="Door")
    expect(once).to_have_count(2)
    once.first.get_by_role("button").click()
    expect(once).to_have_count(1)
    page.evaluate("location.hash = 'live'")
    expect(lines).to_have_count(1)


def test_what_a_recording_is_about_and_when_it_begins_is_chosen_next_to_record(
    wire, door, share_page
):
    page = share_page(wire.url, width=390, language="fr", dark=True).page
    tile = page.get_by_role("article", name="Door")
    hint = tile.locator(".hint")
    expect(hint).to_contain_text("fin à")
    opener = tile.get_by_role("button", name="Quand et quoi")
    opener.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Quand et quoi")
    page.keyboard.press("Tab")
    page.keyboard.type("Essai 12")
    box.get_by_role("textbox", name="Sujet").fill("B4")
    box.get_by_role("button", name="Ajouter un détail").click()
    page.keyboard.type("Sujet")
    page.keyboard.press("Tab")
    page.keyboard.type("C1")
    expect(hint).to_contain_text("même nom")
    expect(tile.get_by_role("button", name="Enregistrer")).to_be_disabled()
    box.get_by_role("button", name="Retirer Sujet").last.click()
    expect(hint).to_contain_text("Essai 12 · B4")
    box.get_by_text("À une heure").click()
    days = box.get_by_role("combobox", name="Jour")
    days.select_option("other")
    day = date.today() + timedelta(days=3)  # not tomorrow: midnight may pass
    box.get_by_label("Date", exact=True).fill(f"{day}")
    box.get_by_role("textbox", name="Heure").fill("8h")
    expect(hint).to_contain_text("de 08:00 à 08:05")
    fits(page)
    assert faults(page) == []
    page.keyboard.press("Enter")
    expect(box).to_be_hidden()
    later = re.compile(rf"^Enregistrer 5\smin le \w+ {day.day}(er)? .+ à 08:00$")
    tile.get_by_role("button", name=later).click()
    expect(tile.locator(".ahead li")).to_have_count(1)
    expect(hint).to_contain_text("B4")
    expect(hint).not_to_contain_text("Essai")
    tile.get_by_role("button", name="Enregistrer 5", exact=False).click()
    expect(tile.get_by_role("button", name="Arrêter")).to_be_visible()
    (later, now) = wire.get("/record/list").json()["recordings"][:2]
    assert later["details"] == now["details"] == {"Sujet": "B4"}
    began = datetime.fromisoformat(later["started_at"]).astimezone()
    assert (began.date(), began.hour, began.minute) == (day, 8, 0)


def test_closing_a_camera_with_a_scheduled_recording_asks_first(wire, door, share_page):
    page = share_page(wire.url).page
    later = schedule(wire, door, timedelta(days=3), 600)
    recording_id = later["recording_id"]
    begins = datetime.fromisoformat(later["started_at"]).astimezone()
    when = re.compile(rf"on \w+ {begins.day} .+ at {begins:%H:%M}")
    tile = page.locator("#live .camera")
    expect(tile.locator(".ahead li")).to_have_count(1)

    def ask() -> object:
        tile.get_by_role("button", name="Close this camera").click()
        return page.get_by_role("dialog")

    asked = ask()
    expect(asked).to_contain_text(re.compile(f"A recording is scheduled: {when.pattern}"))
    expect(asked.get_by_role("button", name="Keep it open")).to_be_focused()
    page.keyboard.press("Escape")
    assert (recording_id, "scheduled") in listed(wire)
    tile.get_by_role("button", name="Record 5").click()
    expect(tile.get_by_role("button", name="Stop and save")).to_be_visible()
    asked = ask()
    expect(asked).to_contain_text(when)
    expect(asked.get_by_role("button", name="Save and close")).to_be_visible()
    page.keyboard.press("Escape")
    tile.get_by_role("button", name="Stop and save").click()
    expect(tile.get_by_role("button", name="Record 5")).to_be_visible()
    ask().get_by_role("button", name="Close the camera").click()
    expect(tile).to_have_count(0)
    assert (recording_id, "failed") in listed(wire)


def test_a_scheduled_recording_that_could_not_start_shows_why_on_its_tile(
    binaries, tmp_path, open_page, monkeypatch
):
    with server(SERVE, tmp_path, binaries) as wire, MjpegCamera(rate=10, size=SMALL) as camera:
        page: Page = (tab := open_page(wire.url)).page
        session_id = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        schedule(wire, session_id["session_id"], timedelta(seconds=2), 1)
        # The folder of its segments cannot be created: a file is in its place.
        (parts := tmp_path / "videos" / ".parts").rename(tmp_path / "away")
        parts.write_text("")
        tile = page.get_by_role("article", name="Door")
        expect(tile.get_by_role("alert")).to_contain_text("cannot be written to")
        parts.unlink()
        (tmp_path / "away").rename(parts)
        tab.close()
