"""The number that a camera drew."""

from __future__ import annotations

import cv2
import numpy as np

from support.cameras import barcode


def number_of(jpeg: bytes) -> int:
    """The number that the camera drew on the frame."""
    return barcode.read(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE))
