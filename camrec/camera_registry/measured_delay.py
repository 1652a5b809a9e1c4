"""How late a camera dates its frames, as ``camrec calibrate`` measured it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from camrec.camera_clock import ClockChoice
from camrec.clock import format_iso
from camrec.receipt import CalibratedDelay

# The coded clock tells delays of a minute apart; a camera that is later has other problems.
MAX_DELAY_S = 60


class MeasuredDelay(BaseModel):
    """The time that passed from a moment to the time that the camera's frames of it have.

    A frame whose time is *t* was taken at *t* - `delay_s`. The delay contains the lag of the screen
    that was filmed, which all cameras in front of it have in common.

    delay_s : seconds; negative if frames are dated too early, by a clock that is ahead.
    uncertainty_s : seconds by which it is probably wrong at most.
    measured_at : UTC, nanoseconds since 1970.
    utc_source : which clock dated the frames then: "arrival", this computer's when they arrived, or
        "camera", the camera's own. It holds only for frames that the same clock dates.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    delay_s: float = Field(ge=-MAX_DELAY_S, le=MAX_DELAY_S, allow_inf_nan=False)
    uncertainty_s: float = Field(ge=0, le=MAX_DELAY_S, allow_inf_nan=False)
    measured_at: int = Field(ge=0)
    utc_source: ClockChoice

    def to_receipt(self) -> CalibratedDelay:
        """The delay as receipts have it."""
        return CalibratedDelay(
            seconds=self.delay_s,
            uncertainty=self.uncertainty_s,
            measured_at=format_iso(self.measured_at),
            utc_source=self.utc_source,
        )
