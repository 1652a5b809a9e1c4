"""Measure how many 1080p25 cameras one page shows without dropping frames.

    python benchmarks/live_page.py --cameras 1,3,6 --seconds 10

Each number of cameras is measured with H.264 and with JPEG. The results are the share of frames
that were drawn, for the camera with the lowest share; the CPU time of the browser and of camrec;
and the browser's milliseconds per drawn frame, which show the limit even on a busy machine. The
cameras send one file again and again, so they need almost no CPU time.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
import tests_support  # noqa: F401
from cost import Cost
from light import RATE, Programs, light_cameras
from live_servers import open_camrec, scripts
from playwright.sync_api import Browser, sync_playwright

from support.browser import ARGUMENTS, NAMES

WAYS = {"H.264": "", "JPEG": "delete window.VideoDecoder\n"}
GRID = "display: grid; grid-template-columns: repeat(auto-fit, minmax(410px, 1fr)); margin: 0"


FRAMES = "[performance.now(), lives.map((live) => live.frames())]"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--cameras", default="1,3,6", help="numbers of cameras, separated by commas")
    given = asked.parse_args()
    counts = [int(each) for each in given.cameras.split(",")]
    program = next(filter(None, map(shutil.which, NAMES)))
    print("| cameras | way | drawn, worst camera | browser % of a core | camrec % | ms per frame |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        most = max(counts)
        cameras = light_cameras(Programs.find(), most, folder, "1920x1080", "4M", even=True)
        child, told = open_camrec(stack, folder / "camrec", stack.enter_context(cameras))
        playwright = stack.enter_context(sync_playwright())
        for count in counts:
            for way, before in WAYS.items():
                browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
                ids = told["sessions"][:count]
                found = look(browser, before, told["url"], ids, given.seconds, child.pid)
                browser.close()
                drawn, used, served = (f"{100 * each:.0f}" for each in found[:3])
                print(
                    f"| {count} | {way} | {drawn} % | {used} | {served} | {found[3]:.1f} |",
                    flush=True,
                )


def look(
    browser: Browser, before: str, url: str, sessions: list[str], seconds: float, server: int
) -> tuple[float, float, float, float]:
    """The share of drawn frames, the CPU load of browser and server, and ms per frame."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000}, bypass_csp=True)
    page.goto(f"{url}/health")
    page.evaluate(f"() => {{ document.body.replaceChildren(); document.body.style = '{GRID}' }}")
    stream = f"{url.replace('http', 'ws')}/stream?session_id="
    show = """
      const fits = new CSSStyleSheet()
      fits.replaceSync("canvas, video { width: 100%; height: 100% }")
      document.adoptedStyleSheets.push(fits)
      window.lives = sessions.map((id) => {
        const live = liveStream(life, () => stream + id)
        Object.assign(live.element.style, { aspectRatio: "16 / 9", overflow: "hidden" })
        document.body.append(live.element)
        live.run(true)
        return live
      })
    """
    page.evaluate(f"([stream, sessions]) => {{ {before}{scripts()}{show} }}", [stream, sessions])
    page.wait_for_function("lives.every((live) => live.frames() > 10)")
    began, shown, used = *page.evaluate(FRAMES), burnt()
    with Cost(server) as cost:
        page.wait_for_timeout(1000 * seconds)
    used = burnt() - used
    ended, now = page.evaluate(FRAMES)
    done = [after - before for before, after in zip(shown, now, strict=True)]
    shares = [1000 * each / (RATE * (ended - began)) for each in done]
    return min(shares), used / seconds, cost.cpu / seconds, 1000 * used / sum(done)


def burnt() -> float:
    """CPU-seconds of all browser processes that this process started."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if any("chrom" in part for part in process.cmdline()[:1]):
                total += sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return total


main()
