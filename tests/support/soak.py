"""Cameras are recorded again and again while faults hit at random, and the result is checked.

A camrec in its own process records them. FFmpegs and proxies are killed, cameras go away, and in
the first third of the time camrec itself is killed. Each frame that a camera sent during a
recording has to be in its video, except around a fault of this camera: such a gap starts at most
`COST` before the fault or `RECOVERY` after it, and is no longer than `RECOVERY`. A killed FFmpeg
may cost nothing.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from statistics import median

import psutil

from camrec.receipt import Receipt
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.kill_evidence import DiskAtKill, missing_frames, waited_for_cpu
from support.studio import shown
from support.truth import Camera, Sent, places, sent
from support.units_made import SECOND
from support.victim import Victim, alive

RATE = 10
SIZE = (320, 180)
RECOVERY = 15 * SECOND
COST = SECOND // 2
EDGE = SECOND // 2  # at both ends: frames in flight there are not checked
GAP = 2.0  # seconds without frames that the receipt has to list
# Seconds that a camera is gone, or sends nothing although its connections stay.
TIMES_AWAY = {"camera": (1.0, 4.0), "frozen": (2.0, 8.0)}
FAULTS = ("ffmpeg", "ffmpeg", "camera", "camera", "mediamtx", "go2rtc", "camrec", "all")
STRUCK = {"ffmpeg": (), "mediamtx": ("audio", "plain"), "go2rtc": ("jpegs",)}


@dataclass(frozen=True)
class Fault:
    """A fault, and the cameras that it hit.

    moment : monotonic nanoseconds.
    waited : seconds for which frames had waited for a processor in the second before it.
    """

    moment: int
    names: Sequence[str]
    waited: float = 0.0

    @property
    def cost(self) -> int:
        """Nanoseconds: frames that were sent so long before it may be lost."""
        return COST + round(self.waited * SECOND)


class Soak:
    """Three cameras, one camrec, and faults that hit them.

    kinds : of the faults; the last two hit camrec itself.
    troubles : what should not have happened, as text.
    faults : how many of each kind.
    saved : videos. sent, there : frames that the cameras sent during recordings, and that are in
        the videos.
    gaps : seconds, one for each gap in a receipt.
    memory : (seconds, MB of all processes of camrec together), each time it was measured.

    Its folder also gets what was on the disk after each kill of camrec (`kills`) and, by `end`,
    what the cameras sent and when faults hit.
    """

    kinds: Sequence[str] = FAULTS

    def __init__(
        self,
        folder: Path,
        programs: Sequence[Path],
        seed: int,
        length: int | None,
        stack: ExitStack,
        video_length: int | None = None,
        timezone: str | None = None,
    ) -> None:
        self.troubles: list[str] = []
        self.faults: Counter[str] = Counter()
        self.saved = self.sent = self.there = 0
        self.gaps: list[float] = []
        self.memory: list[tuple[float, float]] = []
        self.chance = random.Random(seed)
        self._cameras: dict[str, Camera] = {
            "audio": stack.enter_context(RtspCamera(audio="aac", rate=RATE, gop=RATE, size=SIZE)),
            "plain": stack.enter_context(RtspCamera(rate=RATE, gop=RATE, size=SIZE)),
            "jpegs": stack.enter_context(MjpegCamera(rate=RATE, size=SIZE)),
        }
        addresses = {name: camera.url for name, camera in self._cameras.items()}
        again = video_length is None
        self._victim = stack.enter_context(
            Victim(folder, programs, addresses, length, again, video_length, timezone)
        )
        self._length = length or 0
        self._folder = folder
        self._videos = folder / "videos"
        self._struck: list[Fault] = []
        self._kills: list[DiskAtKill] = []
        self._away: dict[str, float] = {}
        self._frozen: set[str] = set()  # of those that are away
        self._judged: dict[Path, str] = {}
        self._shown_of: dict[str, list[int]] = {}  # by the folder that its segments had
        self._begun = time.monotonic()
        self._utc = time.time_ns() - time.perf_counter_ns()

    @property
    def summary(self) -> str:
        """The result so far."""
        return (
            f"{self.saved} videos, {self.there} of {self.sent} frames, {len(self.gaps)} gaps of"
            f" {sum(self.gaps):.1f} s, {len(self.troubles)} troubles"
        )

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._begun

    def strike(self, kinds: Sequence[str]) -> str:
        """One fault, chosen by the seed; returns what it was."""
        kind, name = self.chance.choice(kinds), self.chance.choice(sorted(self._cameras))
        pick, away = self.chance.random(), self.chance.uniform(*TIMES_AWAY.get(kind, (0, 1)))
        self.faults[kind] += 1
        if kind in TIMES_AWAY:
            self._struck.append(Fault(time.perf_counter_ns(), (name,)))
            self._take_away(name, kind)
            self._away[name] = self.elapsed + away
            return f"{kind} {name}"
        waited = self._waited_for_cpu() if kind in ("camrec", "all") else 0.0
        names = STRUCK.get(kind, tuple(self._cameras))
        self._struck.append(Fault(time.perf_counter_ns(), names, waited))
        pids = sorted(self._victim.processes(kind))
        if kind == "ffmpeg" and pids:
            pids = [pids[int(pick * len(pids))]]
        self._victim.kill(pids)
        if not self._victim.dead:
            return kind
        self._kills.append(
            DiskAtKill.copy(self._videos, self._folder / "kills" / f"{len(self._kills) + 1:02}")
        )
        self._victim.start()
        return f"{kind}, which had waited for a processor for {waited:.2f} s"

    def step(self) -> None:
        """Bring cameras back when it is time, and check a video; called several times a second."""
        self._judge_one()
        for name in [name for name, until in self._away.items() if until <= self.elapsed]:
            self._return(name)
        if self._victim.dead:
            self.troubles.append("camrec ended by itself")
            self._victim.start()

    def measure_memory(self) -> float:
        """The MB that camrec and all processes below it use for themselves now."""
        found = 0
        for pid in self._victim.processes("all"):
            try:
                found += psutil.Process(pid).memory_full_info().uss
            except psutil.Error:
                continue
        self.memory.append((self.elapsed, found / (1 << 20)))
        return self.memory[-1][1]

    def usual_memory(self, start: float, end: float) -> float:
        """The median MB from `start` to `end`, which are fractions of the whole time."""
        last = self.memory[-1][0]
        return median(mb for at, mb in self.memory if start <= at / last <= end)

    def end(self) -> None:
        """Let the running recordings end, and check all videos."""
        for name in list(self._away):
            self._return(name)
        family = [psutil.Process(pid) for pid in self._victim.processes("all")]
        if code := self._victim.finish(self._length + 60):
            self.troubles.append(f"camrec's exit code is {code}")
        self.troubles += [f"{each} is left" for each in family if alive(each)]
        self._write_logs()
        self._judge_rest()
        for kill in self._kills:
            self._judge_kill(kill)
        if left := list((self._videos / ".journal").glob("*")):
            self.troubles.append(f"{len(left)} entries are left in the journal")

    def _judge_rest(self) -> None:
        while self._judge_one():
            pass
        for name, _, recording_id, ends_at in set(self._victim.begun):
            if recording_id not in self._judged.values():
                assert ends_at is not None
                self._judge_empty(name, recording_id, ends_at - self._utc)

    def _write_logs(self) -> None:
        """Write what the cameras sent and when faults hit, next to the videos."""
        logs = {name: list(map(asdict, sent(camera))) for name, camera in self._cameras.items()}
        logs["faults"] = list(map(asdict, self._struck))
        for name, log in logs.items():
            lines = "".join(f"{json.dumps(each)}\n" for each in log)
            (self._folder / f"log-{name}.jsonl").write_text(lines, "utf-8")

    def _judge_kill(self, kill: DiskAtKill) -> None:
        """What was on the disk has to be in the videos."""
        for segment, numbers in kill.frames():
            video = self._shown_of.get(segment.parent.name, [])
            if missing := missing_frames(numbers, video):
                self.troubles.append(f"{segment}: {len(missing)} frames are not in the video")

    def _waited_for_cpu(self) -> float:
        processes = self._victim.processes
        proxies = [*processes("mediamtx"), *processes("go2rtc")]
        return waited_for_cpu([proxies, processes("camrec"), processes("ffmpeg")])

    def _take_away(self, name: str, kind: str) -> None:
        camera = self._cameras[name]
        if kind == "frozen" and name not in self._away:
            self._frozen.add(name)
            camera.freeze()
        elif kind == "camera" and (name not in self._away or name in self._frozen):
            self._frozen.discard(name)
            camera.kill() if isinstance(camera, RtspCamera) else camera.stop()

    def _return(self, name: str) -> None:
        del self._away[name]
        if name in self._frozen:
            self._frozen.remove(name)
            self._cameras[name].thaw()
        else:
            self._cameras[name].start()

    def _judge_one(self) -> bool:
        """Check one saved video; False if there is none."""
        saved = sorted(each for each in self._videos.glob("*.mp4") if each not in self._judged)
        if not saved:
            return False
        video, receipt = saved[0], Receipt.read(saved[0].with_suffix(".json"))
        if receipt.recording_id in self._judged.values():
            self.troubles.append(f"{receipt.name} {receipt.recording_id} is several videos")
        self._judged[video] = receipt.recording_id
        (ends_at,) = {each[3] for each in self._victim.begun if each[2] == receipt.recording_id}
        log = sent(self._cameras[receipt.name])
        self._judge(video, receipt, log, ends_at - self._length * SECOND)
        return True

    def _judge(self, video: Path, receipt: Receipt, log: Sequence[Sent], began: int) -> None:
        """`began`: UTC nanoseconds."""
        label = f"{receipt.name} {receipt.recording_id}"
        times, numbers = self._read(video, receipt)
        self.saved += 1
        self.gaps += [gap.duration for gap in receipt.gaps]
        began, over = began - self._utc, utc_ns(receipt.ended_at) - self._utc
        killed = receipt.ended == "crash" and self._excused(over, over, receipt.name)
        well = receipt.ended == "time" or killed  # and it was not back before the end
        if not receipt.playable or not well or len(times) != receipt.frames:
            self.troubles.append(
                f"{label}: ended by {receipt.ended}, playable {receipt.playable},"
                f" {len(times)} frames of {receipt.frames}"
            )
        first = utc_ns(receipt.started_at) - self._utc
        self._judge_frames(label, receipt.name, log, places(numbers, log, first), (began, over))
        starts = [gap.start for gap in receipt.gaps]
        for one, other in itertools.pairwise(times):
            untold = not any(abs(start - float(one)) < 0.01 for start in starts)
            if other - one > GAP + 0.1 and untold:
                self.troubles.append(
                    f"{label}: silence from {float(one):.1f} s on is not in the receipt"
                )

    def _read(self, video: Path, receipt: Receipt) -> tuple[list[Fraction], list[int]]:
        """The times and the numbers of the frames that a video shows."""
        times, numbers = shown(video)
        folder, number = receipt.recording_id, receipt.video_number or 1
        self._shown_of[folder if number == 1 else f"{folder}-{number}"] = numbers
        return times, numbers

    def _judge_frames(
        self,
        label: str,
        name: str,
        log: Sequence[Sent],
        found: Sequence[int],
        period: tuple[int, int],
    ) -> None:
        """found : the places of the recorded frames in `log`. period : monotonic nanoseconds."""
        there, lowest, highest = set(found), period[0] + EDGE, period[1] - EDGE
        whole = [place for place, each in enumerate(log) if lowest < each.sent < highest]
        self.sent += len(whole)
        self.there += len(there.intersection(whole))
        for begin, end in _missing_runs(whole, there):
            if not self._excused(log[begin].sent, log[end].sent, name):
                at = (log[begin].sent - period[0]) / SECOND
                self.troubles.append(f"{label}: {end - begin + 1} frames missing at {at:.1f} s")

    def _judge_empty(self, name: str, recording_id: str, end: int) -> None:
        """A recording without a video: there was no frame during its time."""
        lowest, highest = end - self._length * SECOND + EDGE, end - EDGE
        missed = [each for each in sent(self._cameras[name]) if lowest < each.sent < highest]
        self.sent += len(missed)
        if missed and not self._excused(missed[0].sent, missed[-1].sent, name):
            self.troubles.append(f"{name} {recording_id} was not saved")

    def _excused(self, begin: int, end: int, name: str) -> bool:
        """Whether a fault of this camera can have cost what was sent then."""
        return end - begin <= RECOVERY and any(
            name in fault.names and fault.moment - fault.cost <= begin <= fault.moment + RECOVERY
            for fault in self._struck
        )


def soak(
    folder: Path,
    programs: Sequence[Path],
    *,
    seed: int,
    seconds: float,
    length: int,
    pauses: tuple[float, float],
    tell: Callable[[str], None] = lambda text: None,
) -> Soak:
    """Cause faults for `seconds`, `pauses` apart, during recordings of `length` one after the
    other.
    """
    with ExitStack() as stack:
        made = Soak(folder, programs, seed, length, stack)
        strike_at_random(made, seconds, pauses, tell)
    return made


def strike_at_random(
    made: Soak, seconds: float, pauses: tuple[float, float], tell: Callable[[str], None]
) -> None:
    """Cause faults for `seconds`, `pauses` apart, then let the recordings end."""
    strike, next_report = pauses[1], 0.0
    while made.elapsed < seconds:
        made.step()
        if made.elapsed >= strike:
            kinds = made.kinds if made.elapsed < seconds / 3 else made.kinds[:-2]
            tell(f"{made.elapsed:7.1f} s  fault: {made.strike(kinds)}")
            strike = made.elapsed + made.chance.uniform(*pauses)
        if made.elapsed >= next_report:
            tell(f"{made.elapsed:7.1f} s  {made.measure_memory():.0f} MB, {made.summary}")
            next_report = made.elapsed + max(2.0, seconds / 90)
        time.sleep(0.2)
    made.end()
    tell(f"{made.elapsed:7.1f} s  {made.summary}")


def _missing_runs(whole: Sequence[int], there: set[int]) -> Iterator[tuple[int, int]]:
    """The first and last position of each run of missing frames."""
    begin = before = None
    for place in whole:
        if place in there:
            if begin is not None:
                yield begin, before
            begin = None
        elif begin is None:
            begin = place
        before = place
    if begin is not None:
        yield begin, before


def utc_ns(moment: str) -> int:
    """Nanoseconds, to the microsecond."""
    return round(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1e6) * 1000
