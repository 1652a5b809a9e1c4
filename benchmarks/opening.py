"""Measure the time to a camera's first decodable frame, and the number of connections it takes.

    python benchmarks/opening.py --openings 20 --gops 1 2 10 60

In each round, each way opens the camera once, one after the other. "raw" sends a key frame 40 ms
after PLAY, "at once" at the moment of PLAY. "shared" sends every client the same stream, so the
next key frame may be a whole GOP away. "gst" is gst-rtsp-server. With ``--record 20`` each camera
is also recorded 20 times for five seconds, as ``camrec record --duration 5`` does. "its clock" is
camrec that reads the camera's sender reports, through its relay.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import tests_support  # noqa: F401

from camrec.camera_address import parse_address
from camrec.camera_clock import ClockChoice
from camrec.media import MediaUnit
from camrec.proxies import MediaMTX
from camrec.recording import RecordingState
from camrec.session import SessionState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.cameras.raw_rtsp import Frame, RawRtspCamera, encode
from support.cameras.rtsp import RtspCamera
from support.programs import programs

RATE = 10
TIMEOUT_S = 100.0
RECORD_S = 5
# Without these, FFmpeg analyses for seconds. With "nobuffer" it drops the key frame it has read.
QUICK = ["-fpsprobesize", "0", "-analyzeduration", "0"]

HEAD = (
    "| camera | GOP s | way | opened | first frame ms, median (p95, max) | live ms "
    "| connections, max |\n|---|---|---|---|---|---|---|"
)


class Prompt(RawRtspCamera):
    rate = RATE
    delay = 0.04

    def pace(self) -> Iterator[float]:
        return (self.delay + number / self.rate for number in itertools.count())


class AtOnce(Prompt):
    delay = 0.0


class Shared(RawRtspCamera):
    """What a client receives starts anywhere in the GOP."""

    rate = RATE

    def __init__(self, frames: list[Frame]) -> None:
        super().__init__(frames)
        self._whole = frames
        self._sets = super().parameter_sets()
        self._chance = random.Random(7)

    def parameter_sets(self) -> dict[int, bytes]:
        return self._sets

    def stream(self, connection: Any) -> None:
        place = self._chance.randrange(len(self._whole))
        self.frames = [*self._whole[place:], *self._whole[:place]]
        super().stream(connection)


def raw(kind: type[RawRtspCamera], gop: int) -> RawRtspCamera:
    options = ("-g", str(gop * RATE), "-x264-params", "scenecut=0")
    return kind(encode(*options, size="640x360", rate=RATE, seconds=gop))


CAMERAS: dict[str, Callable[[int], AbstractContextManager[Any]]] = {
    "raw": lambda gop: raw(Prompt, gop),
    "at once": lambda gop: raw(AtOnce, gop),
    "shared": lambda gop: raw(Shared, gop),
    "gst": lambda gop: RtspCamera(size=(640, 360), rate=RATE, gop=gop * RATE),
    "mjpeg": lambda _: MjpegCamera(rate=25),
}


class Opening:
    """Milliseconds to the first frame and, for camrec, to the state LIVE."""

    def __init__(self, first: float, live: float | None = None) -> None:
        self.first, self.live = first, live


def by_camrec(station: Station, url: str, clock: ClockChoice = "arrival") -> Opening | None:
    began = time.monotonic_ns()
    session = station.cameras.begin_open(url, clock_choice=clock)
    units = session.feed.subscribe(max_bytes=64 << 20)
    first: int | None = None
    while session.state is SessionState.OPENING:
        units.wait(0.02)
        keys = [each for each in units.take_all() if isinstance(each, MediaUnit) and each.key]
        if keys and first is None:
            first = keys[0].arrived
    live = time.monotonic_ns()
    opened = session.state is SessionState.LIVE and first is not None
    station.cameras.close(session.session_id)
    return Opening((first - began) / 1e6, (live - began) / 1e6) if opened and first else None


def by_ffmpeg(ffmpeg: Path, url: str) -> Opening | None:
    rtsp = url.startswith("rtsp")
    quick = ["-rtsp_transport", "tcp", *QUICK] if rtsp else []
    argv = [ffmpeg, "-nostats", "-loglevel", "quiet", *quick, "-i", url]
    began = time.monotonic_ns()
    try:
        done = subprocess.run(
            [*argv, "-frames:v", "1", "-f", "null", "-"],
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return None
    return Opening((time.monotonic_ns() - began) / 1e6) if done.returncode == 0 else None


def through_mediamtx(proxy: MediaMTX, ffmpeg: Path, url: str) -> Opening | None:
    proxy.add("opening", parse_address(url))
    try:
        return by_ffmpeg(ffmpeg, proxy.local_url("opening"))
    finally:
        proxy.remove("opening")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--openings", type=int, default=20)
    asked.add_argument("--gops", type=int, nargs="*", default=[1, 2, 10, 60])
    asked.add_argument("--cameras", nargs="*", default=list(CAMERAS), choices=CAMERAS)
    asked.add_argument("--record", type=int, default=0)
    asked.add_argument("--only-camrec", action="store_true")
    given = asked.parse_args()
    print(f"load {os.getloadavg()[0]:.0f}\n{HEAD}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opening-")))
        station = stack.enter_context(Station(programs().config(folder)))
        proxy = MediaMTX(lambda: programs().mediamtx, folder / "other", 0)
        proxy.ensure_ready()
        stack.callback(proxy.stop)
        station.mediamtx.ensure_ready()
        station.go2rtc.ensure_ready()
        ffmpeg = programs().ffmpeg
        for kind, gop in itertools.product(given.cameras, given.gops):
            if kind == "mjpeg" and gop != given.gops[0]:
                continue
            ways: dict[str, Callable[[str], Opening | None]] = {
                "camrec": lambda url: by_camrec(station, url),
                "camrec, its clock": lambda url: by_camrec(station, url, "camera"),
                "FFmpeg": lambda url: by_ffmpeg(ffmpeg, url),
            }
            if kind != "mjpeg":
                ways["FFmpeg through MediaMTX"] = lambda url: through_mediamtx(proxy, ffmpeg, url)
            if given.only_camrec:
                ways = {way: by for way, by in ways.items() if way.startswith("camrec")}
            with CAMERAS[kind](gop) as camera:
                compare(kind, gop, camera, ways, given.openings)
                if given.record:
                    recorded = [record(station, camera.url) for _ in range(given.record)]
                    print(f"recorded for {RECORD_S} s: {sum(recorded)} of {given.record}")
    print(f"load {os.getloadavg()[0]:.0f}")


def compare(
    kind: str,
    gop: int,
    camera: Any,
    ways: dict[str, Callable[[str], Opening | None]],
    openings: int,
) -> None:
    found: dict[str, list[tuple[Opening | None, int]]] = {way: [] for way in ways}
    for _ in range(openings):
        for way, opened_by in ways.items():
            before = camera.connections
            opening = opened_by(camera.url)
            found[way].append((opening, camera.connections - before))
    for way, rounds in found.items():
        opened = [opening for opening, _ in rounds if opening is not None]
        first = sorted(opening.first for opening in opened)
        live = [opening.live for opening in opened if opening.live is not None]
        times = (
            f"{statistics.median(first):.0f} ({p95(first):.0f}, {first[-1]:.0f})" if first else ""
        )
        lively = f"{statistics.median(live):.0f}" if live else ""
        most = max(connections for _, connections in rounds)
        cells = (kind, "" if kind == "mjpeg" else gop, way, f"{len(opened)} of {openings}")
        print("|", " | ".join(map(str, (*cells, times, lively, most))), "|", flush=True)


def p95(values: list[float]) -> float:
    return values[min(len(values) - 1, round(0.95 * (len(values) - 1)))]


def record(station: Station, url: str) -> bool:
    session = station.cameras.open(url)
    try:
        recording = station.recordings.start(session.session_id, RECORD_S)
        recording.wait()
        return recording.state is RecordingState.SAVED
    finally:
        station.cameras.close(session.session_id)


if __name__ == "__main__":
    main()
