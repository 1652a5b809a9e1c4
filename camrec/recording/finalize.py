"""Turns segments into videos: reads them back, joins those that fit, adds receipts, saves all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av

from camrec.clock import NS_PER_SECOND, iso_to_utc_ns
from camrec.receipt import Receipt, RecordingWarning
from camrec.recording.concat import MAX_PACKET_DISTANCE_S
from camrec.recording.media_info import AudioStreamInfo, MediaInfo, read_media_info
from camrec.recording.options import DiskAllowance, SaveVideo
from camrec.recording.read_segment import ReadSegment
from camrec.recording.repair import assemble_files
from camrec.recording.repeated_segments import leave_out_repeated
from camrec.recording.retime import VideoRetiming, find_retiming, retime
from camrec.recording.saved_segments import note_segments, remove_segments
from camrec.recording.segment import Segment
from camrec.recording.video_receipt import RecordingFacts, create_receipt

log = logging.getLogger(__name__)

MIN_REPORTED_DELAY_S = 1.0  # from the start to the first frame
# The first frame is the one that was on the screen at the start, so it is a moment earlier.
MAX_NAMED_LEAD_NS = NS_PER_SECOND


def finalize(
    segments: Sequence[Segment],
    folder: Path,
    facts: RecordingFacts,
    save: SaveVideo,
    disk: DiskAllowance,
) -> list[tuple[str, Receipt]]:
    """Save the segments as one video. A change of codec or size begins another video.

    If the disk has no space to join them, each segment becomes a video of its own.

    Returns the file name and the receipt of each video; empty if no segment contains a frame.

    Raises
    ------
    OSError
        A file could not be written or read.
    CamrecError
        What `save` raises.
    """
    numbered = (_read_segment(segment, number) for number, segment in enumerate(segments, 1))
    readable = [read for read in numbered if read is not None]
    formats = [leave_out_repeated(run) for run in _find_contiguous_runs(readable)]
    runs = [part for run in formats for part in _split_at_long_gaps(run.needed)]
    repeated = [read.segment.path for run in formats for read in run.repeated]
    warnings = [*facts.warnings, *_find_warnings(readable, facts)]
    if len(formats) > 1:
        warnings.append(RecordingWarning.of("format_changed", videos=len(formats)))
    if len(runs) > len(formats):
        warnings.append(RecordingWarning.of("long_gap", videos=len(runs)))
    saved = []
    for index, run in enumerate(runs):
        target = folder / f"video-{index + 1}.mp4"
        retiming, corrected = _correct_times(run)
        files, warning = assemble_files([each.segment for each in corrected], target, disk)
        if warning is not None:
            warnings.append(warning)
        if [file for file, _ in files] == [target]:
            run = corrected
        elif retiming is not None:
            retiming = None
            warnings.append(RecordingWarning.of("not_retimed"))
        until = runs[index + 1][0].origin if index + 1 < len(runs) else facts.end.at
        videos = _match_files(files, run)
        ends = [*(contained[0].origin for _, contained in videos[1:]), until]
        for (file, contained), end in zip(videos, ends, strict=True):
            following = next(iter(segments[contained[-1].number :]), None)
            receipt = create_receipt(
                file,
                _read_video(file, contained),
                contained,
                following,
                replace(facts, warnings=tuple(warnings)),
                end,
                None if retiming is None else retiming.retiming,
            )
            parts = [*(each.segment.path for each in contained), *repeated]
            note_segments(file, parts)
            named_at = choose_named_time(iso_to_utc_ns(receipt.started_at), facts.period.start_utc)
            saved.append((save(file, receipt, named_at), receipt))
            remove_segments(parts)
    return saved


def choose_named_time(first_frame: int, start: int) -> int:
    """The time in the name of a video, UTC nanoseconds: of its first frame, or of the start.

    Of a recording that begins at 18:40 nobody looks for a file with 18-39-59 in its name.
    """
    return start if 0 < start - first_frame <= MAX_NAMED_LEAD_NS else first_frame


def _correct_times(
    run: list[ReadSegment],
) -> tuple[VideoRetiming | None, list[ReadSegment]]:
    """The segments, with corrected times if the camera counts wrongly."""
    try:
        found = find_retiming(run)
        return found, run if found is None else retime(run, found)
    except Exception:
        log.exception("the frame rate of the camera cannot be examined; its times stay")
        return None, run


def _read_segment(segment: Segment, number: int) -> ReadSegment | None:
    try:
        info = read_media_info(segment.path)
    except (FileNotFoundError, av.error.FFmpegError, IndexError) as error:
        log.warning("%s cannot be read: %s", segment.path.name, error)
        return None
    if not info.times:
        return None
    return ReadSegment(segment, number, info, segment.path.stat().st_size)


def _read_video(file: Path, contained: Sequence[ReadSegment]) -> MediaInfo:
    """What a video contains. A video that is an unchanged segment is not read again."""
    for each in contained:
        if each.segment.path == file and each.size == file.stat().st_size:
            return each.info
    return read_media_info(file)


def _match_files(
    files: Sequence[tuple[Path, Sequence[Segment]]], run: Sequence[ReadSegment]
) -> list[tuple[Path, list[ReadSegment]]]:
    """The files of `assemble_files`, each with the segments that it contains."""
    read = {each.segment.path: each for each in run}
    return [(file, [read[segment.path] for segment in segments]) for file, segments in files]


def _find_warnings(
    readable: Sequence[ReadSegment], facts: RecordingFacts
) -> list[RecordingWarning]:
    """What a reader of the receipt should know about the segments."""
    warnings = [warning for read in readable if (warning := _missing_frames_warning(read))]
    if readable:
        late = (readable[0].origin - facts.period.start) / NS_PER_SECOND
        if late > MIN_REPORTED_DELAY_S:
            warnings.append(RecordingWarning.of("first_frame_late", seconds=round(late, 1)))
    return warnings


def _missing_frames_warning(read: ReadSegment) -> RecordingWarning | None:
    shown, expected = len(read.info.times), read.segment.expected_frames
    if expected is None or expected == shown:
        return None
    log.error("%s shows %d of %d frames", read.segment.path.name, shown, expected)
    return RecordingWarning.of("frames_missing", part=read.number, shown=shown, expected=expected)


def _find_contiguous_runs(readable: Sequence[ReadSegment]) -> list[list[ReadSegment]]:
    """Groups of consecutive segments that fit into one file. Some of them may have no audio."""
    runs: list[list[ReadSegment]] = []
    video: tuple[object, ...] | None = None
    audio: AudioStreamInfo | None = None
    for read in readable:
        info = read.info
        this = (info.video_codec, info.width, info.height, info.pixel, info.has_in_band_parameters)
        if this != video or (audio and info.audio and audio != info.audio):
            runs.append([])
            video, audio = this, None
        audio = audio or info.audio
        runs[-1].append(read)
    return runs


def _split_at_long_gaps(run: Sequence[ReadSegment]) -> list[list[ReadSegment]]:
    """The same segments in groups between which frames or audio are missing for too long."""
    parts: list[list[ReadSegment]] = []
    newest: dict[str, int] = {}  # when the last frame and audio were, monotonic nanoseconds
    for read in run:
        media = ["video", "audio"] if read.info.audio else ["video"]
        begin, end = (read.origin + round(read.info.times[at] * NS_PER_SECOND) for at in (0, -1))
        longest = max((begin - newest[medium] for medium in media if medium in newest), default=0)
        if not parts or longest > MAX_PACKET_DISTANCE_S * NS_PER_SECOND:
            parts.append([])
            newest = {}
        parts[-1].append(read)
        newest |= dict.fromkeys(media, end)
    return parts
