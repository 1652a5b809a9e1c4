"""JPEGs, and what they decode to."""

from __future__ import annotations

import cv2
import numpy as np

SIZE = (160, 112)
SAMPLING = {
    0: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    1: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
}


def jpeg(number: int = 0, *, kind: int = 1, restart: int = 0, quality: int = 80) -> bytes:
    chance = np.random.default_rng(number)
    small = chance.integers(0, 256, (14, 20, 3), np.uint8)
    image = cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, restart]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLING[kind]]
    return cv2.imencode(".jpg", image, options)[1].tobytes()


def decoded(data: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image
