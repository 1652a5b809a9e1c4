"""Finds dark squares on a light ground in an image, seen from any side."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

GreyImage = npt.NDArray[np.uint8]  # (height, width)
Corners = npt.NDArray[np.float32]  # (4, 2): x and y in pixels, in the order of the outline

SEARCH_SIDE_PX = 1280  # larger images are made smaller for the search
SMOOTHING_PX = 3  # against noise, which would be thousands of outlines
MIN_SIDE_PX = 40.0
MAX_CANDIDATES = 200  # of each threshold, the largest first
CORNER_TOLERANCE_RATIO = 0.03  # of the outline's length
SIDE_END_RATIO = 0.12  # next to a corner a blurred side is round
# The neighborhood with which a pixel is compared, as a divisor of the image's longer side.
NEIGHBORHOOD_DIVISORS = (4, 16)
THRESHOLD_BELOW_MEAN = 5


def find_squares(image: GreyImage) -> Iterator[Corners]:
    """The corners of all that could be a dark square, the largest first for each threshold."""
    scale = min(1.0, SEARCH_SIDE_PX / max(image.shape))
    small = image
    if scale < 1:
        small = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    smooth = np.asarray(cv2.blur(small, (SMOOTHING_PX, SMOOTHING_PX)), np.uint8)
    for dark in _find_dark_pixels(smooth):
        outlines, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        long_ones = [each for each in outlines if len(each) >= 3 * MIN_SIDE_PX]
        for outline in sorted(long_ones, key=len, reverse=True)[:MAX_CANDIDATES]:
            corners = _fit_corners(outline)
            if corners is not None:
                # The centre of a pixel stays in its place.
                yield ((corners + 0.5) / scale - 0.5).astype(np.float32)


def _find_dark_pixels(image: GreyImage) -> Iterator[GreyImage]:
    """Images that are 255 where it is dark: by one threshold, and in contrast to the neighbors."""
    kind = cv2.THRESH_BINARY_INV
    yield np.asarray(cv2.threshold(image, 0, 255, kind | cv2.THRESH_OTSU)[1], np.uint8)
    for divisor in NEIGHBORHOOD_DIVISORS:
        side = max(image.shape) // divisor | 1
        dark = cv2.adaptiveThreshold(
            image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, side, THRESHOLD_BELOW_MEAN
        )
        yield np.asarray(dark, np.uint8)


def _fit_corners(outline: cv2.typing.MatLike) -> Corners | None:
    """Where the four sides of an outline meet; None if it has no four sides."""
    rough = cv2.approxPolyDP(outline, CORNER_TOLERANCE_RATIO * len(outline), closed=True)
    if len(rough) != 4 or not cv2.isContourConvex(rough):
        return None
    points, ends = outline[:, 0], rough[:, 0]
    if min(np.linalg.norm(ends - np.roll(ends, 1, axis=0), axis=1)) < MIN_SIDE_PX / 2:
        return None
    places = [int(np.flatnonzero((points == end).all(axis=1))[0]) for end in ends]
    lines = []
    for start, stop in zip(places, places[1:] + places[:1], strict=True):
        count = (stop - start) % len(points)
        skipped = round(SIDE_END_RATIO * count)
        side = points[(start + np.arange(skipped, count - skipped)) % len(points)]
        if len(side) < 2:
            return None
        line = cv2.fitLine(side, cv2.DIST_HUBER, 0, 0.01, 0.01)
        lines.append(np.asarray(line[:, 0], np.float64))
    corners = [_intersect(lines[each - 1], lines[each]) for each in range(4)]
    found = np.array(corners, np.float32)
    largest_shift = np.abs(found - ends).max()
    return found if largest_shift < MIN_SIDE_PX / 2 else None


def _intersect(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Where two lines (direction x, direction y, point x, point y) meet; far away if nowhere."""
    across = float(one[0] * other[1] - one[1] * other[0]) or 1e-9
    along = (other[2] - one[2]) * other[1] - (other[3] - one[3]) * other[0]
    meeting: npt.NDArray[np.float64] = one[2:] + one[:2] * (along / across)
    return meeting
