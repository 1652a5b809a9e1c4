"""A screen with the coded clock, and cameras that film it, drawn with numpy and OpenCV.

The screen changes at its refresh. A camera adds up the light of its exposure, row by row, and sees
the screen from the side, blurred and with noise. The truth is when the middle of a frame's exposure
was, at the middle of the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np

from camrec.calibration import (
    CLOCK_PERIOD_NS,
    STEP_NS,
    ClockReader,
    ClockReading,
    TimedReading,
    encode_tiles,
    read_tiles,
)

MS = 1_000_000
SECOND = 1000 * MS
GAMMA = 2.2
TILES = 8
SHARP_TILE_PX = 24
STEP_COUNT = CLOCK_PERIOD_NS // STEP_NS


@cache
def _noise(size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(8).normal(0, 1, size[::-1]).astype(np.float32)


@cache
def _tiles(step: int) -> np.ndarray:
    return encode_tiles(step)


@dataclass(frozen=True)
class Screen:
    """A screen that shows, from each refresh to the next one, the middle of that time."""

    refresh_ns: float = SECOND / 60
    started_at: float = 0.0

    def light(self, begin: float, end: float) -> np.ndarray:
        """The mean light of each tile from `begin` to `end` in nanoseconds: (8, 8), 0 to 1."""
        end = max(end, begin + 1)
        first = int((begin - self.started_at) // self.refresh_ns)
        total = np.zeros((TILES, TILES))
        while (at := self.started_at + first * self.refresh_ns) < end:
            overlap = min(end, at + self.refresh_ns) - max(begin, at)
            total += overlap * self.tiles(at)
            first += 1
        return total / (end - begin)

    def tiles(self, at: float) -> np.ndarray:
        return _tiles(int((at + self.refresh_ns / 2) // STEP_NS) % STEP_COUNT)


@dataclass(frozen=True)
class Camera:
    """How a camera films the clock.

    corners : where the outer corners of the white margin are, as a share of the image's size.
    rolling : nanoseconds from the first to the last row of the clock.
    blur, noise : pixels, and grey levels.
    black, white : grey levels of the screen.
    """

    exposure: float = 10 * MS
    rolling: float = 0.0
    size: tuple[int, int] = (640, 480)
    corners: tuple[tuple[float, float], ...] = ((0.3, 0.25), (0.7, 0.25), (0.7, 0.78), (0.3, 0.78))
    blur: float = 1.0
    noise: float = 4.0
    black: float = 25
    white: float = 220
    ground: np.ndarray | None = None
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def expose(self, screen: Screen, middle: float) -> np.ndarray:
        """The light of each tile on a frame: (8, 8), 0 to 1."""
        if not self.rolling:
            return screen.light(middle - self.exposure / 2, middle + self.exposure / 2)
        light = np.empty((TILES, TILES))
        for row in range(TILES):
            at = middle + self.rolling * ((row + 0.5) / TILES - 0.5)
            light[row] = screen.light(at - self.exposure / 2, at + self.exposure / 2)[row]
        return light

    def film(self, screen: Screen, middle: float) -> np.ndarray:
        """A frame whose exposure has its middle at a time: grey levels, (height, width)."""
        page = draw_page(self.expose(screen, middle) ** (1 / GAMMA))
        return self.look_at(self.black + (self.white - self.black) * page)

    def look_at(self, page: np.ndarray) -> np.ndarray:
        """A frame of a still page: grey levels, (height, width)."""
        width, height = self.size
        side = page.shape[0]
        square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
        seen = np.array(self.corners, np.float32) * np.array(self.size, np.float32)
        matrix = cv2.getPerspectiveTransform(square, seen.astype(np.float32))
        ground = self.ground
        if ground is None:
            ground = np.full((height, width), 90.0, np.float32)
        smooth = max(1, round(side / np.ptp(seen[:, 0])))
        page = cv2.blur(page.astype(np.float32), (smooth, smooth))
        image = ground.astype(np.float32).copy()
        cv2.warpPerspective(
            page, matrix, self.size, image, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT
        )
        if self.blur:
            image = cv2.GaussianBlur(image, (0, 0), self.blur)
        image = image + self.noise * self.chance.standard_normal(image.shape, np.float32)
        return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def draw_page(tiles: np.ndarray, tile_px: int = SHARP_TILE_PX) -> np.ndarray:
    """The clock with its ring and its white margin, a tile each: (side, side), 0 to 1."""
    page = np.ones((TILES + 4, TILES + 4))
    page[1:-1, 1:-1] = 0
    page[2:-2, 2:-2] = tiles
    return page.repeat(tile_px, 0).repeat(tile_px, 1)


def draw_levels(light: np.ndarray, chance: np.random.Generator, noise: float = 4.0) -> np.ndarray:
    """What the grey levels of tiles and ring are on a frame: (10, 10)."""
    levels = np.full((TILES + 2, TILES + 2), 25.0)
    levels[1:-1, 1:-1] += 195 * light ** (1 / GAMMA)
    return levels + chance.normal(0, noise, levels.shape)


def film_levels(
    camera: Camera, screen: Screen, rate: float, delay: float, started_at: float = 0, seconds=10
) -> list[TimedReading]:
    """The readings of a camera that sees the tiles alone: without an image, which takes long."""
    return [
        TimedReading(round(at + delay), *reading)
        for at in frame_times(rate, seconds, started_at)
        if (reading := read_tiles(draw_levels(camera.expose(screen, at), camera.chance)))
    ]


def film_images(
    camera: Camera, screen: Screen, rate: float, delay: float, started_at: float = 0, seconds=10
) -> list[TimedReading]:
    """The readings of a camera from its images."""
    reader = ClockReader()
    return [
        TimedReading(round(at + delay), *reading)
        for at in frame_times(rate, seconds, started_at)
        if (reading := reader.read(camera.film(screen, at)))
    ]


def read_image(image: np.ndarray) -> ClockReading | None:
    return ClockReader().read(image)


def draw_scene(chance: np.random.Generator, size: tuple[int, int] = (160, 120)) -> np.ndarray:
    """A scene without the code: windows, tiles, boards, text, grids, noise. (height, width)."""
    coarse = chance.integers(0, 256, (chance.integers(2, 12), chance.integers(2, 12)))
    image = cv2.resize(coarse.astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
    for _ in range(chance.integers(5, 30)):
        _draw_thing(image, chance)
    if chance.random() < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), chance.uniform(0.3, 2))
    image = image + chance.uniform(0, 15) * _noise(size)
    return np.clip(image, 0, 255).astype(np.uint8)


def _draw_thing(image: np.ndarray, chance: np.random.Generator) -> None:
    height, width = image.shape[:2]
    x, y = (int(each) for each in chance.integers(-50, (width, height)))
    side = int(chance.integers(20, height))
    colour = int(chance.integers(0, 256))
    kind = chance.integers(5)
    if kind == 0:
        cv2.rectangle(image, (x, y), (x + side, y + side), colour, int(chance.choice([-1, 2, 12])))
    elif kind == 1:
        cv2.circle(image, (x, y), side // 2, colour, int(chance.choice([-1, 3])))
    elif kind == 2:
        cv2.putText(image, "camrec 12:34", (x, y), 0, side / 80, colour, 1 + side // 60)
    else:
        _draw_code(image, (x, y), side, chance)


def _draw_code(
    image: np.ndarray, corner: tuple[int, int], side: int, chance: np.random.Generator
) -> None:
    """A board of random tiles within a ring, as other codes have it: the hardest thing to tell."""
    tiles = chance.random((TILES, TILES)) < 0.5
    if chance.random() < 0.3:
        tiles = np.indices(tiles.shape).sum(axis=0) % 2 == 0
    page = (255 * draw_page(tiles, max(1, side // 12))).astype(np.uint8)
    height, width = image.shape[:2]
    x, y = max(0, corner[0]), max(0, corner[1])
    page = page[: height - y, : width - x]
    image[y : y + page.shape[0], x : x + page.shape[1]] = page


def frame_times(rate: float, seconds: float, started_at: float) -> Iterator[float]:
    """The middle of each frame's exposure, in nanoseconds."""
    for number in range(int(rate * seconds)):
        yield started_at + number * SECOND / rate
