"""A page of camrec's server that many tests use: opening it costs more than most of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import TimeoutError as LateError

from support.browser import OpenPage, has_failed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTH, HEIGHT = 1440, 900
HOME, IDLE = "live", "plans"  # no camera is drawn on the idle view
GO = "view => { location.hash = view }"
FORGET = """() => {
  localStorage.clear()
  sessionStorage.clear()
}"""
# What a person sees and has typed, without the numbers: the free disk space and the time change.
STATE = r"""() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
    (each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])])
  const text = (each) => [...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.data.trim()).join("")
  const typed = (each) => [each.tagName, each.value ?? "", each.checked ?? "", each.open ?? ""]
  const { lang, dataset, style } = document.documentElement
  const elements = all(document.body)
    .filter((each) => each.checkVisibility() || each.matches("input, select, textarea"))
    .map((each) => [...typed(each), each.getAttribute("class") ?? "", text(each)])
  return JSON.stringify([lang, { ...dataset }, style.cssText, document.title, elements])
    .replace(/\d+/g, "0")
}"""
IS_SIZED = "([width, height]) => innerWidth === width && innerHeight === height"
UNTOUCHED = f"before => ({STATE})() === before"
MAX_TIDY_MS = 10_000


class SharedPage:
    """A page, and what it looked like when the first test had left it."""

    def __init__(self, browser: Browser, url: str, **how: object) -> None:
        self.tab = OpenPage(browser, url, **how)
        self._before: str | None = None

    def use(self, fragment: str, width: int, height: int, dark: bool) -> None:
        page = self.tab.page
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(IS_SIZED, arg=[width, height])
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.evaluate(GO, fragment or HOME)

    def leave(self) -> bool:
        """Put the page right; returns whether it is as it was before the last test."""
        page = self.tab.page
        self.tab.known = "/thumbnails/"  # a video may have been deleted before its card was drawn
        if page.get_by_role("dialog").count():  # to close it changes the address once more
            return False
        self.use(HOME, WIDTH, HEIGHT, dark=False)
        page.context.clear_cookies()
        page.mouse.move(0, 0)
        page.evaluate(FORGET)
        try:
            if self._before is None:
                page.locator(".picture").wait_for(state="detached")
                self._before = page.evaluate(STATE)
            page.wait_for_function(UNTOUCHED, arg=self._before, timeout=MAX_TIDY_MS)
        except LateError:
            return False
        page.evaluate(GO, IDLE)
        self.tab.known = None
        return True


@pytest.fixture(scope="module")
def shared_pages() -> Iterator[dict[tuple[str, str], SharedPage]]:
    """The pages that the tests of a file share, by server and language."""
    pages: dict[tuple[str, str], SharedPage] = {}
    yield pages
    for each in pages.values():
        each.tab.close()


@pytest.fixture
def share_page(request, chromium, shared_pages) -> Iterator[Callable[..., OpenPage]]:
    """Like `open_page`, but another test may have used the page before.

    The page stays for the next test if this one has passed and has left it as it found it. So a
    fixture that tidies up the server asks for this one, and is done first.
    """
    used: dict[tuple[str, str], SharedPage] = {}

    def open_url(
        url: str, *, width: int = WIDTH, height: int = HEIGHT, language: str = "en", dark=False
    ) -> OpenPage:
        parts = urlsplit(url)
        key = parts.netloc, language
        how = {"width": width, "height": height, "dark": dark}
        if key in shared_pages:
            used[key] = shared_pages[key]
            used[key].use(parts.fragment, **how)
        else:
            shared_pages[key] = used[key] = SharedPage(chromium, url, language=language, **how)
        return used[key].tab

    yield open_url
    problems = []
    for key, page in used.items():
        is_usable = not has_failed(request.node) and page.leave() and not page.tab.faults
        if not is_usable:
            shared_pages.pop(key).tab.close()
        problems += page.tab.faults
    assert not problems, problems
