"""How a segment starts: what to wait for, and which frame its time counts from."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.clock import NS_PER_SECOND
from camrec.media import AudioTrack, MediaUnit
from camrec.recording.timeline import ClockMap, SegmentTimeline

AUDIO_WAIT_S = 1.0  # how long a segment waits for audio that is expected


def is_audio_due(units: Sequence[MediaUnit], now: int, video_start: int) -> bool:
    """Whether to wait for expected audio, so that the segment begins with it.

    Parameters
    ----------
    units
        What the segment would begin with, a key frame first.
    now, video_start
        Monotonic nanoseconds.
    """
    if any(unit.track.medium == "audio" for unit in units):
        return False
    since = max(units[0].arrived, video_start)
    return now - since < AUDIO_WAIT_S * NS_PER_SECOND


def has_decodable_frame(units: Sequence[MediaUnit]) -> bool:
    """Whether one of the frames can be shown without frames from before the key frame.

    Some cameras refresh the image gradually; the first frames after such a key frame are wrong.
    """
    return any(unit.track.medium == "video" and not unit.dependent for unit in units)


def create_timeline(
    units: Sequence[MediaUnit],
    clock_map: ClockMap,
    video_start: int | None,
    first_shown: MediaUnit | None = None,
) -> SegmentTimeline:
    """The timeline of a segment that begins with `units`, a key frame first.

    Parameters
    ----------
    video_start
        For the first segment of a recording, monotonic nanoseconds: its time counts from the frame
        that was on the screen then. None: the time counts from the key frame.
    first_shown
        The frame that its time counts from instead, if it is one of `units`.
    """
    video = [unit for unit in units if unit.track.medium == "video"]
    audio = next(
        (unit.track for unit in reversed(units) if isinstance(unit.track, AudioTrack)), None
    )
    first = shown = video[0]
    if video_start is not None:
        ready = [unit for unit in video if not unit.dependent and unit.time >= first.time]
        before = [unit for unit in ready if clock_map.to_monotonic(unit) <= video_start]
        shown = min(ready, key=lambda unit: unit.time, default=first)
        shown = max(before, key=lambda unit: unit.time, default=shown)
        shown = next((unit for unit in video if unit is first_shown), shown)
    return SegmentTimeline(clock_map, first, shown, first.video_track, audio)
