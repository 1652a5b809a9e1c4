"""A camera's own clock: what its reports and the arrivals of its frames show of it.

Nothing in this package reads a clock or a packet: it gets timestamps, arrivals and reports as
numbers. ``docs/timing.md`` has the symbols and the rules.
"""

from camrec.camera_clock.camera_clock import UNSEEN_DELAY_NS, CameraClock, ClockStep, ClockVerdict
from camrec.camera_clock.clock_rules import ArrivalEstimate, CameraClockState
from camrec.camera_clock.dated_line import DatedStretch, UtcSource
from camrec.camera_clock.delay_points import DelayPoints
from camrec.camera_clock.min_delay_line import MinDelayLine
from camrec.camera_clock.nominal_rate import NominalRate, NominalRateCheck, round_rate
from camrec.camera_clock.polyline import find_bends
from camrec.camera_clock.report_line import ClockReport
from camrec.camera_clock.retiming import SLOPE_UNITS, Retiming, RetimingLine, fit_retiming
from camrec.camera_clock.track_clock import ClockChoice, TrackClock

__all__ = [
    "SLOPE_UNITS",
    "UNSEEN_DELAY_NS",
    "ArrivalEstimate",
    "CameraClock",
    "CameraClockState",
    "ClockChoice",
    "ClockReport",
    "ClockStep",
    "ClockVerdict",
    "DatedStretch",
    "DelayPoints",
    "MinDelayLine",
    "NominalRate",
    "NominalRateCheck",
    "Retiming",
    "RetimingLine",
    "TrackClock",
    "UtcSource",
    "find_bends",
    "fit_retiming",
    "round_rate",
]
