"""Measure the latency of an MJPEG camera's frames, and whether viewers receive them unchanged.

    python benchmarks/live_mjpeg.py --seconds 20

Three viewers watch at the same time: directly from the camera, through go2rtc alone, and through
camrec (which reads the camera through go2rtc). The results are the median, the 95th percentile and
the worst latency, and the share of received frames that are byte for byte what the camera sent.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import tests_support  # noqa: F401
from light import Programs
from live_servers import Go2rtc, open_camrec

from camrec.web.handlers.stream_protocol import FRAME_HEADER_STRUCT
from support.cameras.mjpeg import MjpegCamera
from support.wire import Viewer, Wire


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=20)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, ExitStack() as stack:
        camera = stack.enter_context(MjpegCamera(size=(1280, 720), rate=25))
        _, told = open_camrec(stack, Path(name) / "camrec", [camera.url])
        go2rtc = stack.enter_context(Go2rtc(Programs.find(), camera.url, Path(name)))
        (session,) = told["sessions"]
        ways: dict[str, Callable[[], Iterator[bytes]]] = {
            "the camera itself": lambda: over_http(camera.url),
            "go2rtc": lambda: over_http(f"{go2rtc.url}/api/stream.mjpeg?src=cam"),
            "camrec": lambda: over_websocket(told["url"], session),
        }
        takers = {way: Taker(begin, given.seconds) for way, begin in ways.items()}
        for taker in takers.values():
            taker.join()
        # The camera sends each frame to every connection; the first time counts.
        sent = {each.sha: each.at for each in sorted(camera.truth(), key=lambda each: -each.at)}
    print("| from | frames | identical bytes | latency ms, median (p95, worst) |")
    print("|---|---|---|---|")
    for way, taker in takers.items():
        late = sorted((at - sent[sha]) / 1e6 for sha, at in taker.got if sha in sent)
        same = f"{100 * len(late) / len(taker.got):.0f} %"
        high = late[int(0.95 * len(late))]
        figures = f"{median(late):.1f} ({high:.1f}, {late[-1]:.1f})"
        print(f"| {way} | {len(taker.got)} | {same} | {figures} |")


class Taker(threading.Thread):
    """Receives frames for some seconds. `got` has the SHA-1 and the arrival time of each."""

    def __init__(self, begin: Callable[[], Iterator[bytes]], seconds: float) -> None:
        super().__init__(daemon=True)
        self.got: list[tuple[str, int]] = []
        self._begin = begin
        self._end = time.monotonic() + seconds
        self.start()

    def run(self) -> None:
        for jpeg in self._begin():
            at = time.monotonic_ns()
            self.got.append((hashlib.sha1(jpeg).hexdigest(), at))
            if time.monotonic() > self._end:
                return


def over_http(url: str) -> Iterator[bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", url.removeprefix(f"http://{parts.netloc}"))
    answer = connection.getresponse()
    while line := answer.readline():
        if not line.lower().startswith(b"content-length:"):
            continue
        size = int(line.partition(b":")[2])
        while answer.readline().strip():
            pass
        yield answer.read(size)


def over_websocket(url: str, session: str) -> Iterator[bytes]:
    with Viewer(Wire(url), f"session_id={session}&mode=page") as viewer:
        while (message := viewer.read()) is not None:
            if isinstance(message, bytes):
                viewer.say("ok")
                yield message[FRAME_HEADER_STRUCT.size :]


main()
