"""What is heard in the street at night."""

from __future__ import annotations

import numpy as np

RATE = 48_000
SECONDS = 10


def evening() -> np.ndarray:
    """Ten seconds to be repeated: wind, crickets, and a soft tick at each whole second.

    Returns
    -------
    (480000,) float32, -1 to 1; sample 0 is a whole second.
    """
    chance = np.random.default_rng(3)
    time = np.arange(SECONDS * RATE) / RATE
    sound = 0.05 * _wind(chance, time.size) * (1 + 0.5 * np.sin(2 * np.pi * time / SECONDS))
    # A chirp is three short pulses; each cricket has its own pitch and rhythm.
    for pitch, chirps, strength in ((4300, 1.3, 0.02), (4850, 1.9, 0.012)):
        pulses = np.sin(2 * np.pi * 28 * time) > 0.2
        chirping = (time * chirps) % 1 < 0.28
        sound += strength * np.sin(2 * np.pi * pitch * time) * _soft(pulses & chirping)
    since_second = time % 1
    sound += 0.15 * np.sin(2 * np.pi * 1000 * since_second) * np.exp(-since_second / 0.012)
    return sound.astype(np.float32)


def _wind(chance: np.random.Generator, size: int) -> np.ndarray:
    """Low noise that repeats without a seam."""
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    strength = 1 / (1 + (frequencies / 180) ** 2)
    noise = np.fft.irfft(strength * np.exp(2j * np.pi * chance.random(frequencies.size)), size)
    return noise / np.abs(noise).max()


def _soft(on: np.ndarray) -> np.ndarray:
    """On and off without a click: a ramp of 2 ms."""
    width = RATE // 500
    return np.convolve(on, np.full(width, 1 / width), mode="same")
