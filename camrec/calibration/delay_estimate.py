"""Estimates a camera's delay from what the clock showed on its frames.

The delay of one reading is (time of the frame - clock on the frame). Readings that are far off are
left out, and the error that comes from the screen's refresh is removed (`refresh_fit`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from camrec.calibration.clock_pattern import CLOCK_PERIOD_NS
from camrec.calibration.refresh_fit import fit_refresh
from camrec.clock import NS_PER_SECOND

USUAL_REFRESH_NS = NS_PER_SECOND / 60
MIN_READINGS = 20
MIN_SPAN_NS = 8 * NS_PER_SECOND
MAX_DELAY_SPREAD_NS = NS_PER_SECOND // 5  # of one camera's readings, to both sides
MIN_AGREEING_RATIO = 0.6
OUTLIER_SCALES = 4.0  # times the standard deviation, estimated from the median deviation
MAD_TO_DEVIATION = 1.4826  # for a normal distribution
MIN_DEVIATION_NS = 2_000_000.0
# With these, 95 % of the simulated errors are within the uncertainty.
REFRESH_DEVIATIONS = 3.0
SYSTEMATIC_ERROR_NS = 700_000.0  # of a reading: grey tiles are not exactly proportional to time
BLOCK_COUNT = 10
MIN_BLOCKS = 6
# 97.5 % of Student's t for the mean of 6 to 10 blocks, by the blocks.
STUDENT_T = {6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
# A camera's time may be earlier than the clock's: the clocks of two computers differ.
MAX_CLOCK_LEAD_NS = 5 * NS_PER_SECOND


class TimedReading(NamedTuple):
    """A frame that shows the clock.

    frame_ns : the frame's UTC in nanoseconds, as its camera's videos would have it.
    clock_ns, is_blended : see `ClockReading`.
    """

    frame_ns: int
    clock_ns: int
    is_blended: bool


@dataclass(frozen=True)
class DelayEstimate:
    """How much later a camera's frames are dated than the clock that they show.

    The delay contains the screen's own lag, and the difference between the clocks of the computer
    with the screen and of this one. Both are equal for all cameras that saw the same screen, so the
    difference of two cameras' delays does not contain them.

    delay_ns : nanoseconds, from -`MAX_CLOCK_LEAD_NS` on, modulo `CLOCK_PERIOD_NS`.
    uncertainty_ns : about 95 % of the measurements are less wrong, apart from the screen's lag.
    reading_count : how many frames agree.
    """

    delay_ns: int
    uncertainty_ns: int
    reading_count: int


class NoDelay(Enum):
    """Why there is no delay (yet)."""

    TOO_FEW = "too few frames show the clock"
    TOO_SHORT = "the frames that show the clock span too short a time"
    UNSTEADY = "the clock on the frames does not keep pace with their times"


def estimate_delay(
    readings: Sequence[TimedReading], refresh_ns: float = USUAL_REFRESH_NS
) -> DelayEstimate | NoDelay:
    """Estimate the delay of one camera.

    Parameters
    ----------
    readings
        About ten seconds of frames, sorted by `frame_ns`.
    refresh_ns
        How often the screen changes.
    """
    if len(readings) < MIN_READINGS:
        return NoDelay.TOO_FEW
    start = readings[0].frame_ns
    times = np.array([each.frame_ns - start for each in readings], np.float64)
    delays = [(each.frame_ns - each.clock_ns) % CLOCK_PERIOD_NS for each in readings]
    reference, offsets = _find_agreeing(np.array(delays, np.int64))
    agreeing = np.abs(offsets) <= MAX_DELAY_SPREAD_NS
    if np.count_nonzero(agreeing) < MIN_AGREEING_RATIO * len(readings):
        return NoDelay.UNSTEADY
    kept = agreeing & _is_near_median(offsets, agreeing)
    times, offsets = times[kept], offsets[kept]
    blended = np.array([each.is_blended for each in readings])[kept]
    if len(times) < MIN_READINGS:
        return NoDelay.TOO_FEW
    fit = fit_refresh(times, offsets, blended, refresh_ns)
    random_error = _estimate_random_error(times, fit.corrected)
    if random_error is None:
        return NoDelay.TOO_SHORT
    delay = reference + round(fit.mean)
    lowest = -MAX_CLOCK_LEAD_NS
    return DelayEstimate(
        delay_ns=(delay - lowest) % CLOCK_PERIOD_NS + lowest,
        uncertainty_ns=round(
            math.hypot(random_error, REFRESH_DEVIATIONS * fit.deviation, SYSTEMATIC_ERROR_NS)
        ),
        reading_count=len(times),
    )


def _find_agreeing(delays: npt.NDArray[np.int64]) -> tuple[int, npt.NDArray[np.float64]]:
    """The delay with which most others agree, and how far each one is from it."""
    half = CLOCK_PERIOD_NS // 2
    apart = (delays - delays[:, np.newaxis] + half) % CLOCK_PERIOD_NS - half
    best = int((np.abs(apart) <= MAX_DELAY_SPREAD_NS // 2).sum(axis=1).argmax())
    return int(delays[best]), apart[best].astype(np.float64)


def _is_near_median(
    offsets: npt.NDArray[np.float64], agreeing: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    median = np.median(offsets[agreeing])
    deviation = MAD_TO_DEVIATION * np.median(np.abs(offsets[agreeing] - median))
    limit = OUTLIER_SCALES * max(float(deviation), MIN_DEVIATION_NS)
    near: npt.NDArray[np.bool_] = np.abs(offsets - median) <= limit
    return near


def _estimate_random_error(
    times: npt.NDArray[np.float64], offsets: npt.NDArray[np.float64]
) -> float | None:
    """The error of the mean, by how much the means of seconds differ; None without enough of them.

    Neighboring readings meet the screen at similar moments, so their errors are not independent.
    """
    span = times[-1] - times[0]
    if span < MIN_SPAN_NS:
        return None
    blocks = np.minimum((times * BLOCK_COUNT / (span + 1)).astype(np.int64), BLOCK_COUNT - 1)
    counts = np.bincount(blocks, minlength=BLOCK_COUNT)
    filled = counts > 0
    if np.count_nonzero(filled) < MIN_BLOCKS:
        return None
    means = np.bincount(blocks, offsets, BLOCK_COUNT)[filled] / counts[filled]
    return STUDENT_T[len(means)] * float(means.std(ddof=1)) / math.sqrt(len(means))
