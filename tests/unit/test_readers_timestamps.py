"""Wrong timestamps are corrected: the intervals stay the camera's, and an hour stays an hour."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camrec.rtp.access_units import MAX_REORDER_DELAY_NS
from camrec.rtp.audio import MAX_AUDIO_OVERLAP_NS
from camrec.rtp.rtp_clock import RtpClock
from camrec.session.feed_publisher import IDLE_READ_INTERVAL_S

SECOND = 10**9
RATE = 90_000


def played(stamps, arrivals, *, rate=RATE, back=0) -> list[int]:
    """The times, in ticks, of timestamps (unwrapped ticks) that arrive at seconds `arrivals`."""
    times = RtpClock(rate)
    placed = [
        times.place(stamp & 0xFFFFFFFF, round(arrived * SECOND), back)[0]
        for stamp, arrived in zip(stamps, arrivals, strict=True)
    ]
    return [round(each * rate / SECOND) for each in placed]


def rested(at: float, rest: float) -> float:
    """When a reader that reads every `rest` seconds gets what arrived then."""
    return math.ceil(at / rest) * rest if rest else at


def relative(ticks: list[int]) -> list[int]:
    return [each - ticks[0] for each in ticks]


HOUR, MINUTES = 3600, 300  # seconds


@pytest.mark.parametrize(
    ("seconds", "fps", "rest", "off"),
    [
        *((HOUR, 10, rest, -9800) for rest in (0.0, IDLE_READ_INTERVAL_S)),
        *(
            (MINUTES, 25, rest, off)
            for rest in (0.0, IDLE_READ_INTERVAL_S, 0.5)
            for off in (9800, -9800, -2, 3, 40_000)
        ),
    ],
)
def test_an_hour_with_a_wrong_timestamp_every_other_second_stays_an_hour(seconds, fps, rest, off):
    count = seconds * fps
    right = [n * RATE // fps for n in range(count)]
    wrong = [n % (2 * fps) == 3 * fps // 2 for n in range(count)]
    stamps = [each + off * RATE * odd for each, odd in zip(right, wrong, strict=True)]
    found = relative(played(stamps, [rested(100 + n / fps, rest) for n in range(count)]))
    assert found == right


@pytest.mark.parametrize("rest", [0.0, IDLE_READ_INTERVAL_S])
@pytest.mark.parametrize("run", [2, 5, 12])
def test_a_few_wrong_timestamps_in_a_row_are_corrected(run, rest):
    fps, count = 25, 25 * 200
    right = [n * RATE // fps for n in range(count)]
    stamps = [each + (-9800 * RATE if n % 100 >= 100 - run else 0) for n, each in enumerate(right)]
    assert relative(played(stamps, [rested(n / fps, rest) for n in range(count)])) == right


def test_random_wrong_timestamps_are_corrected():
    chance = random.Random(3)
    right = [n * RATE // 25 for n in range(25 * 1200)]
    stamps = [
        chance.randrange(2**32) if n > 20 and chance.random() < 0.05 else each
        for n, each in enumerate(right)
    ]
    found = relative(
        played(stamps, [rested(n / 25, IDLE_READ_INTERVAL_S) for n in range(len(right))])
    )
    # By chance, one in a few thousand is within a second of the right one.
    assert max(abs(a - b) for a, b in zip(found, right, strict=True)) <= RATE
    assert found[-1] == right[-1] and sum(a != b for a, b in zip(found, right, strict=True)) < 50


@pytest.mark.parametrize("rest", [0.0, IDLE_READ_INTERVAL_S])
def test_wrong_timestamps_among_reordered_frames_are_corrected(rest):
    """In a GOP of I P B B P B B P, any of them may be the wrong one."""
    order = [3 * (n // 3) + (3, 1, 2)[n % 3] for n in range(9000)]
    right = [each * 3600 for each in order]
    stamps = [each + (-9800 * RATE if n % 50 == 31 else 0) for n, each in enumerate(right)]
    arrivals = [rested(n / 25, rest) for n in range(len(right))]
    found = played(stamps, arrivals, back=MAX_REORDER_DELAY_NS)
    assert [each - found[0] for each in found] == [each - right[0] for each in right]


@pytest.mark.parametrize("back", [0, MAX_AUDIO_OVERLAP_NS])
@pytest.mark.parametrize("rest", [0.0, IDLE_READ_INTERVAL_S])
@pytest.mark.parametrize("jump", [3600, -3600, 13 * 3600, -1.5])
def test_a_clock_that_is_set_is_bridged_by_the_usual_frame_interval(jump, rest, back):
    right = [n * 3600 for n in range(25 * 120)]
    stamps = [each + (round(jump * RATE) if n >= 1000 else 0) for n, each in enumerate(right)]
    found = played(stamps, [rested(7 + n / 25, rest) for n in range(len(right))], back=back)
    assert relative(found) == right


@pytest.mark.parametrize("jump", [3600, -3600])
def test_a_clock_that_is_set_and_set_back_shifts_no_timestamp(jump):
    """An hour forward in spring and back in autumn, also with an odd timestamp now and then."""
    right = [n * 9000 for n in range(16_000)]
    stamps = [
        each + jump * RATE * (4000 <= n < 12_000) + 9800 * RATE * (n % 40 == 11)
        for n, each in enumerate(right)
    ]
    assert (
        relative(played(stamps, [rested(n / 10, IDLE_READ_INTERVAL_S) for n in range(len(right))]))
        == right
    )


def test_a_clock_that_restarts_with_each_key_frame_is_bridged():
    right = [n * 3600 for n in range(25 * 200)]
    found = played(
        [each % RATE for each in right],
        [rested(n / 25, IDLE_READ_INTERVAL_S) for n in range(len(right))],
    )
    assert relative(found) == right


def test_a_pause_while_the_clock_is_set_lasts_as_long_as_it_did():
    stamps = [n * 3600 for n in range(100)] + [5 * 3600 * RATE + n * 3600 for n in range(100)]
    arrivals = [n / 25 for n in range(100)] + [14 + n / 25 for n in range(100)]
    found = relative(played(stamps, arrivals))
    assert abs(found[-1] / RATE - (14 + 99 / 25)) < 0.05
    distances = {later - earlier for earlier, later in pairwise(found)} - {3600}
    assert len(distances) == 1


@pytest.mark.parametrize("rate", [8000, 48_000, 90_000])
def test_timestamps_wrap_at_32_bits_despite_wrong_ones(rate):
    step = rate // 50
    right = [2**32 - 30 * rate + n * step for n in range(5000)]
    stamps = [each - 5000 * rate * (n % 77 == 50) for n, each in enumerate(right)]
    found = played(
        stamps,
        [rested(n / 50, IDLE_READ_INTERVAL_S) for n in range(5000)],
        rate=rate,
        back=MAX_AUDIO_OVERLAP_NS,
    )
    assert found == right


def test_a_timestamp_less_than_a_second_ahead_shifts_later_frames_only_briefly():
    """It cannot be told from a frame after a pause; the frames after it make room."""
    right = [n * 3600 for n in range(2500)]
    stamps = [each + RATE // 2 * (n % 100 == 50) for n, each in enumerate(right)]
    found = relative(played(stamps, [n / 25 for n in range(2500)]))
    assert all(later > earlier for earlier, later in pairwise(found))
    assert sum(a != b for a, b in zip(found, right, strict=True)) <= 25 * 14
    assert found[-1] == right[-1]


@pytest.mark.parametrize("rest", [0.0, IDLE_READ_INTERVAL_S])
def test_a_stopped_camera_clock_is_replaced_by_arrival_times(rest):
    found = relative(played([777] * 1000, [rested(5 + n / 10, rest) for n in range(1000)]))
    assert abs(found[-1] / RATE - 99.9) < 0.7
    assert all(later > earlier for earlier, later in pairwise(found))


def test_a_wrong_first_timestamp_is_corrected():
    right = [n * 3600 for n in range(1000)]
    stamps = [-9800 * RATE, *right[1:]]
    found = played(stamps, [n / 25 for n in range(1000)])
    assert relative(found)[2:] == [each + relative(found)[1] - 3600 for each in right[2:]]
    assert abs(relative(found)[1] - 3600) <= 1


@given(
    st.lists(st.integers(1, 30_000), min_size=5, max_size=300),
    st.sampled_from([0.0, 0.02, IDLE_READ_INTERVAL_S]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 10),
)
def test_correct_timestamps_are_not_changed(distances, rest, first, seed):
    """Whatever its intervals, and although a network may delay its frames by seconds."""
    chance = random.Random(seed)
    stamps, arrivals, latest = [first], [10.0], 10.0
    for each in distances:
        stamps.append(stamps[-1] + each)
        due = 10 + (stamps[-1] - first) / RATE
        stall = 3 * chance.random() if chance.random() < 0.02 else 0.0
        latest = max(latest, due + chance.expovariate(100) + stall)
        arrivals.append(rested(latest, rest))
    assert played(stamps, arrivals) == stamps


@given(
    st.lists(st.integers(900, 30_000), min_size=12, max_size=300),
    st.integers(1, 4),
    st.sampled_from([0.0, IDLE_READ_INTERVAL_S]),
)
def test_correct_timestamps_of_reordered_frames_are_not_changed(distances, group, rest):
    """The last one of a few frames is sent first, when it was captured."""
    shown = [1000]
    for each in distances:
        shown.append(shown[-1] + each)
    stamps, arrivals = shown[:1], [rested(10 + shown[0] / RATE, rest)]
    for begin in range(1, len(shown), group):
        *others, last = shown[begin : begin + group]
        for number, stamp in enumerate([last, *others]):
            stamps.append(stamp)
            arrivals.append(rested(10 + last / RATE + number / 1000, rest))
    assert played(stamps, arrivals, back=MAX_REORDER_DELAY_NS) == stamps


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**32 - 1)), max_size=200),
    st.sampled_from([0, MAX_AUDIO_OVERLAP_NS, MAX_REORDER_DELAY_NS]),
)
def test_random_timestamps_give_increasing_times_and_a_bounded_state(kinds, back):
    """Repeated timestamps, random ones, and some that continue."""
    times = RtpClock(RATE)
    stamp, latest = 0, None
    for number, (kind, value) in enumerate(kinds):
        stamp = {0: stamp + 3600, 1: stamp, 2: value, 3: stamp - value % 9000}[kind]
        time, _ = times.place(stamp & 0xFFFFFFFF, number * SECOND // 25, back)
        if not back and latest is not None:
            assert time > latest
        latest = time
        assert len(times._unwrapper._segments) <= 8
        assert abs(time - times._unwrapper._segments[0].shift) < 2**60
