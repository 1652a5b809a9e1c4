"""Cameras recorded together: how well the alignment of their frames matches when they were
captured.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

import camrec
from camrec.camera_clock import ClockChoice
from support.cameras import barcode
from support.programs import Programs
from support.truth import Camera, sent

RATE = 25


@dataclass(frozen=True)
class Aligned:
    """Two videos, the second compared with the first, in milliseconds.

    errors : for each pair, how much further apart its frames were captured than the table says.
    distances : for each pair, how far apart the table says they are.
    starts : how much later the second video's first frame was captured.
    """

    errors: np.ndarray
    distances: np.ndarray
    starts: float


@contextlib.contextmanager
def opened(
    cameras: Sequence[Camera], folder: Path, programs: Programs, clock: ClockChoice = "arrival"
) -> Iterator[list]:
    """The cameras in this process's own station, with its files in `folder`."""
    settings = programs.settings
    settings["max_sessions"] = len(cameras)
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield [camrec.open(each.url, f"Camera {n}", clock) for n, each in enumerate(cameras)]
    finally:
        camrec.stop()
        os.chdir(before)


def compare(
    cameras: Sequence[Camera], videos: Sequence[camrec.Video], tolerance: float
) -> list[Aligned]:
    """Compare each video except the first with the first."""
    first, *others = (_moments(*each) for each in zip(cameras, videos, strict=True))
    found = []
    for video, taken in zip(videos[1:], others, strict=True):
        table = camrec.align([videos[0], video], tolerance).dropna()
        told = table[1, "distance"].to_numpy() * 1e9
        true = taken[table[1, "frame"].to_numpy(int)] - first[table[0, "frame"].to_numpy(int)]
        found.append(Aligned((true - told) / 1e6, told / 1e6, (taken[0] - first[0]) / 1e6))
    return found


def _moments(camera: Camera, video: camrec.Video) -> np.ndarray:
    """When the camera captured each frame, in monotonic nanoseconds, by the number on it."""
    taken = {each.number: each.moment for each in sent(camera)}
    return np.array([taken[barcode.read(picture)] for _, picture in video.frames()], float)
