"""The error that the screen's refresh adds to each reading, and what remains of it in the mean.

The screen changes only at its refresh, and then shows the clock of the middle of that time. So a
frame that was exposed for an instant, at the phase `u` of a refresh (0 to 1), reads the clock off
by (u - 1/2) of a refresh: a sawtooth. A longer exposure contains the change sometimes, and then
reads a time between both images: the jump of the sawtooth becomes a ramp, as wide as the exposure.
Neither the ramp nor the phase of the camera against the screen is known, so all of them are tried.
Each counts by its likelihood. It is high if the corrected readings differ little, and if those that
show two images are those on its ramp.

Over ten seconds most cameras meet the screen at many phases, and few combinations remain. A camera
whose frame rate divides the refresh rate always meets it at one phase: then many combinations fit,
and their differences are the uncertainty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PHASE_COUNT = 48
RAMPS = (0.02, 0.2, 0.4, 0.6, 0.8, 1.0)  # of a refresh
# The readings of neighboring frames are not independent: as if there were fewer of them.
INDEPENDENT_RATIO = 0.25
SURPRISE_PROBABILITY = 0.1  # that a reading on the ramp shows one image, or another one shows two
UNEVEN_RATIO = 0.5  # of a refresh: times that differ more from a line are no steady rate's
MIN_VARIANCE_RATIO = 1e-4  # of a refresh, squared

Floats = npt.NDArray[np.float64]


class RefreshFit(NamedTuple):
    """What is known of readings without the error of the refresh; in nanoseconds.

    mean : the mean of the offsets.
    deviation : how far the combinations that fit differ in their mean: a standard deviation.
    corrected : the offsets by the combination that fits best.
    """

    mean: float
    deviation: float
    corrected: Floats


def fit_refresh(
    times: Floats, offsets: Floats, is_blended: npt.NDArray[np.bool_], refresh_ns: float
) -> RefreshFit:
    """Remove the error of the refresh from readings.

    Parameters
    ----------
    times
        When the frames were taken, in nanoseconds, sorted.
    offsets
        The time of each frame minus the clock on it, less any constant, in nanoseconds.
    is_blended
        Which of them show more than one image of the screen.
    refresh_ns
        How long the screen shows an image.
    """
    phases = _even_times(times, refresh_ns) % refresh_ns / refresh_ns
    shifts = (np.arange(PHASE_COUNT) / PHASE_COUNT)[:, np.newaxis, np.newaxis]
    ramps = np.array(RAMPS)[:, np.newaxis]
    after_change = (phases - shifts + 0.5) % 1 - 0.5  # of the nearest change: -1/2 to 1/2
    on_ramp = np.abs(after_change) < ramps / 2
    sawtooth = after_change - np.copysign(0.5, after_change)
    error = np.where(on_ramp, after_change * (1 - 1 / ramps), sawtooth)
    corrected = (offsets - refresh_ns * error).reshape(-1, len(offsets))
    means = corrected.mean(axis=1)
    variances = corrected.var(axis=1) + MIN_VARIANCE_RATIO * refresh_ns**2
    surprises = (on_ramp != is_blended).sum(axis=2).ravel()
    log_odds = np.log(SURPRISE_PROBABILITY / (1 - SURPRISE_PROBABILITY))
    count = INDEPENDENT_RATIO * len(offsets)
    likelihood = -count / 2 * np.log(variances) + INDEPENDENT_RATIO * surprises * log_odds
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    mean = float(weights @ means)
    deviation = float(weights @ (means - mean) ** 2) ** 0.5
    return RefreshFit(mean, deviation, corrected[int(likelihood.argmax())])


def _even_times(times: Floats, refresh_ns: float) -> Floats:
    """The times on a line, if they are even but for their own errors: so frames are taken."""
    steps = np.diff(times)
    numbers = np.concatenate([[0], np.rint(steps / max(1.0, float(np.median(steps)))).cumsum()])
    even: Floats = np.polyval(np.polyfit(numbers, times, 1), numbers)
    return even if float((times - even).std()) < UNEVEN_RATIO * refresh_ns else times
