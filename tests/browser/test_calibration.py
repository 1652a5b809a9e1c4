"""``camrec calibrate`` with cameras that film its page in a real Chromium."""

from __future__ import annotations

import itertools
import json
import queue
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from camrec.calibration import CLOCK_PERIOD_NS, ClockReader
from camrec.ports import find_free_ports
from support.accessibility import faults
from support.cameras.filming import FilmingCamera, Screencast
from support.cameras.mjpeg import MjpegCamera
from support.command_line import place, run, start  # noqa: F401
from support.dashboard_page import SERVE
from support.dashboard_server import server
from support.filmed_clock import SECOND, Camera
from support.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.slow(25)]

RATE = 5
DELAYS = (0, 137, 2200)  # ms
SIDES = (
    ((0.25, 0.1), (0.75, 0.1), (0.75, 0.77), (0.25, 0.77)),
    ((0.3, 0.2), (0.8, 0.3), (0.8, 0.8), (0.3, 0.95)),
    ((0.7, 0.15), (0.2, 0.15), (0.2, 0.85), (0.7, 0.85)),
)


def listen(child: subprocess.Popen) -> tuple[queue.Queue[str | None], threading.Thread]:
    """The lines of a command's stderr, then None."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in child.stderr:
            lines.put(line)
        lines.put(None)

    thread = threading.Thread(target=read)
    thread.start()
    return lines, thread


@pytest.mark.flaky(reruns=2, reason="images and frames are late on a busy machine")
def test_delays_of_cameras_that_film_the_page_differ_as_they_do(place, open_page):  # noqa: F811
    looks = [
        Camera(size=(320, 240), corners=corners, blur=0.7, noise=5, chance=np.random.default_rng(1))
        for corners in SIDES
    ]
    with ExitStack() as stack:
        cameras = [
            stack.enter_context(FilmingCamera(look, delay / 1000, RATE, number * 0.053))
            for number, (look, delay) in enumerate(zip(looks, DELAYS, strict=True))
        ]
        urls = [camera.url for camera in cameras]
        child = stack.enter_context(
            start(place, "calibrate", *urls, "--no-browser", language="fr_FR")
        )
        stack.callback(child.kill)
        lines, thread = listen(child)
        said = []
        while not (found := re.search(r"http://\S+/calibrate", said[-1] if said else "")):
            line = lines.get(timeout=120)
            assert line is not None, "".join(said)
            said.append(line)
        page = open_page(found[0], width=450, height=550, cut_off=True).page
        screen = Screencast(page)
        for camera in cameras:
            camera.screen = screen
        while child.poll() is None:
            page.wait_for_timeout(100)
        screen.stop()
        thread.join()
        out = child.stdout.read()
        said += iter(lines.get, None)
    assert child.returncode == 0, "".join(said) + out
    assert out.split()[:5] == ["caméra", "retard", "incertitude", "datée", "par"]
    assert out.count("±") == len(DELAYS)
    assert "Seules les différences" in said[-1]

    _, out, _ = run(place, "cameras", "--json")
    stored = {each["url"]: each["delay"] for each in json.loads(out)["cameras"]}
    print(stored)
    measured = {delay: stored[url] for delay, url in zip(DELAYS, urls, strict=True)}
    for (one, at_one), (other, at_other) in itertools.combinations(measured.items(), 2):
        error = at_other["seconds"] - at_one["seconds"] - (other - one) / 1000
        # A busy machine draws the page late, and the uncertainties say so.
        stated = at_one["uncertainty"] + at_other["uncertainty"]
        assert abs(error) < max(1 / RATE / 10, stated), measured
        assert stated < 1 / RATE / 4, measured
    assert {each["utc_source"] for each in stored.values()} == {"arrival"}
    assert videos(place) == []


def videos(place) -> list[dict]:  # noqa: F811
    _, out, _ = run(place, "videos", "--json")
    return json.loads(out)["videos"]


def test_cameras_that_do_not_see_the_clock_or_cannot_be_opened_get_no_delay(place):  # noqa: F811
    closed = f"http://user:canary@127.0.0.1:{find_free_ports(1)[0]}/video"
    with MjpegCamera() as camera:
        urls = (closed, camera.url)
        code, out, err = run(
            place, "calibrate", *urls, "--no-browser", "--wait=1", "--json", language="fr_FR"
        )
    assert code == 1
    unopened, measured = json.loads(out)["cameras"]
    assert unopened["camera_id"] is None and unopened["name"] == closed.replace("user:canary@", "")
    assert unopened["error"] in err and "canary" not in out + err
    assert measured["seconds"] is None
    assert "ne voit pas l’horloge" in err
    assert videos(place) == []


@pytest.fixture(scope="module")
def wire(binaries, tmp_path_factory) -> Iterator[Wire]:
    with server(SERVE, tmp_path_factory.mktemp("page"), binaries) as wire:
        yield wire


@pytest.mark.parametrize(("language", "button"), [("en", "Full screen"), ("fr", "Plein écran")])
def test_the_dashboard_s_server_shows_the_clock_too(wire, open_page, language, button):
    page = open_page(f"{wire.url}/calibrate", language=language).page
    expect(page.get_by_role("button", name=button)).to_be_visible()
    assert not faults(page)
    before = time.time_ns()
    image = np.frombuffer(page.screenshot(), np.uint8)
    reading = ClockReader().read(cv2.imdecode(image, cv2.IMREAD_GRAYSCALE))
    assert reading is not None
    since = (reading.clock_ns - before + SECOND) % CLOCK_PERIOD_NS - SECOND
    assert -SECOND < since < time.time_ns() - before
