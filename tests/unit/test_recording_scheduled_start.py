"""The wait for the start of a scheduled recording, by a clock that only the test moves."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from camrec.callbacks import Callbacks
from camrec.recording.scheduled_start import ScheduledStart
from support.units_made import SECOND, MadeClock, until


@dataclass
class MadeFollowed:
    """A recording that runs until the test ends it."""

    is_over: bool = False
    start: int | None = None
    changed: Callbacks[[]] = field(default_factory=Callbacks)

    def connect(self, notify):
        return self.changed.connect(notify)

    def next_start(self, clock):
        return self.start

    def end(self, start):
        self.is_over, self.start = True, start
        self.changed.emit()


class Waiting:
    """A thread that waits for a start."""

    def __init__(self, start):
        self.start = start
        self.is_cancelled = False
        self.thread = threading.Thread(target=start.wait, args=(lambda: self.is_cancelled,))
        self.thread.start()

    @property
    def is_over(self):
        return not self.thread.is_alive()

    def stop(self):
        self.is_cancelled = True
        self.start.check()
        self.thread.join()


@pytest.fixture
def clock():
    return MadeClock()


@pytest.fixture
def wait():
    """Wait in a thread, which ends with the test."""
    waiting = []

    def begin(start):
        waiting.append(Waiting(start))
        return waiting[-1]

    yield begin
    for each in waiting:
        each.stop()


def test_a_start_that_has_come_is_not_waited_for(clock):
    start = ScheduledStart(clock.utc_ns(), clock)
    start.wait(lambda: False)
    assert not start.reschedule(clock.utc_ns() + SECOND) and start.at == clock.utc_ns()


def test_a_start_comes_when_the_wall_clock_shows_it(clock, wait):
    waiting = wait(ScheduledStart(clock.utc_ns() + 60 * SECOND, clock))
    clock.utc_set_by = 60 * SECOND  # somebody sets the clock
    waiting.start.check()
    until(lambda: waiting.is_over)


def test_a_start_can_be_moved_until_it_has_come(clock, wait):
    waiting = wait(ScheduledStart(clock.utc_ns() + 60 * SECOND, clock))
    assert waiting.start.reschedule(clock.utc_ns() + 30 * SECOND) and not waiting.is_over
    assert waiting.start.at == clock.utc_ns() + 30 * SECOND
    assert waiting.start.reschedule(clock.utc_ns())
    until(lambda: waiting.is_over)
    assert not waiting.start.reschedule(clock.utc_ns() + SECOND)


def test_nobody_moves_the_start_of_a_recording_that_was_cancelled(clock, wait):
    waiting = wait(ScheduledStart(clock.utc_ns() + 60 * SECOND, clock))
    waiting.stop()
    assert not waiting.start.reschedule(clock.utc_ns())


def test_a_recording_that_follows_another_one_begins_at_its_end(clock, wait):
    followed = MadeFollowed()
    waiting = wait(ScheduledStart(clock.utc_ns(), clock, followed))
    clock.now += 5 * SECOND
    assert not waiting.is_over and waiting.start.reschedule(clock.utc_ns())
    followed.end(clock.utc_ns() - SECOND)
    until(lambda: waiting.is_over)
    assert waiting.start.at == clock.utc_ns() - SECOND


def test_a_recording_that_never_began_is_followed_at_the_scheduled_time(clock, wait):
    followed = MadeFollowed()
    at = clock.utc_ns()
    waiting = wait(ScheduledStart(at, clock, followed))
    followed.end(None)
    until(lambda: waiting.is_over)
    assert waiting.start.at == at


def test_a_start_that_has_come_can_be_moved_again_while_another_recording_runs(clock, wait):
    start = ScheduledStart(clock.utc_ns(), clock)
    start.wait(lambda: False)
    followed = MadeFollowed()
    start.set_followed(followed)
    waiting = wait(start)
    until(lambda: start.reschedule(clock.utc_ns() + 60 * SECOND))
    followed.end(None)
    assert not waiting.is_over and start.followed is followed
