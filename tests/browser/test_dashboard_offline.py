"""Nothing that the page loads comes from another machine."""

from __future__ import annotations

import threading

import panel as pn
import pytest
from bokeh.client import pull_session
from bokeh.models import ImportedStyleSheet
from playwright.sync_api import Route, expect

from camrec.dashboard import make_page
from camrec.dashboard.page_state_board import stop_board
from camrec.station import Station
from support.serving import Serving
from support.wire import Wire

CDN = "https://"


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station
    stop_board(station)


def test_a_session_without_a_page_has_no_style_sheet_of_another_machine(station):
    with Serving(lambda: make_page(station, "en")) as serving:
        session = pull_session(url=serving.url)
        sheets = [str(each.url) for each in session.document.select({"type": ImportedStyleSheet})]
        session.close()
    assert sheets and not [each for each in sheets if each.startswith(CDN)]


def test_the_page_loads_its_scripts_from_its_own_server_whatever_the_environment_says(
    station, monkeypatch
):
    monkeypatch.setenv("BOKEH_RESOURCES", "cdn")
    with Serving(lambda: make_page(station, "en")) as serving:
        page = Wire(serving.url.rstrip("/")).get("/").body.decode()
    assert "bokeh.min.js" in page and f'src="{CDN}' not in page and f'href="{CDN}' not in page


@pytest.mark.browser
def test_a_page_that_connects_after_its_session_was_discarded_asks_no_other_machine(
    station, chromium
):
    """A busy machine loads the scripts too slowly, so that the server makes a second session."""
    ended, made = threading.Event(), []

    def make() -> pn.template.Template:
        made.append(pn.state.curdoc)
        pn.state.on_session_destroyed(lambda context: ended.set())
        return make_page(station, "en")

    context = chromium.new_context()
    elsewhere: list[str] = []

    def answer(route: Route) -> None:
        if not route.request.url.startswith("http://127.0.0.1:"):
            elsewhere.append(route.request.url)
            return route.abort()
        if "bokeh.min.js" in route.request.url:
            assert ended.wait(60)
        route.continue_()

    try:
        with Serving(make) as serving:
            page = context.new_page()
            page.route("**/*", answer)
            page.goto(serving.url, wait_until="commit")
            expect(page.get_by_label("Camera address")).to_be_visible(timeout=60_000)
            assert len(made) == 2
            assert elsewhere == []
            context.close()
    finally:
        context.close()
