"""The coded clock is found in images, and nothing else is taken for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camrec.calibration import CLOCK_PERIOD_NS, ClockReader
from support.filmed_clock import MS, Camera, Screen, draw_scene, read_image

SCREEN = Screen()
SMALL = ((0.4, 0.4), (0.585, 0.4), (0.585, 0.645), (0.4, 0.645))  # 118 px: 10 px a tile
TINY = ((0.4, 0.4), (0.53, 0.4), (0.53, 0.575), (0.4, 0.575))  # 84 px: 7 px a tile
LARGE = ((0.22, 0.0), (0.78, 0.0), (0.78, 1.0), (0.22, 1.0))
FROM_THE_LEFT = ((0.3, 0.2), (0.6, 0.3), (0.6, 0.7), (0.3, 0.85))
FROM_BELOW = ((0.35, 0.3), (0.66, 0.34), (0.75, 0.8), (0.25, 0.72))
TURNED = ((0.5, 0.15), (0.75, 0.5), (0.5, 0.85), (0.25, 0.5))
HEAD_OVER = ((0.7, 0.78), (0.3, 0.78), (0.3, 0.25), (0.7, 0.25))
MIRRORED = ((0.7, 0.25), (0.3, 0.25), (0.3, 0.78), (0.7, 0.78))


def is_near(clock_ns: int, at: float) -> bool:
    """Within 25 ms, over the end of the clock's period."""
    return (clock_ns - at + 25 * MS) % CLOCK_PERIOD_NS < 50 * MS


def share_of_right_readings(camera: Camera, count: int = 5) -> float:
    """Of frames at different moments; each one is found anew. A wrong reading fails."""
    right = 0
    for at in np.arange(count) * 1237.3 * MS:
        reading = read_image(camera.film(SCREEN, at))
        if reading is not None:
            assert is_near(reading.clock_ns, at)
            right += 1
    return right / count


@pytest.mark.parametrize(
    "corners", [SMALL, TINY, LARGE, FROM_THE_LEFT, FROM_BELOW, TURNED, HEAD_OVER, MIRRORED]
)
def test_a_clock_is_read_from_any_side(corners):
    assert share_of_right_readings(Camera(corners=corners)) >= 0.8


@pytest.mark.parametrize(
    "camera",
    [
        Camera(blur=4),
        Camera(blur=2.5, corners=SMALL),
        Camera(noise=25),
        Camera(noise=12, black=40, white=90),
        Camera(black=5, white=40, noise=2),
        Camera(black=120, white=250),
        Camera(size=(1920, 1080), blur=3),
        Camera(size=(320, 240)),
        Camera(rolling=30 * MS),
        Camera(rolling=20 * MS, exposure=33 * MS, corners=TURNED, noise=8),
        Camera(exposure=1 * MS),
        Camera(exposure=40 * MS, blur=3, noise=10, corners=FROM_BELOW),
    ],
    ids=[
        "blurred",
        "small and blurred",
        "noisy",
        "faint",
        "dark",
        "bright",
        "1080p",
        "240p",
        "rolling shutter",
        "turned, with a rolling shutter",
        "short exposure",
        "long exposure",
    ],
)
def test_a_clock_is_read_by_a_poor_camera(camera):
    assert share_of_right_readings(camera) >= 0.8


def test_a_clock_is_read_in_a_busy_scene():
    chance = np.random.default_rng(3)
    for _ in range(4):
        camera = Camera(ground=draw_scene(chance, (640, 480)))
        assert share_of_right_readings(camera, count=4) >= 0.75


def test_a_clock_is_read_after_jpeg():
    right = 0
    for at in np.arange(20) * 1237.3 * MS:
        _, data = cv2.imencode(".jpg", Camera().film(SCREEN, at), [cv2.IMWRITE_JPEG_QUALITY, 30])
        reading = read_image(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
        right += reading is not None and is_near(reading.clock_ns, at)
    assert right >= 18


def test_a_clock_that_was_moved_is_found_again():
    reader = ClockReader()
    for corners in (SMALL, LARGE, TURNED):
        assert reader.read(Camera(corners=corners).film(SCREEN, 300 * MS)) is not None


def test_a_clock_that_is_partly_covered_is_not_read():
    image = Camera().film(SCREEN, 300 * MS)
    image[200:300, 300:340] = 128
    assert read_image(image) is None


def test_two_hundred_scenes_without_the_clock_are_not_read():
    chance = np.random.default_rng(4)
    reader = ClockReader()
    for _ in range(200):
        assert reader.read(draw_scene(chance)) is None
