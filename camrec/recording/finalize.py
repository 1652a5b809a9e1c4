"""From parts to videos: joined where they agree, read back, told in a receipt, saved."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import av

from camrec.clock import NS_PER_SECOND, format_iso
from camrec.receipt import EndReason, PartFacts, Receipt, RecordingWarning
from camrec.recording import gaps, media_info
from camrec.recording.concat import Segment
from camrec.recording.media_info import AudioStreamInfo, MediaInfo
from camrec.recording.options import DiskAllowance, SaveVideo
from camrec.recording.repair import assemble_files

log = logging.getLogger(__name__)

MIN_REPORTED_DELAY_S = 1.0  # seconds from the start to the first picture that are worth telling


@dataclass(frozen=True)
class RecordingFacts:
    """What the file itself cannot tell.

    began, over : when it was started and when it ended, monotonic nanoseconds.
    began_utc : the same moment as `began`, UTC nanoseconds.
    preroll : seconds before `began` that the video was to begin.
    frame_interval : seconds from picture to picture as they came lately; 0: not known.
    left_out : pictures were left out on purpose after the last one that is in a part.
    """

    recording_id: str
    name: str
    camera: str | None
    source: str
    asked: float
    began: int
    began_utc: int
    over: int
    ended: EndReason
    preroll: float = 0.0
    frame_interval: float = 0.0
    warnings: tuple[RecordingWarning, ...] = ()
    left_out: bool = False

    def to_utc(self, moment: int) -> int:
        return self.began_utc + moment - self.began


def finalize(
    parts: Sequence[Segment],
    folder: Path,
    story: RecordingFacts,
    save: SaveVideo,
    room: DiskAllowance,
) -> list[tuple[str, Receipt]]:
    """Save the parts as one video, or, where codec or size change, as one video a stretch.

    Where there is no room to write it, each part is a video as it is.

    Returns the name and the receipt of each; empty when no part holds a picture.

    Raises
    ------
    OSError
        A file could not be written or read.
    CamrecError
        What `save` raises.
    """
    readable = [(part, seen) for part in parts if (seen := _read_segment(part)) is not None]
    stretches = _find_contiguous_runs(readable)
    numbers = {part.path: number for number, part in enumerate(parts, 1)}
    warnings = [
        lost
        for part, seen in readable
        if (lost := _missing_frames_warning(numbers[part.path], part, seen))
    ]
    if (
        readable
        and (late := (readable[0][0].origin - story.began) / NS_PER_SECOND) > MIN_REPORTED_DELAY_S
    ):
        warnings.append(RecordingWarning.of("first_frame_late", seconds=round(late, 1)))
    if len(stretches) > 1:
        warnings.append(RecordingWarning.of("format_changed", videos=len(stretches)))
    story = replace(story, warnings=(*story.warnings, *warnings))
    facts = {part.path: (part.path.stat().st_size, seen) for part, seen in readable}
    saved = []
    for number, stretch in enumerate(stretches, 1):
        made, trouble = assemble_files(stretch, folder / f"video-{number}.mp4", room)
        if trouble is not None:
            story = replace(story, warnings=(*story.warnings, trouble))
        over = stretches[number][0].origin if number < len(stretches) else story.over
        ends = [*(held[0].origin for _, held in made[1:]), over]
        for (file, held), until in zip(made, ends, strict=True):
            size, seen = facts.get(file, (0, None))
            if seen is None or size != file.stat().st_size:
                seen = media_info.read_media_info(file)
            breaks, left_out = (
                _find_discontinuities(held, facts),
                _find_left_out(held, parts, story),
            )
            receipt = _create_receipt(file, seen, held, story, until, breaks, left_out)
            receipt.part_facts = [
                _create_part_facts(part, held[0].origin, *facts[part.path]) for part in held
            ]
            saved.append((save(file, receipt), receipt))
            for part in held:  # a camrec that is killed now must not make it anew
                part.path.unlink(missing_ok=True)
    return saved


def _read_segment(part: Segment) -> MediaInfo | None:
    try:
        seen = media_info.read_media_info(part.path)
    except (av.error.FFmpegError, IndexError) as error:
        log.warning("%s cannot be read: %s", part.path.name, error)
        return None
    return seen if seen.times else None


def _create_part_facts(part: Segment, zero: int, size: int, seen: MediaInfo) -> PartFacts:
    start = (part.origin - zero) / NS_PER_SECOND
    return PartFacts(start=round(start, 6), duration=round(seen.duration, 6), size=size)


def _find_discontinuities(
    stretch: Sequence[Segment], facts: Mapping[Path, tuple[int, MediaInfo]]
) -> list[float]:
    """Where pictures are missing, seconds: what goes on after FFmpeg died reaches back instead."""
    found = []
    for one, other in pairwise(stretch):
        ends, begins = facts[one.path][1].times[-1], facts[other.path][1].times[0]
        if other.origin + begins * NS_PER_SECOND > one.origin + ends * NS_PER_SECOND:
            found.append((other.origin - stretch[0].origin) / NS_PER_SECOND + begins)
    return found


def _find_left_out(
    stretch: Sequence[Segment], parts: Sequence[Segment], story: RecordingFacts
) -> list[float]:
    """Before which pictures some were left out on purpose, seconds; infinity: at the end."""
    zero = stretch[0].origin
    found = [(part.origin - zero) / NS_PER_SECOND + at for part in stretch for at in part.left_out]
    following = parts[parts.index(stretch[-1]) + 1 :]
    at_end = (
        any(at < gaps.GAP_ROUNDING_S for at in following[0].left_out)
        if following
        else story.left_out
    )
    return [*found, math.inf] if at_end else found


def _missing_frames_warning(number: int, part: Segment, seen: MediaInfo) -> RecordingWarning | None:
    shown, expected = len(seen.times), part.expected_frames
    if expected is None or expected == shown:
        return None
    log.error("%s shows %d of %d frames", part.path.name, shown, expected)
    return RecordingWarning.of("frames_missing", part=number, shown=shown, expected=expected)


def _find_contiguous_runs(parts: Sequence[tuple[Segment, MediaInfo]]) -> list[list[Segment]]:
    """Neighbours that can stand in one file; sound may be missing in some of them."""
    stretches: list[list[Segment]] = []
    picture: tuple[object, ...] | None = None
    sound: AudioStreamInfo | None = None
    for part, seen in parts:
        this = (seen.video_codec, seen.width, seen.height, seen.pixel, seen.has_in_band_parameters)
        if this != picture or (sound and seen.sound and sound != seen.sound):
            stretches.append([])
            picture, sound = this, None
        sound = sound or seen.sound
        stretches[-1].append(part)
    return stretches


def _max_known(told: Sequence[float | None]) -> float | None:
    return max((each for each in told if each is not None), default=None)


def _create_receipt(
    file: Path,
    seen: MediaInfo,
    stretch: Sequence[Segment],
    story: RecordingFacts,
    until: int,
    breaks: Sequence[float],
    left_out: Sequence[float],
) -> Receipt:
    zero = stretch[0].origin
    end = (until - zero) / NS_PER_SECOND
    steps = [part.av_sync for part in stretch if part.av_sync]
    complete = stretch[-1].expected_frames is not None
    if complete and stretch[-1].av_sync and (last := stretch[-1].av_sync.newest) is not None:
        # The silence is told by our clock; the camera's may have gone its own way meanwhile.
        end = seen.times[-1] + (until - last) / NS_PER_SECOND
    joints = [(part.origin - zero) / NS_PER_SECOND for part in stretch[1:]]
    return Receipt(
        recording_id=story.recording_id,
        name=story.name,
        camera=story.camera,
        source=story.source,
        asked=story.asked,
        duration=round(seen.duration, 6),
        started_at=format_iso(story.to_utc(zero)),
        ended_at=format_iso(story.to_utc(until)),
        ended=story.ended,
        lead=round(seen.lead, 6),
        preroll=round(max(0, story.began - zero) / NS_PER_SECOND, 6) if story.preroll else 0.0,
        utc_uncertainty=_max_known([step.uncertainty for step in steps]),
        av_offset=_max_known([step.av_offset for step in steps]) if seen.sound else None,
        frames=len(seen.times),
        frames_per_minute=seen.frames_per_minute,
        gaps=gaps.find_gaps(seen.times, end, breaks, story.frame_interval, left_out),
        parts=len(stretch),
        width=seen.width,
        height=seen.height,
        video_codec=seen.video_codec,
        audio_codec=seen.sound.codec if seen.sound else None,
        size=file.stat().st_size,
        sha256=media_info.sha256_of(file),
        playable=media_info.can_decode_at(file, [seen.times[0], *joints, seen.times[-1]]),
        warnings=list(story.warnings),
    )
