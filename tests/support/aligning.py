"""Cameras recorded together, and how truly their pictures are put side by side: held against the
moments at which the cameras took them.
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
from support.cameras import barcode
from support.programs import Programs
from support.truth import Camera, sent

RATE = 25


@dataclass(frozen=True)
class Aligned:
    """Two videos, the second against the first; milliseconds.

    errors : of each pair, how much further apart in time its pictures were than the table says.
    distances : of each pair, what the table says.
    starts : how much later the second video's first picture was taken.
    """

    errors: np.ndarray
    distances: np.ndarray
    starts: float


@contextlib.contextmanager
def opened(cameras: Sequence[Camera], folder: Path, programs: Programs) -> Iterator[list]:
    """The cameras in this process's own station, its files in `folder`."""
    settings = programs.settings
    settings["max_sessions"] = len(cameras)
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield [camrec.open(each.url, f"Camera {n}") for n, each in enumerate(cameras)]
    finally:
        camrec.stop()
        os.chdir(before)


def compare(
    cameras: Sequence[Camera], videos: Sequence[camrec.Video], tolerance: float
) -> list[Aligned]:
    """Each video but the first, against the first."""
    first, *others = (_moments(*each) for each in zip(cameras, videos, strict=True))
    found = []
    for video, taken in zip(videos[1:], others, strict=True):
        table = camrec.align([videos[0], video], tolerance).dropna()
        told = table[1, "distance"].to_numpy() * 1e9
        true = taken[table[1, "frame"].to_numpy(int)] - first[table[0, "frame"].to_numpy(int)]
        found.append(Aligned((true - told) / 1e6, told / 1e6, (taken[0] - first[0]) / 1e6))
    return found


def _moments(camera: Camera, video: camrec.Video) -> np.ndarray:
    """When the camera took each picture, monotonic nanoseconds, by the number that it shows."""
    taken = {each.number: each.moment for each in sent(camera)}
    return np.array([taken[barcode.read(picture)] for _, picture in video.frames()], float)
