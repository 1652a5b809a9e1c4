"""Generates the audio of the street at night."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

AUDIO_SAMPLE_RATE_HZ = 48_000
AUDIO_LOOP_S = 10


def make_night_audio() -> npt.NDArray[np.float32]:
    """Make ten seconds of audio that loops without a click: wind, crickets, and a tick each second.

    Returns
    -------
    (480000,) float32, -1 to 1; sample 0 is the start of a second.
    """
    chance = np.random.default_rng(3)
    time = np.arange(AUDIO_LOOP_S * AUDIO_SAMPLE_RATE_HZ) / AUDIO_SAMPLE_RATE_HZ
    audio = (
        0.05 * _make_wind(chance, time.size) * (1 + 0.5 * np.sin(2 * np.pi * time / AUDIO_LOOP_S))
    )
    # A chirp is three short pulses; each cricket has its own pitch and rhythm.
    for pitch, chirps, strength in ((4300, 1.3, 0.02), (4850, 1.9, 0.012)):
        pulses = np.sin(2 * np.pi * 28 * time) > 0.2
        chirping = (time * chirps) % 1 < 0.28
        audio += strength * np.sin(2 * np.pi * pitch * time) * _smooth_edges(pulses & chirping)
    since_second = time % 1
    audio += 0.15 * np.sin(2 * np.pi * 1000 * since_second) * np.exp(-since_second / 0.012)
    return audio.astype(np.float32)


def _make_wind(chance: np.random.Generator, size: int) -> npt.NDArray[np.float64]:
    """Make `size` samples of low-frequency noise that loops without a click."""
    frequencies = np.fft.rfftfreq(size, 1 / AUDIO_SAMPLE_RATE_HZ)
    strength = 1 / (1 + (frequencies / 180) ** 2)
    noise: npt.NDArray[np.float64] = np.fft.irfft(
        strength * np.exp(2j * np.pi * chance.random(frequencies.size)), size
    )
    noise /= np.abs(noise).max()
    return noise


def _smooth_edges(on: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return an envelope that follows `on` with ramps of 2 ms, so that nothing clicks."""
    width = AUDIO_SAMPLE_RATE_HZ // 500
    return np.convolve(on, np.full(width, 1 / width), mode="same")
