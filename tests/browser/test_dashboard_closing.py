"""A page or a notebook's view leaves nothing behind when it is closed."""

from __future__ import annotations

import asyncio
import gc
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from tornado.websocket import WebSocketClosedError

from camrec.dashboard import CameraView, make_page
from camrec.dashboard.page_state import PageState
from camrec.dashboard.page_state_board import board_for, stop_board
from camrec.dashboard.page_state_reader import PageStateReader
from camrec.dashboard.server import _on_loop_exception
from camrec.station import Station
from camrec.web import LocalServer
from support.cameras.mjpeg import SMALL, MjpegCamera
from support.dashboard_page import moving
from support.serving import Serving

pytestmark = pytest.mark.browser


@pytest.fixture
def station(binaries, tmp_path) -> Iterator[Station]:
    config = binaries.config(tmp_path)
    with Station(config) as station:
        yield station


def test_a_closed_page_is_no_longer_notified(station, open_page):
    listeners = len(station.changed)
    board = board_for(station)
    with Serving(lambda: make_page(station, "en")) as serving:
        tabs = [open_page(serving.url) for _ in range(3)]
        for tab in tabs:
            expect(tab.page.get_by_role("heading", name="See your cameras.")).to_be_visible()
        # A page has joined once it has reported itself.
        while len(board.changed) < 3:
            tabs[0].page.wait_for_timeout(50)
        tab = tabs.pop()
        for each in tabs:
            each.close()
        while len(board.changed) > 1:
            tab.page.wait_for_timeout(100)
        tab.close()
    stop_board(station)
    assert len(station.changed) == listeners


def test_a_state_that_could_not_be_read_once_is_read_again(station, monkeypatch, caplog):
    board = board_for(station)
    states: queue.Queue[PageState] = queue.Queue()
    read = PageStateReader.read
    errors = [OSError("the folder is gone")]

    def read_or_fail(reader: PageStateReader) -> PageState:
        if errors:
            raise errors.pop()
        return replace(read(reader), videos=[None])

    board.changed.connect(states.put)
    monkeypatch.setattr(PageStateReader, "read", read_or_fail)
    try:
        assert states.get(timeout=30).videos == [None]
    finally:
        stop_board(station)
    assert "the state of the dashboard could not be read" in caplog.text


def test_only_a_websocket_that_its_page_closed_logs_no_error(caplog):
    async def fails(error: Exception) -> None:
        raise error

    async def forgotten(*errors: Exception) -> None:
        asyncio.get_running_loop().set_exception_handler(_on_loop_exception)
        tasks = [asyncio.ensure_future(fails(error)) for error in errors]
        await asyncio.wait(tasks)
        del tasks
        gc.collect()

    with ThreadPoolExecutor(1) as elsewhere:  # in this thread Playwright's event loop may run
        elsewhere.submit(lambda: asyncio.run(forgotten(WebSocketClosedError()))).result()
        assert caplog.records == []
        elsewhere.submit(lambda: asyncio.run(forgotten(ValueError("nobody waited")))).result()
    assert "nobody waited" in caplog.text


def test_the_live_frame_alone_as_a_notebook_shows_it(station, open_page):
    with MjpegCamera(rate=10, size=SMALL) as camera:
        session = station.cameras.open(camera.url, "Nest box")
        local = LocalServer(station)
        with Serving(lambda: CameraView(session, base_url=local.url, width=480)) as serving:
            tab = open_page(serving.url)
            expect(tab.page.get_by_role("figure", name="Nest box, live")).to_be_visible()
            moving(tab.page)
            assert session.viewers == 1
            tab.close()
            while session.viewers:
                threading.Event().wait(0.05)
        local.stop()
