"""Computes the receipt of a finished video, from its file and from what the recording knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from camrec.camera_clock import SLOPE_UNITS, Retiming, round_rate
from camrec.clock import NS_PER_SECOND, format_iso
from camrec.host_clock import HostClockError
from camrec.receipt import (
    CalibratedDelay,
    Gap,
    HostClockFacts,
    PartFacts,
    Receipt,
    RecordingWarning,
)
from camrec.recording.gaps import GAP_ROUNDING_S, find_gaps
from camrec.recording.media_info import MediaInfo, can_decode_at, sha256_of
from camrec.recording.options import RecordingOptions
from camrec.recording.read_segment import ReadSegment
from camrec.recording.recording_period import RecordingEnd, RecordingPeriod
from camrec.recording.retime import RATE_WARNING_CODE
from camrec.recording.segment import Segment
from camrec.recording.video_dates import date_video


@dataclass(frozen=True)
class RecordingFacts:
    """What a recording knows that its files do not contain.

    period, end : when it ran, and why it ended.
    frame_interval : seconds between two frames, as measured recently; 0: not known.
    left_out : frames were left out on purpose after the last one that was written.
    host_clock : how wrong this computer's clock may be; None: not known.
    calibrated_delay : the measured delay of the camera when it began; None: not measured.
    """

    options: RecordingOptions
    period: RecordingPeriod
    end: RecordingEnd
    frame_interval: float = 0.0
    warnings: tuple[RecordingWarning, ...] = ()
    left_out: bool = False
    host_clock: HostClockError | None = None
    calibrated_delay: CalibratedDelay | None = None


def create_receipt(
    file: Path,
    info: MediaInfo,
    run: Sequence[ReadSegment],
    following: Segment | None,
    facts: RecordingFacts,
    until: int,
    retiming: Retiming | None = None,
) -> Receipt:
    """The receipt of the video `file`; `info` is what was read from it.

    Parameters
    ----------
    run
        The segments that it contains, in order.
    following
        The segment after them; None if the recording ended with them.
    until
        When the next video begins, or when the recording ended, monotonic nanoseconds.
    retiming
        How the positions of its frames were corrected; None if they are the camera's.
    """
    origin, options, period = run[0].origin, facts.options, facts.period
    series = options.series
    av_syncs = [each.segment.av_sync for each in run if each.segment.av_sync]
    dates = date_video(run, period, _max_known([each.uncertainty for each in av_syncs]))
    delay = facts.calibrated_delay
    preroll = max(0, period.start - origin) / NS_PER_SECOND if period.preroll else 0.0
    return Receipt(
        recording_id=options.recording_id if series is None else series.recording_id,
        name=options.name,
        camera=options.camera,
        camera_id=options.camera_id,
        source=options.source,
        plan_id=options.plan_id,
        asked=period.duration if series is None else series.asked,
        video_number=None if series is None else series.number,
        duration=round(info.duration, 6),
        started_at=format_iso(dates.started_at),
        ended_at=format_iso(period.to_utc(until)),
        ended=facts.end.reason,
        lead=round(info.lead, 6),
        preroll=round(preroll, 6),
        utc_source=dates.source,
        utc_uncertainty=dates.uncertainty,
        utc_sources=list(dates.sources),
        host_clock=_describe_host_clock(facts.host_clock),
        utc_map=dates.utc_map,
        camera_clock=dates.clock,
        calibrated_delay=delay if delay is not None and delay.holds_for(dates.source) else None,
        retimed=[] if retiming is None else retiming.to_receipt(0),
        av_offset=_max_known([each.av_offset for each in av_syncs]) if info.audio else None,
        frames=len(info.times),
        frames_per_minute=info.frames_per_minute,
        gaps=_find_video_gaps(run, info, following, facts, until),
        parts=len(run),
        part_facts=[_create_part_facts(each, origin) for each in run],
        width=info.width,
        height=info.height,
        video_codec=info.video_codec,
        audio_codec=info.audio.codec if info.audio else None,
        size=file.stat().st_size,
        sha256=sha256_of(file),
        playable=_is_playable(file, info, run),
        details=dict(options.details),
        warnings=[*_find_rate_warnings(facts, info, retiming), *dates.warnings],
    )


def _describe_host_clock(error: HostClockError | None) -> HostClockFacts | None:
    if error is None:
        return None
    return HostClockFacts(
        synchronized=error.synchronized,
        estimated_error=error.estimated_s and round(error.estimated_s, 6),
        max_error=error.max_s and round(error.max_s, 6),
    )


def _find_rate_warnings(
    facts: RecordingFacts, info: MediaInfo, retiming: Retiming | None
) -> list[RecordingWarning]:
    """The recording's warnings; that of a wrong frame rate says whether times were corrected."""
    if retiming is None or len(info.times) < 2:
        return list(facts.warnings)
    others = [each for each in facts.warnings if each.code != RATE_WARNING_CODE]
    rates = [each.facts for each in facts.warnings if each.code == RATE_WARNING_CODE]
    if not rates:
        slope = max((line.slope_ppb for line in retiming.lines), key=abs) / SLOPE_UNITS
        sent = 1 / median(later - earlier for earlier, later in pairwise(info.times))
        rates = [{"counted": round_rate(sent * (1 + slope)), "sent": round_rate(sent)}]
    counted, sent_rate = rates[0]["counted"], rates[0]["sent"]
    return [*others, RecordingWarning.of("retimed", counted=counted, sent=sent_rate)]


def _is_playable(file: Path, info: MediaInfo, run: Sequence[ReadSegment]) -> bool:
    """Whether the first and last frame, and the first one of each segment, can be decoded."""
    joints = [(each.origin - run[0].origin) / NS_PER_SECOND for each in run[1:]]
    return can_decode_at(file, [info.times[0], *joints, info.times[-1]])


def _find_video_gaps(
    run: Sequence[ReadSegment],
    info: MediaInfo,
    following: Segment | None,
    facts: RecordingFacts,
    until: int,
) -> list[Gap]:
    return find_gaps(
        info.times,
        _end_in_video(run, info, until),
        _find_discontinuities(run),
        facts.frame_interval,
        _find_left_out(run, following, facts.left_out),
    )


def _end_in_video(run: Sequence[ReadSegment], info: MediaInfo, until: int) -> float:
    """The time `until` (monotonic nanoseconds) in seconds of the video."""
    last = run[-1].segment
    newest = last.av_sync.newest if last.av_sync else None
    if last.expected_frames is not None and newest is not None:
        # The camera's clock may have drifted, so silence is measured by this machine's clock.
        return info.times[-1] + (until - newest) / NS_PER_SECOND
    return (until - run[0].origin) / NS_PER_SECOND


def _find_discontinuities(run: Sequence[ReadSegment]) -> list[float]:
    """The times, in seconds, of the first frames of segments before which frames are missing.

    No frame is missing before a segment that overlaps its predecessor, as after a killed FFmpeg.
    """
    found = []
    for before, after in pairwise(run):
        end = before.origin + before.info.times[-1] * NS_PER_SECOND
        if after.origin + after.info.times[0] * NS_PER_SECOND > end:
            start = (after.origin - run[0].origin) / NS_PER_SECOND
            found.append(start + after.info.times[0])
    return found


def _find_left_out(
    run: Sequence[ReadSegment], following: Segment | None, left_out_at_end: bool
) -> list[float]:
    """The times, in seconds, of frames before which others were left out; infinity: the end."""
    origin = run[0].origin
    found = [
        (each.origin - origin) / NS_PER_SECOND + at for each in run for at in each.segment.left_out
    ]
    if following is not None:
        left_out_at_end = any(at < GAP_ROUNDING_S for at in following.left_out)
    return [*found, math.inf] if left_out_at_end else found


def _create_part_facts(read: ReadSegment, origin: int) -> PartFacts:
    start = (read.origin - origin) / NS_PER_SECOND
    return PartFacts(start=round(start, 6), duration=round(read.info.duration, 6), size=read.size)


def _max_known(values: Sequence[float | None]) -> float | None:
    return max((each for each in values if each is not None), default=None)
