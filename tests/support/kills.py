"""kill -9 at random moments of long recordings, and what each one cost, compared with the cameras.

Three cameras are recorded at once (RTSP with audio, RTSP without, MJPEG) by a camrec in its own
process. After a kill of camrec it is started again, and has to continue by itself.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from camrec.receipt import Receipt
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.powercut import Disk
from support.studio import shown
from support.truth import Camera, places, sent
from support.units_made import until
from support.victim import Victim, alive

RATE = 15
LENGTH = 3600  # seconds: it is stopped before
GROWN = 30_000  # bytes: it writes again
AFFECTED = {"mediamtx": ("sound", "plain"), "go2rtc": ("jpegs",)}


@dataclass
class Loss:
    """What kills of one kind cost. Each list has a number for each kill and camera.

    lost : seconds of frames that the camera had sent when it was killed, and that are in no video.
    away : seconds from the kill to the next frame in a video.
    unexplained : frames that are missing elsewhere.
    gap_error : seconds, the largest error of the length of a gap.
    untold : times of more than two seconds without frames that are in no receipt.
    orphans : processes of a dead camrec that exist while the next one records.
    unreadable : videos in which a frame cannot be decoded, or whose number differs from the
    receipt.
    """

    lost: list[float] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    unexplained: int = 0
    gap_error: float = 0.0
    untold: int = 0
    orphans: int = 0
    unreadable: int = 0

    def __str__(self) -> str:
        return (
            f"{median(self.lost):8.2f} {max(self.lost):6.2f} {median(self.away):8.2f}"
            f" {max(self.away):6.2f} {self.unexplained:6} {1000 * self.gap_error:8.2f}"
            f" {self.untold:6} {self.orphans:7} {'yes' if not self.unreadable else 'NO':>8}"
        )


HEAD = (
    f"{'killed':10} {'lost s':>8} {'worst':>6} {'away s':>8} {'worst':>6} {'other':>6}"
    f" {'gap ms':>8} {'untold':>6} {'orphans':>7} {'readable':>8}"
)


def drill(
    kind: str,
    kills: int,
    folder: Path,
    programs: Sequence[Path],
    seed: int,
    disk: Disk | None = None,
    quiet: tuple[float, float] = (1.5, 3.0),
) -> Loss:
    """Kill `kind` (of `victim.VICTIMS`) so many times while three cameras are recorded.

    disk : the disk at `folder`, whose power is cut after each kill.
    quiet : seconds of recording between two kills, at least and at most.
    """
    chance = random.Random(seed)
    loss, dead = Loss(), []
    with ExitStack() as stack:
        cameras: dict[str, Camera] = {
            "sound": stack.enter_context(RtspCamera(audio="aac", rate=RATE, gop=RATE)),
            "plain": stack.enter_context(RtspCamera(rate=RATE, gop=RATE)),
            "jpegs": stack.enter_context(MjpegCamera(rate=RATE)),
        }
        addresses = {name: camera.url for name, camera in cameras.items()}
        victim = stack.enter_context(Victim(folder, programs, addresses, LENGTH))
        until(lambda: len(victim.written()) == len(cameras), 60)
        moments = [
            _kill(victim, kind, chance, dead, disk) for _ in _moments(victim, chance, kills, quiet)
        ]
        _grows(victim)
        loss.orphans = sum(alive(each) for each in dead)
        assert victim.finish() == 0
        ids = {name: recording_id for name, _, recording_id, _ in victim.begun}
        assert len({tuple(each[::2]) for each in victim.begun}) == len(cameras)
        notes = list((folder / "videos").glob("[!.]*.json"))
        assert len(notes) == len(cameras), "a recording is several videos"
        saved = {note.with_suffix(".mp4"): Receipt.read(note) for note in notes}
        receipts = {receipt.recording_id: (path, receipt) for path, receipt in saved.items()}
        for name, camera in cameras.items():
            struck = moments if name in AFFECTED.get(kind, cameras) else []
            _measure(camera, *receipts[ids[name]], struck, loss)
    return loss


def _moments(
    victim: Victim, chance: random.Random, kills: int, quiet: tuple[float, float]
) -> Iterator[int]:
    for number in range(kills):
        _grows(victim)
        threading.Event().wait(chance.uniform(*quiet))  # the moment is random
        yield number


def _grows(victim: Victim) -> None:
    """Every recording is being written."""
    before = victim.written()
    until(lambda: all(size > before[name] + GROWN for name, size in victim.written().items()), 60)


def _kill(victim: Victim, kind: str, chance: random.Random, dead: list, disk: Disk | None) -> int:
    """The moment in monotonic nanoseconds; the processes of a killed camrec are added to `dead`."""
    pids = victim.processes(kind)
    family = [psutil.Process(pid) for pid in victim.processes("all")]
    chance.shuffle(pids)
    moment = time.perf_counter_ns()
    victim.kill(pids)
    if disk is not None:
        disk.cut()
    if victim.dead:
        victim.start()
        told = len(victim.begun)
        until(lambda: len(victim.begun) >= told + len(victim.written()), 90)
        dead += family
    return moment


def _measure(
    camera: Camera, video: Path, receipt: Receipt, moments: Sequence[int], loss: Loss
) -> None:
    times, numbers = shown(video)
    log = sent(camera)
    there = places(numbers, log)
    loss.unreadable += not receipt.playable or len(times) != receipt.frames
    assert not moments or log[there[0]].sent < moments[0], receipt
    missing = set(range(there[0], there[-1] + 1)) - set(there)
    for moment in moments:
        before = max(place for place in there if log[place].sent <= moment)
        after = min(place for place in there if log[place].sent > moment)
        hole = range(before + 1, after)
        lost = [place for place in hole if log[place].sent <= moment]
        missing -= set(hole)
        loss.lost.append(len(lost) / RATE)
        loss.away.append((log[after].moment - moment) / 1e9)
        apart = float(times[there.index(after)] - times[there.index(before)])
        loss.gap_error = max(
            loss.gap_error, abs(apart - (log[after].moment - log[before].moment) / 1e9)
        )
        start = float(times[there.index(before)])
        told = any(abs(gap.start - start) < 0.01 for gap in receipt.gaps)
        loss.untold += apart > 2 and not told
    loss.unexplained += len(missing)
