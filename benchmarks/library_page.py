"""Measure what a library with thousands of videos costs the page, its browser and camrec.

    python benchmarks/library_page.py --videos 5000 --reloads 50

The videos are hard links of one real file of two seconds. Each has its own receipt, and they are
spread over a hundred days and five cameras. Bytes and messages are those of Bokeh's WebSocket,
which carries everything that camrec sends to the page. One Bokeh message consists of three
WebSocket frames and is counted once.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import imageio_ffmpeg
import psutil
import requests
import tests_support  # noqa: F401
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from camrec.clock import iso_to_utc_ns
from camrec.library import filenames
from camrec.receipt import Gap, Receipt
from support.browser import ARGUMENTS, NAMES

ROOT = Path(__file__).parent.parent

CAMERAS = ("Entrance", "Bird box", "Bench", "Back yard", "Stairs")
FRAMES = 3  # WebSocket frames in one Bokeh message
KEYS = """async (word) => {
  const root = [...document.querySelectorAll("*")].map((each) => each.shadowRoot)
    .find((each) => each?.querySelector(".list") && each.querySelector("input[type=search]"))
  const field = root.querySelector("input[type=search]")
  const took = []
  for (let end = 1; end <= word.length; end += 1) {
    field.value = word.slice(0, end)
    const began = performance.now()
    field.dispatchEvent(new Event("input", { bubbles: true }))
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    took.push(performance.now() - began)
  }
  return took
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
CARD = ".card a.poster"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--videos", type=int, default=5000)
    asked.add_argument("--reloads", type=int, default=50)
    asked.add_argument("--idle", type=float, default=30, help="seconds without any activity")
    given = asked.parse_args()
    program = next(filter(None, map(shutil.which, NAMES)))
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, sync_playwright() as playwright:
        folder = Path(name)
        fill(folder / "videos", given.videos)
        with camrec(folder) as (url, server, started):
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            print("| measurement | result |\n|---|---|")
            tell("time until camrec responds", f"{started:.1f} s")
            live(browser, url)
            videos(browser, url, server, given.idle)
            reloads(browser, url, server, given.reloads)
            browser.close()


def tell(what: str, figure: str) -> None:
    print(f"| {what} | {figure} |", flush=True)


def fill(videos: Path, count: int) -> None:
    videos.mkdir()
    film = videos / "film.mkv"
    source = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=2", "-pix_fmt", "yuv420p")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-f", "mp4", film]
    subprocess.run(command, check=True)
    last = datetime.now(timezone.utc).replace(microsecond=0)
    for number in range(count):
        began = last - timedelta(minutes=number * 100 * 24 * 60 / count)
        receipt = Receipt(
            recording_id=f"{number:016x}",
            name=CAMERAS[number % len(CAMERAS)],
            source="rtsp://192.168.1.20/stream",
            asked=2,
            duration=2,
            started_at=began.isoformat().replace("+00:00", "Z"),
            ended_at=(began + timedelta(seconds=2)).isoformat().replace("+00:00", "Z"),
            ended="time",
            frames=20,
            gaps=[Gap(start=0.5, duration=0.7)] if number % 7 == 0 else [],
            width=640,
            height=360,
            video_codec="h264",
            size=film.stat().st_size,
            sha256=f"{number:064x}",
            playable=True,
        )
        stem = filenames.video_stem(receipt.name, iso_to_utc_ns(receipt.started_at))
        os.link(film, videos / f"{stem}.mp4")
        receipt.write(videos / f"{stem}.json")
    film.unlink()


@contextmanager
def camrec(folder: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    """The URL, the process, and the seconds until camrec responded."""
    (folder / "config.yaml").write_text("{port: 0, mediamtx_port: 0, go2rtc_port: 0}\n")
    command = [sys.executable, "-m", "camrec", "serve", "--no-browser"]
    paths = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=paths, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        try:
            for line in child.stdout:
                if found := re.search(r"http://\S+", line):
                    break
            yield found[0].rstrip("/"), psutil.Process(child.pid), time.perf_counter() - began
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(30)


class Talk:
    """Counts messages and bytes on Bokeh's WebSocket, in both directions."""

    def __init__(self, page: Page) -> None:
        self.frames = self.size = 0
        page.on("websocket", self._met)

    def _met(self, socket) -> None:
        if socket.url.endswith("/ws"):
            socket.on("framereceived", self._heard)
            socket.on("framesent", self._heard)

    def _heard(self, data: str | bytes) -> None:
        self.frames += 1
        self.size += len(data)

    def take(self) -> str:
        told = f"{self.frames // FRAMES} messages, {self.size / 1000:.0f} kB"
        self.frames = self.size = 0
        return told


def opened(browser: Browser) -> tuple[Page, Talk, CDPSession]:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    return page, Talk(page), page.context.new_cdp_session(page)


def live(browser: Browser, url: str) -> None:
    page, talk, _ = opened(browser)
    page.goto(f"{url}/")  # the first load also computes what is then cached
    page.locator(".newest .card").first.wait_for()
    page.reload()
    page.locator(".newest .card").first.wait_for()
    usable = page.evaluate("performance.now()")
    page.wait_for_timeout(1000)
    talk.take()
    page.reload()
    page.locator(".newest .card").first.wait_for()
    page.wait_for_timeout(1000)
    tell("the cameras: first paint", f"{page.evaluate(PAINT):.0f} ms")
    tell("the cameras: usable", f"{usable:.0f} ms")
    tell("the cameras: sent at the start", talk.take())
    page.context.close()


def videos(browser: Browser, url: str, server: psutil.Process, idle: float) -> None:
    page, talk, tools = opened(browser)
    page.goto(f"{url}/#videos")
    page.locator(CARD).locator("visible=true").first.wait_for()
    page.reload()
    page.locator(CARD).locator("visible=true").first.wait_for()
    usable = page.evaluate("performance.now()")
    tell("the videos: first paint", f"{page.evaluate(PAINT):.0f} ms")
    tell("the videos: list usable", f"{usable:.0f} ms")
    page.get_by_role("status").filter(has_text=re.compile("videos")).wait_for()
    page.wait_for_timeout(2000)
    talk.take()
    page.reload()
    page.locator(CARD).locator("visible=true").first.wait_for()
    page.wait_for_timeout(3000)
    tell("the videos: sent at the start", talk.take())
    figures(page, tools, "the videos")
    page.wait_for_timeout(1000 * idle)
    tell(f"{idle:.0f} s without activity", talk.take())
    took = page.evaluate(KEYS, "back yard")
    took.sort()
    middle = took[len(took) // 2]
    tell("a key press in the search", f"median {middle:.0f} ms, worst {took[-1]:.0f} ms")
    page.evaluate(KEYS, "x")
    page.get_by_role("searchbox").fill("")
    page.wait_for_timeout(1000)
    began = time.perf_counter()
    before = -1
    while before != (before := page.evaluate("scrollTo(0, 1e9) ?? scrollY")):
        page.wait_for_timeout(250)
    tell("scrolling to the end of the list", f"{time.perf_counter() - began:.1f} s")
    figures(page, tools, "at the end")
    page.evaluate("scrollTo(0, 0)")
    talk.take()
    name = requests.get(f"{url}/videos", timeout=60).json()["videos"][0]["filename"]
    requests.delete(f"{url}/videos/{name}", timeout=60).raise_for_status()
    page.locator(f'[data-file="{name}"]').first.wait_for(state="detached")
    page.wait_for_timeout(1000)
    tell("a video deleted: sent", talk.take())
    tell("camrec's memory", f"{server.memory_info().rss / 1e6:.0f} MB")
    page.context.close()


def figures(page: Page, tools: CDPSession, when: str) -> None:
    tools.send("HeapProfiler.collectGarbage")
    tools.send("Performance.enable")
    told = {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}
    cards = page.locator(".card").count()
    heap, nodes = told["JSHeapUsedSize"] / 1e6, told["Nodes"]
    tell(f"{when}: heap, nodes, cards", f"{heap:.1f} MB, {nodes:.0f}, {cards}")


def reloads(browser: Browser, url: str, server: psutil.Process, count: int) -> None:
    page, _, _ = opened(browser)
    page.goto(f"{url}/#videos")
    sizes = []
    for number in range(count + 1):
        page.locator(CARD).locator("visible=true").first.wait_for()
        if number % max(count // 5, 1) == 0:
            page.wait_for_timeout(25_000)  # the server keeps a closed page for a while
            sizes.append(f"{server.memory_info().rss / 1e6:.0f}")
        page.reload()
    tell(f"camrec's memory over {count} reloads", f"{', '.join(sizes)} MB")
    page.context.close()


main()
