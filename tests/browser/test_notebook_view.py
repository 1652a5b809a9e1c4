"""A camera in a notebook's cell: its live video, and its recording below."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from camrec.dashboard import CameraView, read_page_file
from camrec.dashboard.camera_view import LivePicture
from camrec.errors import ServiceError
from camrec.session import Session, SessionState
from camrec.station import Station
from camrec.web import LocalServer
from support.accessibility import faults
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import moving
from support.health_page import KNOWN
from support.units_made import until

pytestmark = [pytest.mark.browser, pytest.mark.slow(5), pytest.mark.filterwarnings(KNOWN)]

SAVED = {"en": "Saved:", "fr": "Vidéo sauvegardée\u00a0:"}


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory) -> Iterator[Station]:
    with Station(binaries.config(tmp_path_factory.mktemp("cell"), max_sessions=9)) as station:
        yield station


@pytest.fixture(scope="module")
def local(station) -> Iterator[LocalServer]:
    server = LocalServer(station, read_page_file)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def camera() -> Iterator[MjpegCamera]:
    with MjpegCamera(rate=10, size=SMALL) as camera:
        yield camera


@pytest.fixture
def session(station, camera) -> Iterator[Session]:
    session = station.cameras.open(camera.url, "Nest box")
    yield session
    if session.state is not SessionState.CLOSED:
        station.cameras.close(session.session_id)


@pytest.fixture
def show(session, local, stage) -> Callable[..., Page]:
    """``show("fr", width=480)``: a page with a view of the session that moves.

    The browser's language is not the view's. `known` is as `open_page` takes it.
    """

    def show(
        language: str = "en", width: int = 520, records: bool = True, known: str | None = None
    ) -> Page:
        given = {"base_url": local.url, "language": language, "width": width}
        if records:
            given["record_url"] = local.record_url
        browser_language = {"en": "fr", "fr": "en"}[language]
        page = stage(lambda: CameraView(session, **given), browser_language, known=known).page
        moving(page)
        return page

    return show


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_a_camera_is_recorded_and_its_video_saved_from_a_notebook_cell(station, session, show):
    page, beside = show(), show("fr")
    page.get_by_text("Other…").click()
    page.get_by_label("Length", exact=True).fill("90")
    page.get_by_label("Unit").select_option("seconds")
    expect(page.get_by_text("ends at")).to_be_visible()
    press(page, "Record 1 min 30")
    card = page.get_by_role("article", name="Nest box, recording")
    expect(card.locator(".chip.recording")).to_have_text("RecNest box")
    expect(card.get_by_text("/ 1 min 30")).to_be_visible()
    assert session.recording.duration == 90
    # All viewers see the same recording, and any of them may stop it.
    expect(beside.locator(".timer")).not_to_have_text("00:00:00")
    expect(beside.get_by_text("aucune coupure")).to_be_visible()
    press(beside, "Arrêter et sauvegarder")
    expect(beside.get_by_role("status").filter(has_text=SAVED["fr"])).to_be_visible()
    (video,) = station.library.videos()
    for language, record, each in (("en", "Record", page), ("fr", "Enregistrer", beside)):
        expect(each.get_by_text(f"{SAVED[language]} {video.filename}")).to_be_visible()
        expect(each.get_by_role("button", name=record)).to_be_enabled()
    assert session.recording.end_reason == "stopped" and video.playable


def test_a_page_without_record_permission_shows_a_recording_but_no_record_button(
    station, session, show
):
    page = show(records=False)
    figure = page.get_by_role("figure", name="Nest box, live")
    names = [each.get_attribute("aria-label") for each in figure.get_by_role("button").all()]
    assert names == ["Save a still picture", "Statistics", "Full screen"]
    recording = station.recordings.start(session.session_id, 60)
    expect(page.get_by_role("figure", name="Nest box, recording")).to_be_visible()
    recording.stop()
    expect(figure).to_be_visible()


def test_a_failed_recording_shows_the_reason_in_the_cell_s_language(
    station, session, show, monkeypatch
):
    page = show("fr", known="status of 507")  # a rejected request is a console error
    monkeypatch.setattr(station.library.disk_space, "min_free_bytes", 10**18)
    press(page, "Enregistrer 5 min")
    expect(page.get_by_role("alert")).to_contain_text("Pas assez de place sur le disque")
    assert session.recording is None
    monkeypatch.undo()
    press(page, "Enregistrer 5 min")
    expect(page.locator(".timer")).not_to_have_text("00:00:00")
    expect(page.get_by_role("alert")).to_have_count(0)
    # The folder that it writes to is removed: it fails, and says why.
    until(lambda: session.recording.bytes > 0)
    shutil.rmtree(station.library.segments_folder(session.recording.recording_id))
    with pytest.raises(ServiceError):
        station.recordings.stop(session.session_id)
    expect(page.get_by_role("alert")).to_contain_text("FFmpeg n’a pas pu écrire")
    assert session.recording.state.value == "failed"
    expect(page.get_by_role("button", name="Enregistrer")).to_be_enabled()


def test_the_cell_of_a_lost_camera_offers_no_recording_and_a_closed_one_says_so(
    station, session, show, camera
):
    page = show()
    camera.freeze()
    expect(page.get_by_text("No picture for")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Record")).to_be_disabled()
    camera.thaw()
    expect(page.get_by_role("button", name="Record")).to_be_enabled(timeout=15_000)
    station.cameras.close(session.session_id)
    expect(page.get_by_text("Camera closed")).to_be_visible()
    expect(page.get_by_role("button", name="Record")).to_be_disabled()


def test_camera_statistics_are_drawn_while_their_dialog_is_open(show):
    page = show("fr")
    page.locator("html").evaluate("html => { html.style.colorScheme = 'light dark' }")
    documents = page.evaluate("Bokeh.documents.length")
    for scheme, line in (("light", "#1d4fbf"), ("dark", "#5b93ff")):
        page.emulate_media(color_scheme=scheme)
        press(page, "Statistiques")
        dialog = page.get_by_role("dialog", name="Statistiques · Nest box")
        expect(dialog.locator(".bk-Figure")).to_have_count(4)
        drawn = "Bokeh.documents.at(-1)?.get_model_by_name('moments')?.data.fps"
        page.wait_for_function(f"{drawn}?.length > 3 && {drawn}.at(-1) > 5")
        rate = "Bokeh.documents.at(-1).get_model_by_name('fps').title.text"
        assert page.evaluate(rate).startswith("Images par seconde · ")
        glyph = "Bokeh.documents.at(-1).get_model_by_name('fps').renderers[1].glyph"
        assert page.evaluate(f"{glyph}.line_color.value") == line
        assert faults(page, "color-contrast") == []
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.wait_for_function(f"Bokeh.documents.length === {documents}")


def test_statistics_hatch_the_time_without_frames(show, camera):
    page = show()
    press(page, "Statistics")
    gaps = "Bokeh.documents.at(-1)?.get_model_by_name('gaps')?.data.x0"
    page.wait_for_function(f"{gaps}?.length === 0")
    camera.freeze()
    page.wait_for_function(f"{gaps}?.length === 1")
    title = "Bokeh.documents.at(-1).get_model_by_name('rate').title.text"
    page.wait_for_function(f"{title}.endsWith('no picture')")
    camera.thaw()
    page.wait_for_function(f"!{title}.endsWith('no picture')")
    assert page.evaluate(f"{gaps}.length") == 1


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("fr", 320), ("fr", 520)])
def test_the_notebook_view_is_accessible_and_nothing_is_cut_off(language, width, session, show):
    page = show(language, width)
    record, stop = ("Record", "Stop") if language == "en" else ("Enregistrer", "Arrêter")

    def usable() -> None:
        assert faults(page) == []
        page.emulate_media(color_scheme="dark")
        assert faults(page, "color-contrast") == []
        page.emulate_media(color_scheme="light")
        assert page.locator("article").evaluate(CUT_OFF) == []

    usable()
    press(page, record)
    expect(page.locator(".chip.recording")).to_be_visible()
    usable()
    press(page, stop)
    expect(page.locator(".saved")).to_be_visible()
    usable()


# Texts and buttons that are outside the card, or wider than the space they have.
CUT_OFF = """card => {
  const { left, right } = card.getBoundingClientRect()
  return [...card.querySelectorAll("button, .segment span, p, .timer, .chip")]
    .filter((each) => each.checkVisibility() && !each.closest("label:has(input:not([type=radio]))"))
    .filter((each) => {
      const box = each.getBoundingClientRect()
      return box.left < left - 1 || box.right > right + 1 || each.scrollWidth > each.clientWidth + 1
    })
    .map((each) => `${each.className}: ${each.textContent}`)
}"""


def test_a_saved_notebook_contains_a_record_key_only_if_one_was_given(session, local):
    given = {"base_url": local.url, "width": 320}
    shown = CameraView(session, **given)._repr_mimebundle_()["text/html"]
    assert local.record_url not in shown and json.dumps(local.url)[1:-1] in shown
    assert (
        local.record_url
        in CameraView(session, record_url=local.record_url, **given)._repr_mimebundle_()[
            "text/html"
        ]
    )
    assert not LivePicture(session_id="x").record_url
