"""Drawing functions for both scenes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

SCENE_WIDTH_PX, SCENE_HEIGHT_PX = 1280, 720
SUPERSAMPLING_FACTOR = 4

ImageArray = npt.NDArray[np.uint8]  # (height, width, 3 or 4), BGR or BGRA
Colour = tuple[int, int, int]


class Scene(Protocol):
    """A scene that changes with time."""

    def draw(self, moment: float) -> ImageArray:
        """Return the image at `moment` (UTC seconds): (720, 1280, 3) uint8, BGR.

        Any thread may call it.
        """
        ...


class Sprite:
    """A small image with soft edges. It is painted once and drawn often.

    Parameters
    ----------
    paint
        Draws on a transparent BGRA canvas of the sprite's size times `SUPERSAMPLING_FACTOR`.
    """

    def __init__(self, width: int, height: int, paint: Callable[[ImageArray], None]) -> None:
        canvas = np.zeros(
            (height * SUPERSAMPLING_FACTOR, width * SUPERSAMPLING_FACTOR, 4), np.uint8
        )
        paint(canvas)
        small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
        self._colour = np.ascontiguousarray(small[..., :3])
        self._transparency = np.repeat(255 - small[..., 3:], 3, axis=2)

    def mirrored(self) -> Sprite:
        """Return a copy with left and right exchanged."""
        twin = object.__new__(Sprite)
        twin._colour = np.ascontiguousarray(self._colour[:, ::-1])
        twin._transparency = np.ascontiguousarray(self._transparency[:, ::-1])
        return twin

    def draw_on(self, image: ImageArray, x: float, y: float) -> None:
        """Draw the sprite with its top left corner at (x, y). It may extend beyond the image."""
        height, width = self._colour.shape[:2]
        left, top = round(x), round(y)
        here = (slice(max(top, 0), max(top + height, 0)), slice(max(left, 0), max(left + width, 0)))
        area = image[here]
        if area.size == 0:
            return
        rows = slice(max(-top, 0), max(-top, 0) + area.shape[0])
        columns = slice(max(-left, 0), max(-left, 0) + area.shape[1])
        cv2.multiply(area, self._transparency[rows, columns], dst=area, scale=1 / 255)
        cv2.add(area, self._colour[rows, columns], dst=area)


def make_gradient(top: Colour, bottom: Colour, height: int) -> ImageArray:
    """Make a strip as wide as the scene, (height, 1280, 3), from one colour to another."""
    part = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    strip = np.asarray(top, np.float32) * (1 - part) + np.asarray(bottom, np.float32) * part
    return np.repeat(strip, SCENE_WIDTH_PX, axis=1).astype(np.uint8)


def add_glow(image: ImageArray, x: int, y: int, radius: int, colour: Colour) -> None:
    """Add a soft round light around (x, y), in pixels."""
    reach = radius * 3 // 2
    area = image[max(y - reach, 0) : y + reach, max(x - reach, 0) : x + reach]
    rows, columns = np.ogrid[: area.shape[0], : area.shape[1]]
    distance = (columns - min(x, reach)) ** 2 + (rows - min(y, reach)) ** 2
    glow = np.exp(-3 * distance / radius**2)[..., None] * np.asarray(colour)
    area[:] = np.clip(area + glow, 0, 255)


def draw_timestamp(image: ImageArray, moment: float) -> None:
    """Write date and time, to a hundredth of a second, into the lower left corner."""
    text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
    text = f"{text}.{int(moment * 100) % 100:02d}"
    # White text with a black shadow is readable on any background.
    for shift, colour in ((2, (0, 0, 0)), (1, (0, 0, 0)), (0, (255, 255, 255))):
        position = (24 + shift, SCENE_HEIGHT_PX - 24 + shift)
        cv2.putText(image, text, position, cv2.FONT_HERSHEY_SIMPLEX, 0.8, colour, 1, cv2.LINE_AA)
