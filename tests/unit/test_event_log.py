"""The event log: what was acknowledged is on the disk, and many share one fsync."""

from __future__ import annotations

import os
import threading

import pytest

from camrec import file_system
from camrec.annotations import (
    Event,
    EventLog,
    EventLogReleased,
    change_event,
    create_event,
)
from camrec.annotations.group_commit import GroupCommit
from camrec.errors import NotFoundError, ServiceError, StateError
from support.private_files import is_private
from support.units_made import SECOND

AT = 1_790_000_000 * SECOND


def event(text: str = "", seconds: float = 0) -> Event:
    return create_event(AT + round(seconds * SECOND), {"text": text}, "test")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "aa" / "events.jsonl"


@pytest.fixture
def log(path):
    return EventLog(path, "aa")


def test_a_log_without_events_has_no_file(log, path):
    assert log.events() == [] and log.count == 0
    log.release(lambda events: None)
    assert not path.parent.exists()


def test_events_are_read_as_they_were_added_changed_and_deleted(log, path):
    first, second, third = event("a", 2), event("b", 1), event("c", 3)
    for each in (first, second, third):
        log.add(each)
    changed = log.change(second.id, {"text": "ü", "value": 1.5})
    log.delete(third.id)
    assert log.events() == EventLog(path, "aa").events() == [changed, first]
    assert changed.text == "ü" and changed.at == second.at
    assert log.count == 2 and first.id in log and third.id not in log
    assert is_private(path)


def test_an_event_that_does_not_exist_cannot_be_changed(log):
    for attempt in (lambda: log.change("nothing", {"text": "a"}), lambda: log.delete("nothing")):
        with pytest.raises(NotFoundError) as refused:
            attempt()
        assert refused.value.code == "no_event"


def test_a_torn_last_line_is_ignored_and_overwritten(log, path):
    first, second = event("a"), event("b", 1)
    log.add(first)
    whole = path.read_bytes()
    log.add(second)
    line = path.read_bytes()[len(whole) :]
    for length in range(len(line)):
        path.write_bytes(whole + line[:length])
        assert EventLog(path, "aa").events() == [first]
    torn = EventLog(path, "aa")
    torn.add(second)
    assert path.read_bytes() == whole + line
    assert EventLog(path, "aa").events() == [first, second]


@pytest.mark.parametrize("content", [b"", b'{"version":1,"recor'])
def test_a_log_that_was_just_being_created_is_empty(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    log = EventLog(path, "aa")
    assert log.events() == []
    log.add(event("a"))
    assert [each.text for each in EventLog(path, "aa").events()] == ["a"]


def test_a_damaged_line_costs_no_other_and_is_logged(log, path, caplog):
    log.add(event("a"))
    with path.open("ab") as file:
        file.write(b'\x00\x00\xff\n{"event": 1}\n')
    EventLog(path, "aa").add(event("b", 1))
    assert [each.text for each in EventLog(path, "aa").events()] == ["a", "b"]
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("head", [b'{"version":2,"recording_id":"aa"}\n', b"nothing\n"])
def test_a_log_of_a_newer_camrec_is_not_touched(path, head):
    path.parent.mkdir()
    path.write_bytes(head)
    with pytest.raises(ValueError):
        EventLog(path, "aa")
    assert path.read_bytes() == head


def test_a_disk_that_fails_costs_only_the_event_that_was_not_acknowledged(log, path, monkeypatch):
    log.add(event("a"))

    def fail(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as failing:
        failing.setattr(file_system, "fsync_handle", fail)
        with pytest.raises(ServiceError) as refused:
            log.add(event("b", 1))
    assert refused.value.code == "folder_unwritable"
    assert EventLog(path, "aa").events() == log.events(), "as after a kill"
    log.add(event("c", 2))
    assert [each.text for each in log.events()] == ["a", "c"]
    assert EventLog(path, "aa").events() == log.events()


def test_an_event_is_taken_back_without_new_space(log, path):
    first, second, third = event("a"), event("b", 1), event("c", 2)
    for each in (first, second, third):
        log.add(each)
    log.change(second.id, {"text": "d"})
    size = path.stat().st_size
    log.take_back(second.id)
    assert path.stat().st_size == size
    assert log.events() == EventLog(path, "aa").events() == [first, third]
    with pytest.raises(NotFoundError):
        log.take_back(second.id)
    log.add(event("e", 3))
    assert [each.text for each in EventLog(path, "aa").events()] == ["a", "c", "e"]


def test_a_full_log_refuses_further_events(log, monkeypatch):
    monkeypatch.setattr("camrec.annotations.event_log.MAX_EVENTS", 2)
    log.add(event())
    log.add(event())
    with pytest.raises(StateError) as refused:
        log.add(event())
    assert refused.value.code == "events_full"


def test_events_that_wait_share_one_fsync_and_none_returns_before_it(log, path, monkeypatch):
    """The first fsync is held up, so that all further events wait for the second."""
    log.add(event("first"))
    real, held, go_on, syncs = file_system.fsync_handle, threading.Event(), threading.Event(), []

    def fsync(handle: int) -> None:
        syncs.append(path.read_bytes().count(b'"text"'))
        held.set()
        assert go_on.wait(20)
        real(handle)

    monkeypatch.setattr(file_system, "fsync_handle", fsync)
    returned: list[str] = []

    def add(text: str) -> None:
        log.add(event(text))
        returned.append(text)

    threads = [threading.Thread(target=add, args=(str(number),)) for number in range(20)]
    threads[0].start()
    assert held.wait(20)
    for each in threads[1:]:
        each.start()
    while len(log._commit._waiting) < 19:
        threading.Event().wait(0.001)
    assert returned == [] and log.count == 1
    go_on.set()
    for each in threads:
        each.join()
    assert len(returned) == 20
    assert syncs == [2, 21], "one fsync for the first, one for all others"
    assert len(EventLog(path, "aa").events()) == 21


def test_concurrent_changes_of_one_event_are_all_kept(log):
    one = event("a")
    log.add(one)
    changes = [{"text": "b"}, {"value": 1}, {"length": 2.0}] * 5
    threads = [threading.Thread(target=log.change, args=(one.id, each)) for each in changes]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert log.events() == [change_event(one, {"text": "b", "value": 1, "length": 2.0})]


def test_a_released_log_has_placed_its_events_and_takes_no_more(log, path):
    log.add(event("a"))
    placed = []
    log.release(placed.extend)
    assert [each.text for each in placed] == ["a"] and not path.exists()
    assert log.is_released and log.count == 1
    attempts = [
        lambda: log.add(event()),
        lambda: log.change(placed[0].id, {"text": "b"}),
        lambda: log.delete(placed[0].id),
    ]
    for attempt in attempts:
        with pytest.raises(EventLogReleased):
            attempt()
    log.release(placed.extend)
    assert len(placed) == 1 and not path.exists(), "what was placed is not placed again"


def test_an_event_that_comes_during_the_release_is_refused_and_not_lost(log):
    """Its maker then writes it into the receipt."""
    outcome = []

    def add() -> None:
        try:
            log.add(event("late"))
        except EventLogReleased as released:
            outcome.append(released)

    late = threading.Thread(target=add)

    def place(events) -> None:
        late.start()
        while not log._commit._waiting:
            threading.Event().wait(0.001)
        assert outcome == []

    log.release(place)
    late.join()
    assert len(outcome) == 1 and log.events() == []


def test_a_log_whose_events_cannot_be_placed_stays(log, path):
    log.add(event("a"))

    def place(events) -> None:
        raise ServiceError("folder_unwritable", folder="", reason="")

    with pytest.raises(ServiceError):
        log.release(place)
    assert not log.is_released and log.was_placed
    log.add(event("b", 1))
    assert [each.text for each in EventLog(path, "aa").events()] == ["a", "b"]


def test_a_failed_write_of_a_group_reaches_each_that_waits():
    def write(items) -> None:
        raise OSError(5, "failed")

    commit: GroupCommit[int] = GroupCommit(write)
    for number in range(2):
        with pytest.raises(OSError):
            commit.submit(number)
