"""Measures how much later than others a camera's frames are dated: all of them film one screen.

The screen shows a coded clock. Nothing in this package reads a clock or a camera: it gets images
and their times. The decision about the code is in ``docs/decisions``.
"""

from camrec.calibration.clock_pattern import CLOCK_PERIOD_NS, STEP_NS, encode_tiles
from camrec.calibration.clock_reader import ClockReader
from camrec.calibration.delay_estimate import (
    USUAL_REFRESH_NS,
    DelayEstimate,
    NoDelay,
    TimedReading,
    estimate_delay,
)
from camrec.calibration.tile_reading import ClockReading, read_tiles

__all__ = [
    "CLOCK_PERIOD_NS",
    "STEP_NS",
    "USUAL_REFRESH_NS",
    "ClockReader",
    "ClockReading",
    "DelayEstimate",
    "NoDelay",
    "TimedReading",
    "encode_tiles",
    "estimate_delay",
    "read_tiles",
]
