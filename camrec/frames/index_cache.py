"""An index kept on the disk, so that a long video is open at once the next time."""

from __future__ import annotations

import logging
import os
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from camrec import remote_files
from camrec.frames import frame_index
from camrec.frames.frame_index import FrameIndex

log = logging.getLogger(__name__)

INDEX_CACHE_VERSION = 1
INDEX_ARRAY_NAMES = ("ticks", "decoded", "keys", "hidden", "positions")


def load_or_read_index(video: Path, file: Path | None) -> FrameIndex:
    """The index of a video from `file`; read anew where that is missing, broken or of another
    state of the video, and kept there as far as it can be written.

    Raises OSError (av.error.FFmpegError) or IndexError when there is no video.
    """
    stamp = remote_files.read_stamp(video)
    found = _load(file, stamp) if file is not None else None
    if found is None:
        found = frame_index.read_index(video)
        if file is not None:
            _save(file, stamp, found)
    return found


def _load(file: Path, stamp: tuple[int, int]) -> FrameIndex | None:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as held:
            version, *of, numerator, denominator, end, width, height = held["facts"].tolist()
            if version != INDEX_CACHE_VERSION or tuple(of) != stamp:
                return None
            arrays = (held[name] for name in INDEX_ARRAY_NAMES)
            return FrameIndex(*arrays, end, Fraction(numerator, denominator), width, height)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, ArithmeticError, EOFError, BadZipFile) as error:
        log.debug("the index %s is read anew: %s", file, error)
        return None


def _save(file: Path, stamp: tuple[int, int], found: FrameIndex) -> None:
    base = found.time_base
    facts = (INDEX_CACHE_VERSION, *stamp, base.numerator, base.denominator)
    facts += (found.end, found.width, found.height)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as out:
            arrays = {name: getattr(found, name) for name in INDEX_ARRAY_NAMES}
            np.savez_compressed(out, facts=np.array(facts, "i8"), **arrays)
        os.replace(unfinished, file)
    except OSError as error:  # a folder that is only to be read
        log.debug("the index %s cannot be kept: %s", file, error)
