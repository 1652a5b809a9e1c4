"""Finds the coded clock in the images of one camera, and reads it."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.calibration.clock_pattern import RINGED_TILE_COUNT
from camrec.calibration.square_search import Corners, GreyImage, find_squares
from camrec.calibration.tile_reading import ClockReading, Levels, read_tiles

TILE_PX = 16  # of the image that is made to look straight at the clock
TILE_EDGE_PX = 4  # not counted on each side of a tile: a blurred neighbor shines into it


class ClockReader:
    """Reads the clock in one image after the other. The place where it was is tried first."""

    def __init__(self) -> None:
        self._corners: Corners | None = None

    def read(self, image: GreyImage) -> ClockReading | None:
        """Read the clock in an image; None if it is not there, or cannot be read."""
        if self._corners is not None:
            reading = read_tiles(_measure_levels(image, self._corners))
            if reading is not None:
                return reading
        for corners in find_squares(image):
            reading = read_tiles(_measure_levels(image, corners))
            if reading is not None:
                self._corners = corners
                return reading
        return None


def _measure_levels(image: GreyImage, corners: Corners) -> Levels:
    """The mean grey level of each tile and of the ring."""
    side = RINGED_TILE_COUNT * TILE_PX
    straight_corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32) - 0.5
    straight = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(corners, straight_corners.astype(np.float32)),
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    tiles = straight.reshape(RINGED_TILE_COUNT, TILE_PX, RINGED_TILE_COUNT, TILE_PX)
    inside = slice(TILE_EDGE_PX, TILE_PX - TILE_EDGE_PX)
    return np.asarray(tiles[:, inside, :, inside].mean(axis=(1, 3)), np.float64)
