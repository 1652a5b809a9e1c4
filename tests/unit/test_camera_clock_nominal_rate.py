"""Cameras that count a rate which they do not send, and others that only look like them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

import pytest

from camrec.camera_clock.nominal_rate import NominalRate, NominalRateCheck
from camrec.session.feed_publisher import IDLE_READ_INTERVAL_S

SECOND = 10**9
Network = Callable[[random.Random, float], float]


def lan(chance: random.Random, at: float) -> float:
    return chance.expovariate(1 / 0.006)


def wifi(chance: random.Random, at: float) -> float:
    stalled = 0.5 * chance.random() if chance.random() < 0.03 else 0.0
    return chance.expovariate(1 / 0.02) + stalled


def bursts(chance: random.Random, at: float) -> float:
    """The sender empties its buffer every half second."""
    return math.ceil(at / 0.5) * 0.5 - at + lan(chance, at)


def grows_and_falls(chance: random.Random, at: float) -> float:
    """Too little bandwidth for 20 s, again and again."""
    return 0.4 * (at % 20) / 20 + lan(chance, at)


def congested(chance: random.Random, at: float) -> float:
    """A delay that grows to 3.5 s and drops at once, every two minutes."""
    return 3.5 * min(1.0, (at % 120) / 60) + wifi(chance, at)


def swells(chance: random.Random, at: float) -> float:
    """A delay that rises and falls by a second over minutes."""
    return 1 + math.sin(at / 70) + lan(chance, at)


NETWORKS = [lan, wifi, bursts, grows_and_falls, congested, swells]


def frames(
    network: Network,
    seconds: float,
    *,
    counted: float = 25,
    sent: float = 25,
    ppm: float = 0,
    rest: float = 0,
    seed: int = 1,
) -> Iterator[tuple[int, int]]:
    """(time, arrival) of each frame in nanoseconds; no frame overtakes another."""
    chance, latest = random.Random(seed), 0.0
    for number in range(int(seconds * sent)):
        at = number / sent
        latest = max(latest, at + network(chance, at))
        arrived = math.ceil(latest / rest) * rest if rest else latest
        time = number / counted * (1 + ppm / 1e6)
        yield round(time * SECOND), round((1000 + arrived) * SECOND)


def found_after(check: NominalRateCheck, stream) -> tuple[float, NominalRate] | None:
    """After how many seconds it is found, and what."""
    begin = None
    for time, arrived in stream:
        begin = arrived if begin is None else begin
        check.note(time, arrived)
        if check.result is not None:
            return (arrived - begin) / SECOND, check.result
    return None


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("rate", "ppm", "rest"),
    [(25, 0, 0), (25, 500, IDLE_READ_INTERVAL_S), (2, -500, IDLE_READ_INTERVAL_S)],
)
def test_network_delay_and_clock_drift_are_not_taken_for_a_nominal_rate(network, rate, ppm, rest):
    stream = frames(network, 900, counted=rate, sent=rate, ppm=ppm, rest=rest)
    assert found_after(NominalRateCheck(), stream) is None


@pytest.mark.parametrize("network", [lan, wifi, bursts, grows_and_falls])
@pytest.mark.parametrize("rest", [0, IDLE_READ_INTERVAL_S])
@pytest.mark.parametrize(
    ("counted", "sent", "within"),
    [(25, 10, 15), (25, 1, 15), (25, 21, 28), (30, 25, 28), (25, 35, 50), (12, 1, 15)],
)
def test_a_nominal_rate_is_found_in_time(network, rest, counted, sent, within):
    stream = frames(network, 100, counted=counted, sent=sent, rest=rest)
    after, found = found_after(NominalRateCheck(), stream)
    assert after <= within
    assert found.nominal_fps == pytest.approx(counted, rel=0.06)
    assert found.sent == pytest.approx(sent, rel=0.06)


@pytest.mark.parametrize("network", [lan, wifi, bursts])
def test_a_nominal_rate_one_percent_off_is_found_in_two_minutes(network):
    stream = frames(network, 200, counted=25, sent=24.75, rest=IDLE_READ_INTERVAL_S)
    after, found = found_after(NominalRateCheck(), stream)
    assert after < 125
    assert found.nominal_fps / found.sent == pytest.approx(1 / 0.99, abs=0.001)


def test_a_nominal_rate_at_night_is_found_and_its_last_time_kept_by_day():
    check = NominalRateCheck()
    time, arrived, moments = 0, 1000 * SECOND, {}
    for second in range(900):
        night = 300 <= second < 600
        for _ in range(10 if night else 25):
            time += SECOND // 25
            arrived += SECOND // 10 if night else SECOND // 25
            check.note(time, arrived)
        moments[second] = check.result
    assert moments[299] is None and moments[320] is not None
    assert moments[400].sent == pytest.approx(10, rel=0.01)
    assert moments[599].at > (1000 + 590) * SECOND
    assert moments[899] is not None and moments[899].at < (1000 + 630) * SECOND


def test_a_backlog_that_is_caught_up_is_no_nominal_rate():
    """Twelve seconds of it, at one and a half times the speed."""
    check = NominalRateCheck()
    for number in range(25 * 200):
        time = number * SECOND // 25
        late = max(0, 12 * SECOND - time // 3)
        check.note(time, 1000 * SECOND + time + late)
    assert check.result is None


def test_a_clock_that_does_not_count_a_pause_is_no_nominal_rate():
    check = NominalRateCheck()
    for number in range(25 * 200):
        pause = 12 if number > 25 * 100 else 0
        check.note(number * SECOND // 25, 1000 * SECOND + number * SECOND // 25 + pause * SECOND)
    assert check.result is None


def test_frames_dropped_by_a_full_buffer_are_no_nominal_rate():
    """The delay grew evenly by seven seconds; then the camera drops what it had buffered."""

    def network(chance: random.Random, at: float) -> float:
        return 0.16 * (at % 45) + lan(chance, at)

    check = NominalRateCheck()
    for time, arrived in frames(network, 300):
        check.note(time, arrived)
    assert check.result is None
