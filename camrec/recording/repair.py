"""Turns segments into the files of a video, and cuts off unfinished fragments."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import av

from camrec import file_system
from camrec.receipt import RecordingWarning
from camrec.recording import media_info
from camrec.recording.concat import concat
from camrec.recording.options import DiskAllowance
from camrec.recording.segment import Segment

log = logging.getLogger(__name__)


def assemble_files(
    segments: Sequence[Segment], target: Path, disk: DiskAllowance
) -> tuple[list[tuple[Path, Sequence[Segment]]], RecordingWarning | None]:
    """Make one file of `segments`. If that fails, each segment stays a file, repaired if necessary.

    Returns each file with the segments that it contains, and a warning if it was not made.
    `target` is written only if one file has to be made.
    """
    if len(segments) == 1 and _is_final(segments[0]):
        return [(segments[0].path, segments)], None
    if disk.fits(sum(segment.path.stat().st_size for segment in segments)):
        try:
            concat(segments, target)
        except (OSError, av.error.FFmpegError) as error:
            file_system.remove(target, missing_ok=True)
            reason = error.strerror or str(error)
            code = "not_joined" if len(segments) > 1 else "not_rewritten"
            warning = RecordingWarning.of(code, reason=reason)
        else:
            return [(target, segments)], None
    else:
        code = "not_joined_disk_full" if len(segments) > 1 else "not_rewritten_disk_full"
        warning = RecordingWarning.of(code)
    log.warning("%s is not written: %s", target.name, warning.message)
    for segment in segments:
        if segment.expected_frames is None:
            trim_unfinished(segment.path)
    return [(segment.path, (segment,)) for segment in segments], warning


def _is_final(segment: Segment) -> bool:
    """Whether a segment is a video as it is."""
    return segment.progressive and segment.retiming is None and not segment.audio_shift


def trim_unfinished(path: Path) -> None:
    """Cut off unfinished fragments, and those whose last frame cannot be decoded.

    Raises OSError or av.error.FFmpegError.
    """
    _truncate_fragments(path)
    while (times := media_info.read_media_info(path).times) and not media_info.can_decode_at(
        path, times[-1:]
    ):
        if not _truncate_fragments(path, path.stat().st_size - 1):
            break


def _truncate_fragments(path: Path, size: int | None = None) -> bool:
    """Keep the fragments that end within the first `size` bytes (all by default).

    Returns whether the file was changed.
    """
    size = path.stat().st_size if size is None else size
    whole = place = 0
    with path.open("r+b") as file:
        while place + 8 <= size:
            file.seek(place)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length < 8 or place + length > size:
                break
            place += length
            if head[4:8] != b"moof":  # it is useless without the mdat that follows it
                whole = place
        cut = path.stat().st_size - whole
        if whole and cut:
            file.truncate(whole)
            log.info("%s: %d bytes of an unfinished fragment cut off", path.name, cut)
        return bool(whole and cut)
