"""What the thread that lets plans record does when something is wrong around it."""

from __future__ import annotations

from datetime import timezone
from types import SimpleNamespace

import pytest

from camrec.callbacks import Callbacks
from camrec.planning import PlanDispatcher, PlanState, WallClock
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
    sessions = SimpleNamespace(
        close_failed=lambda: None, forget_corrected=lambda: None, wait=lambda: None
    )
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
