"""A camera's own clock: what its reports and the arrivals of its frames show of it.

Nothing in this package reads a clock or a packet: it gets timestamps, arrivals and reports as
numbers. ``docs/timing.md`` has the symbols and the rules.
"""

from camrec.camera_clock.camera_clock import CameraClock, ClockStep, ClockVerdict
from camrec.camera_clock.clock_rules import ArrivalEstimate, CameraClockState
from camrec.camera_clock.min_delay_line import MinDelayLine
from camrec.camera_clock.nominal_rate import NominalRate, NominalRateCheck
from camrec.camera_clock.report_line import ClockReport
from camrec.camera_clock.retiming import Retiming, RetimingLine, fit_retiming

__all__ = [
    "ArrivalEstimate",
    "CameraClock",
    "CameraClockState",
    "ClockReport",
    "ClockStep",
    "ClockVerdict",
    "MinDelayLine",
    "NominalRate",
    "NominalRateCheck",
    "Retiming",
    "RetimingLine",
    "fit_retiming",
]
