"""Measure the latency, the time to the first frame and the cost of live video.

    python benchmarks/live.py --seconds 10 --rounds 3

camrec, go2rtc and MediaMTX are connected to the same camera for the whole run. They take turns with
one viewer, round by round. To measure the cost, viewers without a browser receive the stream and
discard it. WebRTC viewers are connections of one browser page. Only the processes of the server are
counted.

The camera draws a number into each frame and notes when it captured the frame. The number is read
from what the browser shows, at each of its animation frames. So the latency includes the camera's
encoder (about the same for all) and up to one animation frame. Compare the ratios within one run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import tests_support  # noqa: F401
from cost import Cost
from light import Programs, light_cameras, running
from live_servers import SERVERS, Server, Way
from playwright.sync_api import Browser, Page, sync_playwright

from support.browser import ARGUMENTS, NAMES
from support.cameras import barcode
from support.cameras.rtsp import RtspCamera

HERE = Path(__file__).parent

ARGUMENTS = [*ARGUMENTS, "--allow-loopback-in-peer-connection"]
# Collects the WebRTC connections of a page, and the bytes of video that each one received.
LINKS = """
const links = []
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...how) {
    super(...how)
    links.push(this)
  }
}
window.received = () => Promise.all(links.map(async (link) => {
  const told = [...(await link.getStats()).values()]
  const video = ({ type, kind }) => type === "inbound-rtp" && kind === "video"
  return told.find(video)?.bytesReceived ?? 0
}))
"""
VIEWERS = (0, 1, 4, 8)
PATIENCE = 20_000  # ms to wait for the first frame
READ = """
async () => {
  const strip = Object.assign(document.createElement("canvas"), { width: BLOCKS, height: 1 })
  const context = strip.getContext("2d", { willReadFrequently: true })
  window.seen = []
  let last = -1
  const look = () => {
    const from = window.shown
    const drawn = from instanceof HTMLCanvasElement
    const width = drawn ? from.width : from?.videoWidth || from?.naturalWidth
    const height = drawn ? from.height : from?.videoHeight || from?.naturalHeight
    if (width > 16) {
      context.drawImage(from, 0, height >> 4, width, 1, 0, 0, BLOCKS, 1)
      const data = context.getImageData(0, 0, BLOCKS, 1).data
      let whole = 0
      for (let place = 0; place < BLOCKS; place++) {
        whole = 2 * whole + (data[4 * place] + data[4 * place + 1] + data[4 * place + 2] > 384)
      }
      const told = whole >> 4
      const check = (told ^ (told >> 4) ^ (told >> 8) ^ (told >> 12) ^ 9) & 15
      if (whole !== last && check === (whole & 15)) seen.push([last = whole, performance.now()])
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
""".replace("BLOCKS", str(barcode.BLOCKS))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=10, help="how long each viewer watches")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument(
        "--gop", type=int, default=50, help="frames per GOP, at 25 frames per second"
    )
    asked.add_argument("--no-cost", action="store_true", help="do not measure the CPU time")
    given = asked.parse_args()
    programs = Programs.find()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        if given.rounds:
            camera = RtspCamera(size=(1280, 720), rate=25, gop=given.gop, bit_rate=2000)
            stack.enter_context(camera)
            servers = started(stack, programs, camera.address, Path(name) / "late")
            lateness(servers, camera, given.rounds, given.seconds)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        if not given.no_cost:
            # A file that is sent again and again: a camera that needs almost no CPU time.
            (url,) = stack.enter_context(light_cameras(programs, 1, Path(name)))
            servers = started(stack, programs, url, Path(name) / "cost")
            costs(servers, given.seconds)


def started(stack: ExitStack, programs: Programs, camera: str, folder: Path) -> list[Server]:
    folder.mkdir()
    made = (kind(programs, camera, folder) for kind in SERVERS)
    return [stack.enter_context(each) for each in made]


def lateness(servers: list[Server], camera: RtspCamera, rounds: int, seconds: float) -> None:
    late: dict[str, list[float]] = defaultdict(list)
    first: dict[str, list[float]] = defaultdict(list)
    shares: dict[str, list[float]] = defaultdict(list)
    troubles: dict[str, str] = {}
    with chromium() as browser:
        for _ in range(rounds):
            for way in (way for server in servers for way in server.ways()):
                try:
                    began, seen = look(browser, way, seconds)
                except Exception as error:  # noqa: BLE001 - printed, then the next one is measured
                    troubles[way.name] = str(error).splitlines()[0]
                    continue
                if len(seen) < 5:
                    troubles[way.name] = "its video does not advance"
                    continue
                taken = {each.number: each.taken / 1e6 for each in camera.truth()}
                first[way.name].append(seen[0][1] - began)
                steady = [
                    (number, at) for number, at in seen if at > began + 1000 * min(2, seconds / 2)
                ]
                late[way.name] += [at - taken[number] for number, at in steady if number in taken]
                shares[way.name].append(len(steady) / (steady[-1][0] - steady[0][0] + 1))
    print("| way | glass to glass ms, median (p95) | ratio | first frame ms | frames shown |")
    print("|---|---|---|---|---|")
    best = min(median(each) for each in late.values())
    for name, each in late.items():
        middle, high = median(each), sorted(each)[int(0.95 * len(each))]
        print(
            f"| {name} | {middle:.0f} ({high:.0f}) | {middle / best:.2f} "
            f"| {median(first[name]):.0f} | {100 * median(shares[name]):.0f} % |"
        )
    for name, why in troubles.items():
        print(f"{name}: {why}")


@contextmanager
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def look(browser: Browser, way: Way, seconds: float) -> tuple[float, list[tuple[int, float]]]:
    """When the viewer started, and when each frame number was first seen, in monotonic ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(way.page)
        page.evaluate("() => document.body.replaceChildren()")
        page.evaluate(READ)
        began = page.evaluate(
            f"async () => {{ const began = performance.now()\n{way.script}\nreturn began }}"
        )
        page.wait_for_function("window.seen.length > 0", timeout=PATIENCE)
        page.wait_for_timeout(1000 * seconds)
        ahead = offset(page)
        seen = page.evaluate("window.seen")
    finally:
        context.close()
    numbers = ((number(whole), at + ahead) for whole, at in seen)
    return began + ahead, [(told, at) for told, at in numbers if told is not None]


def offset(page: Page) -> float:
    """The offset in ms from the page's clock to this machine's monotonic clock."""
    found = []
    for _ in range(30):
        before = time.monotonic()
        there = page.evaluate("performance.now()")
        after = time.monotonic()
        found.append((after - before, 500 * (before + after) - there))
    return min(found)[1]


def number(whole: int) -> int | None:
    told = whole >> 4
    bits = [bool(whole >> place & 1) for place in reversed(range(barcode.BLOCKS))]
    return told if bits == barcode.bits(told) else None


def costs(servers: list[Server], seconds: float) -> None:
    """Print the CPU time of each way to watch, by the number of viewers."""
    print(
        "\n| way, CPU % of one core by number of viewers | "
        + " | ".join(map(str, VIEWERS))
        + " | each further viewer | kB/s per viewer |"
    )
    print("|---" * (len(VIEWERS) + 3) + "|")
    with chromium() as browser:
        for server in servers:
            for way in server.ways():
                used, rate = [], 0.0
                for count in VIEWERS:
                    if way.taking is None:
                        cpu, rate = cost_of_page(browser, server, way, count, seconds)
                    else:
                        cpu, rate = cost(server, way.taking, count, seconds)
                    used.append(100 * cpu / seconds)
                row = " | ".join(f"{each:.1f}" for each in used)
                further = (used[-1] - used[1]) / (VIEWERS[-1] - VIEWERS[1])
                print(f"| {way.name} | {row} | {further:.2f} | {rate / 1000:.0f} |", flush=True)


def cost(server: Server, taking: str, count: int, seconds: float) -> tuple[float, float]:
    """CPU-seconds of the server, and bytes per second that each viewer received."""
    command = [sys.executable, HERE / "live_viewers.py", count, taking]
    with running(command, stdout=subprocess.PIPE, text=True) as viewers:
        time.sleep(3)  # until the viewers are connected
        with Cost(server.pid) as cost:
            time.sleep(seconds)
        out, _ = viewers.communicate()
    received = json.loads(out)
    return cost.cpu, min(received, default=0) / (seconds + 3)


def cost_of_page(
    browser: Browser, server: Server, way: Way, count: int, seconds: float
) -> tuple[float, float]:
    """The same, with `count` connections of one browser page."""
    context = browser.new_context(viewport={"width": 320, "height": 180}, bypass_csp=True)
    try:
        context.add_init_script(LINKS)
        page = context.new_page()
        page.goto(way.page)
        page.evaluate("() => document.body.replaceChildren()")
        for _ in range(count):
            page.evaluate(f"async () => {{ {way.script} }}")
        page.wait_for_timeout(3000)
        before = page.evaluate("received()")
        with Cost(server.pid) as cost:
            page.wait_for_timeout(1000 * seconds)
        after = page.evaluate("received()")
    finally:
        context.close()
    got = [end - begin for begin, end in zip(before, after, strict=True)]
    if len(got) != count or 0 in got:
        raise RuntimeError(f"{way.name}: {count} viewers received {got} bytes")
    return cost.cpu, min(got, default=0) / seconds


main()
