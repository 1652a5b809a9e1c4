"""What is heard in the street at night."""

from __future__ import annotations

import numpy as np

AUDIO_SAMPLE_RATE_HZ = 48_000
AUDIO_LOOP_S = 10


def make_night_audio() -> np.ndarray:
    """Ten seconds to be repeated: wind, crickets, and a soft tick at each whole second.

    Returns
    -------
    (480000,) float32, -1 to 1; sample 0 is a whole second.
    """
    chance = np.random.default_rng(3)
    time = np.arange(AUDIO_LOOP_S * AUDIO_SAMPLE_RATE_HZ) / AUDIO_SAMPLE_RATE_HZ
    sound = (
        0.05 * _make_wind(chance, time.size) * (1 + 0.5 * np.sin(2 * np.pi * time / AUDIO_LOOP_S))
    )
    # A chirp is three short pulses; each cricket has its own pitch and rhythm.
    for pitch, chirps, strength in ((4300, 1.3, 0.02), (4850, 1.9, 0.012)):
        pulses = np.sin(2 * np.pi * 28 * time) > 0.2
        chirping = (time * chirps) % 1 < 0.28
        sound += strength * np.sin(2 * np.pi * pitch * time) * _smooth_edges(pulses & chirping)
    since_second = time % 1
    sound += 0.15 * np.sin(2 * np.pi * 1000 * since_second) * np.exp(-since_second / 0.012)
    return sound.astype(np.float32)


def _make_wind(chance: np.random.Generator, size: int) -> np.ndarray:
    """Low noise that repeats without a seam."""
    frequencies = np.fft.rfftfreq(size, 1 / AUDIO_SAMPLE_RATE_HZ)
    strength = 1 / (1 + (frequencies / 180) ** 2)
    noise = np.fft.irfft(strength * np.exp(2j * np.pi * chance.random(frequencies.size)), size)
    return noise / np.abs(noise).max()


def _smooth_edges(on: np.ndarray) -> np.ndarray:
    """On and off without a click: a ramp of 2 ms."""
    width = AUDIO_SAMPLE_RATE_HZ // 500
    return np.convolve(on, np.full(width, 1 / width), mode="same")
