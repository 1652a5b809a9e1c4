"""Recordings of a station: several that start together, one that starts as its camera closes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from camrec.clock import NS_PER_SECOND
from camrec.errors import CamrecError, ServiceError, StateError
from camrec.journal import Journal, JournalEntry
from camrec.recording import RecordingState
from camrec.session import SessionState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.units_made import until

pytestmark = pytest.mark.spread


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station


@pytest.fixture
def ids(station):
    """The sessions of two live cameras."""
    with MjpegCamera() as camera:
        yield [station.cameras.open(camera.url).session_id for _ in range(2)]


def refuse(station: Station, ids: list[str], start_at: int | None = None) -> CamrecError:
    """Why they cannot be recorded together; of that nothing is left."""
    with pytest.raises(CamrecError) as refused:
        station.recordings.start_together(ids, 60, start_at=start_at)
    assert station.recordings.all() == station.recordings.listed() == []
    assert list((station.library.folder / ".journal").glob("*.json")) == []
    assert {each.recording for each in station.cameras.sessions()} == {None}
    return refused.value


def test_recordings_that_could_not_begin_together_leave_no_trace(station, ids, monkeypatch):
    save, saved = Journal.save, []

    def refuse_the_second(journal: Journal, entry: JournalEntry) -> None:
        if saved:
            raise OSError(28, "No space left on device")
        saved.append(entry)
        save(journal, entry)

    monkeypatch.setattr(Journal, "save", refuse_the_second)
    assert refuse(station, ids).code == "folder_unwritable"
    monkeypatch.setattr(Journal, "save", save)
    one, two = station.recordings.start_together(ids, 60)
    assert one.started_at == two.started_at
    for recording in (one, two):
        recording.stop()
        recording.wait()


def test_recordings_that_the_disk_stores_too_late_do_not_begin_one_by_one(
    station, ids, monkeypatch
):
    """The first one is due before the disk has stored the second one."""
    monkeypatch.setattr("camrec.station.joint_start.JOINT_PROMISE_TIMEOUT_NS", 3600 * 10**9)
    save, saved = Journal.save, []

    def take_an_hour(journal: Journal, entry: JournalEntry) -> None:
        save(journal, entry)
        saved.append(entry)
        if len(saved) == 2:
            (first,) = station.recordings.all()
            first.stop()  # as if its time had come: it is not SCHEDULED any more
            first.wait()

    monkeypatch.setattr(Journal, "save", take_an_hour)
    error = refuse(station, ids)
    assert isinstance(error, ServiceError) and "too long" in str(error)


def test_recordings_that_are_scheduled_together_start_at_that_moment(station, ids):
    with MjpegCamera(rate=10) as other:
        second = station.cameras.open(other.url).session_id
        running = station.recordings.start(ids[0], 60)
        at = station.clock.utc_ns() + 5 * NS_PER_SECOND
        recordings = station.recordings.start_together([ids[0], second], 1, start_at=at)
        assert [each.state for each in recordings] == [RecordingState.SCHEDULED] * 2
        assert [each.start_at for each in recordings] == [at, at]
        entries = Journal(station.library.folder / ".journal").read_entries()
        assert [each.start_at for each in entries if each.duration == 1] == [at, at]
        running.stop()
        assert all(each.wait(60) for each in recordings)
        assert [each.started_at for each in recordings] == [at, at]
        assert [each.state for each in recordings] == [RecordingState.SAVED] * 2


def test_a_camera_is_scheduled_together_with_others_only_once(station, ids):
    at = station.clock.utc_ns() + 3600 * NS_PER_SECOND
    assert refuse(station, [ids[0], ids[1], ids[0]], at).code == "already_recording"
    assert refuse(station, ids, at - 7200 * NS_PER_SECOND).code == "bad_start"
    assert refuse(station, [ids[0], "unknown"], at).code == "no_session"


def test_a_recording_that_starts_as_its_camera_closes_is_saved_or_rejected(
    station, ids, monkeypatch
):
    save, stored, may_go_on = Journal.save, threading.Event(), threading.Event()

    def wait(journal: Journal, entry: JournalEntry) -> None:
        save(journal, entry)
        stored.set()
        assert may_go_on.wait(60)

    monkeypatch.setattr(Journal, "save", wait)
    session = station.cameras.session(ids[0])
    with ThreadPoolExecutor(2) as pool:
        starting = pool.submit(station.recordings.start, ids[0], 60)
        assert stored.wait(60)
        closing = pool.submit(station.cameras.close, ids[0])
        until(session._closing.is_set)
        may_go_on.set()
        recording = starting.result()
        closing.result()
    assert session.state is SessionState.CLOSED
    assert recording.state in (RecordingState.SAVED, RecordingState.FAILED)
    assert recording.end_reason == "closed"
    assert station.recordings.listed() == [recording]
    with pytest.raises(StateError) as refused:
        session.record(recording.options, station.recordings.tools.services(session.source))
    assert refused.value.code == "session_closed"
