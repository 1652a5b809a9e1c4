"""Compare how fast camrec, PyAV, OpenCV and decord return frames of a video by number.

    pip install decord
    python benchmarks/frames.py --seconds 60 --rounds 3

The videos are 720p25, recorded by camrec itself, with the lead hidden by an edit list. A number is
drawn into each frame. All libraries get the same frame numbers and take turns. The result is the
fastest round, because other work on the machine can only add time. "right" is the share of returned
frames that were the requested ones. All libraries return frames as RGB arrays. PyAV seeks to
number / rate and decodes up to that time.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import av
import cv2
import numpy as np
import tests_support  # noqa: F401

import camrec
from camrec.library import VideoLibrary
from support import units_made
from support.cameras import barcode
from support.programs import programs
from support.studio import Studio

with suppress(ImportError):
    import decord

RATE, SIZE = 25, (1280, 720)
BUTTON = 1.5  # seconds until Record is pressed; the frames before are the lead
KINDS = {
    "a key frame every 2 s": {"gop": 50},
    "a key frame every 10 s": {"gop": 250},
    "B-frames, a key frame every 2 s": {"gop": 50, "b_frames": 2},
}
Source = Callable[[Path], "Contestant"]


class Contestant:
    """An open video file."""

    def __init__(self, path: Path) -> None:
        self._video = camrec.Video(VideoLibrary(path.parent, units_made.MadeClock()).get(path.name))

    def picture(self, number: int) -> np.ndarray:
        return self._video.frame(number)[1]

    def all(self) -> Iterator[np.ndarray]:
        return (picture for _, picture in self._video.frames())

    def close(self) -> None:
        self._video.close()


class PyAV(Contestant):
    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path))
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"

    def picture(self, number: int) -> np.ndarray:
        at = number / RATE
        self._container.seek(int(at / self._stream.time_base), stream=self._stream)
        for frame in self._container.decode(self._stream):
            if frame.time >= at - 1e-4:
                return frame.to_ndarray(format="rgb24")
        raise LookupError(number)

    def all(self) -> Iterator[np.ndarray]:
        frames = self._container.decode(self._stream)
        return (frame.to_ndarray(format="rgb24") for frame in frames)

    def close(self) -> None:
        self._container.close()


class OpenCV(Contestant):
    def __init__(self, path: Path) -> None:
        self._capture = cv2.VideoCapture(str(path))

    def picture(self, number: int) -> np.ndarray:
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        return cv2.cvtColor(self._capture.read()[1], cv2.COLOR_BGR2RGB)

    def all(self) -> Iterator[np.ndarray]:
        while (got := self._capture.read())[0]:
            yield cv2.cvtColor(got[1], cv2.COLOR_BGR2RGB)

    def close(self) -> None:
        self._capture.release()


class Decord(Contestant):
    def __init__(self, path: Path) -> None:
        self._reader = decord.VideoReader(str(path))

    def picture(self, number: int) -> np.ndarray:
        return self._reader[number].asnumpy()

    def all(self) -> Iterator[np.ndarray]:
        return (self._reader[number].asnumpy() for number in range(len(self._reader)))

    def close(self) -> None:
        del self._reader


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--frames", type=int, default=60)
    given = asked.parse_args()
    sources: dict[str, Source] = {"camrec": Contestant, "PyAV": PyAV, "OpenCV": OpenCV}
    if "decord" in sys.modules:
        sources["decord"] = Decord
    with tempfile.TemporaryDirectory(prefix="frames-") as folder:
        for place, (kind, options) in enumerate(KINDS.items()):
            path, first = made(Path(folder) / str(place), given.seconds, options)
            print(f"\n{kind}, {path.stat().st_size / 1e6:.1f} MB")
            print(table(path, first, sources, given.rounds, given.frames), flush=True)


def table(path: Path, first: int, sources: dict[str, Source], rounds: int, pictures: int) -> str:
    count = len(
        camrec.Video(VideoLibrary(path.parent, units_made.MadeClock()).get(path.name)).times()
    )
    chance = random.Random(1)
    anywhere = [chance.randrange(count) for _ in range(pictures)]
    onward = np.cumsum([chance.randrange(1, 12) for _ in range(pictures)]) % count
    ways = {
        "open": lambda name: opening(sources[name], path),
        "random": lambda name: picked(sources[name], path, anywhere, first),
        "forward": lambda name: picked(sources[name], path, onward.tolist(), first),
        "sequential": lambda name: whole(sources[name], path, first),
    }
    lines = [f"{'':10}" + "".join(f"{way + ' ms':>14}{'ratio':>7}{'right':>7}" for way in ways)]
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for turn in range(rounds):
        for way, measure in ways.items():
            for name in rotated(list(sources), turn):
                found.setdefault((name, way), []).append(measure(name))
    best = {
        each: (min(cost for cost, _ in runs), min(right for _, right in runs))
        for each, runs in found.items()
    }
    for name in sources:
        line = f"{name:10}"
        for way in ways:
            cost, right = best[name, way]
            line += f"{cost:14.2f}{cost / best['camrec', way][0]:7.2f}{100 * right:6.0f}%"
        lines.append(line)
    return "\n".join(lines)


def rotated(names: list[str], turn: int) -> list[str]:
    return [*names[turn % len(names) :], *names[: turn % len(names)]]


def opening(source: Source, path: Path) -> tuple[float, float]:
    """Milliseconds until the first frame has been returned."""
    began = time.perf_counter()
    opened = source(path)
    opened.picture(0)
    cost = 1000 * (time.perf_counter() - began)
    opened.close()
    return cost, 1.0


def picked(source: Source, path: Path, numbers: Sequence[int], first: int) -> tuple[float, float]:
    """Milliseconds per frame, and the share of frames that were the requested ones."""
    opened = source(path)
    opened.picture(0)
    began = time.perf_counter()
    found = [opened.picture(number)[: SIZE[1] // 8].copy() for number in numbers]
    cost = time.perf_counter() - began
    opened.close()
    return 1000 * cost / len(numbers), share(found, [first + number for number in numbers])


def whole(source: Source, path: Path, first: int) -> tuple[float, float]:
    opened = source(path)
    began = time.perf_counter()
    found = [picture[: SIZE[1] // 8].copy() for picture in opened.all()]
    cost = time.perf_counter() - began
    opened.close()
    return 1000 * cost / len(found), share(found, range(first, first + len(found)))


def share(bands: Sequence[np.ndarray], numbers: Sequence[int]) -> float:
    read = (barcode.read(np.repeat(band, 8, axis=0)) for band in bands)
    return sum(is_ == was for is_, was in zip(read, numbers, strict=True)) / len(bands)


def made(folder: Path, seconds: int, options: dict[str, int]) -> tuple[Path, int]:
    """The path of a new recording, and the number in its first frame."""
    folder.mkdir()
    studio = Studio(folder, programs().ffmpeg)
    library = VideoLibrary(folder / "videos", studio.clock)
    library.open()
    units_made._frame_image = textured
    times = [number / RATE for number in range((seconds + 4) * RATE)]
    units = units_made.video_units(times, size=SIZE, **options)
    studio.play(units, -1, BUTTON)
    recording = studio.record(seconds, save_video=library.save)
    studio.play(units, BUTTON, seconds + 4)
    recording.wait()
    studio.end()
    library.close()
    path = library.get(recording.filename).path
    video = camrec.Video(library.get(recording.filename))
    number = barcode.read(video.frame(0)[1])
    video.close()
    return path, number


def textured(number: int, size: tuple[int, int]) -> np.ndarray:
    """A moving scene, so that the encoder has work to do."""
    width, height = size
    scene = np.random.default_rng(2).integers(60, 200, (height // 8, width // 8 + 40), np.uint8)
    scene = cv2.resize(scene, (width + 320, height), interpolation=cv2.INTER_CUBIC)
    shift = number * 3 % 320
    picture = np.ascontiguousarray(scene[:, shift : shift + width])
    picture[: height // 8] = np.frombuffer(barcode.rows(number, width), np.uint8)
    return picture


if __name__ == "__main__":
    main()
