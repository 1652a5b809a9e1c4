"""Hours in short: cameras that are recorded again and again while faults strike at random.

    python benchmarks/soak.py --minutes 30 --seed 7

What is looked at: that each recording is saved, ends by time and can be read; that nothing is lost
but what a fault took (its own time and `RECOVERY` after it); that memory does not grow.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
from cost import memory

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cameras.mjpeg import MjpegCamera  # noqa: E402
from cameras.rtsp import RtspCamera  # noqa: E402

from camrec.config import Config  # noqa: E402
from camrec.recording import Recording, RecordingState  # noqa: E402
from camrec.session import SessionState  # noqa: E402
from camrec.station import Station  # noqa: E402

LENGTH = 20  # seconds of each recording
RECOVERY = 10.0  # seconds without pictures that one fault may cause
PAUSES = (3.0, 9.0)  # seconds between two faults


class Soak:
    """One station, three cameras, and a hand that hurts them."""

    def __init__(self, station: Station, cameras: dict[str, object], seed: int) -> None:
        self.troubles: list[str] = []
        self.faults = self.saved = self.gone = 0
        self._station = station
        self._cameras = cameras
        self._chance = random.Random(seed)
        self._sessions = {name: station.open(c.url, name) for name, c in cameras.items()}
        self._running: dict[str, tuple[Recording, int]] = {}
        self._away: dict[str, float] = {}

    def step(self, recording_on: bool) -> None:
        """See to the cameras and the recordings; called some times a second."""
        now = time.monotonic()
        for name in [name for name, until in self._away.items() if until <= now]:
            del self._away[name]
            self._cameras[name].start()
        for name, session in self._sessions.items():
            recording, before = self._running.get(name, (None, 0))
            if recording is not None and not recording.wait(0):
                continue
            if recording is not None:
                self._judge(recording, self.faults - before)
                del self._running[name]
            if recording_on and session.state is SessionState.LIVE:
                recording = self._station.record(session.session_id, LENGTH)
                self._running[name] = recording, self.faults

    def strike(self) -> str:
        """One fault, chosen by the seed."""
        self.faults += 1
        name = self._chance.choice(sorted(self._cameras))
        kind = self._chance.choice(("ffmpeg", "ffmpeg", "camera", "mediamtx", "go2rtc"))
        if kind == "ffmpeg":
            self._kill_ffmpeg()
        elif kind == "camera" and name not in self._away:
            camera = self._cameras[name]
            camera.kill() if isinstance(camera, RtspCamera) else camera.stop()
            self._away[name] = time.monotonic() + self._chance.uniform(1, 4)
        elif kind in ("mediamtx", "go2rtc"):
            pid = getattr(self._station, kind).pid
            if pid:
                os.kill(pid, signal.SIGKILL)
        return f"{kind} {name if kind == 'camera' else ''}".strip()

    @property
    def pause(self) -> float:
        return self._chance.uniform(*PAUSES)

    @property
    def running(self) -> int:
        return len(self._running)

    def _kill_ffmpeg(self) -> None:
        """One that records."""
        children = psutil.Process().children()
        found = [c.pid for c in children if any("part-" in word for word in c.cmdline())]
        if found:
            os.kill(self._chance.choice(sorted(found)), signal.SIGKILL)

    def _judge(self, recording: Recording, faults: int) -> None:
        told = f"{recording.name} {recording.recording_id}"
        if recording.state is not RecordingState.SAVED:
            self.troubles.append(f"{told}: {recording.error}")
            return
        self.saved += 1
        receipt = recording.receipts[0]
        away = sum(gap.duration for gap in receipt.gaps)
        self.gone += away
        if not receipt.playable or receipt.ended != "time":
            self.troubles.append(f"{told}: ended by {receipt.ended}, playable {receipt.playable}")
        if away > faults * RECOVERY:
            self.troubles.append(f"{told}: {away:.1f} s away, {faults} faults")
        if abs(receipt.duration - LENGTH) > 1 and not faults:
            self.troubles.append(f"{told}: {receipt.duration:.1f} s long")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = asked.parse_args()
    print(f"seed {given.seed}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        cameras = {
            "sound": stack.enter_context(RtspCamera(audio="aac", rate=15)),
            "plain": stack.enter_context(RtspCamera(rate=10)),
            "jpegs": stack.enter_context(MjpegCamera(rate=10)),
        }
        config = Config.load(
            mediamtx_port=0, go2rtc_port=0, bin_dir=folder / "bin", videos_dir=folder / "videos"
        )
        soak = Soak(stack.enter_context(Station(config)), cameras, given.seed)
        begun = time.monotonic()
        end, strike, told = begun + 60 * given.minutes, begun + 5, begun
        while time.monotonic() < end or soak.running:
            now = time.monotonic()
            soak.step(recording_on=now < end)
            if now >= strike and now < end - 5:
                log(begun, f"fault: {soak.strike()}")
                strike = now + soak.pause
            if now >= told:
                log(begun, f"{memory(os.getpid()):.0f} MB, saved {soak.saved}")
                told = now + max(10.0, 6 * given.minutes)
            time.sleep(0.2)
    log(begun, f"{soak.faults} faults, {soak.saved} videos, {soak.gone:.1f} s without pictures")
    for trouble in soak.troubles:
        print(f"TROUBLE {trouble}")
    return 1 if soak.troubles else 0


def log(begun: float, text: str) -> None:
    print(f"{time.monotonic() - begun:7.1f} s  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
