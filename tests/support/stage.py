"""A page on which the tests of a file show one part of the dashboard after another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import panel as pn
import pytest
from panel.viewable import Viewable

from support.browser import OpenPage, has_failed
from support.serving import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDE = {"sizing_mode": "stretch_width"}
SET_FRAGMENT = "fragment => history.replaceState(null, '', location.pathname + fragment)"
FORGET = """() => {
  localStorage.clear()
  sessionStorage.clear()
  document.documentElement.removeAttribute("style")
}"""


class Stage:
    """One page for many tests, since opening it costs more than most of them.

    Each test gets a new part in it, and leaves an empty page.
    """

    def __init__(self, browser: Browser, routes: list, **how: object) -> None:
        self._serving = Serving(self._make, routes=routes)
        try:
            self.tab = OpenPage(browser, self._serving.url, **how)
            self._usual_size = self.tab.page.viewport_size
            self.tab.page.locator(".stage").wait_for(state="attached")
            # Panel does not send changes that happen between the delivery of the page and this.
            assert self._is_loaded.wait(60)
        except BaseException:
            self.close()
            raise

    def _make(self) -> pn.Column:
        # A slow page gets a second session, and uses that one.
        self._document = pn.state.curdoc
        self._is_loaded = threading.Event()
        pn.state.onload(self._is_loaded.set)
        self._place = pn.Column(css_classes=["stage"], **WIDE)
        return self._place

    def show(self, make: Callable[[], Viewable], fragment: str = "") -> None:
        """Show the part that `make` creates, below an address with this fragment."""
        self.tab.page.evaluate(SET_FRAGMENT, fragment)
        self._put(lambda: [pn.Column(make(), css_classes=["shown"], **WIDE)])
        self.tab.page.locator(".shown").wait_for(state="attached")

    def clear(self) -> None:
        """Take the part away, and put the page right."""
        page = self.tab.page
        self._put(list)
        page.locator(".shown").wait_for(state="detached")
        page.evaluate(SET_FRAGMENT, "")
        page.evaluate(FORGET)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(self._usual_size)
        page.mouse.move(0, 0)
        self.tab.known = None

    def _put(self, make: Callable[[], list[Viewable]]) -> None:
        """Change what is shown, in the thread and with the document of the page."""
        put_there = threading.Event()

        def put() -> None:
            try:
                self._place[:] = make()
            finally:
                put_there.set()

        self._document.add_next_tick_callback(put)
        assert put_there.wait(60)

    def close(self) -> None:
        if hasattr(self, "tab"):
            self.tab.close()
        self._serving.__exit__()


@pytest.fixture(scope="module")
def routes() -> list:
    """What the servers of the stages serve besides the page."""
    return []


@pytest.fixture(scope="module")
def stages() -> Iterator[dict[object, Stage]]:
    """The pages that the tests of a file share, by how they are opened."""
    stages: dict[object, Stage] = {}
    yield stages
    for stage in stages.values():
        stage.close()


@pytest.fixture
def stage(request, chromium, routes, stages) -> Iterator[Callable[..., OpenPage]]:
    """``stage(make, "fr", fragment="#videos").page`` shows what `make` creates, on a shared page.

    `scripts` and `known` are as for `open_page`; `first` runs just before the part is there. After
    a test that failed the next one gets another page.
    """
    used: set[object] = set()

    def show(
        make: Callable[[], Viewable],
        language: str = "en",
        *,
        fragment: str = "",
        scripts: tuple[str, ...] = (),
        known: str | None = None,
        first: str = "",
    ) -> OpenPage:
        key = language, scripts
        if key in used:
            stages[key].clear()
        if key not in stages:
            stages[key] = Stage(chromium, routes, language=language, scripts=scripts)
        used.add(key)
        stages[key].tab.known = known
        stages[key].tab.page.evaluate(first)
        stages[key].show(make, fragment)
        return stages[key].tab

    yield show
    faults = []
    for key in used:
        stage = stages.pop(key)
        if has_failed(request.node) or stage.tab.faults:
            stage.close()
            faults += stage.tab.faults
        else:
            stage.clear()
            stages[key] = stage
    assert not faults, faults
