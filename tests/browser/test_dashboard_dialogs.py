"""What opens over the page: recording all cameras, the list of recordings, statistics, settings."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from camrec.alerts import Alert, AlertFile, AlertStore, AlertSubject
from support.accessibility import faults
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.cameras.reporting import ReportingCamera, two_seconds
from support.dashboard_page import SERVE, close_all, fits
from support.dashboard_server import server, tidy_up
from support.saved_videos import encode_small_video
from support.units_made import until
from support.webhook_receiver import WebhookReceiver
from support.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(10)]

EARLIER = "earlier.mp4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, binaries):
    """A videos folder with one video: without any, the list of videos has no search field."""
    folder = tmp_path_factory.mktemp("dialogs")
    (folder / "videos").mkdir()
    encode_small_video(binaries.ffmpeg, folder / "videos" / EARLIER, 1)
    return folder


@pytest.fixture(scope="module")
def wire(binaries, folder):
    with server(SERVE, folder, binaries) as wire:
        yield wire


@pytest.fixture
def cameras(wire):
    with MjpegCamera(rate=10, size=SMALL) as camera:
        for name in ("Door", "Bench"):
            wire.post("/session/open", {"url": camera.url, "name": name})
        yield
        tidy_up(wire, keep=EARLIER)


@pytest.fixture(autouse=True)
def nothing_left_on_the_server(wire, share_page):
    """The tests share a server: also one that fails leaves no camera and no video there."""
    yield
    tidy_up(wire, keep=EARLIER)


def held(page: Page) -> str:
    """The label of the element that has the focus."""
    return page.evaluate(
        "() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement)"
        " e = e.shadowRoot.activeElement; return e?.getAttribute('aria-label') ?? e?.textContent }"
    )


def test_record_all_starts_every_camera_and_the_list_stops_one(wire, cameras, share_page):
    page = share_page(wire.url).page
    page.get_by_role("button", name="Record all…").click()
    asked = page.locator("#all")
    asked.get_by_text("1 h 30").click()
    expect(asked).to_contain_text("ends at")
    asked.get_by_text("When and what").click()
    asked.get_by_text("At a time", exact=True).click()
    # The next half hour, which is tomorrow's late in the evening.
    later = re.compile(r"^Record 2 cameras for 1\sh\s30\s(tomorrow\s)?at\s")
    expect(asked.get_by_role("button", name=later)).to_be_visible()
    asked.get_by_text("Now", exact=True).click()
    asked.get_by_label("Subject", exact=True).fill("B4")
    expect(asked).to_contain_text("· B4")
    fits(page)
    assert faults(page) == []
    asked.get_by_role("button", name="Record 2 cameras for 1\u00a0h\u00a030").click()
    expect(asked).to_be_hidden()
    expect(page.get_by_role("button", name="Stop and save")).to_have_count(2)
    expect(page.get_by_role("button", name="Mark all")).to_be_visible()
    expect(page.get_by_role("button", name="Record all…")).to_have_count(0)
    told = [
        wire.get(f"/record/status/{session['session_id']}").json()
        for session in wire.get("/session/list").json()["sessions"]
    ]
    assert [each["duration"] for each in told] == [5400, 5400]
    assert [each["details"] for each in told] == [{"Subject": "B4"}] * 2

    page.get_by_role("button", name="2 recordings in progress").click()
    running = page.locator("#list")
    expect(running).to_contain_text("1\u00a0h\u00a030 left")
    running.get_by_role("button", name="Stop and save Door").click()
    expect(page.get_by_role("button", name="1 recording in progress", exact=True)).to_be_visible()
    expect(running.get_by_role("button")).to_have_count(1)
    page.get_by_role("button", name="Record all…").click()
    expect(asked.get_by_role("button", name="Record 1 camera for")).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()


def test_one_camera_records_until_stopped_and_another_ten_minutes_longer(wire, cameras, share_page):
    page = share_page(wire.url, width=390, language="fr", dark=True).page
    # Their videos are articles, too.
    door, bench = (page.locator(".camera").filter(has_text=name) for name in ("Door", "Bench"))
    door.get_by_text("∞").click()
    expect(door.locator(".hint")).to_contain_text("une vidéo par heure")
    fits(page)
    assert faults(page) == []
    door.get_by_role("button", name="Enregistrer sans fin").click()
    since = door.get_by_text("jusqu’à l’arrêt")
    expect(since).to_be_visible()
    expect(since).to_contain_text("depuis ")
    expect(door.get_by_role("button", name="de plus")).to_have_count(0)
    bench.get_by_role("button", name="Enregistrer 5").click()
    longer = bench.get_by_role("button", name="+10\u00a0min")
    for minutes in (15, 25):
        longer.click()
        expect(bench.get_by_role("progressbar")).to_have_attribute(
            "aria-valuemax", f"{minutes * 60}"
        )
    expect(longer).to_be_focused()
    assert longer.bounding_box()["height"] >= 44
    fits(page)
    assert faults(page) == []
    lengths = {
        session["name"]: wire.get(f"/record/status/{session['session_id']}").json()["duration"]
        for session in wire.get("/session/list").json()["sessions"]
    }
    assert lengths == {"Door": None, "Bench": 1500}
    # The header has no room for it.
    page.get_by_role("button", name="2 enregistrements en cours").click()
    expect(page.locator("#list").get_by_role("button", name="Marquer tout")).to_be_visible()


def test_keyboard_shortcuts_work_everywhere_except_in_text_fields(wire, cameras, share_page):
    page = share_page(wire.url).page
    door, bench = (page.get_by_role("article", name=f"{name}, live") for name in ("Door", "Bench"))
    expect(bench.locator(".picture")).to_be_visible()
    small = bench.bounding_box()["width"]
    page.keyboard.press("2")
    expect(bench.get_by_role("button", name="Shrink (2)")).to_be_visible()
    assert bench.bounding_box()["width"] > 2 * small
    assert bench.bounding_box()["height"] < 900, "all of it is on the screen"
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.keyboard.press("1")
    expect(door.get_by_role("button", name="Shrink (1)")).to_be_visible()
    expect(bench.get_by_role("button", name="Enlarge (2)")).to_be_visible()
    page.keyboard.press("Escape")
    expect(door.get_by_role("button", name="Enlarge (1)")).to_be_visible()

    page.get_by_label("Camera address").press_sequentially("12f/?x")
    expect(page.get_by_label("Camera address")).to_have_value("12f/?x")
    expect(door.get_by_role("button", name="Enlarge (1)")).to_be_visible()
    page.get_by_role("button", name="Keyboard shortcuts (?)").focus()
    page.keyboard.press("?")
    shown = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shown.get_by_role("heading", level=3)).to_have_count(4)
    page.keyboard.press("1")  # nothing below a dialog gets them
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    assert held(page) == "Keyboard shortcuts (?)"
    expect(door.get_by_role("button", name="Enlarge (1)")).to_be_visible()
    page.keyboard.press("/")
    page.wait_for_url("**/#videos")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_statistics_are_drawn_while_their_dialog_is_open(wire, cameras, open_page):
    page = open_page(wire.url, width=390, language="fr", dark=True).page
    opener = page.get_by_role("button", name="Statisti").first
    opener.click()
    box = page.get_by_role("dialog", name="Statisti")
    expect(box.get_by_role("heading")).to_contain_text("Door")
    expect(box.locator(".bk-Figure")).to_have_count(4)
    fits(page)
    points = """() => {
      for (const model of Bokeh.documents[0]._all_models.values())
        if (model.type === "ColumnDataSource" && "fps" in model.data) return model.data.fps.length
      return 0
    }"""
    before = page.evaluate(points)
    page.wait_for_function(f"count => ({points})() >= count + 2", arg=before)
    (known,) = [each for each in wire.get("/cameras").json()["cameras"] if each["session_ids"]]
    wire.ask("PATCH", f"/cameras/{known['camera_id']}", {"stays": True})  # its card is drawn again
    asking = page.locator("article.camera button[aria-label='Fermer cette caméra'][aria-haspopup]")
    expect(asking.first).to_be_attached()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    page.wait_for_function(f"() => ({points})() === 0")
    assert held(page) == "Statistiques"

    page.set_viewport_size({"width": 1024, "height": 900})
    opener.click()
    expect(box.locator(".bk-Figure")).to_have_count(4)
    fits(page)
    close_all(wire, page)
    expect(box).to_have_count(0)
    page.wait_for_function(f"() => ({points})() === 0")


def test_the_clock_of_a_camera_is_told_and_chosen_on_the_page(wire, share_page):
    own = "Utiliser l’horloge de la caméra"
    page = share_page(wire.url, width=390, language="fr", dark=True).page
    with ReportingCamera(two_seconds(), wall=lambda at: 3.7) as camera:
        page.locator("summary").first.click()
        wanted = page.get_by_role("checkbox", name=own)
        wanted.focus()
        page.keyboard.press("Space")
        expect(wanted).to_be_checked()
        fits(page)
        assert faults(page) == []
        address = page.get_by_label("Adresse de la caméra")
        address.fill(camera.url)
        address.press("Enter")
        page.get_by_role("button", name="Statisti").click()
        box = page.get_by_role("dialog", name="Statisti")
        expect(box.get_by_text("avance de 3,7\u00a0s")).to_be_visible(timeout=40_000)
        chosen = box.get_by_label(own)
        expect(chosen).to_be_checked()
        chosen.focus()
        page.keyboard.press("Space")
        expect(box.get_by_text("prochaine ouverture")).to_be_visible()
        fits(page)
        assert faults(page) == []
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        fits(page)
        assert faults(page) == []
        (known,) = [each for each in wire.get("/cameras").json()["cameras"] if each["session_ids"]]
        assert known["clock"] == "arrival"
        page.keyboard.press("Escape")
        close_all(wire, page)
        wire.ask("DELETE", f"/cameras/{known['camera_id']}")


def test_the_webhook_is_set_tried_and_removed_and_its_address_is_not_shown_again(
    wire, folder, share_page
):
    page = share_page(wire.url).page
    page.get_by_role("button", name="Settings").click()
    box = page.get_by_role("dialog", name="Settings")
    box.get_by_role("link", name="Alerts").click()
    entry = box.get_by_label("Send to (webhook)")
    with WebhookReceiver() as receiver:
        entry.fill("ntfy.example.org")
        entry.press("Enter")
        expect(box.get_by_role("alert")).to_contain_text("http://")
        entry.fill(receiver.url)
        box.get_by_role("button", name="Try it").click()
        expect(box.get_by_text(re.compile(r"Received at .* \(answer 200\)"))).to_be_visible()
        assert receiver.posts[0].json()["kind"] == "test"
        receiver.status = 500
        box.get_by_role("button", name="Try it").click()
        expect(box.get_by_text("(answer 500)")).to_be_visible()
    box.get_by_label("all is well again").check()

    def saved(key: str) -> str | list[str]:
        return yaml.safe_load((folder / "config.yaml").read_text("utf-8")).get(key, "")

    until(lambda: "well_again" in saved("webhook_when"))
    until(lambda: saved("webhook") == receiver.url)
    box.get_by_text("What is sent").click()
    expect(box.get_by_text("No picture, no camera address")).to_be_visible()
    assert faults(page) == []
    fits(page)
    page.goto("about:blank")
    page.goto(f"{wire.url}/#settings/alerts")
    expect(box.get_by_role("link", name="Alerts")).to_have_attribute("aria-current", "page")
    assert page.evaluate("location.hash") == "#live", "a reload does not open the settings again"
    expect(box.get_by_role("button", name="Remove the webhook")).to_be_visible()
    expect(entry).to_have_value("")
    assert "C4nary" not in page.content()
    box.get_by_label("all is well again").uncheck()
    until(lambda: "well_again" not in saved("webhook_when"))
    box.get_by_role("button", name="Remove the webhook").click()
    expect(box.get_by_role("button", name="Remove the webhook")).to_have_count(0)
    expect(box.get_by_label("all is well again")).to_have_count(0)
    assert saved("webhook") == ""


def set_what_plans_go_by(box: Locator, config: Path) -> None:
    """Set whether the computer stays awake, and the place, and take both back."""

    def saved(key: str) -> object:
        return yaml.safe_load(config.read_text("utf-8")).get(key)

    awake = box.get_by_role("switch", name="Keep the computer awake for plans")
    awake.check()
    expect(box.get_by_text("It does not go to sleep")).to_be_visible()
    assert saved("keep_awake_for_plans") is True
    awake.uncheck()
    expect(box.get_by_text("It may go to sleep")).to_be_visible()
    latitude, longitude = box.get_by_label("Latitude"), box.get_by_label("Longitude")
    latitude.fill("91")
    longitude.fill("2,35")
    longitude.press("Enter")
    expect(box.get_by_role("alert")).to_contain_text("from -90 to 90")
    expect(latitude).to_have_attribute("aria-invalid", "true")
    expect(longitude).to_have_attribute("aria-invalid", "false")
    latitude.fill("48.85")
    latitude.press("Shift+Tab")
    until(lambda: saved("place") == [48.85, 2.35])
    expect(box.get_by_role("alert")).to_have_count(0)
    expect(awake).to_be_focused()
    latitude.fill("")
    latitude.press("Tab")
    expect(longitude).to_be_focused()
    longitude.press("Tab")
    expect(box.get_by_role("alert")).to_contain_text("Type both numbers, or neither.")
    longitude.fill("")
    longitude.press("Enter")
    until(lambda: saved("place") == [])
    expect(box.get_by_role("alert")).to_have_count(0)


def test_changed_settings_take_effect_at_once_and_are_saved_to_the_file(
    wire, cameras, folder, share_page
):
    page = share_page(wire.url).page
    page.get_by_role("button", name="Settings").click()
    box = page.get_by_role("dialog", name="Settings")
    for _ in range(2):
        box.get_by_role("button", name="One camera fewer").click()
    expect(box.get_by_label("Cameras open at once")).to_have_value("1")
    page.keyboard.press("Escape")
    expect(page.get_by_text("2 of 1 cameras open").first).to_be_visible()
    # The line above the cameras opens them too.
    page.get_by_role("button", name="Settings").last.click()
    box.get_by_label("Cameras open at once").fill("99")
    box.get_by_label("Cameras open at once").press("Enter")
    expect(box.get_by_role("alert")).to_contain_text("from 1 to 64")
    box.get_by_label("Cameras open at once").fill("3")
    box.get_by_label("Cameras open at once").press("Enter")
    expect(box.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("2 of 3 cameras open").first).to_be_attached()

    # By the keyboard: the second tab after the first, which the view below does not follow.
    box.get_by_role("link", name="General").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(box.get_by_role("link", name="Disk")).to_be_focused()
    expect(box.get_by_role("link", name="Disk")).to_have_attribute("aria-current", "page")
    assert not page.evaluate("location.hash").startswith("#settings")
    # An answer that comes while somebody types in another field does not delete the text.
    box.get_by_label("Folder for the videos").fill("half a pa")
    box.get_by_label("After (days)").evaluate(
        "(entry) => { entry.value = '7'; entry.dispatchEvent(new Event('change')) }"
    )
    config = folder / "config.yaml"
    until(lambda: yaml.safe_load(config.read_text("utf-8")).get("retention_days") == 7)
    (first, _) = wire.get("/session/list").json()["sessions"]
    wire.post("/session/close", {"session_id": first["session_id"]})  # the page learns it later
    expect(page.get_by_text("1 of 3 cameras open").first).to_be_attached()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    expect(box.get_by_label("Folder for the videos")).to_have_value("half a pa")
    box.get_by_label("Folder for the videos").fill("films")
    box.get_by_label("Folder for the videos").press("Enter")
    expect(box.get_by_role("alert")).to_contain_text("full path")
    expect(box.get_by_label("Folder for the videos")).to_have_value("films")
    films = folder / "films"
    box.get_by_label("Folder for the videos").fill(str(films))
    box.get_by_label("Folder for the videos").press("Enter")
    expect(box.get_by_role("alert")).to_have_count(0)
    expect(box.get_by_label("Folder for the videos")).to_have_value(str(films))

    box.get_by_label("After (days)").fill("many")
    box.get_by_label("After (days)").press("Enter")
    expect(box.get_by_role("alert")).to_contain_text("Type a number")
    box.get_by_label("After (days)").fill("30")
    box.get_by_label("After (days)").press("Enter")
    expect(box.get_by_role("alert")).to_have_count(0)
    box.get_by_label("Beyond (GB)").fill("1,5")
    box.get_by_label("Beyond (GB)").press("Enter")
    expect(box.get_by_label("Beyond (GB)")).to_have_value("1.5")
    when_full = box.get_by_role("group", name="When the disk is full")
    expect(when_full.get_by_label("Stop recording")).to_be_checked()
    when_full.get_by_text("Delete the oldest").click()
    expect(box.get_by_text("Recordings go on.")).to_be_visible()
    expect(when_full.get_by_label("Delete the oldest")).to_be_checked()
    kept_free = box.get_by_label("Keep free (GB)")
    expect(kept_free).to_have_value("0.5")
    kept_free.fill("")
    kept_free.press("Enter")
    expect(box.get_by_role("alert")).to_contain_text("such as 0.5")
    kept_free.fill("0,25")
    kept_free.press("Enter")
    expect(box.get_by_role("alert")).to_have_count(0)
    expect(kept_free).to_have_value("0.25")
    assert faults(page) == []
    box.get_by_role("link", name="General").click()
    set_what_plans_go_by(box, config)
    assert faults(page) == []
    box.get_by_text("Dark", exact=True).click()
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(13, 16, 20)"
    expect(page.get_by_role("button", name="Light theme")).to_have_count(1)
    box.get_by_text("Français").click()
    box = page.get_by_role("dialog", name="Réglages")
    box.get_by_role("button", name="Terminé").click()
    expect(box).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Réglages"))).to_be_visible()
    assert page.evaluate(background) == "rgb(13, 16, 20)"
    settings = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    assert settings["max_sessions"] == 3
    assert settings["videos_dir"] == str(films)
    assert settings["retention_days"] == 30
    assert settings["retention_bytes"] == 1_500_000_000
    assert settings["when_full"] == "delete_oldest"
    assert settings["min_free_bytes"] == 250_000_000
    assert (settings["keep_awake_for_plans"], settings["place"]) == (False, [])


@pytest.fixture
def alerted(binaries, tmp_path):
    """A server that has a missed plan and five outages of one camera, and no camera."""
    (videos := tmp_path / "videos").mkdir()
    store = AlertStore(AlertFile(videos))
    now = time.time_ns()
    lost = AlertSubject(camera="Street")
    for since in range(now - 5, now):  # all on one day
        store.add(Alert.create("camera_lost", "camera_back", since, since + 36 * 10**9, lost), now)
    store.add(Alert.create("plan_missed", "missed_asleep", now, now, lost), now)
    with server(SERVE, tmp_path, binaries) as wire:
        yield wire


def test_the_bell_lists_what_needed_a_person_until_it_is_seen(alerted, open_page):
    def seen() -> list[bool]:
        return [each["seen"] for each in alerted.get("/alerts").json()["alerts"]]

    page = open_page(alerted.url, width=390, language="fr", dark=True).page
    bell = page.get_by_role("button", name="Alertes\u00a0: 2 nouvelles")
    bell.focus()
    page.keyboard.press("Enter")
    listed = page.get_by_role("dialog", name="Pendant votre absence")
    expect(listed.get_by_role("listitem")).to_have_count(2)
    told = re.compile("^Depuis .*\u00a0: rien d’enregistré, .* manquent\\.$")
    expect(listed.get_by_text(told)).to_be_visible()
    expect(
        listed.get_by_text("Street\u00a0: pas d’image 5 fois, 3\u00a0min en tout")
    ).to_be_visible()
    day = re.compile("^(Aujourd’hui|Hier)$")  # midnight may have passed
    expect(listed.get_by_role("heading", name=day)).to_be_visible()
    fits(page)
    assert faults(page) == []
    assert seen() == [False] * 6, "opening the list marks nothing"
    expect(listed.get_by_text("· l’ordinateur était en veille")).to_be_visible()
    edge = listed.bounding_box()["x"] + listed.bounding_box()["width"]
    last = listed.get_by_role("button", name="Être prévenu ailleurs").bounding_box()
    assert last["x"] + last["width"] <= edge, "both buttons below the list fit on a phone"
    listed.get_by_role("button", name="Voir la semaine").click()
    page.wait_for_url("**/#plans")
    expect(page.get_by_role("button", name="Alertes\u00a0: 1 nouvelle")).to_be_visible()
    until(lambda: seen() == [True] + [False] * 5)
    page.get_by_role("button", name="Alertes\u00a0: 1 nouvelle").click()
    listed.get_by_role("button", name="Tout marquer comme vu").click()
    until(lambda: seen() == [True] * 6)
    expect(page.get_by_role("button", name="Alertes", exact=True)).to_be_visible()

    listed.get_by_role("button", name="Être prévenu ailleurs").click()
    box = page.get_by_role("dialog", name="Réglages")
    expect(box.get_by_role("link", name="Alertes")).to_have_attribute("aria-current", "page")
    box.get_by_text("Ce qui part").click()
    expect(box.get_by_text("Rue\u00a0: pas d’image")).to_be_visible()
    fits(page)
    assert faults(page) == []


@pytest.fixture
def unlocked(binaries, tmp_path):
    """A server of its own: a token that stays after a failure would lock the other tests out."""
    with server(SERVE, tmp_path, binaries) as wire:
        yield wire


def test_an_access_token_is_set_and_removed_on_the_page(unlocked, tmp_path, open_page):
    wire = unlocked
    page = open_page(wire.url).page
    page.get_by_role("button", name="Settings").click()
    box = page.get_by_role("dialog", name="Settings")
    token = box.get_by_label("Access token")
    expect(token).to_have_attribute("type", "password")
    token.fill("short")
    token.press("Enter")
    expect(box.get_by_role("alert")).to_contain_text("8 to 200 characters")
    assert wire.get("/health").status == 200
    box.get_by_role("button", name="Generate").click()
    expect(box.get_by_text("Not active yet.")).to_be_visible()
    made = token.input_value()
    assert len(made) == 24
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box.get_by_role("button", name="Copy").click()
    expect(box.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == made
    # Nothing has changed: a user who closes the dialog now has locked nobody out.
    assert wire.get("/health").status == 200
    box.get_by_role("button", name="Done").click()
    expect(box.get_by_role("alert")).to_contain_text("Not active yet.")
    expect(box.get_by_role("button", name="Use this token")).to_be_focused()
    page.keyboard.press("Escape")
    assert wire.get("/health").status == 200
    page.get_by_role("button", name="Settings").click()
    expect(token).to_have_value("")
    box.get_by_role("button", name="Generate").click()
    made = token.input_value()
    assert faults(page) == []
    with page.expect_response("**/login") as logged_in:
        box.get_by_role("button", name="Use this token").click()
    assert logged_in.value.status == 204
    expect(box.get_by_text("Write it down")).to_be_visible()
    expect(token).to_have_value(made)
    assert yaml.safe_load((tmp_path / "config.yaml").read_text("utf-8"))["token"] == made
    # Anyone with the token can open camrec; this browser is not asked for it, any other one is.
    assert wire.get("/health").status == 401
    assert wire.get("/health", Authorization=f"Bearer {made}").status == 200
    page.reload()
    page.get_by_role("button", name="Settings").click()
    expect(box.get_by_text("A token is set.")).to_be_visible()
    expect(token).to_have_value("")
    assert made not in page.content()
    box.get_by_role("button", name="Remove").click()
    expect(box.get_by_role("button", name="Generate")).to_be_visible()
    assert wire.get("/health").status == 200


def test_two_users_and_a_program_see_the_same_library(wire: Wire, cameras, share_page):
    first = share_page(f"{wire.url}/#videos").page
    second = share_page(f"{wire.url}/#videos", language="fr", width=390).page
    (session, *_) = wire.get("/session/list").json()["sessions"]
    wire.post("/record/start", {"session_id": session["session_id"], "duration": 1, "name": "Roof"})
    told = [page.get_by_role("article", name="Roof,") for page in (first, second)]
    for each in told:
        expect(each.locator("visible=true")).to_have_count(1)
    filename = told[0].locator("visible=true").get_attribute("data-file")
    changed = wire.ask("PATCH", f"/videos/{quote(filename)}", {"name": "Attic", "locked": True})
    assert changed.json()["locked"] and changed.json()["name"] == "Attic"
    for page in (first, second):
        attic = page.get_by_role("article", name="Attic,").locator("visible=true")
        expect(attic.get_by_role("img")).to_have_count(1)  # the lock icon
        expect(page.get_by_role("article", name="Roof,")).to_have_count(0)
    second.get_by_role("button", name="Supprimer Attic").click()
    expect(second.get_by_role("dialog")).to_contain_text("verrouillée")
    second.get_by_role("button", name="Supprimer la vidéo").click()
    for page in (first, second):
        expect(page.get_by_role("article", name="Attic,")).to_have_count(0)


def test_earlier_cameras_of_one_long_name_are_told_apart_and_fit_a_narrow_page(wire, share_page):
    name = f"Nest box {'above the greenhouse door ' * 3}".strip()
    with MjpegCamera(rate=10, size=SMALL) as first, MjpegCamera(rate=10, size=SMALL) as second:
        for camera in (first, second):
            opened = wire.post("/session/open", {"url": camera.url, "name": name}).json()
            wire.post("/session/close", {"session_id": opened["session_id"]})
    page = share_page(wire.url, width=390).page
    for camera in (first, second):
        where = camera.url.removeprefix("http://")
        button = page.get_by_role("button", name=f"Open {name} ({where}) again")
        expect(button).to_be_visible()
        expect(button).to_contain_text(where)
    fits(page)
    page.get_by_role("button", name=f"Remove {name} ({where}) from the list").click()
    asked = page.get_by_role("dialog", name="Remove this camera from the list?")
    expect(asked).to_contain_text("it counts as another camera")
    expect(asked.get_by_role("button", name="Keep it")).to_be_focused()
    fits(page)
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(page.get_by_role("button", name=f"Remove {name}")).to_have_count(2)
    for place in (where, "127.0.0.1"):
        page.get_by_role("button", name=f"Remove {name} ({place}) from the list").click()
        asked.get_by_role("button", name="Remove camera").click()
    expect(page.get_by_role("button", name=f"Remove {name}")).to_have_count(0)


def test_an_earlier_camera_is_opened_again_by_one_press(wire: Wire, share_page):
    page = share_page(wire.url).page
    with MjpegCamera(rate=10, auth="basic", user="user", password="canary") as camera:
        opened = wire.post("/session/open", {"url": camera.url, "name": "Nest"}).json()
        expect(page.get_by_role("article", name="Nest, live")).to_be_visible()
        expect(page.get_by_role("button", name="Open Nest")).to_have_count(0)
        expect(page.get_by_role("button", name="Record all…")).to_have_count(0)
        wire.post("/session/close", {"session_id": opened["session_id"]})
        page.get_by_role("button", name="Open Nest (127.0.0.1) again").click()
        expect(page.get_by_role("article", name="Nest, live")).to_be_visible()
        close_all(wire, page)
        page.get_by_role("button", name="Remove Nest (127.0.0.1) from the list").click()
        page.get_by_role("button", name="Remove camera").click()
        expect(page.get_by_role("button", name="Open Nest")).to_have_count(0)
        assert "canary" not in page.content()


def test_a_camera_can_be_opened_again_at_each_start_until_that_is_taken_away(wire, share_page):
    with MjpegCamera(rate=10, size=SMALL) as camera:

        def stays() -> list[bool]:
            listed = wire.get("/cameras").json()["cameras"]
            return [each["stays"] for each in listed if each["url"] == camera.url]

        page = share_page(wire.url, language="fr").page
        page.locator("#address").fill(camera.url)
        page.get_by_text("Nom, mot de passe, options").click()
        page.get_by_label("Rouvrir à chaque démarrage").check()
        assert faults(page) == []
        page.locator("form button[type=submit]").click()
        # Until then its card is drawn anew, also below a click.
        expect(page.locator(".picture")).to_be_visible(timeout=30_000)
        until(lambda: stays() == [True])
        close = page.get_by_role("button", name="Fermer cette caméra")
        close.and_(page.locator("[aria-haspopup=dialog]")).click()
        asked = page.get_by_role("dialog")
        expect(asked).to_contain_text("Elle sera rouverte au prochain démarrage de camrec.")
        asked.get_by_role("button", name="Ne plus rouvrir").click()
        expect(asked).to_have_count(0)
        until(lambda: wire.get("/session/list").json()["sessions"] == [])
        until(lambda: stays() == [False])


def test_a_recording_without_an_end_is_shown_and_stopped(wire, share_page):
    with MjpegCamera(rate=10, size=SMALL) as camera:
        session = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        body = {"session_id": session["session_id"], "duration": None}
        recording = wire.post("/record/start", body).json()
        page = share_page(wire.url).page
        card = page.locator("article.camera")
        since = card.get_by_text("until you stop it")
        expect(since).to_have_count(1)
        expect(since).to_be_visible()
        expect(since).to_contain_text("since ")
        expect(card.locator(".strip")).to_have_count(0)
        fits(page)
        page.set_viewport_size({"width": 390, "height": 900})
        expect(since).to_be_visible()
        fits(page)
        assert faults(page) == []
        card.get_by_role("button", name="Stop and save").click()
        status = f"/record/status/{recording['recording_id']}"
        until(lambda: wire.get(status).json()["state"] == "saved")
        assert len(wire.get(status).json()["filenames"]) == 1
        wire.post("/session/close", {"session_id": session["session_id"]})
