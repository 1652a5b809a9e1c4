"""Live video in a real browser, as H.264 and as JPEG: the right frames, and none that
is too old.
"""

from __future__ import annotations

import gc
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import cv2
import psutil
import pytest
from playwright.sync_api import Page, expect

from camrec.dashboard import CameraView, make_page
from camrec.dashboard.camera_view import LivePicture
from camrec.dashboard.page_state_board import stop_board
from camrec.live import H264Viewer
from camrec.session import Session
from camrec.station import Station
from camrec.web import LocalServer
from camrec.web.handlers.base import HandlerContext
from camrec.web.handlers.stream import StreamHandler
from camrec.web.routes import make_routes
from support.cameras import barcode
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.health_page import KNOWN
from support.serving import Serving
from support.units_made import until

pytestmark = [pytest.mark.browser, pytest.mark.slow(8), pytest.mark.filterwarnings(KNOWN)]

# The number of each frame that is shown is read from its pixels, as `cameras.barcode` drew it.
READ = """
window.drawn = []
const strip = new OffscreenCanvas(BLOCKS, 1).getContext("2d", { willReadFrequently: true })
const read = (window.readNumber = (picture, width, height) => {
  strip.drawImage(picture, 0, height >> 4, width, 1, 0, 0, BLOCKS, 1)
  const { data } = strip.getImageData(0, 0, BLOCKS, 1)
  let whole = 0
  for (let place = 0; place < data.length; place += 4) {
    whole = 2 * whole + (data[place] + data[place + 1] + data[place + 2] > 384)
  }
  return [whole, width, height]
})
const draw = CanvasRenderingContext2D.prototype.drawImage
CanvasRenderingContext2D.prototype.drawImage = function (...given) {
  draw.apply(this, given)
  const { width, height, isConnected } = this.canvas
  if (isConnected) window.drawn.push(read(this.canvas, width, height))
}
const write = WritableStreamDefaultWriter.prototype.write
WritableStreamDefaultWriter.prototype.write = function (frame) {
  window.drawn.push(read(frame, frame.displayWidth, frame.displayHeight))
  return write.call(this, frame)
}
""".replace("BLOCKS", str(barcode.BLOCKS))
NO_DECODER = "delete window.VideoDecoder; delete window.ImageDecoder"
# A decoder such as every browser has at times: it accepts frames and then fails.
BAD_DECODER = """
const Real = VideoDecoder
window.VideoDecoder = class extends Real {
  configure(how) { super.configure({ ...how, codec: "avc1.FFFFFF" }) }
}
"""
# A browser whose main thread is busy nearly all the time.
SLOW = """
const quick = CanvasRenderingContext2D.prototype.drawImage
CanvasRenderingContext2D.prototype.drawImage = function (...given) {
  quick.apply(this, given)
  const end = performance.now() + 600
  while (this.canvas.isConnected && performance.now() < end);
}
"""
# A stream that nobody answers.
NO_LINK = """
const Linked = WebSocket
window.away = true
window.WebSocket = class extends Linked {
  constructor(url, ...more) {
    super(window.away && url.includes("/stream") ? "ws://127.0.0.1:1/" : url, ...more)
  }
}
"""
B_FRAMES = 2
LONG_GROUP = 250  # frames: ten seconds
FULL = {"size": (640, 360), "rate": 25, "gop": 25}
AT_REST = 3  # frames that arrive while the view is hidden, during a pause of the camera's reader
SKIPS = "drawn.length > 4 && (drawn.at(-1)[0] >> 4) - (drawn.at(-4)[0] >> 4) > 5 * 3"
THROTTLED = {"offline": False, "latency": 0, "downloadThroughput": 50_000, "uploadThroughput": -1}
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden })
  document.dispatchEvent(new Event("visibilitychange"))
}"""
BLANK = """picture => {
  const context = new OffscreenCanvas(9, 9).getContext("2d")
  context.drawImage(picture.firstElementChild, 0, 0, 9, 9)
  return !context.getImageData(5, 5, 1, 1).data[3]
}"""
# performance.now() stands still while a machine sleeps; the wall clock does not.
SLEEP = """() => {
  const awake = Date.now
  Date.now = () => awake() + 60_000
}"""


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("live")
    config = binaries.config(folder)
    with Station(config) as station:
        yield station


class Cell:
    """A notebook's view of one camera, for any number of browsers; a context manager."""

    def __init__(self, station: Station, camera: RtspCamera | MjpegCamera) -> None:
        self._station = station
        self.camera = camera

    def __enter__(self) -> Cell:
        self.camera.start()
        self.session = self._station.cameras.open(self.camera.url, "Nest box")
        self._local = LocalServer(self._station)
        return self

    def make_view(self) -> CameraView:
        return CameraView(self.session, base_url=self._local.url, width=480)

    def __exit__(self, *error: object) -> None:
        self._local.stop()
        self._station.cameras.close(self.session.session_id)
        self.camera.__exit__(*error)

    def viewers(self, count: int) -> None:
        """Wait until it has so many viewers."""
        until(lambda: self.session.viewers == count)


@pytest.fixture(scope="module")
def cell(station) -> Iterator[Cell]:
    """One camera for all tests that leave it as it is."""
    with Cell(station, RtspCamera(**{**FULL, "rate": 15})) as cell:
        yield cell


class Watch:
    """One browser's page, and the frames that were drawn on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.figure = page.get_by_role("figure")
        self.picture = page.locator(".picture")

    def until(self, count: int) -> list[int | None]:
        """The numbers of all frames that were drawn, once there are so many."""
        self.page.wait_for_function("count => window.drawn.length >= count", arg=count)
        return [number(whole) for whole, _, _ in self.page.evaluate("window.drawn")]

    def since(self) -> int:
        """The seconds without a frame, as the page shows them."""
        return int(re.search(r"No picture for (\d+)", self.figure.inner_text())[1])

    def hide_tab(self) -> int:
        """Hide the view, as if another tab was chosen; returns how many frames were
        drawn by then.
        """
        self.until(1)
        self.page.evaluate(HIDE, True)
        # A frame that would be old when the view is visible again is removed.
        self.page.wait_for_function(BLANK, arg=self.picture.element_handle())
        return len(self.until(0))

    def throttle(self) -> int:
        """Limit the network to 50 KB a second; returns how many frames were drawn before."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", THROTTLED)
        return len(self.until(1))

    def show_tab(self) -> None:
        self.page.evaluate(HIDE, False)

    def shown(self) -> int | None:
        """The number of the frame that is shown now."""
        size = "film.videoWidth || film.width, film.videoHeight || film.height"
        film = self.picture.locator("> *")
        return number(film.evaluate(f"film => readNumber(film, {size})[0]"))

    def size(self) -> list[int]:
        """The size of the frame that was drawn last."""
        return self.page.evaluate("window.drawn.at(-1).slice(1)")


def number(whole: int) -> int | None:
    """The number that a bar code's blocks encode; None if they encode none."""
    told = whole >> 4
    bits = [bool(whole >> place & 1) for place in reversed(range(barcode.BLOCKS))]
    return told if bits == barcode.bits(told) else None


@pytest.fixture
def open_cell(station) -> Iterator[Callable[[RtspCamera], Cell]]:
    """A camera for one test, whose pages are closed before it."""
    with ExitStack() as ends:
        yield lambda camera: ends.enter_context(Cell(station, camera))


@pytest.fixture
def watching(open_cell, stage) -> Callable[..., Watch]:
    """``watching(cell, script, ...)``: a view in a shared page; scripts run before all others."""

    def watch(cell: Cell, *scripts: str) -> Watch:
        shown = stage(cell.make_view, scripts=(READ, *scripts), first="window.drawn = []")
        return Watch(shown.page)

    return watch


@pytest.fixture
def watching_alone(open_cell, open_page) -> Iterator[Callable[..., Watch]]:
    """The same in a page of its own, which the test may change or load again."""
    with ExitStack() as ends:

        def watch(cell: Cell, *scripts: str, **how: object) -> Watch:
            url = ends.enter_context(Serving(cell.make_view)).url
            tab = open_page(url, scripts=(READ, *scripts), **how)
            ends.callback(tab.close)
            return Watch(tab.page)

        yield watch


def whole_and_rising(numbers: list[int | None]) -> None:
    assert None not in numbers, numbers
    assert numbers == sorted(set(numbers)), numbers


def await_pictures(cell: Cell, count: int) -> int:
    """Wait for so many frames of the current GOP; returns the camera's newest number then."""
    until(lambda: len(cell.session.feed.current_gop()) >= count)
    return cell.camera.truth()[-1].number


def test_h264_is_decoded_by_the_browser(cell, watching):
    watch = watching(cell)
    whole_and_rising(watch.until(40))
    expect(watch.picture).to_have_attribute("data-way", "h264")
    expect(watch.picture.locator("canvas")).to_be_visible()
    shown = watch.shown()
    assert shown in watch.until(1)[30:]
    assert not [each for each in threading.enumerate() if each.name == "live-jpeg"]


def test_a_viewer_joining_late_in_a_long_gop_sees_its_first_and_newest_frames_at_once(
    open_cell, watching
):
    cell = open_cell(RtspCamera(**{**FULL, "gop": LONG_GROUP}, b_frames=B_FRAMES))
    newest = await_pictures(cell, 75)
    watch = watching(cell)
    numbers = watch.until(20)
    # Reordered frames arrive in display order.
    whole_and_rising(numbers)
    assert numbers[0] % LONG_GROUP == 0
    assert numbers[1] > newest
    # A page takes time to open: a view that becomes visible again shows how new its first frame
    # is.
    before = watch.hide_tab()
    newest = await_pictures(cell, 40)
    watch.show_tab()
    numbers = watch.until(before + 5)
    whole_and_rising(numbers)
    # The first frame of a new GOP may be there at once; the newest one follows.
    assert numbers[before + 1] > newest - B_FRAMES


@pytest.mark.parametrize("script", [NO_DECODER, BAD_DECODER], ids=["none", "bad"])
def test_a_browser_that_cannot_decode_gets_jpegs(script, cell, watching):
    watch = watching(cell, script)
    whole_and_rising(watch.until(20))
    expect(watch.picture).to_have_attribute("data-way", "jpeg")
    assert watch.shown() in watch.until(1)


def test_a_small_frame_is_sent_small_and_grows_with_its_frame(cell, watching):
    watch = watching(cell, NO_DECODER)
    watch.page.locator("figure").evaluate("figure => figure.style.width = '200px'")
    before = watch.hide_tab()
    watch.show_tab()
    watch.page.wait_for_function("window.drawn.at(-1)[1] === 320")
    watch.page.locator("figure").evaluate("figure => figure.style.width = '480px'")
    watch.page.wait_for_function("window.drawn.at(-1)[1] === 640")
    numbers = watch.until(1)
    # A view that becomes visible again, or requests another size, gets the newest frame once more.
    whole_and_rising(sorted(set(numbers), key=numbers.index))
    whole_and_rising(numbers[:before])
    assert len(numbers[before:]) - len(set(numbers[before:])) <= 1


@pytest.mark.parametrize("script", ["", NO_DECODER], ids=["h264", "jpeg"])
def test_the_dashboard_works_below_a_path_prefix_and_saves_a_still(
    script, station, cell, open_page
):
    """The stream is below the page's own path; a still has the camera's size."""
    made = lambda: make_page(station, "en")  # noqa: E731
    context = HandlerContext.of(station)
    with Serving(made, prefix="/cameras/of/mine", routes=make_routes(context)) as serving:
        tab = open_page(serving.url, scripts=(READ, script))
        watch = Watch(tab.page)
        watch.until(5)
        tab.page.locator(".screen").evaluate("screen => screen.style.width = '100px'")
        watch.hide_tab()
        watch.show_tab()
        wanted = 640 if not script else 160
        tab.page.wait_for_function(f"window.drawn.at(-1)[1] === {wanted}")
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name="Save a still picture").click()
        assert download.value.suggested_filename.endswith("jpg" if script else "png")
        still = cv2.imread(str(download.value.path()))
        assert still.shape == (360, 640, 3)
        assert barcode.read(still) in {each.number for each in cell.camera.truth()}
        tab.close()
        cell.viewers(0)
    context.pool.shutdown()
    stop_board(station)


@pytest.mark.parametrize("script", ["", NO_DECODER], ids=["h264", "jpeg"])
def test_large_frames_are_shown_by_a_video_element_without_a_graphics_card(
    script, open_cell, watching_alone
):
    """The browser of this machine has no graphics card."""
    cell = open_cell(RtspCamera(size=(1920, 1080), rate=5, gop=5))
    watch = watching_alone(cell, script, "window.devicePixelRatio = 4")
    whole_and_rising(watch.until(8))
    expect(watch.picture.locator("video")).to_be_visible()
    assert watch.size() == [1920, 1080]
    until(lambda: watch.shown() in watch.until(1)[4:])
    watch.hide_tab()
    before = len(watch.until(0))
    watch.show_tab()
    watch.until(before + 3)
    until(lambda: watch.shown() in watch.until(1)[before:])


def test_an_h265_camera_is_shown_as_jpegs(open_cell, watching):
    cell = open_cell(RtspCamera(codec="h265"))
    watch = watching(cell)
    whole_and_rising(watch.until(10))
    expect(watch.picture).to_have_attribute("data-way", "jpeg")


def test_a_camera_goes_away_and_comes_back_with_another_size(open_cell, watching_alone):
    camera = RtspCamera(**FULL)
    cell = open_cell(camera)
    watch = watching_alone(cell)
    watch.until(5)
    assert watch.size() == [640, 360]
    camera.kill()
    expect(watch.figure).to_have_accessible_name("Nest box, no picture")
    expect(watch.figure).to_contain_text("No picture for")
    seconds = watch.since()
    expect(watch.figure).not_to_contain_text(f"No picture for {seconds}")
    assert watch.since() > seconds >= 2
    # A page that connects now gets the last frame, and how old it is.
    last = watch.until(1)[-1]
    watch.page.reload()
    assert watch.until(1) == [last]
    expect(watch.figure).to_have_accessible_name("Nest box, no picture")
    assert watch.shown() == last and watch.since() > seconds
    camera.resize(320, 240)
    camera.start()
    expect(watch.figure).to_have_accessible_name("Nest box, live", timeout=30_000)
    expect(watch.picture).to_have_attribute("data-way", "h264")
    assert watch.size() == [320, 240]


def test_a_failed_stream_connection_is_reported_and_retried(cell, watching_alone):
    watch = watching_alone(cell, NO_LINK, cut_off=True)
    expect(watch.figure).to_have_accessible_name("Nest box, no picture")
    expect(watch.figure).to_contain_text("This page cannot reach camrec.")
    watch.page.evaluate("window.away = false")
    watch.until(5)
    expect(watch.figure).to_have_accessible_name("Nest box, live")


def test_a_slow_browser_skips_frames_and_a_fast_one_gets_all(cell, watching, watching_alone):
    slow, fast = watching_alone(cell, SLOW), watching(cell)
    late = slow.until(6)
    drawn = fast.until(2)
    whole_and_rising(late)
    whole_and_rising(drawn)
    drawn = drawn[1:]  # before the newest frame it got the first one of the GOP
    # The slow viewer gets the newest frame each time, not one after the other; the fast one gets
    # all. On a busy machine the camera sends half as many as it should.
    assert late[-1] - late[0] > 2 * len(late)
    assert drawn[-1] - drawn[0] < 1.5 * len(drawn)


@pytest.mark.parametrize("script", [(), (NO_DECODER,)], ids=["h264", "jpeg"])
def test_a_hidden_tab_costs_nothing_and_comes_back(script, cell, watching):
    watch = watching(cell, *script)
    watch.until(5)
    cell.viewers(1)
    before = watch.hide_tab()
    cell.viewers(0)
    newest = cell.camera.truth()[-1].number
    watch.show_tab()
    numbers = watch.until(before + 5)
    # A page that connects again gets the newest frame once more.
    whole_and_rising(list(dict.fromkeys(numbers)))
    assert numbers[before + 1] >= newest - AT_REST
    assert cell.session.viewers == 1


def test_a_page_reconnects_its_stream_after_the_computer_slept(cell, watching_alone):
    """A connection that broke during a sleep reports nothing: neither end notices."""
    watch = watching_alone(cell)
    watch.until(5)
    with watch.page.expect_websocket() as again:
        watch.page.evaluate(SLEEP)
    assert "/stream" in again.value.url
    watch.until(len(watch.until(0)) + 5)
    cell.viewers(1)


def test_a_viewer_limited_to_50_kb_per_second_skips_frames_and_a_fast_one_gets_all(
    cell, watching, watching_alone
):
    slow, fast = watching_alone(cell), watching(cell)
    before, begun = slow.throttle(), len(fast.until(2))
    # Not at once: some frames are in flight already.
    slow.page.wait_for_function(SKIPS)
    late = slow.until(before)
    newest = cell.camera.truth()[-1].number
    whole_and_rising(late)
    # It is behind by the frames in flight, not by all that did not fit through the network.
    assert newest - late[-1] < 100
    drawn = fast.until(begun + 50)[begun:]
    whole_and_rising(drawn)
    assert drawn[-1] - drawn[0] < 1.5 * len(drawn)


def kept(session: Session) -> dict[str, int]:
    """What a page that was left might leave behind."""
    gc.collect()
    alive = [type(each) for each in gc.get_objects()]
    return {
        "threads": threading.active_count(),
        "files and sockets": psutil.Process().num_fds(),
        "watchers": len(session.machine.changed),
        "viewers": alive.count(StreamHandler),
        "ways": alive.count(H264Viewer),
        "pages": alive.count(LivePicture),
    }


def test_twenty_reloads_of_a_live_page_leave_no_viewer(cell, watching_alone):
    watch = watching_alone(cell)
    url = watch.page.url
    watch.until(1)
    before = kept(cell.session)
    for count in range(20):
        # Most are left while they connect.
        watch.page.goto(url, wait_until="load" if count % 5 == 0 else "commit")
        if count % 5 == 0:
            watch.until(1)
    watch.until(1)
    cell.viewers(1)
    until(lambda: all(count <= before[what] for what, count in kept(cell.session).items()))
    watch.page.context.close()
    cell.viewers(0)
