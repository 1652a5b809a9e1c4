"""What the thread that lets plans record does when something is wrong around it."""

from __future__ import annotations

from datetime import timezone
from types import SimpleNamespace

import pytest

from camrec.callbacks import Callbacks
from camrec.camera_address import parse_address
from camrec.errors import CameraError
from camrec.planning import (
    OccurrenceRecord,
    PlanDispatcher,
    PlanFile,
    PlanState,
    PlanStore,
    StationFacts,
    WallClock,
)
from camrec.planning.plan_file import PlanFileContent
from camrec.session import SessionState
from camrec.station.plans.runner import PlanRunner
from camrec.station.plans.sessions import PlanSessions
from support.units_made import MadeClock, until


def test_facts_that_cannot_be_read_are_logged_once(caplog):
    reads = []

    def fail(*about):
        reads.append(about)
        raise OSError("the folder is gone")

    nothing = SimpleNamespace(
        load=lambda: None, check=lambda: (), write=lambda: None, watch_again=lambda: None
    )
    sessions = SimpleNamespace(review=lambda: None, wait=lambda: None)
    runner = PlanRunner(
        MadeClock(),
        SimpleNamespace(state=PlanState(), entries=lambda: ("plan",)),
        PlanDispatcher(WallClock(timezone.utc), None),
        SimpleNamespace(sessions=list),
        sessions,
        SimpleNamespace(),
        SimpleNamespace(read=fail),
        nothing,
        Callbacks(),
    )
    runner.start()
    try:
        for count in (1, 2, 3):
            until(lambda count=count: len(reads) >= count)
            runner.wake()
    finally:
        runner.stop()
    assert [each.exc_text is not None for each in caplog.records] == [True]


def test_what_was_due_of_the_only_plan_is_not_left_behind_when_it_is_removed(tmp_path):
    """It had no camera to record: a person recorded it, or there was no free session."""
    clock = MadeClock()
    now = clock.utc_ns()
    due = OccurrenceRecord(
        plan_id="removed", camera_id="a", starts_at=now - 1, ends_at=now + 3600 * 10**9
    )
    file = PlanFile(tmp_path)
    file.write(PlanFileContent(state=PlanState(records=(due,), reckoned_at=now)))
    store = PlanStore(file)
    store.load()
    nothing = SimpleNamespace(
        load=lambda: None, check=lambda: (), write=lambda: None, watch_again=lambda: None
    )
    facts = StationFacts()
    runner = PlanRunner(
        clock,
        store,
        PlanDispatcher(WallClock(timezone.utc), None),
        SimpleNamespace(sessions=list),
        SimpleNamespace(review=lambda: None, wait=lambda: None),
        SimpleNamespace(),
        SimpleNamespace(read=lambda *about: facts),
        nothing,
        Callbacks(),
    )
    runner.start()
    try:
        until(lambda: not store.state.all_records())
    finally:
        runner.stop()


@pytest.mark.parametrize(
    ("is_recording", "viewers", "is_closed"),
    [(True, 0, False), (False, 1, False), (False, 0, True)],
)
def test_a_camera_that_somebody_began_to_use_is_not_closed(is_recording, viewers, is_closed):
    session = SimpleNamespace(
        session_id="s", camera_id="a", is_recording=is_recording, viewers=viewers
    )
    closed = []
    cameras = SimpleNamespace(sessions=lambda: [session], close=closed.append)
    sessions = PlanSessions(MadeClock(), cameras, SimpleNamespace(), None, lambda: None)
    sessions.adopt(session)
    sessions.close("a")
    sessions.wait()
    assert closed == (["s"] if is_closed else [])
    assert sessions.is_own(session) is not is_closed


OLD = parse_address("rtsp://10.0.0.1/x")
NEW = parse_address("rtsp://10.0.0.2/x")


@pytest.mark.parametrize(
    ("state", "code", "known", "tries_in_vain", "is_recording", "is_closed", "failure"),
    [
        (SessionState.STALE, "camera_refused", OLD, True, False, False, "camera_refused"),
        (
            SessionState.STALE,
            "camera_wrong_password",
            OLD,
            True,
            False,
            True,
            "camera_wrong_password",
        ),
        (SessionState.STALE, "camera_refused", NEW, True, False, True, None),
        (SessionState.STALE, "camera_refused", NEW, True, True, False, None),
        (SessionState.STALE, "camera_refused", NEW, False, False, False, None),
        (SessionState.FAILED, "camera_asks_login", OLD, False, False, False, "camera_asks_login"),
        (SessionState.FAILED, "camera_asks_login", NEW, False, False, True, None),
        (SessionState.OPENING, "camera_refused", NEW, False, False, False, None),
    ],
)
def test_a_session_in_vain_stays_until_its_camera_has_another_address_or_rejects_the_password(
    state, code, known, tries_in_vain, is_recording, is_closed, failure
):
    session = SimpleNamespace(
        session_id="s",
        camera_id="a",
        source=OLD,
        state=state,
        error=CameraError(code, host="10.0.0.1", port=554),
        tries_in_vain=tries_in_vain,
        is_recording=is_recording,
        viewers=0,
    )
    closed = []
    cameras = SimpleNamespace(sessions=lambda: [session], close=closed.append)
    known_cameras = SimpleNamespace(source=lambda camera_id: known)
    sessions = PlanSessions(MadeClock(), cameras, known_cameras, None, lambda: None)
    sessions.adopt(session)
    for _ in range(2):
        sessions.review()
        sessions.wait()
    assert set(closed) == ({"s"} if is_closed else set())
    assert sessions.failures.get("a") == failure
