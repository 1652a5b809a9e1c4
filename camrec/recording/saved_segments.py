"""Which segments a video was made of, in case camrec is killed just after it was saved.

Moving the video out of the folder of the recording is what saves it. So a note that lies next to
a video says nothing yet, and one whose video has left says that its segments are saved.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from camrec import file_system

log = logging.getLogger(__name__)

NOTE_FILE_SUFFIX = ".segments"


def note_segments(video: Path, segments: Iterable[Path]) -> None:
    """Write which segments `video` contains, before it is moved. Raises OSError."""
    note = _note_file(video)
    note.write_text(json.dumps([video.name, *(segment.name for segment in segments)]), "utf-8")
    file_system.fsync_path(note)
    file_system.fsync_path(note.parent)


def remove_segments(segments: Iterable[Path]) -> None:
    """Delete segments whose video is saved. If that fails, the video is saved all the same."""
    for path in segments:
        try:
            file_system.remove(path, missing_ok=True)
        except OSError as error:
            log.warning("%s is saved and can be deleted: %s", path, error)


def remove_saved_segments(folder: Path) -> bool:
    """Delete what an earlier camrec had saved before it was killed; whether there was any.

    The notes of videos that were not saved are deleted: their videos are made again. Raises
    OSError.
    """
    found = False
    for note in sorted(folder.glob(f"*{NOTE_FILE_SUFFIX}")):
        saved = _read_saved(note)
        if saved is None:
            file_system.remove(note)
            continue
        found = True
        for path in saved:
            file_system.remove(path, missing_ok=True)
    if folder.exists():
        file_system.fsync_path(folder)
    return found


def _read_saved(note: Path) -> list[Path] | None:
    """The segments whose video was moved, as a note says; None: it was not moved."""
    try:
        video, *segments = json.loads(note.read_text("utf-8"))
    except ValueError:  # camrec was killed while it wrote the note
        return None
    if (note.parent / video).exists():
        return None
    return [note.parent / segment for segment in segments]


def _note_file(video: Path) -> Path:
    return video.with_suffix(NOTE_FILE_SUFFIX)
