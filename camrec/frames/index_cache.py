"""Stores the index of a video on the disk, so that a long video opens at once next time."""

from __future__ import annotations

import logging
import os
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from camrec import file_system, remote_files
from camrec.frames import frame_index
from camrec.frames.frame_index import FrameIndex

log = logging.getLogger(__name__)

INDEX_CACHE_VERSION = 1


def load_or_read_index(video: Path, file: Path | None) -> FrameIndex:
    """Load the index of a video from `file`, or read it from the video.

    If `file` is missing or damaged, or the video has changed, the index is read from the video and
    stored in `file`. An index that cannot be stored is not an error.

    Raises
    ------
    OSError, av.error.FFmpegError
        The video cannot be read.
    IndexError
        The file has no video, or no frame that is shown.
    """
    stamp = remote_files.read_stamp(video)
    index = _load(file, stamp) if file is not None else None
    if index is None:
        index = frame_index.read_index(video)
        if file is not None:
            _save(file, stamp, index)
    return index


def _load(file: Path, stamp: tuple[int, int]) -> FrameIndex | None:
    try:
        with file_system.open_shared(file) as opened, np.load(opened, allow_pickle=False) as stored:
            version, *of, numerator, denominator, end, width, height = stored["facts"].tolist()
            if version != INDEX_CACHE_VERSION or tuple(of) != stamp:
                return None
            return FrameIndex(
                ticks=stored["ticks"],
                decoded=stored["decoded"],
                keys=stored["keys"],
                hidden=stored["hidden"],
                positions=stored["positions"],
                end=end,
                time_base=Fraction(numerator, denominator),
                width=width,
                height=height,
            )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, ArithmeticError, EOFError, BadZipFile) as error:
        log.debug("index %s is read again: %s", file, error)
        return None


def _save(file: Path, stamp: tuple[int, int], index: FrameIndex) -> None:
    base = index.time_base
    size = index.width, index.height
    facts = (INDEX_CACHE_VERSION, *stamp, base.numerator, base.denominator, index.end, *size)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file_system.make_folder(file.parent)
        with unfinished.open("wb") as out:
            np.savez_compressed(
                out,
                facts=np.array(facts, "i8"),
                ticks=index.ticks,
                decoded=index.decoded,
                keys=index.keys,
                hidden=index.hidden,
                positions=index.positions,
            )
        file_system.replace(unfinished, file)
    except OSError as error:  # such as a folder that is read-only
        log.debug("index %s cannot be stored: %s", file, error)
