"""A real Chromium for the tests of the page: the system's, or the one that Playwright installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from support.cameras.provision import apt

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The first is Chromium without its window, which a page costs half as much.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
NAMES += ("msedge",)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
# Features for the pages behind the address bar, which each window loads although nobody sees them:
# they are more than half of what an empty page costs (the last line). Playwright turns off the
# others, and this list replaces its own.
UNUSED = "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades"
UNUSED += ",HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding"
UNUSED += ",ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints"
UNUSED += ",NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
UNUSED += ",WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
ARGUMENTS += [f"--disable-features={UNUSED}"]
# What a browser logs about a server that is gone: expected if a test stops the server.
CUT_OFF = ("ERR_CONNECTION_REFUSED", "WebSocket connection to", "Lost websocket")
CUT_OFF += ("Canceled future for",)  # JupyterLab, about a kernel
MAX_WAIT_MS = 20_000  # for anything on a page, on a busy machine
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = report.failed or (report.when != "setup" and item.stash[FAILED])
    return report


def has_failed(item: pytest.Item) -> bool:
    """Whether a test has failed so far: what it shared with others may not be as it was."""
    return item.stash[FAILED]


# Not for the whole run: while Playwright's sync API is open, no test could call asyncio.run().
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per module; each test opens its own context in it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    # A test without a browser does not load it.
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=MAX_WAIT_MS)
    with sync_playwright() as playwright:
        if found is None and not Path(playwright.chromium.executable_path).exists():
            found = apt("chromium-headless-shell", program="chromium-headless-shell")
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., OpenPage]]:
    """Open a page: ``tab = open_page(url, width=390, language="fr", dark=True)``; `tab.page`.

    `scripts` run in it before everything else. `known`: an error that is expected, or not camrec's.
    At the end of the test it fails on any error in the browser's console, on an exception, and on a
    request to another machine.
    """
    opened: list[OpenPage] = []

    def open_url(url: str, **how: object) -> OpenPage:
        opened.append(OpenPage(chromium, url, **how))
        return opened[-1]

    yield open_url
    for each in opened:
        each.close()
    for each in opened:
        assert not each.faults, each.faults


class OpenPage:
    """One page in a context of its own, and what its console and its requests showed.

    cut_off : what the console says about a lost server is expected.
    known : a part of the text of an error that is expected.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        language: str = "en",
        dark: bool = False,
        cut_off: bool = False,
        scripts: tuple[str, ...] = (),
        known: str | None = None,
    ) -> None:
        self.problems: list[str] = []
        self.strangers: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale={"en": "en-GB", "fr": "fr-FR"}[language],
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        self.context.set_default_timeout(MAX_WAIT_MS)
        for script in scripts:
            self.context.add_init_script(script)
        self.page: Page = self.context.new_page()
        self.cut_off = cut_off
        self.known = known
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self._failed(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.goto(url)

    @property
    def faults(self) -> list[str]:
        """Errors in its console, and requests to other machines."""
        return self.problems + self.strangers

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: object) -> None:
        expected = self.cut_off and any(words in message.text for words in CUT_OFF)
        if message.type == "error" and not expected:
            self._failed(f"{message.text} ({message.location})")

    def _failed(self, error: str) -> None:
        if self.known is None or self.known not in error:
            self.problems.append(error)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("blob", "data", "about"):
            return
        host = parts.hostname or ""
        if host not in ("127.0.0.1", "localhost") and not host.endswith(".localhost"):
            self.strangers.append(url)
