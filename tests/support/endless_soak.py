"""Cameras are recorded without an end while faults hit at random, and each frame is counted.

As in `soak`, but each camera has one recording, which becomes many videos. All videos of a
recording are judged together: no frame may be in two of them, and none may be missing at a join.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from camrec.receipt import Receipt
from support.soak import Soak, strike_at_random, utc_ns
from support.studio import shown
from support.truth import places, sent


class EndlessSoak(Soak):
    """videos : how many each recording became."""

    def __init__(
        self, folder: Path, programs: Sequence[Path], seed: int, video_length: int, stack: ExitStack
    ) -> None:
        super().__init__(folder, programs, seed, None, stack, video_length)
        self.videos: dict[str, int] = {}

    def _judge_one(self) -> bool:
        """Nothing: the videos of a recording are judged at its end."""
        return False

    def _judge_rest(self) -> None:
        by_recording: dict[str, list[tuple[Receipt, Path]]] = {}
        for video in self._videos.glob("*.mp4"):
            receipt = Receipt.read(video.with_suffix(".json"))
            by_recording.setdefault(receipt.recording_id, []).append((receipt, video))
        for name, _, recording_id, _ in sorted(set(self._victim.begun)):
            made = by_recording.pop(recording_id, [])
            self._judge_series(name, recording_id, sorted(made, key=lambda each: _number(each[0])))
        self.troubles += [f"{each} belongs to nothing" for each in by_recording]

    def _judge_series(
        self, name: str, recording_id: str, made: Sequence[tuple[Receipt, Path]]
    ) -> None:
        """made : the videos in order."""
        label = f"{name} {recording_id}"
        self.videos[label], self.saved = len(made), self.saved + len(made)
        numbers: list[int] = []
        for receipt, video in made:
            times, own = shown(video)
            if not receipt.playable or len(times) != receipt.frames:
                self.troubles.append(f"{video.name}: {len(times)} frames of {receipt.frames}")
            numbers += own
            self.gaps += [gap.duration for gap in receipt.gaps]
        if not made:
            self.troubles.append(f"{label} has no video")
            return
        began, over = (
            utc_ns(moment) - self._utc for moment in (made[0][0].started_at, made[-1][0].ended_at)
        )
        log = sent(self._cameras[name])
        try:
            found = places(numbers, log, began)
        except AssertionError as error:  # also if a frame is in two videos
            self.troubles.append(f"{label}: {error}")
            return
        self._judge_frames(label, name, log, found, (began, over))


def _number(receipt: Receipt) -> int:
    return receipt.video_number or 0


def endless_soak(
    folder: Path,
    programs: Sequence[Path],
    *,
    seed: int,
    seconds: float,
    video_length: int,
    pauses: tuple[float, float],
    tell: Callable[[str], None] = lambda text: None,
) -> EndlessSoak:
    """Cause faults for `seconds`, `pauses` apart, during recordings without an end."""
    with ExitStack() as stack:
        made = EndlessSoak(folder, programs, seed, video_length, stack)
        strike_at_random(made, seconds, pauses, tell)
    return made
