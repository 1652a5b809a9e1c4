"""Cameras with odd frames, in a real browser: live video and recordings show them whole."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import cv2
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from playwright.sync_api import Page, expect

from camrec.dashboard import CameraView
from camrec.session import Session
from camrec.station import Station
from camrec.web import LocalServer
from support.cameras.coded import THINNED, ReorderedCamera, decoded, nearest, reordered
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.health_page import KNOWN
from support.odd_cameras import record
from support.odd_frames import FIRST, OPEN, alternating, turned
from support.units_made import until

pytestmark = [pytest.mark.browser, pytest.mark.slow(8), pytest.mark.filterwarnings(KNOWN)]

READ = """([picture, thinned]) => {
  const width = picture.displayWidth || picture.videoWidth || picture.width
  const height = picture.displayHeight || picture.videoHeight || picture.height
  const pencil = new OffscreenCanvas(width, height).getContext("2d")
  pencil.drawImage(picture, 0, 0, width, height)
  const data = pencil.getImageData(0, 0, width, height).data
  const grey = []
  for (let y = 0; y < height; y += thinned) {
    for (let x = 0; x < width; x += thinned) {
      const at = 4 * (y * width + x)
      grey.push(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2])
    }
  }
  return [width, height, grey.map(Math.round)]
}"""
SEEK = """async seconds => {
  const video = document.querySelector("video")
  const seen = new Promise((done, failed) => {
    video.onseeked = done
    video.onerror = () => failed(new Error(video.error.message))
  })
  video.currentTime = seconds
  await seen
}"""
LOAD = """async data => {
  const video = document.createElement("video")
  video.muted = true
  video.src = URL.createObjectURL(await (await fetch(data)).blob())
  document.body.append(video)
  await new Promise((done, failed) => {
    video.onloadeddata = done
    video.onerror = () => failed(new Error(video.error.message))
  })
}"""


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory) -> Iterator[Station]:
    with Station(binaries.config(tmp_path_factory.mktemp("live"))) as station:
        yield station


def seen(page: Page, selector: str) -> tuple[int, int, np.ndarray]:
    """Width, height and the sampled grey values of what an element shows."""
    handle = page.locator(selector).element_handle()
    width, height, grey = page.evaluate(READ, [handle, THINNED])
    shape = -(-height // THINNED), -(-width // THINNED)
    return width, height, np.array(grey, float).reshape(shape)


def on_screen(frames) -> list[np.ndarray]:
    """The frames converted with each matrix: canvas and player differ if the stream names none."""
    return [
        each
        for matrix in (Colorspace.ITU601, Colorspace.ITU709)
        for each in decoded(frames, matrix=matrix)
    ]


def await_width(page: Page, least: int) -> None:
    """Wait until a frame is shown, which is wider than the empty canvas."""
    canvas = page.locator(".picture canvas")
    until(lambda: canvas.evaluate("canvas => canvas.width") > least)


@pytest.fixture(scope="module")
def local(station) -> Iterator[LocalServer]:
    local = LocalServer(station)
    yield local
    local.stop()


@pytest.fixture
def open_session(station) -> Iterator[Callable[[str], Session]]:
    """Opens a camera, and closes it after the page that shows it."""
    with ExitStack() as ends:

        def open_url(url: str) -> Session:
            session = station.cameras.open(url)
            ends.callback(station.cameras.close, session.session_id)
            return session

        yield open_url


@pytest.fixture
def show_live(open_session, local, stage) -> Callable[..., Page]:
    """``show_live(camera, script)``: a page that shows it; the script runs before all others."""

    def show(camera: RawRtspCamera | RawHttpCamera, *scripts: str) -> Page:
        session = open_session(camera.url)
        made = lambda: CameraView(session, base_url=local.url, width=480)  # noqa: E731
        return stage(made, scripts=scripts).page

    return show


def camera_of(kind: str) -> tuple[RawRtspCamera, list[np.ndarray]]:
    if kind == "alternating":
        return RawRtspCamera(alternating()), on_screen(alternating())
    if kind == "open":
        opened = reordered("libx264", OPEN, 120)
        return ReorderedCamera(opened, FIRST), on_screen([nals for _, nals in opened])
    refresh = "intra-refresh=1:keyint=20:bframes=0:scenecut=0:ref=1:repeat-headers=1"
    renewed = encode("-x264-params", refresh, "-tune", "zerolatency", seconds=15)
    return RawRtspCamera(renewed[3:]), on_screen(renewed)


@pytest.mark.parametrize("kind", ["alternating", "open", "renewed"])
def test_the_live_frame_and_the_video_are_the_cameras_own(station, show_live, chromium, kind):
    camera, pictures = camera_of(kind)
    with camera:
        recorded = record(station, camera, 4)
        page = show_live(camera)
        expect(page.locator(".picture canvas")).to_be_visible()
        await_width(page, 100)
        found = []
        for _ in range(8):
            page.wait_for_timeout(250)
            found.append(nearest(seen(page, ".picture canvas")[2], pictures))
        # A stream at which a browser cannot start decoding comes as JPEG.
        way = "jpeg" if kind == "renewed" else "h264"
        expect(page.locator(".picture")).to_have_attribute("data-way", way)
        assert -1 not in found and len(set(found)) > 3
    page = chromium.new_page()
    data = base64.b64encode(recorded.path.read_bytes()).decode()
    page.evaluate(LOAD, f"data:video/mp4;base64,{data}")
    played = []
    for at in reversed(recorded.times[1:-1:3]):
        page.evaluate(SEEK, at + 0.02)
        page.wait_for_timeout(50)
        played.append(nearest(seen(page, "video")[2], pictures))
    page.close()
    assert -1 not in played
    count = len(pictures) // 2
    assert all((one - later) % count == 3 for one, later in itertools.pairwise(played))


@pytest.mark.parametrize("way", ["h264", "jpeg"])
def test_non_square_pixels_are_shown_in_their_aspect_ratio(show_live, way):
    film = encode("-g", "10", "-vf", "setsar=16/11", size="352x288", seconds=3)
    scripts = [] if way == "h264" else ["delete window.VideoDecoder"]
    with RawRtspCamera(film) as camera:
        page = show_live(camera, *scripts)
        expect(page.locator(".picture")).to_have_attribute("data-way", way)
        await_width(page, 300)
        assert seen(page, ".picture canvas")[:2] == (512, 288)


@pytest.mark.parametrize("decoder", ["ImageDecoder", "none"])
def test_a_jpeg_that_is_to_be_turned_is_turned_on_the_page(show_live, decoder):
    jpegs = [turned(each, 6) for each in encode_jpegs(seconds=2)]
    upright = [cv2.imdecode(np.frombuffer(each, np.uint8), 0) for each in jpegs]
    scripts = [] if decoder == "ImageDecoder" else ["delete window.ImageDecoder"]
    with RawHttpCamera(jpegs) as camera:
        page = show_live(camera, *scripts)
        await_width(page, 100)
        width, height, grey = seen(page, ".picture canvas")
    assert (width, height) == (240, 320)
    assert nearest(grey, upright) >= 0


def test_h264_that_a_browser_does_not_decode_is_shown_all_the_same(show_live):
    film = encode("-g", "10", pixel_format="yuv444p", seconds=3)
    pictures = on_screen(film)
    with RawRtspCamera(film) as camera:
        page = show_live(camera)
        await_width(page, 100)
        page.wait_for_timeout(500)
        assert nearest(seen(page, ".picture canvas")[2], pictures) >= 0
