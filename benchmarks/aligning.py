"""Measure how accurately `camrec.align` matches the frames of cameras recorded together.

    python benchmarks/aligning.py --seconds 20 --rounds 3

Three RTSP cameras (one with AAC audio) and one MJPEG camera draw a number into each frame and note
when they captured it. `camrec.align` reports how far apart two frames were captured; the error is
the difference from the cameras' own notes. It includes the difference between the delays of the
cameras' encoders: the camera with AAC sends its video as late as its audio. With ``--clock camera
--capture`` the cameras' sender reports say when a frame was captured, and camrec uses them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import tests_support  # noqa: F401

import camrec
from support.aligning import RATE, Aligned, compare, opened
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.programs import programs

CLOCK_KNOWN_S = 15.0  # until the cameras have sent enough reports
NAMES = ("RTSP", "RTSP with AAC", "MJPEG")
HEAD = (
    f"{'against RTSP':14} {'pairs':>6} {'error ms':>9} {'p95':>7} {'worst':>7} {'spread':>7}"
    f" {'apart ms':>9} {'start ms':>9}"
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=20)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--clock", choices=["arrival", "camera"], default="arrival")
    asked.add_argument("--capture", action="store_true", help="reports have the time of capturing")
    given = asked.parse_args()
    print(HEAD, flush=True)
    for _ in range(given.rounds):
        for name, pair in zip(NAMES, measured(given), strict=True):
            print(row(name, pair), flush=True)


def row(name: str, pair: Aligned) -> str:
    if not len(pair.errors):
        return f"{name:14} {0:6}"
    wrong, middle = np.abs(pair.errors), np.median(pair.errors)
    apart = np.abs(pair.distances).max()
    return (
        f"{name:14} {len(wrong):6} {middle:9.2f} {np.quantile(wrong, 0.95):7.2f} {wrong.max():7.2f}"
        f" {np.std(pair.errors):7.2f} {apart:9.2f} {pair.starts:9.2f}"
    )


def measured(given: argparse.Namespace) -> list[Aligned]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aligning-")))
        steady = {"size": (640, 360), "rate": RATE, "gop": RATE}
        steady["reports_capture"] = given.capture
        made = (
            *(RtspCamera(**steady) for _ in range(2)),
            RtspCamera(**steady, audio="aac"),
            MjpegCamera(rate=25),
        )
        sources = [stack.enter_context(each) for each in made]
        cameras = stack.enter_context(opened(sources, folder, programs(), given.clock))
        if given.clock == "camera":
            time.sleep(CLOCK_KNOWN_S)
        videos = camrec.record_together(cameras, given.seconds)
        return compare(sources, videos, tolerance=1 / RATE)


if __name__ == "__main__":
    main()
