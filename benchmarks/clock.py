"""Measure how exactly the UTC of frames is known, with simulated cameras whose truth is known.

    python benchmarks/clock.py --seconds 150 --seeds 4
    python benchmarks/clock.py --stated

Each camera captures a frame, encodes it for 40 ms and sends it through a network with random
delays. It has an RTP clock and a wall clock, which may drift, be wrong or be set. Four ways to date
a frame are compared with when it was captured:

- arrival: when it arrived;
- floor: the smallest delay of the last 10 to 20 s (what camrec used before);
- hull: the line below the delays of the last minute (`MinDelayLine`);
- reports: the camera's sender reports, while `CameraClock` believes them; else as "hull".

"Stated" is the median of what camrec says that the error may be, and "covered" how many frames keep
to it. For "hull" both leave out the 40 ms, which all frames have in common.

With `--stated`, the cameras of the tests are dated as a recording is when it is finished, and a
table shows what is stated, what it is made of, and how many times the 99th percentile of the error
it is. The "other" camera sends exactly the same, but gives a frame its timestamp 30 ms later.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace

import tests_support  # noqa: F401

from camrec.camera_clock import UNSEEN_DELAY_NS, MinDelayLine
from camrec.camera_clock.camera_clock import SCATTER_ERROR_FACTOR
from camrec.camera_clock.clock_rules import MIN_CAPTURE_DELAY_NS
from support.clock_verdicts import CAMERAS as JUDGED_CAMERAS
from support.clock_verdicts import LIES
from support.dated_videos import StatedError, date, record, watch_track
from support.simulated_clock import (
    RATE,
    SECOND,
    SimulatedCamera,
    ahead_by,
    drifting,
    set_at,
    stamped_later,
    wifi,
)
from support.watched_clock import TO_UTC, WatchedClock, watch

CAMERAS = {
    "right": SimulatedCamera(),
    "right, over Wi-Fi": SimulatedCamera(network=wifi),
    "reports stamped at sending": SimulatedCamera(stamped_when_sent=True),
    "reports of the last frame": SimulatedCamera(of_last_frame=True, reports_every=4.987),
    "0.5 s behind": SimulatedCamera(wall=ahead_by(-0.5)),
    "3.7 s ahead": SimulatedCamera(wall=ahead_by(3.7)),
    "local time": SimulatedCamera(wall=ahead_by(7200)),
    "RTP +50 ppm": SimulatedCamera(rtp_ppm=50),
    "RTP +500 ppm": SimulatedCamera(rtp_ppm=500),
    "RTP -500 ppm": SimulatedCamera(rtp_ppm=-500),
    "RTP and wall -500 ppm": SimulatedCamera(rtp_ppm=-500, wall=drifting(-500)),
    "set 2 s forward": SimulatedCamera(wall=set_at(60, 0, 2)),
    "set right": SimulatedCamera(wall=set_at(60, 2, 0)),
    "counts 25, sends 21": SimulatedCamera(fps=21, counted=25, of_last_frame=True),
    "counts 25, sends 24.75": SimulatedCamera(fps=24.75, counted=25, of_last_frame=True),
}
STATED_CAMERAS = {
    name: camera
    for name, (camera, expected) in JUDGED_CAMERAS.items()
    if expected.states[-1] is not LIES
} | {name: CAMERAS[name] for name in ("reports stamped at sending", "reports of the last frame")}
STAMPED_LATER_S = 0.030
STATED_HEAD = """\
| camera | dated by | error, p99 | stated | ratio | other's error, p99 | ratio | stated is made of |
|---|---|---|---|---|---|---|---|"""
SETTLED_S = 20
FLOOR_WINDOW_NS = 10 * SECOND
COLUMNS = ("median ms", "p99", "worst", "stated")
HEAD = f"{'camera':27} {'by':8} " + " ".join(f"{name:>10}" for name in COLUMNS) + "  covered"


class MovingFloor:
    """The smallest delay of the current window and the one before."""

    def __init__(self) -> None:
        self._window, self._lowest, self._before = -1, 0, 0

    def note(self, stamp: int, arrived: int) -> int:
        delay, window = arrived - stamp, arrived // FLOOR_WINDOW_NS
        if window != self._window:
            self._before = self._lowest if window == self._window + 1 else delay
            self._lowest, self._window = delay, window
        self._lowest = min(self._lowest, delay)
        return min(self._lowest, self._before)


# How wrong the UTC of a frame is, and how wrong it may be as stated; in nanoseconds.
Errors = list[tuple[int, "int | None"]]


def errors(camera: SimulatedCamera) -> dict[str, Errors]:
    found: dict[str, Errors] = {"arrival": [], "floor": [], "hull": [], "reports": []}
    floor, line, encoding = MovingFloor(), MinDelayLine(), round(camera.encoding * SECOND)
    dated = watch(camera)
    for number, frame in enumerate(camera.frames()):
        stamp = camera.frame_ticks(number) * SECOND // RATE
        by_floor, by_hull = floor.note(stamp, frame.arrived), line.note(stamp, frame.arrived)
        if number < SETTLED_S * camera.fps:
            continue
        to_error = stamp + TO_UTC - frame.captured
        found["arrival"].append((frame.arrived + TO_UTC - frame.captured, None))
        found["floor"].append((by_floor + to_error, None))
        found["hull"].append((by_hull + to_error, line.error_at(stamp) + encoding))
        found["reports"].append((dated.frames[number].error, dated.frames[number].stated))
    return found


def rows(name: str, camera: SimulatedCamera, seeds: int) -> Iterator[str]:
    each = [errors(replace(camera, seed=seed)) for seed in range(seeds)]
    for way in each[0]:
        both = [pair for found in each for pair in found[way]]
        wrong = sorted((error for error, _ in both), key=abs)
        stated = sorted(limit for _, limit in both if limit is not None)
        row = f"{name:27} {way:8} {ms(wrong[len(wrong) // 2])} {ms(wrong[len(wrong) * 99 // 100])}"
        row += f" {ms(wrong[-1])}"
        if stated:
            shared = round(camera.encoding * SECOND) if way == "hull" else 0
            covered = sum(abs(error - shared) <= (limit or 0) - shared for error, limit in both)
            row += f" {ms(stated[len(stated) // 2] - shared)} {covered / len(both):8.2%}"
        yield row


def stated_rows(name: str, camera: SimulatedCamera) -> Iterator[str]:
    """A row of the table for each source that dates frames of a camera's video."""
    watched = watch_track(camera)
    found = date(record(camera, watched=watched)).stated_errors
    others = date(record(stamped_later(camera, STAMPED_LATER_S))).stated_errors
    for one, other in zip(found, others, strict=True):
        cells = [name, one.source, f"{one.p99:.3f}", f"{one.stated:.1f}", ratio(one)]
        cells += [f"{other.p99:.1f}", ratio(other), parts(one, watched[1])]
        yield f"| {' | '.join(cells)} |"


def ratio(of: StatedError) -> str:
    found = of.stated / of.p99 if of.p99 else float("inf")
    return f"{found:.2f}" if found < 1000 else "> 1000"


def parts(one: StatedError, seen: WatchedClock) -> str:
    """What the stated error of a source is made of, in milliseconds."""
    unseen = UNSEEN_DELAY_NS / 1e6
    verdicts = [each for _, each in seen.verdicts if each.utc_source == one.source]
    delays = [
        (each.delay_ns + each.zone_ns) / 1e6 for each in verdicts if each.delay_ns is not None
    ]
    if one.source == "arrival":
        known = {"unseen delay": unseen}
        if seen.verdict.doubtful:
            known["delay shown"] = abs(delays[-1])
        rest = "drift and queueing"
    else:
        scatter = seen.clock._lines[-1].line.scatter_ns
        known = {
            "delay shown": max(map(abs, delays)),
            f"{SCATTER_ERROR_FACTOR} x scatter": SCATTER_ERROR_FACTOR * scatter / 1e6,
        }
        if min(delays) < MIN_CAPTURE_DELAY_NS / 1e6:
            known["unseen delay, maybe sending"] = unseen - min(0, *delays)
        rest = "distance to the reports"
    largest = max(known, key=known.__getitem__)
    return f"{largest} {known[largest]:.1f}, {rest} {one.stated - known[largest]:.1f}"


def ms(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:10.3f}"


def cost(frames: int = 200_000) -> str:
    """CPU time of a frame for both estimates, the fastest of five rounds."""
    camera = SimulatedCamera(frames / 25)
    made = [
        (camera.frame_ticks(number) * SECOND // RATE, frame.arrived)
        for number, frame in enumerate(camera.frames())
    ]
    found = {}
    for name, kind in (("floor", MovingFloor), ("hull", MinDelayLine)):
        best = float("inf")
        for _ in range(5):
            note, began = kind().note, time.process_time()
            for stamp, arrived in made:
                note(stamp, arrived)
            best = min(best, time.process_time() - began)
        found[name] = best / len(made) * 1e6
    return "CPU time of a frame: " + ", ".join(f"{name} {us:.2f} µs" for name, us in found.items())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=150)
    asked.add_argument("--seeds", type=int, default=4)
    asked.add_argument("--only", default="", help="cameras whose name contains this")
    asked.add_argument("--stated", action="store_true", help="the table of what is stated")
    given = asked.parse_args()
    if given.stated:
        print(STATED_HEAD)
        for name, camera in STATED_CAMERAS.items():
            if given.only in name:
                print("\n".join(stated_rows(name, camera)), flush=True)
        return
    print(HEAD, flush=True)
    for name, camera in CAMERAS.items():
        if given.only in name:
            for row in rows(name, replace(camera, seconds=given.seconds), given.seeds):
                print(row, flush=True)
    print(cost())


if __name__ == "__main__":
    main()
