"""When a test camera captures its frames."""

from __future__ import annotations

import random
from collections.abc import Iterator


def steady(rate: float) -> Iterator[float]:
    """Seconds from the start of each frame, `rate` per second."""
    number = 0
    while True:
        yield number / rate
        number += 1


def irregular(seed: int = 7) -> Iterator[float]:
    """4 s at 25 per second, each up to 25 ms early or late; 4 s at 3; 4 s at 20; 1.7 s without;
    repeated.
    """
    chance = random.Random(seed)
    now = 0.0
    while True:
        for length, usual, jitter in ((4.0, 0.040, 0.025), (4.0, 1 / 3, 0.0), (4.0, 0.050, 0.0)):
            end = now + length
            while now < end:
                yield now
                now += usual + chance.uniform(-jitter, jitter)
        now += 1.7
