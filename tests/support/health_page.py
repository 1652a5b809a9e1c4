"""A station's page in a browser, and the line that shows its health."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page

from camrec.config import Config
from camrec.dashboard import make_page
from camrec.dashboard.page_state_board import stop_board
from camrec.station import Station
from camrec.web.handlers.base import HandlerContext
from camrec.web.routes import make_routes
from support.serving import Serving

# camrec itself ignores this one (dashboard/component.py); here all warnings are errors.
KNOWN = "ignore:reference already known"


@pytest.fixture
def shown(binaries, tmp_path, open_page) -> Iterator[Callable[..., tuple[Station, Page]]]:
    """A station with these settings, and its page in a browser."""
    with ExitStack() as stack:

        def show(language: str = "en", width: int = 1440, **settings: object):
            usual = {f"{name}_path": str(path) for name, path in vars(binaries).items()}
            usual |= {"mediamtx_port": 0, "go2rtc_port": 0}
            folders = {"videos_dir": tmp_path / "videos", "bin_dir": tmp_path / "bin"}
            station = stack.enter_context(Station(Config(**{**usual, **folders, **settings})))
            stack.callback(stop_board, station)
            context = HandlerContext.of(station)
            stack.callback(context.pool.shutdown)
            routes = make_routes(context)
            serving = stack.enter_context(
                Serving(lambda: make_page(station, language), routes=routes)
            )
            tab = open_page(serving.url, language=language, width=width)
            stack.callback(tab.close)
            return station, tab.page

        yield show


def health(page: Page):
    return page.locator("#health").get_by_role("status")
