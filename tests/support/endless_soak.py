"""Cameras are recorded without an end while faults hit at random, and each frame is counted.

As in `soak`, but each camera has one recording, which becomes many videos; or it has a plan
"always", over a midnight. All videos of a camera are judged together: no frame may be in two of
them, and none may be missing at a join.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from camrec.planning import PlanStore
from camrec.planning.plan_file import PlanFile
from camrec.receipt import Receipt
from support.soak import FAULTS, Soak, strike_at_random, utc_ns
from support.truth import places, sent


class EndlessSoak(Soak):
    """videos, recordings : how many of each camera. days : of the plans.

    timezone : there is a plan for each camera, by this time zone; None: the recordings are started
        without plans.
    """

    kinds = ("frozen", *FAULTS)

    def __init__(
        self,
        folder: Path,
        programs: Sequence[Path],
        seed: int,
        video_length: int,
        stack: ExitStack,
        timezone: str | None = None,
    ) -> None:
        super().__init__(folder, programs, seed, None, stack, video_length, timezone)
        self.videos: dict[str, int] = {}
        self.recordings: dict[str, int] = {}
        self.days = 0
        self._is_planned = timezone is not None

    def _judge_one(self) -> bool:
        """Nothing: the videos are judged at the end."""
        return False

    def _judge_rest(self) -> None:
        by_camera: dict[str, list[tuple[Receipt, Path]]] = {name: [] for name in self._cameras}
        for video in self._videos.glob("*.mp4"):
            receipt = Receipt.read(video.with_suffix(".json"))
            by_camera[receipt.name].append((receipt, video))
        for name, made in by_camera.items():
            ids = {receipt.recording_id for receipt, _ in made}
            begun = {each[2] for each in self._victim.begun if each[0] == name}
            self.videos[name], self.recordings[name] = len(made), len(ids)
            # A plan starts another one after one that failed, maybe before its first frame.
            if not ids <= begun or not (ids == begun or self._is_planned):
                self.troubles.append(f"{name}: recordings {begun}, videos of {ids}")
            self._judge_series(name, sorted(made, key=_order))
        if self._is_planned:
            self._judge_plans()

    def _judge_plans(self) -> None:
        """Each day of each camera was recorded."""
        store = PlanStore(PlanFile(self._videos))
        store.load()
        for record in store.state.all_records():
            if record.state not in ("recording", "recorded") or record.began_at is None:
                self.troubles.append(f"not recorded: {record}")
        days = {record.starts_at for record in store.state.all_records()}
        if len(store.state.all_records()) != len(days) * len(self._cameras):
            self.troubles.append(f"days are missing: {store.state.all_records()}")
        self.days = len(days)

    def _judge_series(self, label: str, made: Sequence[tuple[Receipt, Path]]) -> None:
        """made : the videos of a camera in order."""
        self.saved += len(made)
        numbers: list[int] = []
        for receipt, video in made:
            times, own = self._read(video, receipt)
            if not receipt.playable or len(times) != receipt.frames:
                self.troubles.append(f"{video.name}: {len(times)} frames of {receipt.frames}")
            numbers += own
            self.gaps += [gap.duration for gap in receipt.gaps]
        if not made:
            self.troubles.append(f"{label} has no video")
            return
        for recording_id in {receipt.recording_id for receipt, _ in made}:
            own = [each.video_number for each, _ in made if each.recording_id == recording_id]
            if own != list(range(1, len(own) + 1)):
                self.troubles.append(f"{label}: the videos of {recording_id} are {own}")
        began, over = (
            utc_ns(moment) - self._utc for moment in (made[0][0].started_at, made[-1][0].ended_at)
        )
        log = sent(self._cameras[label])
        try:
            found = places(numbers, log, began)
        except AssertionError as error:  # also if a frame is in two videos
            self.troubles.append(f"{label}: {error}")
            return
        self._judge_frames(label, label, log, found, (began, over))


def _order(made: tuple[Receipt, Path]) -> tuple[str, int]:
    return made[0].started_at, made[0].video_number or 0


def endless_soak(
    folder: Path,
    programs: Sequence[Path],
    *,
    seed: int,
    seconds: float,
    video_length: int,
    pauses: tuple[float, float],
    timezone: str | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> EndlessSoak:
    """Cause faults for `seconds`, `pauses` apart, during recordings without an end, or with a
    `timezone` during plans.
    """
    with ExitStack() as stack:
        made = EndlessSoak(folder, programs, seed, video_length, stack, timezone)
        strike_at_random(made, seconds, pauses, tell)
    return made
