"""The files that parts become: one video where it can be written, else the parts as they are."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import av

from camrec.receipt import RecordingWarning
from camrec.recording import media_info
from camrec.recording.concat import Segment, concat
from camrec.recording.options import DiskAllowance

log = logging.getLogger(__name__)

RESERVED_SPACE_BYTES = 256 << 10  # bytes


class ReservedSpace:
    """Bytes in `folder` to throw off at the end, so that a receipt finds room on a full disk."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def take(self) -> None:
        try:
            self._file.write_bytes(bytes(RESERVED_SPACE_BYTES))
        except OSError as error:
            log.warning("no room is held back in %s: %s", self._file.parent, error.strerror)

    def release(self) -> None:
        self._file.unlink(missing_ok=True)


def assemble_files(
    stretch: Sequence[Segment], target: Path, room: DiskAllowance
) -> tuple[list[tuple[Path, Sequence[Segment]]], RecordingWarning | None]:
    """Each file with the parts that it holds, and why it is not one: None if all is well.

    `target` is where one is written, if it has to be.
    """
    if len(stretch) == 1 and stretch[0].progressive and not stretch[0].sound:
        return [(stretch[0].path, stretch)], None
    if room.fits(sum(part.path.stat().st_size for part in stretch)):
        try:
            concat(stretch, target)
        except (OSError, av.error.FFmpegError) as error:
            target.unlink(missing_ok=True)
            trouble = RecordingWarning.of("not_joined", reason=error.strerror or str(error))
        else:
            return [(target, stretch)], None
    else:
        trouble = RecordingWarning.of("not_joined_disk_full")
    log.warning("%s is not written: %s", target.name, trouble.message)
    for part in stretch:
        if part.expected_frames is None:
            trim_unfinished(part.path)
    return [(part.path, (part,)) for part in stretch], trouble


def trim_unfinished(path: Path) -> None:
    """Cut off what was not written to its end: a fragment that breaks off, and those of which the
    last picture cannot be decoded.
    """
    _truncate_fragments(path)
    while (times := media_info.read_media_info(path).times) and not media_info.can_decode_at(
        path, times[-1:]
    ):
        if not _truncate_fragments(path, path.stat().st_size - 1):
            break


def _truncate_fragments(path: Path, size: int | None = None) -> bool:
    """Keep the fragments that end within the first `size` bytes (all of it); False: no change."""
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
            if head[4:8] != b"moof":  # which is nothing without what follows it
                whole = place
        cut = path.stat().st_size - whole
        if whole and cut:
            file.truncate(whole)
            log.info("%s: %d bytes of an unfinished fragment cut off", path.name, cut)
        return bool(whole and cut)
