"""In which recordings an event happened, and when. Stand-ins are the recordings."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from camrec.clock import format_iso, iso_to_utc_ns
from camrec.errors import CamrecError, InputError, NotFoundError, StateError
from camrec.journal import SeriesRecord
from camrec.recording import RecordingState
from camrec.recording.recording_period import RecordingPeriod
from camrec.station.event_moments import EventMoments, job_at
from support.units_made import SECOND, MadeClock


@dataclass
class MadeVideo:
    """One video of a recording."""

    period: RecordingPeriod | None
    series: SeriesRecord | None = None
    filenames: list[str] = field(default_factory=list)

    @property
    def options(self) -> SimpleNamespace:
        return SimpleNamespace(series=self.series)


@dataclass
class MadeRecording:
    """What is asked of a recording."""

    recording_id: str
    started_at: int
    jobs: tuple[MadeVideo, ...]
    state: RecordingState = RecordingState.WRITING
    ended_at: int | None = None


class World:
    """A clock, a recording of 60 s that begins now, and the saved videos.

    has_video : whether the library has the video of a moment.
    """

    def __init__(self) -> None:
        self.clock = MadeClock()
        self.started_at = self.clock.utc_ns()
        self.began = self.clock.monotonic_ns()
        self.has_video = True
        self.recording = self.begin("one")
        self.recordings = [self.recording]
        self.moments = EventMoments(self.clock, self, self)

    def begin(self, recording_id, preroll=0.0):
        period = RecordingPeriod(self.clock.utc_ns(), self.clock.monotonic_ns(), 60.0, preroll)
        return MadeRecording(recording_id, period.start_utc, (MadeVideo(period),))

    def pass_seconds(self, seconds):
        self.clock.now += round(seconds * SECOND)

    # As the recordings of a station, and as the saved events of a library.

    def get(self, any_id):
        found = [each for each in self.recordings if any_id in (each.recording_id, "session")]
        if not found:
            raise NotFoundError("no_recording", recording_id=any_id)
        return found[0]

    def all(self):
        return self.recordings

    def of_recording(self, recording_id):
        return []

    def has_video_of(self, recording_id, moment):
        return self.has_video

    def find(self, recording_ids=None, at=None, arrived=None):
        found = self.moments.find(recording_ids, at, arrived)
        return [(each.recording_id, moment - self.started_at) for each, moment in found]

    def refusal(self, recording_ids=None, at=None, arrived=None):
        with pytest.raises(CamrecError) as caught:
            self.moments.find(recording_ids, at, arrived)
        return type(caught.value), caught.value.code


@pytest.fixture
def world():
    return World()


def test_an_event_without_a_time_happens_when_its_request_arrives(world):
    world.pass_seconds(5)
    assert world.find() == [("one", 5 * SECOND)]
    assert world.find(arrived=world.began + 2 * SECOND) == [("one", 2 * SECOND)]


def test_a_recording_that_is_named_by_its_id_and_by_its_session_is_found_once(world):
    assert world.find(["one", "session"]) == [("one", 0)]
    assert world.refusal(["two"]) == (NotFoundError, "no_recording")


def test_a_maker_whose_clock_is_a_second_ahead_is_understood(world):
    ahead = world.clock.utc_ns() + SECOND
    assert world.find(["one"], ahead) == [("one", SECOND)]
    assert world.refusal(["one"], ahead + 1) == (InputError, "event_in_future")


def test_only_what_recorded_at_that_moment_is_found(world):
    world.pass_seconds(10)
    world.recordings.append(world.begin("two"))
    world.recording.ended_at = world.clock.utc_ns()
    world.pass_seconds(5)
    second = world.started_at + SECOND
    assert world.find(at=second) == [("one", SECOND)]
    assert world.find() == [("two", 15 * SECOND)]
    assert world.find(at=second + 11 * SECOND) == [("two", 12 * SECOND)]
    assert world.refusal(["two"], second) == (InputError, "event_before_start")
    assert world.refusal(["one"], second + 11 * SECOND) == (InputError, "event_after_end")
    assert world.refusal(["one"]) == (StateError, "not_recording")
    assert world.refusal(at=world.started_at - 1) == (StateError, "nothing_recorded")


def test_frames_from_before_the_start_can_have_an_event(world):
    world.recordings[:] = [world.begin("early", preroll=2.0)]
    assert world.find(at=world.started_at - 2 * SECOND) == [("early", -2 * SECOND)]
    assert world.refusal(["early"], world.started_at - 2 * SECOND - 1)[1] == "event_before_start"


def test_a_recording_that_has_not_begun_or_has_failed_has_no_moment(world):
    world.recording.jobs = (MadeVideo(None),)
    assert world.refusal(["one"]) == (StateError, "not_recording")
    world.recordings[:] = [world.begin("failed")]
    world.recordings[0].state = RecordingState.FAILED
    assert world.refusal(["failed"]) == (StateError, "not_recording")


@pytest.mark.parametrize(("set_by", "moment"), [(5_000_000, SECOND + 5_000_000), (-SECOND, SECOND)])
def test_a_moment_follows_the_clock_of_the_recording_if_that_of_the_computer_was_set(
    world, set_by, moment
):
    """A correction of at most 5 ms is that of a running clock."""
    world.clock.utc_set_by = set_by
    world.pass_seconds(3)
    assert world.find(at=world.started_at + set_by + SECOND) == [("one", moment)]


def test_the_start_of_a_recording_as_replies_say_it_can_have_an_event(world):
    world.clock.now += 999
    world.recordings[:] = [world.begin("one")]
    at = iso_to_utc_ns(format_iso(world.clock.utc_ns()))
    assert at < world.clock.utc_ns()
    world.pass_seconds(3)
    assert world.find(at=at) == [("one", at - world.started_at)]
    assert world.refusal(["one"], at - 1000) == (InputError, "event_before_start")


@pytest.mark.parametrize("waits_before", ["utc_ns", "monotonic_ns"])
def test_a_thread_that_has_to_wait_between_two_clocks_moves_no_moment(
    world, monkeypatch, waits_before
):
    world.pass_seconds(3)
    read = getattr(world.clock, waits_before)

    def wait_and_read():
        world.pass_seconds(0.02)
        return read()

    monkeypatch.setattr(world.clock, waits_before, wait_and_read)
    assert world.find(at=world.started_at + SECOND) == [("one", SECOND)]


def test_a_clock_that_was_set_after_the_end_does_not_move_a_moment(world):
    world.pass_seconds(3)
    world.recording.ended_at = world.clock.utc_ns()
    world.clock.utc_set_by = SECOND
    assert world.find(at=world.started_at + SECOND) == [("one", SECOND)]


def test_a_moment_whose_video_was_deleted_is_refused(world):
    world.recording.jobs[0].filenames.append("one.mp4")
    at = world.started_at
    assert world.find(["one"], at) == [("one", 0)]
    world.has_video = False
    assert world.refusal(["one"], at) == (StateError, "no_video_then")


def test_of_a_series_the_video_that_shows_a_moment_is_found(world):
    def part(number):
        period = RecordingPeriod(world.started_at + 60 * number * SECOND, 0, None)
        return MadeVideo(period, SeriesRecord.model_construct(number=number))

    first, second, third = part(1), part(2), part(3)
    recording = MadeRecording("series", world.started_at, (first, second, third))
    at = world.started_at
    assert job_at(recording, at) is first  # the first one also shows what was before its start
    assert job_at(recording, at + 120 * SECOND) is second
    assert job_at(recording, at + 180 * SECOND) is third
    recording.jobs = (second, third)
    assert job_at(recording, at + 119 * SECOND) is None  # it was saved
