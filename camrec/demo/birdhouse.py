"""Draws a birdhouse in a garden: a bird hops along a branch, leaves fall, a butterfly flies by."""

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
    draw_timestamp,
)

BIRD_SIZE_PX = (150, 120)
HOUSE_LEFT_PX = 810
HOPS_PER_ROUND_TRIP = 24.0


class BirdhouseScene:
    """Implements `Scene`."""

    def __init__(self) -> None:
        chance = np.random.default_rng(11)
        self._background = _draw_background(chance)
        self._birds_facing_right = {mood: _make_bird(mood) for mood in ("up", "down")}
        self._birds_facing_left = {
            mood: bird.mirrored() for mood, bird in self._birds_facing_right.items()
        }
        self._leaves = [
            (_make_leaf(colour), float(x), float(speed), float(phase))
            for colour, x, speed, phase in zip(
                ((60, 150, 170), (50, 120, 190), (70, 170, 120)),
                chance.uniform(100, 1150, 3),
                chance.uniform(50, 90, 3),
                chance.uniform(0, 9, 3),
                strict=True,
            )
        ]
        self._butterfly_sprites = [_make_butterfly(width) for width in (10, 18, 26, 18)]

    def draw(self, moment: float) -> ImageArray:
        """See `Scene.draw`."""
        image: ImageArray = self._background.copy()
        for leaf, x, speed, phase in self._leaves:
            y = (moment * speed + phase * 100) % (SCENE_HEIGHT_PX + 300) - 150
            leaf.draw_on(image, x + 60 * math.sin(moment * 0.9 + phase), y)
        self._draw_bird(image, moment)
        x = (moment * 70) % (SCENE_WIDTH_PX + 600) - 300
        y = 190 + 60 * math.sin(moment * 1.3) + 22 * math.sin(moment * 4.1)
        self._butterfly_sprites[int(moment * 12) % 4].draw_on(image, x, y)
        draw_timestamp(image, moment)
        return image

    def _draw_bird(self, image: ImageArray, moment: float) -> None:
        """Draw the bird, which hops along the branch to the house and back, with rests."""
        hops, part = divmod(moment % HOPS_PER_ROUND_TRIP, 1.0)
        there = HOPS_PER_ROUND_TRIP / 2
        homeward = hops >= there
        step = min(part / 0.35, 1.0)
        number = hops + step * step * (3 - 2 * step)
        x = 130 + 43 * (HOPS_PER_ROUND_TRIP - number if homeward else number)
        height = 34 * math.sin(math.pi * step) if step < 1 else 0.0
        mood = "down" if part > 0.7 and int(hops) % 3 == 1 else "up"
        birds = self._birds_facing_left if homeward else self._birds_facing_right
        birds[mood].draw_on(image, x - BIRD_SIZE_PX[0] / 2, _branch_height(x) - 104 - height)


def _branch_height(x: float) -> float:
    """Return the y coordinate of the branch at `x`, in pixels."""
    return 560 - 0.055 * x


def _draw_background(chance: np.random.Generator) -> ImageArray:
    """Draw the part that does not move: leaves out of focus, the branch and the house."""
    image: ImageArray = np.full((SCENE_HEIGHT_PX, SCENE_WIDTH_PX, 3), (28, 58, 34), np.uint8)
    for radius in (110, 80, 55, 38):
        for _ in range(26):
            centre = (
                int(chance.integers(0, SCENE_WIDTH_PX)),
                int(chance.integers(0, SCENE_HEIGHT_PX)),
            )
            green = int(chance.integers(70, 190))
            colour = (green * 2 // 5, green, int(green * chance.uniform(0.35, 0.85)))
            layer = image.copy()
            cv2.circle(layer, centre, radius, colour, -1, cv2.LINE_AA)
            cv2.addWeighted(layer, 0.42, image, 0.58, 0, dst=image)
        cv2.GaussianBlur(image, (0, 0), radius / 9, dst=image)
    _fill_polygon(
        image, [(0, 562), (SCENE_WIDTH_PX, 490), (SCENE_WIDTH_PX, 508), (0, 588)], (40, 66, 98)
    )
    _fill_polygon(
        image, [(0, 562), (SCENE_WIDTH_PX, 490), (SCENE_WIDTH_PX, 495), (0, 569)], (66, 104, 146)
    )
    left, right = HOUSE_LEFT_PX, HOUSE_LEFT_PX + 210
    _fill_polygon(image, [(left, 240), (right, 240), (right, 500), (left, 512)], (72, 118, 172))
    _fill_polygon(
        image, [(right - 46, 240), (right, 240), (right, 500), (right - 46, 503)], (58, 98, 146)
    )
    for y in range(292, 500, 52):
        cv2.line(image, (left, y), (right, y), (58, 98, 146), 2, cv2.LINE_AA)
    _fill_polygon(image, [(left - 34, 246), (left + 105, 118), (right + 34, 246)], (52, 70, 112))
    _fill_polygon(image, [(left + 105, 118), (right + 34, 246), (right + 4, 246)], (42, 58, 94))
    cv2.circle(image, (left + 88, 352), 44, (46, 78, 118), -1, cv2.LINE_AA)
    cv2.circle(image, (left + 88, 352), 37, (20, 26, 36), -1, cv2.LINE_AA)
    cv2.line(image, (left + 88, 424), (left + 60, 446), (60, 92, 130), 9, cv2.LINE_AA)
    return image


def _fill_polygon(image: ImageArray, points: list[tuple[int, int]], colour: Colour) -> None:
    cv2.fillPoly(image, [np.array(points, np.int32)], colour, cv2.LINE_AA)


def _make_bird(mood: str) -> Sprite:
    """Make a robin that looks to the right (mood "up"), or pecks at the branch ("down")."""
    nod = 16 if mood == "down" else 0

    def paint(canvas: ImageArray) -> None:
        def ellipse(x: float, y: float, a: float, b: float, turn: float, colour: Colour) -> None:
            centre, axes = (
                (round(x * SUPERSAMPLING_FACTOR), round(y * SUPERSAMPLING_FACTOR)),
                (round(a * SUPERSAMPLING_FACTOR), round(b * SUPERSAMPLING_FACTOR)),
            )
            cv2.ellipse(canvas, centre, axes, turn, 0, 360, (*colour, 255), -1, cv2.LINE_AA)

        def shape(points: list[tuple[float, float]], colour: Colour) -> None:
            corners = np.array(points) * SUPERSAMPLING_FACTOR
            cv2.fillPoly(canvas, [corners.astype(np.int32)], (*colour, 255), cv2.LINE_AA)

        for x in (70, 84):
            shape([(x, 90), (x + 3, 90), (x + 5, 108), (x + 1, 108)], (40, 50, 60))
        shape([(42, 62), (2, 82), (10, 92), (52, 80)], (52, 84, 122))
        ellipse(74, 68, 40, 28, 12, (66, 104, 150))
        ellipse(88, 76, 27, 21, 10, (60, 120, 232))
        ellipse(104, 42 + nod, 23, 21, 0, (66, 104, 150))
        ellipse(112, 47 + nod, 14, 15, 0, (60, 120, 232))
        shape([(125, 38 + nod), (147, 45 + nod), (125, 50 + nod)], (50, 160, 220))
        ellipse(110, 36 + nod, 4, 4, 0, (20, 20, 20))
        ellipse(111.5, 34.5 + nod, 1.4, 1.4, 0, (255, 255, 255))
        ellipse(60, 64, 26, 15, 22, (46, 76, 112))

    return Sprite(*BIRD_SIZE_PX, paint)


def _make_leaf(colour: Colour) -> Sprite:
    def paint(canvas: ImageArray) -> None:
        centre = (20 * SUPERSAMPLING_FACTOR, 20 * SUPERSAMPLING_FACTOR)
        axes = (17 * SUPERSAMPLING_FACTOR, 8 * SUPERSAMPLING_FACTOR)
        cv2.ellipse(canvas, centre, axes, 35, 0, 360, (*colour, 255), -1, cv2.LINE_AA)

    return Sprite(40, 40, paint)


def _make_butterfly(width: int) -> Sprite:
    def paint(canvas: ImageArray) -> None:
        for side in (-1, 1):
            for y, size in ((20, 1.0), (36, 0.75)):
                centre = (
                    round((32 + side * width / 2) * SUPERSAMPLING_FACTOR),
                    y * SUPERSAMPLING_FACTOR,
                )
                axes = (
                    round(width / 2 * size * SUPERSAMPLING_FACTOR),
                    round(12 * size * SUPERSAMPLING_FACTOR),
                )
                cv2.ellipse(canvas, centre, axes, 0, 0, 360, (235, 200, 120, 255), -1, cv2.LINE_AA)
        cv2.line(
            canvas,
            (32 * SUPERSAMPLING_FACTOR, 14 * SUPERSAMPLING_FACTOR),
            (32 * SUPERSAMPLING_FACTOR, 44 * SUPERSAMPLING_FACTOR),
            (30, 30, 40, 255),
            12,
        )

    return Sprite(64, 64, paint)
