"""The page says what is true, and offers what camrec does: health, disk, durations, title."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from camrec.clock import format_iso
from camrec.dashboard import CameraView
from camrec.library import DiskSpace
from camrec.planning import WEEKDAYS
from camrec.receipt import Receipt
from camrec.session import SessionState
from support.accessibility import faults
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import SERVE, fits
from support.dashboard_server import server, tidy_up
from support.free_port import free_port
from support.health_page import KNOWN, health
from support.serving import Serving
from support.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(9), pytest.mark.filterwarnings(KNOWN)]
NBSP = "\u00a0"


@pytest.fixture(scope="module")
def wire(binaries, tmp_path_factory):
    with server(SERVE, tmp_path_factory.mktemp("truth"), binaries) as wire:
        yield wire


@pytest.fixture(scope="module")
def fresh(binaries, tmp_path_factory):
    """A server that nobody has used yet."""
    with server(SERVE, tmp_path_factory.mktemp("fresh"), binaries) as wire:
        yield wire


@pytest.fixture(autouse=True)
def nothing_left_on_the_server(wire, share_page) -> Iterator[None]:
    """The tests share a server: also one that fails leaves no camera and no video there."""
    yield
    tidy_up(wire)


@pytest.fixture
def cameras(wire):
    """Two open cameras, Door and Bench; returns the simulated camera behind both."""
    with MjpegCamera(rate=10, size=SMALL) as camera:
        for name in ("Door", "Bench"):
            wire.post("/session/open", {"url": camera.url, "name": name})
        yield camera
        tidy_up(wire)


def ids(wire: Wire) -> dict[str, str]:
    sessions = wire.get("/session/list").json()["sessions"]
    return {session["name"]: session["session_id"] for session in sessions}


def test_the_health_line_reports_a_recorded_camera_without_frames(wire, cameras, share_page):
    page = share_page(wire.url).page
    french = share_page(wire.url, language="fr", width=390).page
    door = ids(wire)["Door"]
    expect(health(page)).to_have_text("All well")
    wire.post("/record/start", {"session_id": door, "duration": 60})
    expect(page).to_have_title(re.compile("1 recording"))
    cameras.stop()
    said = "Door is being recorded, but has sent no picture since"
    expect(health(page)).to_contain_text(said, timeout=30_000)
    expect(health(french)).to_contain_text("Door est enregistrée, mais n’envoie plus d’image")
    assert faults(page) == []
    told = wire.get("/health").json()
    assert told["status"] == "degraded"
    assert set(told["without_picture"]) == set(ids(wire).values())
    wire.post("/record/stop", {"session_id": door})
    expect(health(page)).to_contain_text("2 cameras send no picture: Door, Bench")
    assert wire.get("/health").json()["status"] == "ok", "what is not recorded loses nothing"
    cameras.start()
    expect(health(page)).to_have_text("All well", timeout=30_000)
    assert wire.get("/health").json()["without_picture"] == []
    expect(page).to_have_title("camrec")


def test_a_duration_offered_by_the_page_is_accepted_by_the_station(shown, monkeypatch):
    station, page = shown()
    with MjpegCamera(rate=10, size=SMALL) as camera:
        session = station.cameras.open(camera.url, "Door")
        tile = page.get_by_role("article", name="Door, live")
        expect(tile.get_by_text("about")).to_be_visible()
        rate = station.recordings.estimate_disk([session]).file_bit_rate
        assert rate > 0
        # Ten minutes fit above the space that has to stay free.
        room = station.config.min_free_bytes + int(rate / 8 * 600)
        monkeypatch.setattr(DiskSpace, "free_bytes", property(lambda self: room))
        tile.get_by_text(f"1{NBSP}h", exact=True).click()
        offered = tile.get_by_role("button", name="instead")
        expect(offered).to_be_visible()
        expect(tile).to_contain_text("there is room for")
        offered.click()
        expect(page.get_by_role("button", name="Stop and save")).to_be_visible()
        length = session.recording.duration
        assert 240 <= length <= 600
        station.recordings.stop(session.session_id)
        monkeypatch.setattr(
            DiskSpace, "free_bytes", property(lambda self: station.config.min_free_bytes)
        )
        expect(tile).to_contain_text("Not enough space")
        expect(tile.get_by_role("button", name="Record")).to_be_disabled()


def test_the_disk_estimate_keeps_the_bit_rate_of_a_lost_camera(shown):
    station, page = shown(max_sessions=4)
    strip = page.locator("#health")
    expect(strip).not_to_contain_text("at the present rate")  # there is none
    with MjpegCamera(rate=10, size=SMALL) as camera, MjpegCamera(rate=10, size=SMALL) as other:
        station.cameras.open(camera.url, "Door")
        gone = station.cameras.open(other.url, "Bench")
        both = station.recordings.estimate_disk(station.cameras.sessions()).file_bit_rate
        other.stop()
        gone.machine.wait(lambda state: state is SessionState.STALE, 20)
        assert (
            station.recordings.estimate_disk(station.cameras.sessions()).file_bit_rate > 0.7 * both
        )
        expect(strip).to_contain_text("Bench has sent no picture")
        other.start()
        expect(strip).to_contain_text("at the present rate, all cameras", timeout=30_000)


def save_hours(folder: Path, count: int, camera_id: str) -> list[str]:
    """Save so many videos of an hour and 1000 bytes; return their names, the oldest first."""
    now, hour = time.time_ns(), 3600 * 10**9
    names = [f"{number}.mp4" for number in range(count)]
    for number, name in enumerate(names):
        start = now - (2 * count - number) * hour
        (folder / name).write_bytes(bytes(1000))
        Receipt.model_validate({
            "recording_id": str(number), "name": "Door", "source": "rtsp://camera/live",
            "asked": None, "duration": 3600, "started_at": format_iso(start),
            "ended_at": format_iso(start + hour), "ended": "time", "frames": 50, "width": 320,
            "height": 240, "video_codec": "h264", "size": 1000, "sha256": "", "playable": True,
            "camera_id": camera_id,
        }).write(folder / f"{number}.json")  # fmt: skip
    return names


def test_the_plans_say_how_many_videos_will_make_room(shown, monkeypatch):
    station, page = shown(when_full="delete_oldest", width=390, language="fr")
    free = station.config.min_free_bytes + 500  # for half an hour
    monkeypatch.setattr(DiskSpace, "free_bytes", property(lambda self: free))
    # It does not ask again by itself after 20 s.
    page.add_init_script(
        "const real = setInterval;"
        "window.setInterval = (tick, each) => (each === 20_000 ? 0 : real(tick, each))"
    )
    page.goto(re.sub("#.*", "", page.url) + "#plans")
    page.reload()
    day = station.plans.clock.day_of(time.time_ns()) + timedelta(days=3)
    plan = {"days": [WEEKDAYS[day.weekday()]], "start": "08:00", "until": day.isoformat()}
    plan |= {"cameras": ["rtsp://192.0.2.1/stream"], "duration": 2 * 3600}
    entry = station.plans.add(plan)
    first, *others = save_hours(station.library.folder, 5, entry.plan.cameras[0])
    line = page.locator(".forecast")

    def let_page_read_again(name: str) -> None:
        station.plans.change(entry.plan_id, {"name": name})

    let_page_read_again("First")
    expect(line).to_contain_text("Il y a de la place pour tous les horaires jusqu’au ")
    expect(line).to_contain_text("Ensuite, les 2 plus anciennes vidéos non verrouillées seront")
    fits(page)
    assert faults(page) == []
    for name in (first, *others[1:]):  # the newest stays until there is another one
        station.library.lock(name)
    let_page_read_again("Second")
    expect(line).to_contain_text("D’ici là, la plus ancienne vidéo non verrouillée aura été")
    expect(line).to_contain_text("1\u00a0enregistrement sera écourté.")
    expect(line.get_by_role("link", name="Libérer de la place")).to_be_visible()
    fits(page)
    assert faults(page) == []
    line.get_by_role("button", name="Changer…").click()
    settings = page.get_by_role("dialog")
    expect(settings.get_by_label("Garder libre (Go)")).to_have_value("0,5")
    settings.get_by_text("Arrêter", exact=True).click()
    expect(line).not_to_contain_text("D’ici là")
    expect(line.get_by_role("button", name="Supprimer les plus anciennes…")).to_be_attached()


def test_each_camera_remembers_its_own_recording_duration(wire, cameras, share_page):
    page = share_page(wire.url).page
    door, bench = (page.get_by_role("article", name=f"{name}, live") for name in ("Door", "Bench"))
    door.get_by_text(f"2{NBSP}h", exact=True).click()
    bench.get_by_text("Other…").click()
    bench.get_by_label("Length", exact=True).fill("7")
    page.reload()
    expect(door.get_by_role("button", name=f"Record 2{NBSP}h")).to_be_visible()
    expect(bench.get_by_role("button", name=f"Record 7{NBSP}min")).to_be_visible()
    expect(bench.get_by_label("Length", exact=True)).to_have_value("7")


@pytest.mark.parametrize(("width", "language", "dark"), [(390, "fr", True), (1440, "en", False)])
def test_record_all_accepts_any_duration_on_a_phone_too(
    width, language, dark, wire, cameras, share_page
):
    page: Page = share_page(wire.url, width=width, language=language, dark=dark).page
    french = language == "fr"
    name = "Tout enregistrer…" if french else "Record all…"
    opener = page.get_by_role("button", name=name).locator("visible=true")
    expect(opener).to_have_count(1)
    assert opener.bounding_box()["height"] >= 44
    opener.click()
    asked = page.locator("#all")
    expect(asked).to_contain_text("environ" if french else "about")
    asked.get_by_text("Autre…" if french else "Other…").click()
    asked.get_by_label("Durée" if french else "Length", exact=True).fill("7")
    press = asked.get_by_role("button", name=f"7{NBSP}min")
    expect(press).to_be_visible()
    fits(page)
    assert faults(page) == []
    press.click()
    expect(asked).to_be_hidden()
    told = [wire.get(f"/record/status/{session_id}").json() for session_id in ids(wire).values()]
    assert [each["duration"] for each in told] == [420, 420]
    if french:
        expect(opener).to_be_disabled()
    else:  # the button that marks all is in its place
        expect(opener).to_have_count(0)
    page.get_by_role("link", name="Vid").first.click()
    expect(opener).to_have_count(0)


def test_the_notice_that_all_cameras_are_open_is_shown_on_the_live_page_only(
    wire, cameras, share_page
):
    wire.post("/session/open", {"url": cameras.url, "name": "Roof"})
    page = share_page(wire.url).page
    line = page.locator(".notices").get_by_text("3 of 3 cameras open")
    expect(line).to_be_visible()
    page.get_by_role("link", name="Videos").first.click()
    expect(line).to_have_count(0)
    page.get_by_role("link", name="Live").first.click()
    expect(line).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_first_page_fits_on_the_screen_without_scrolling(language, fresh, open_page):
    page = open_page(fresh.url, language=language).page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("demo|démo"))).to_be_visible()
    for width, height in ((1440, 900), (1366, 768), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        fitting = "document.documentElement.scrollHeight <= innerHeight"
        page.wait_for_function(f"height => innerHeight === height && {fitting}", arg=height)


def test_the_language_button_s_accessible_name_starts_with_its_text(wire, share_page):
    page = share_page(wire.url).page
    button = page.get_by_role("button", name="FR · Passer en français")
    expect(button).to_have_text("FR")
    button.click()
    expect(page.get_by_role("button", name="EN · Switch to English")).to_have_text("EN")


def test_on_a_phone_the_header_s_buttons_are_large_enough(wire, cameras, share_page):
    page = share_page(wire.url, width=390, language="fr").page
    wire.post("/record/start", {"session_id": ids(wire)["Door"], "duration": 60})
    expect(page.locator("#header .pill")).to_be_visible()
    fits(page)
    for each in page.locator("#header").locator("a, button").locator("visible=true").all():
        box = each.bounding_box()
        assert box["width"] >= 44 and box["height"] >= 44, each.get_attribute("class")
    lens = page.locator("#header .lens").bounding_box()
    assert lens["width"] == lens["height"], "nothing is squeezed"


def test_a_cell_without_a_connection_says_neither_live_nor_rec(open_page):
    """A cell that a kernel left when it ended: nothing answers at the address of its stream."""

    class Camera:
        session_id = "0123456789abcdef"
        name = "Nest box"

    nobody = f"http://127.0.0.1:{free_port()}"
    view = lambda: CameraView(Camera(), base_url=nobody, record_url=nobody)  # noqa: E731
    with Serving(view) as served:
        watch = """
          window.said = []
          setInterval(() => {
            const all = (root) => [...root.querySelectorAll("*")].flatMap((each) =>
              [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])])
            for (const each of all(document)) {
              if (each.matches(".chip:not([hidden])")) said.push(each.textContent)
              if (each.matches("article.on")) said.push("Rec")
            }
          }, 20)
        """
        tab = open_page(served.url, scripts=(watch,), known="ERR_CONNECTION_REFUSED")
        expect(tab.page.locator(".badges")).to_contain_text("No connection", timeout=20_000)
        said = set(tab.page.evaluate("said"))
        assert any("Connecting" in each for each in said)
        assert not any(word in each for each in said for word in ("Live", "Rec"))
        tab.close()


def test_a_page_that_lost_camrec_shows_no_camera_as_live(binaries, tmp_path, open_page):
    command = [*SERVE, "--port", str(free_port())]
    with MjpegCamera(rate=10, size=SMALL) as camera:
        with server(command, tmp_path, binaries) as wire:
            tab = open_page(wire.url)
            opened = wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
            wire.post("/record/start", {"session_id": opened["session_id"], "duration": 600})
            expect(tab.page.get_by_role("article", name="Door, recording")).to_be_visible()
            expect(tab.page).to_have_title(re.compile("1 recording"))
            tab.cut_off = True
        tile = tab.page.get_by_role("article", name="Door")
        expect(tab.page.get_by_text("camrec does not answer. If it still runs,")).to_be_visible()
        expect(tile.locator(".badges")).to_have_text("No connection")
        expect(tab.page).to_have_title("camrec")
        timer = tile.locator(".timer")
        before = timer.inner_text()
        tab.page.wait_for_timeout(2500)
        assert timer.inner_text() == before, "nobody knows whether it goes on"
        tab.close()
