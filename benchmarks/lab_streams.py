"""Measure how well LSL's timestamps of frames and markers agree with the times in camrec's videos.

    python benchmarks/lab_streams.py --seconds 30
    python benchmarks/lab_streams.py --seconds 30 --clock camera

An RTSP and an MJPEG camera are recorded while `camrec serve --lsl` would send their frames to the
Lab Streaming Layer, on 127.0.0.1. An inlet of pylsl receives them in this process. For each frame
of the videos, its timestamp by LSL, converted to UTC, is compared with the time that the video
says. Markers are sent ten times a second, and compared with the events in the receipts. With
``--clock camera`` the cameras' own clocks date the frames.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import tests_support  # noqa: F401

from camrec.frames import VideoFrames
from camrec.library import VideoFile, frame_index_path
from camrec.session import Session
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.lsl_loopback import load_pylsl
from support.programs import programs
from support.units_made import until

pylsl = load_pylsl()
MARKERS = "benchmark markers"
SETTLED_S = 5.0  # the offset between a camera's clock and this one is known by then


class Received:
    """The samples of one camera's stream, with the time at which each arrived."""

    def __init__(self, name: str) -> None:
        (info,) = pylsl.resolve_byprop("name", f"camrec {name}", timeout=60)
        self._inlet = pylsl.StreamInlet(info)
        self._inlet.open_stream(timeout=60)
        self.samples: list[tuple[float, float, float]] = []  # timestamp, UTC, arrival
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            sample, stamp = self._inlet.pull_sample(timeout=0.5)
            if stamp is not None:
                self.samples.append((stamp, sample[1], pylsl.local_clock()))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=30)
    asked.add_argument("--clock", choices=["arrival", "camera"], default="arrival")
    given = asked.parse_args()
    from camrec.lsl import LslBridge

    markers = pylsl.StreamOutlet(
        pylsl.StreamInfo(MARKERS, "Markers", 1, 0, pylsl.cf_int32, "benchmark of camrec")
    )
    with tempfile.TemporaryDirectory() as folder:
        station = Station(programs().config(Path(folder)))
        station.start()
        try:
            steady = {"size": (640, 360), "rate": 25, "gop": 25}
            with (
                RtspCamera(**steady, reports_capture=True) as rtsp,
                MjpegCamera(rate=25, variant="stated") as mjpeg,
                LslBridge(station, [MARKERS]),
            ):
                urls = {"RTSP": rtsp.url, "MJPEG": mjpeg.url}
                sessions = {
                    name: station.cameras.open(url, name, clock_choice=given.clock)
                    for name, url in urls.items()
                }
                received = {name: Received(name) for name in sessions}
                assert markers.wait_for_consumers(60)
                if given.clock == "camera":
                    until(lambda: all(map(is_dated_by_camera, sessions.values())), 60)
                time.sleep(SETTLED_S)
                ids = [each.session_id for each in sessions.values()]
                jobs = station.recordings.start_together(ids, given.seconds)
                sent = send_markers(markers, jobs)
                for name, job in zip(sessions, jobs, strict=True):
                    job.wait()
                    received[name].stop()
                    video = station.library.get(job.filename)
                    print(frames_row(name, video, received[name].samples))
                print(markers_row(video, sent))
        finally:
            station.stop()


def is_dated_by_camera(session: Session) -> bool:
    verdict = session.clock_verdict
    return verdict is not None and verdict.utc_source == "camera"


def send_markers(outlet: pylsl.StreamOutlet, jobs: list) -> list[float]:
    """Send a number ten times a second; returns when each was sent, by LSL's clock."""
    sent: list[float] = []
    while all(job.ended_at is None for job in jobs):
        if all(job.elapsed > 1 for job in jobs):
            sent.append(pylsl.local_clock())
            outlet.push_sample([len(sent) - 1], sent[-1])
        time.sleep(0.1)
    return sent


def utc_ahead() -> float:
    """How far UTC is ahead of LSL's clock: the reading that took the shortest time."""
    readings = []
    for _ in range(100):
        before = pylsl.local_clock()
        utc = time.time()
        after = pylsl.local_clock()
        readings.append((after - before, utc - (before + after) / 2))
    return min(readings)[1]


def frames_row(name: str, video: VideoFile, samples: list[tuple[float, float, float]]) -> str:
    stamps, utc, arrived = np.array(samples).T
    receipt = video.receipt
    frames = VideoFrames(
        video.path, video.started_at, frame_index_path(video.path), receipt.utc_map
    )
    shown = frames.times().astype("i8") / 1e9
    by_stamp = stamps + utc_ahead()
    nearest = np.abs(shown[:, None] - by_stamp).argmin(axis=1)
    wrong = (by_stamp[nearest] - shown) * 1000
    within = (utc[nearest] - by_stamp[nearest]) * 1000
    late = (arrived[nearest] - stamps[nearest]) * 1000
    once = len(set(nearest)) == len(shown)
    return (
        f"{name:6} {len(shown)} frames by {receipt.utc_source}, each with a sample of its own:"
        f" {once}; timestamp less video: {described(wrong)}; UTC channel less timestamp:"
        f" {described(within)}; received after {np.median(late):.0f} ms, p95"
        f" {np.quantile(late, 0.95):.0f}"
    )


def markers_row(video: VideoFile, sent: list[float]) -> str:
    events = {round(each.value): each.at_ns / 1e9 for each in video.receipt.events}
    pairs = [(events[n], at + utc_ahead()) for n, at in enumerate(sent) if n in events]
    wrong = np.array([(event - at) * 1000 for event, at in pairs])
    return f"{len(events)} of {len(sent)} markers are events; event less marker: {described(wrong)}"


def described(values: np.ndarray) -> str:
    middle = np.median(values)
    worst = np.abs(values - middle).max()
    return f"median {middle:+.3f} ms, spread {np.std(values):.3f}, worst {worst:.3f} from it"


if __name__ == "__main__":
    main()
