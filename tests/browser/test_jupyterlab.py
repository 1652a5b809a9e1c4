"""camrec in a real JupyterLab, in a real browser: a cell, an ipywidget, the launcher's tile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
from playwright.sync_api import Locator, expect

from camrec.receipt import Receipt
from support.cameras.mjpeg import MjpegCamera
from support.dashboard_page import PIXELS
from support.lab import Classic, ClassicNotebook, Lab, Notebook
from support.units_made import until

pytestmark = [pytest.mark.browser, pytest.mark.slow(30)]

RERUNS = 3
CELLS = [
    "import asyncio, time\nimport camrec\ncamera = camrec.open({url!r}, 'Nest box')\ncamera",
    "camera.record(3)",
    "while camera.recording.state != 'saved':\n    time.sleep(0.1)",
    "camera.recording.wait().view(width=320)",
    "from ipywidgets import VBox\nVBox([camera.widget(width=320)])",
    "import panel as pn\npn.ipywidget(camera.view(width=320))",
    "len(camrec.cameras()), camera._handle.info().viewers",
    "camera.record(600)",
    "ended = asyncio.to_thread(camera.recording.stop)\n"
    "video, _ = await asyncio.gather(camera.recording, ended)\nvideo.receipt.ended",
    "time.sleep(8)",
]
OPEN, RECORD, BUSY, PLAY, WIDGET, BOKEH_WIDGET, COUNT, LONG, AWAIT, SLEEP = range(len(CELLS))
ACTIVE = "jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.fixture(scope="module")
def camera() -> Iterator[MjpegCamera]:
    with MjpegCamera(rate=10) as camera:
        yield camera


@pytest.fixture(scope="module")
def lab(binaries, tmp_path_factory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab"), binaries) as lab:
        yield lab


@pytest.fixture(scope="module")
def path(lab, camera) -> str:
    return lab.notebook("day.ipynb", *cells_for(camera))


def cells_for(camera: MjpegCamera) -> list[str]:
    return [each.replace("{url!r}", repr(camera.url)) for each in CELLS]


def moves(picture: Locator) -> None:
    expect(picture).to_be_visible(timeout=60_000)
    picture.scroll_into_view_if_needed()  # a view that is not visible has no connection
    first = picture.evaluate(PIXELS)
    until(lambda: picture.evaluate(PIXELS) != first)


def plays(output: Locator) -> Locator:
    player = output.locator("video")
    player.evaluate("video => video.play()")
    until(lambda: player.evaluate("video => video.currentTime") > 0.2)
    return player


def test_a_camera_is_live_as_a_cell_s_value_and_recorded_from_there(lab, path, open_page):
    """In one page for all: to load JupyterLab takes longer than the rest."""
    notebook = Notebook(open_page(f"{lab.url}{path}").page)
    is_live_as_a_value(notebook, lab)
    is_recorded_while_the_kernel_is_busy(notebook)
    keys_are_the_cell_s_own(notebook)


def is_live_as_a_value(notebook: Notebook, lab: Lab) -> None:
    notebook.run(OPEN)
    picture = notebook.cell(OPEN).locator(".picture")
    moves(picture)
    (kernel,) = lab.processes("ipykernel")
    before = kernel.num_fds()
    for _ in range(RERUNS):
        notebook.run(OPEN)
    moves(picture)
    until(lambda: len(notebook.streams) == 1)
    until(lambda: kernel.num_fds() <= before)
    notebook.run(COUNT)
    expect(notebook.cell(COUNT)).to_have_text("(1, 1)")

    with notebook.page.expect_download() as saved:
        notebook.cell(OPEN).get_by_role("button", name="Save a still picture").click()
    assert re.fullmatch(r"Nest box [\d-]{10} [\d-]{8}\.(png|jpg)", saved.value.suggested_filename)


def is_recorded_while_the_kernel_is_busy(notebook: Notebook) -> None:
    """A busy kernel delays neither the video nor the recording nor its progress."""
    picture = notebook.cell(OPEN).locator(".picture")
    notebook.run(RECORD)
    notebook.begin(BUSY)
    expect(notebook.cell(OPEN).locator(".chip.recording")).to_have_text("RecNest box")
    moves(picture)
    expect(notebook.cell(RECORD)).to_contain_text(re.compile("Recording 0:0[12] of 0:03"))
    expect(notebook.cell(RECORD)).to_contain_text("Saved: Nest box")
    moves(picture)
    notebook.run(PLAY)
    plays(notebook.cell(PLAY))
    notebook.run(WIDGET)
    moves(notebook.cell(WIDGET).locator(".picture"))


def keys_are_the_cell_s_own(notebook: Notebook) -> None:
    """Elsewhere in a cell these keys make JupyterLab move to another cell, add one or delete it."""
    notebook.run(OPEN)
    cell = notebook.cell(OPEN)
    moves(cell.locator(".picture"))
    cell.get_by_text("5 min", exact=True).click()
    for key in ("ArrowLeft", "ArrowLeft", "b", "d", "d"):
        notebook.page.keyboard.press(key)
    expect(cell.get_by_role("radio", name="Other…")).to_be_checked()
    expect(notebook.page.locator(".jp-Cell")).to_have_count(len(CELLS))
    assert notebook.page.evaluate(ACTIVE) == OPEN
    notebook.begin(SLEEP)
    records(cell)


def records(cell: Locator) -> None:
    """Record two seconds with the cell's buttons, until it ends."""
    cell.get_by_text("Other…").click()
    cell.get_by_label("Length", exact=True).fill("2")
    cell.get_by_label("Unit").select_option("seconds")
    cell.get_by_role("button", name="Record 2 s").click()
    expect(cell.locator(".chip.recording")).to_be_visible()
    expect(cell.get_by_text("Saved: Nest box")).to_be_visible()


def test_the_same_notebook_in_jupyter_notebook(binaries, tmp_path, camera, open_page):
    with Classic(tmp_path, binaries) as classic:
        path = classic.notebook("day.ipynb", *cells_for(camera))
        # An error of Jupyter Notebook 7.6 itself, on the page of any notebook (its issue 7862).
        tab = open_page(f"{classic.url}{path}", known="reading 'schema'")
        notebook = ClassicNotebook(tab.page)
        notebook.run(OPEN)
        moves(notebook.cell(OPEN).locator(".picture"))
        notebook.run(RECORD)
        notebook.run(BUSY)
        moves(notebook.cell(OPEN).locator(".picture"))
        expect(notebook.cell(RECORD)).to_contain_text("Saved: Nest box")
        notebook.run(PLAY)
        plays(notebook.cell(PLAY))
        notebook.run(WIDGET)
        moves(notebook.cell(WIDGET).locator(".picture"))
        tab.close()


def test_the_same_notebook_from_another_machine(lab, path, open_page):
    """The page cannot use 127.0.0.1: that is the machine of the person who looks at it."""
    notebook = Notebook(open_page(f"{lab.from_elsewhere}{path}").page)
    notebook.run(WIDGET)  # on a page that has no BokehJS yet
    moves(notebook.cell(WIDGET).locator(".picture"))
    notebook.run(OPEN)
    moves(notebook.cell(OPEN).locator(".picture"))
    assert "/user/ana/proxy/" in notebook.streams[0]
    records(notebook.cell(OPEN))
    notebook.run(PLAY)
    player = plays(notebook.cell(PLAY))
    assert "/user/ana/proxy/" in player.get_attribute("src")


def test_a_kernel_that_ends_leaves_no_process_and_keeps_what_was_recorded(lab, path, open_page):
    # The live view of a kernel that has ended cannot connect.
    notebook = Notebook(open_page(f"{lab.url}{path}", cut_off=True).page)

    def end(how: Callable[[psutil.Process], object]) -> list[Path]:
        notebook.run(OPEN)
        notebook.run(LONG)
        until(lambda: lab.processes("pipe:0"))  # FFmpeg writes
        (kernel,) = lab.processes("ipykernel")
        below = kernel.children(recursive=True)
        how(kernel)
        psutil.wait_procs(below, 10)
        assert not [each for each in below if each.is_running()]
        return sorted((lab.folder / "videos").glob("*.mp4"))

    videos = end(lambda kernel: notebook.restart())
    assert Receipt.read(videos[-1].with_suffix(".json")).ended == "shutdown"
    # A recording that was not saved in time continues when camrec is next used.
    assert end(psutil.Process.kill) == videos
    until(lambda: lab.processes("ipykernel"), 60)
    notebook.wait()
    notebook.run(OPEN)
    notebook.run(AWAIT)
    expect(notebook.cell(AWAIT)).to_have_text("'stopped'")
    assert len(list((lab.folder / "videos").glob("*.mp4"))) == len(videos) + 1


def test_the_launcher_s_tile_and_the_side_panel_open_the_dashboard(lab, camera, open_page):
    page = open_page(f"{lab.url}/lab").page
    card = page.locator(".jp-LauncherCard", has_text="camrec")
    icon = card.locator("img")
    icon.wait_for(timeout=60_000)
    until(lambda: icon.evaluate("icon => icon.naturalWidth"))
    card.click()
    tile = page.frame_locator("#jp-main-dock-panel iframe")
    tile.get_by_label("Camera address").fill(camera.url, timeout=60_000)
    tile.get_by_role("button", name="Open camera").click()
    moves(tile.locator(".picture").first)
    page.locator("li[data-id='camrec-dashboard']").click()
    moves(page.frame_locator("#camrec-dashboard iframe").locator(".picture").first)
    assert [frame.url for frame in page.frames[1:]] == [f"{lab.url}/camrec/"] * 2
    # Only the proxy can reach it: the one port that is open is that of the relay, which serves no
    # page.
    (dashboard,) = lab.processes("camrec serve")
    assert "--socket" in dashboard.cmdline()
    listening = [each for each in dashboard.net_connections() if each.status == "LISTEN"]
    for each in listening:
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"http://127.0.0.1:{each.laddr.port}/", timeout=10)
