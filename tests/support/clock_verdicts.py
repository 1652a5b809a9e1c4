"""The cameras with right and wrong clocks of the tests, and what has to be said of each."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.camera_clock import CameraClockState
from support.simulated_clock import (
    RATE,
    STARTED_AT,
    SimulatedCamera,
    ahead_by,
    drifting,
    set_at,
)

ARRIVAL, NO_CLOCK, LIES, SET, FREE, CAMERA, ZONE, WRONG = CameraClockState


@dataclass(frozen=True)
class Expected:
    """delay_s : d, in seconds; None for any. ppm : s. zone_h : hours. sure : nothing is doubtful.
    exact_ms : how exact the UTC of frames is if the camera's own reports are used.
    """

    states: tuple[CameraClockState, ...]
    delay_s: float | None = 0.040
    ppm: float | None = 0.0
    zone_h: float = 0.0
    sure: bool = True
    exact_ms: float | None = None


RIGHT = Expected((ARRIVAL, CAMERA), exact_ms=0.05)
CAMERAS: dict[str, tuple[SimulatedCamera, Expected]] = {
    "right": (SimulatedCamera(), RIGHT),
    "RTP wraps": (SimulatedCamera(first_ticks=2**32 - 20 * RATE), RIGHT),
    "reports stop after 12 s": (SimulatedCamera(last_report=12), RIGHT),
    "no report": (SimulatedCamera(first_report=99), Expected((ARRIVAL,), None, None)),
    "3.7 s ahead": (SimulatedCamera(wall=ahead_by(3.7)), Expected((ARRIVAL, WRONG), -3.66)),
    "0.2 s ahead": (SimulatedCamera(wall=ahead_by(0.2)), Expected((ARRIVAL, WRONG), -0.16)),
    "reports 45,000 ticks early": (
        SimulatedCamera(report_ticks=-45_000),
        Expected((ARRIVAL, WRONG), -0.46),
    ),
    "3.7 s behind": (SimulatedCamera(wall=ahead_by(-3.7)), Expected((ARRIVAL, WRONG), 3.74)),
    "0.5 s behind": (SimulatedCamera(wall=ahead_by(-0.5)), Expected((ARRIVAL, CAMERA), 0.54)),
    "reports 45,000 ticks late": (
        SimulatedCamera(report_ticks=45_000),
        Expected((ARRIVAL, CAMERA), 0.54),
    ),
    "1.2 s behind": (
        SimulatedCamera(wall=ahead_by(-1.2)),
        Expected((ARRIVAL, WRONG), 1.24, sure=False),
    ),
    "local time, 2 h ahead": (
        SimulatedCamera(wall=ahead_by(7200)),
        Expected((ARRIVAL, ZONE), 0.040, zone_h=2, exact_ms=0.05),
    ),
    "local time, 5.5 h behind and 0.3 s late": (
        SimulatedCamera(wall=ahead_by(-5.5 * 3600 - 0.3)),
        Expected((ARRIVAL, ZONE), 0.340, zone_h=-5.5),
    ),
    "uptime from 1900": (
        SimulatedCamera(wall=ahead_by(500 - STARTED_AT - 2_208_988_800)),
        Expected((ARRIVAL, NO_CLOCK), 4.0e9),
    ),
    "uptime from 1970": (
        SimulatedCamera(wall=ahead_by(500 - STARTED_AT)),
        Expected((ARRIVAL, NO_CLOCK), 1.8e9),
    ),
    "NTP 0": (
        SimulatedCamera(wall=lambda at: -at - STARTED_AT - 2_208_988_800),
        Expected((ARRIVAL, NO_CLOCK), 4.0e9, None),
    ),
    "unix seconds as NTP": (
        SimulatedCamera(wall=ahead_by(-2_208_988_800)),
        Expected((ARRIVAL, NO_CLOCK), 2.2e9),
    ),
    "RTP +500 ppm": (
        SimulatedCamera(rtp_ppm=500),
        Expected((ARRIVAL, CAMERA), 0.040, -500, exact_ms=0.1),
    ),
    "RTP -500 ppm": (
        SimulatedCamera(rtp_ppm=-500),
        Expected((ARRIVAL, CAMERA), 0.040, 500, exact_ms=0.1),
    ),
    "RTP and wall clock -500 ppm": (
        SimulatedCamera(rtp_ppm=-500, wall=drifting(-500)),
        Expected((ARRIVAL, CAMERA, FREE), None),
    ),
    "set 2 s forward at 12 s": (
        SimulatedCamera(wall=set_at(12, 0, 2)),
        Expected((ARRIVAL, CAMERA, SET, WRONG), -1.96),
    ),
    "2 s ahead, set right at 12 s": (
        SimulatedCamera(wall=set_at(12, 2, 0)),
        Expected((ARRIVAL, WRONG, SET, CAMERA), 0.040),
    ),
    "counts 25, sends 21, reports with its frames": (
        SimulatedCamera(fps=21, counted=25, of_last_frame=True),
        Expected((ARRIVAL, LIES), None, None),
    ),
    "counts 25, sends 21, reports of now": (
        SimulatedCamera(fps=21, counted=25),
        Expected((ARRIVAL, LIES), None, None),
    ),
    "counts 25, sends 24.75": (
        SimulatedCamera(140, 24.75, counted=25, of_last_frame=True),
        Expected((ARRIVAL, LIES), None, None),
    ),
}
