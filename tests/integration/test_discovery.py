"""Finding cameras on the network, with a program on this machine that answers like cameras."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import expect

from camrec import discovery
from camrec.dashboard import add_camera
from camrec.discovery import DiscoveredCamera
from camrec.errors import ServiceError
from support.cameras.onvif import answering
from support.serving import Serving

HERE = ["127.0.0.1"]


def test_only_cameras_that_answer_the_discovery_are_found():
    with answering() as said:
        found = discovery.find_cameras(1.5, HERE)
    assert found == [
        DiscoveredCamera("192.168.1.20", "AXIS P1455"),
        DiscoveredCamera("192.168.1.9", "IPC-1"),
    ]
    assert set(said) == {"Probe from 127.0.0.1"}


def test_discovery_without_answers_is_empty_and_without_its_package_an_error(monkeypatch):
    assert discovery.find_cameras(0.3, HERE) == []
    monkeypatch.setattr(discovery, "is_available", lambda: False)
    with pytest.raises(ServiceError) as refused:
        discovery.find_cameras()
    assert refused.value.code == "discovery_missing"


@pytest.mark.browser
def test_the_page_searches_cameras_on_request_and_fills_in_the_address(monkeypatch, open_page):
    monkeypatch.setattr(add_camera, "find_cameras", partial(discovery.find_cameras, 1.5, HERE))
    with answering() as said:
        served = Serving(lambda: add_camera.AddCamera(None, cameras=1, sizing_mode="stretch_width"))
        with served:
            tab = open_page(served.url)
            page = tab.page
            expect(page.get_by_role("button", name="Find cameras")).to_be_visible()
            page.wait_for_timeout(300)
            page.get_by_role("button", name="Find cameras").click()
            page.get_by_role("button", name="IPC-1 (192.168.1.9)").click()
            field = page.get_by_label("Camera address")
            expect(field).to_have_value("rtsp://192.168.1.9:554/")
            page.get_by_role("button", name="AXIS P1455 (192.168.1.20)").click()
            expect(field).to_have_value("rtsp://192.168.1.20:554/axis-media/media.amp")
            expect(page.get_by_label("User", exact=True)).to_be_focused()
            tab.close()
    assert 1 <= len(said) <= 4, "one search, sent a few times as the protocol asks"
