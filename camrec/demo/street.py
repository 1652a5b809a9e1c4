"""Draws a street at night: lights go on and off in the windows, and cars drive by."""

from __future__ import annotations

import math

import cv2
import numpy as np

from camrec.demo.drawing import (
    SCENE_HEIGHT_PX,
    SCENE_WIDTH_PX,
    SUPERSAMPLING_FACTOR,
    Colour,
    ImageArray,
    Sprite,
    add_glow,
    draw_timestamp,
    make_gradient,
)

KERB_TOP_PX = 520
LAMP_POSITIONS_PX = (250, 700, 1150)
LIT_WINDOW_COLOUR = (120, 200, 255)
DARK_WINDOW_COLOUR = (66, 52, 48)
CAR_SIZE_PX = (230, 150)
HEADLIGHT_BEAM_PX = 300


class StreetScene:
    """Implements `Scene`."""

    def __init__(self) -> None:
        chance = np.random.default_rng(7)
        self._background, self._windows = _draw_houses(chance)
        self._stars = [
            (x, y, chance.uniform(0, 2 * math.pi))
            for x, y in chance.integers(0, (SCENE_WIDTH_PX, 98), (60, 2)).tolist()
            if self._background[y, x].max() < 100
        ]
        self._near_car = _make_car((60, 60, 200))
        self._far_car = _make_car((170, 120, 60)).mirrored()

    def draw(self, moment: float) -> ImageArray:
        """See `Scene.draw`."""
        image: ImageArray = self._background.copy()
        for x, y, phase in self._stars:
            image[y, x] = 130 + int(90 * math.sin(2.2 * moment + phase))
        for number, (x, y) in enumerate(self._windows):
            # Each window has its own period of about half a minute.
            if (moment / (23 + number % 17) + number * 0.37) % 1 < 0.5:
                image[y : y + 24, x : x + 18] = LIT_WINDOW_COLOUR
        self._far_car.draw_on(image, SCENE_WIDTH_PX - (moment * 170) % 2100, 505)
        self._near_car.draw_on(image, (moment * 210) % 2300 - 700, 560)
        draw_timestamp(image, moment)
        return image


def _draw_houses(chance: np.random.Generator) -> tuple[ImageArray, list[tuple[int, int]]]:
    """Draw the part that does not move; also return the top left corner (x, y) of each window."""
    image: ImageArray = np.empty((SCENE_HEIGHT_PX, SCENE_WIDTH_PX, 3), np.uint8)
    image[:KERB_TOP_PX] = make_gradient((58, 30, 20), (122, 84, 96), KERB_TOP_PX)
    add_glow(image, 1010, 90, 90, (70, 80, 80))
    cv2.circle(image, (1010, 90), 26, (214, 236, 240), -1, cv2.LINE_AA)
    windows = []
    for left, right, roof, colour in (
        (0, 265, 190, (70, 48, 44)),
        (265, 480, 120, (60, 42, 40)),
        (480, 730, 230, (74, 52, 46)),
        (730, 965, 100, (58, 40, 38)),
        (965, 1280, 205, (68, 46, 44)),
    ):
        cv2.rectangle(image, (left, roof), (right, KERB_TOP_PX), colour, -1)
        cv2.rectangle(image, (left, roof), (right, roof + 6), _darken(colour), -1)
        for y in range(roof + 34, KERB_TOP_PX - 60, 54):
            for x in range(left + 26, right - 40, 46):
                if (
                    chance.random() < 0.62
                    and min(abs(x + 9 - lamp) for lamp in LAMP_POSITIONS_PX) > 25
                ):
                    cv2.rectangle(image, (x, y), (x + 17, y + 23), DARK_WINDOW_COLOUR, -1)
                    windows.append((x, y))
    image[KERB_TOP_PX:] = make_gradient((70, 66, 66), (44, 42, 42), SCENE_HEIGHT_PX - KERB_TOP_PX)
    cv2.rectangle(image, (0, KERB_TOP_PX), (SCENE_WIDTH_PX, KERB_TOP_PX + 12), (96, 92, 90), -1)
    for x in range(30, SCENE_WIDTH_PX, 160):
        cv2.line(image, (x, 640), (x + 80, 640), (150, 200, 210), 5, cv2.LINE_AA)
    for x in LAMP_POSITIONS_PX:
        cv2.line(image, (x, KERB_TOP_PX + 6), (x, 290), (36, 32, 32), 7, cv2.LINE_AA)
        add_glow(image, x, 285, 150, (70, 130, 190))
        add_glow(image, x, 600, 120, (20, 38, 50))
        cv2.circle(image, (x, 285), 13, (190, 235, 255), -1, cv2.LINE_AA)
    return image, windows


def _make_car(colour: Colour) -> Sprite:
    """Make a car that drives to the right, with its headlights."""
    width, height = CAR_SIZE_PX

    def paint(canvas: ImageArray) -> None:
        def at(*point: float) -> tuple[int, int]:
            return round(point[0] * SUPERSAMPLING_FACTOR), round(point[1] * SUPERSAMPLING_FACTOR)

        def area(points: list[tuple[float, float]], fill: Colour) -> None:
            corners = np.array([at(*point) for point in points], np.int32)
            cv2.fillPoly(canvas, [corners], (*fill, 255), cv2.LINE_AA)

        _draw_headlights(canvas)
        area([(50, 62), (82, 26), (150, 26), (186, 62)], _darken(colour))
        area([(64, 60), (88, 34), (112, 34), (112, 60)], (110, 90, 70))
        area([(120, 60), (120, 34), (146, 34), (170, 60)], (110, 90, 70))
        area([(10, 66), (22, 58), (204, 58), (224, 76), (226, 104), (10, 104)], colour)
        area([(214, 74), (224, 76), (225, 88), (214, 88)], (200, 250, 255))
        area([(10, 72), (18, 70), (18, 86), (10, 86)], (40, 40, 230))
        for x in (58, 176):
            cv2.circle(
                canvas, at(x, 106), 22 * SUPERSAMPLING_FACTOR, (24, 22, 22, 255), -1, cv2.LINE_AA
            )
            cv2.circle(
                canvas, at(x, 106), 10 * SUPERSAMPLING_FACTOR, (150, 146, 146, 255), -1, cv2.LINE_AA
            )

    return Sprite(width + HEADLIGHT_BEAM_PX, height, paint)


def _draw_headlights(canvas: ImageArray) -> None:
    """Draw the headlights. They have alpha 0, so their light is added to the background."""
    left = (CAR_SIZE_PX[0] - 8) * SUPERSAMPLING_FACTOR
    along = np.linspace(0, 1, canvas.shape[1] - left, dtype=np.float32)[None, :]
    down = np.arange(canvas.shape[0], dtype=np.float32)[:, None] / SUPERSAMPLING_FACTOR
    middle, spread = 84 + 26 * along, 8 + 22 * along
    strength = (1 - along) ** 1.5 * np.exp(-(((down - middle) / spread) ** 2))
    canvas[:, left:, :3] = (strength[..., None] * np.array([70, 120, 140])).astype(np.uint8)


def _darken(colour: Colour) -> Colour:
    blue, green, red = colour
    return blue * 2 // 3, green * 2 // 3, red * 2 // 3
