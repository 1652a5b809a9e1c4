"""From parts to videos: joined where they agree, read back, told in a receipt, saved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av

from camrec.clock import iso
from camrec.receipt import Receipt
from camrec.recording import film, gaps
from camrec.recording.film import Film, Sound
from camrec.recording.join import Written, join
from camrec.recording.timeline import SECOND

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Story:
    """What the file itself cannot tell.

    began, over : when it was started and when it ended, monotonic nanoseconds.
    began_utc : the same moment as `began`, UTC nanoseconds.
    """

    recording_id: str
    name: str
    source: str
    asked: float
    began: int
    began_utc: int
    over: int
    ended: str
    warnings: tuple[str, ...] = ()

    def utc(self, moment: int) -> int:
        return self.began_utc + moment - self.began


def finish(
    parts: Sequence[Written], folder: Path, story: Story, save: Callable[[Path, Receipt], str]
) -> list[tuple[str, Receipt]]:
    """Save the parts as one video, or, where codec or size change, as one video a stretch.

    Returns the name and the receipt of each; empty when no part holds a picture.

    Raises
    ------
    OSError
        A file could not be written or read.
    CamrecError
        What `save` raises.
    """
    readable = [(part, seen) for part in parts if (seen := _read(part)) is not None]
    stretches = _stretches(readable)
    warnings = [told for part, seen in readable if (told := _missing(part, seen))]
    if len(stretches) > 1:
        warnings.append(f"the camera's codec or size changed: {len(stretches)} videos")
    story = replace(story, warnings=(*story.warnings, *warnings))
    saved = []
    for number, stretch in enumerate(stretches, 1):
        file = stretch[0].path
        if len(stretch) > 1 or not stretch[0].whole:
            file = folder / f"video-{number}.mp4"
            join(stretch, file)
        next_zero = stretches[number][0].zero if number < len(stretches) else story.over
        receipt = _receipt(file, stretch, story, next_zero)
        saved.append((save(file, receipt), receipt))
        for part in stretch:  # a camrec that is killed now must not make it anew
            part.path.unlink(missing_ok=True)
    return saved


def _read(part: Written) -> Film | None:
    try:
        seen = film.read(part.path)
    except (av.error.FFmpegError, IndexError) as error:
        log.warning("%s cannot be read: %s", part.path.name, error)
        return None
    return seen if seen.times else None


def _missing(part: Written, seen: Film) -> str | None:
    if part.expected is None or part.expected == len(seen.times):
        return None
    told = f"{part.path.stem} shows {len(seen.times)} pictures of {part.expected}"
    log.error("%s", told)
    return told


def _stretches(parts: Sequence[tuple[Written, Film]]) -> list[list[Written]]:
    """Neighbours that can stand in one file; sound may be missing in some of them."""
    stretches: list[list[Written]] = []
    picture: tuple[str, int, int] | None = None
    sound: Sound | None = None
    for part, seen in parts:
        this = (seen.video_codec, seen.width, seen.height)
        if this != picture or (sound and seen.sound and sound != seen.sound):
            stretches.append([])
            picture, sound = this, None
        sound = sound or seen.sound
        stretches[-1].append(part)
    return stretches


def _receipt(file: Path, stretch: Sequence[Written], story: Story, until: int) -> Receipt:
    seen = film.read(file)
    zero = stretch[0].zero
    joints = [(part.zero - zero) / SECOND for part in stretch[1:]]
    return Receipt(
        recording_id=story.recording_id,
        name=story.name,
        source=story.source,
        asked=story.asked,
        duration=round(seen.duration, 6),
        started_at=iso(story.utc(zero)),
        ended_at=iso(story.utc(until)),
        ended=story.ended,
        lead=round(seen.lead, 6),
        frames=len(seen.times),
        gaps=gaps.find(seen.times, (until - zero) / SECOND),
        parts=len(stretch),
        width=seen.width,
        height=seen.height,
        video_codec=seen.video_codec,
        audio_codec=seen.sound.codec if seen.sound else None,
        size=file.stat().st_size,
        sha256=film.digest(file),
        playable=film.playable(file, joints),
        warnings=list(story.warnings),
    )
