"""How often a session connects to its camera, and what follows an error, without any program."""

from __future__ import annotations

import errno
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from camrec.camera_address import parse_address
from camrec.clock import Clock
from camrec.errors import AccessError, CameraError
from camrec.media import MediaUnit
from camrec.network_policy import NetworkPolicy
from camrec.readers import StreamError
from camrec.session import (
    MjpegUpstream,
    Session,
    SessionState,
    frame_silence,
    retry_policy,
    return_wait,
    session_thread,
)
from support.units_made import video_units

TIMES = [each / 50 for each in range(300)]
SOURCE = parse_address("rtsp://10.0.0.1/x")


class FakeReader:
    """Delivers a frame every 20 ms, until it is closed, frozen or broken."""

    unsupported_audio = ""
    notices = ()

    def __init__(self) -> None:
        self.frozen = threading.Event()
        self.closed = threading.Event()
        self.errors: queue.SimpleQueue[StreamError] = queue.SimpleQueue()

    def batches(self) -> Iterator[Sequence[MediaUnit]]:
        begin = time.perf_counter_ns()
        for unit in video_units(TIMES, size=(64, 48), begin=begin):
            if self.closed.wait(max(0.0, (unit.arrived - time.perf_counter_ns()) / 1e9)):
                return
            if not self.errors.empty():
                raise self.errors.get()
            if self.frozen.is_set():
                self.closed.wait()
                return
            yield [unit]

    def set_read_interval(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        self.closed.set()


class FakeUpstream:
    """Fails with each of `errors` once, and then delivers frames."""

    local_url = "rtsp://127.0.0.1:1/x"
    answer_timeout = 15.0
    key_frame_timeout = 90.0

    def __init__(self, *errors: str) -> None:
        self.errors = [CameraError(each, host="10.0.0.1", port=554) for each in errors]
        self.opened = 0
        self.reroutes = 0
        self.calls: list[str] = []
        self.readers: list[FakeReader] = []
        self.is_connected = False
        self.answers: list[bool] = []  # to short connections, the first one first

    def prepare(self) -> None:
        self.calls.append("prepare")

    def open(self) -> None:
        self.opened += 1
        self.calls.append("open")
        if self.errors:
            raise self.errors.pop(0)

    def close(self) -> None:
        self.calls.append("close")

    def accepts_connections(self) -> bool:
        self.calls.append("try")
        return self.answers.pop(0) if self.answers else True

    def create_reader(self) -> FakeReader:
        self.readers.append(FakeReader())
        return self.readers[-1]

    def received_bytes(self) -> int | None:
        return None

    def stays_connected(self) -> bool:
        return self.is_connected

    def reason(self, error: StreamError | None, since: int) -> CameraError | None:
        return None

    def explain_error(self, error: CameraError) -> CameraError:
        return error

    def drops_media(self, since: int) -> bool:
        return False

    def finds_better_route(self, since: int, phase: str) -> bool:
        return False

    def may_report_drops(self, since: int) -> bool:
        return False

    def reroute(self, error: CameraError) -> bool:
        self.reroutes -= 1
        return self.reroutes >= 0

    def may_be_busy(self, error: CameraError) -> bool:
        return False


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    video_units(TIMES, size=(64, 48))  # encoded before the clock starts
    monkeypatch.setattr(session_thread, "ATTEMPT_PAUSE_S", 0.01)
    monkeypatch.setattr(frame_silence, "STALE_AFTER_S", 0.5)
    monkeypatch.setattr(retry_policy, "RECONNECT_PAUSES_S", (0.05,))
    monkeypatch.setattr(return_wait, "UNANSWERED_PAUSE_S", 0.01)


@contextmanager
def opened(upstream: FakeUpstream) -> Iterator[Session]:
    session = Session(SOURCE, "Bench", lambda source, path, clock: upstream, Clock())
    session.start()
    try:
        session.machine.wait(lambda state: state is not SessionState.OPENING, 20)
        yield session
    finally:
        session.close()


def until(found: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_camera_that_delivers_is_live_on_one_connection():
    upstream = FakeUpstream()
    with opened(upstream) as session:
        assert session.state is SessionState.LIVE
        assert (session.attempt, session.error, session.waiting_for) == (1, None, None)
        assert session.frames_seen >= 10
    assert upstream.calls == ["prepare", "open", "close"]
    assert session.state is SessionState.CLOSED


def test_a_camera_that_hangs_up_is_connected_three_times():
    upstream = FakeUpstream(*["camera_hung_up"] * 3)
    with opened(upstream) as session:
        assert session.state is SessionState.FAILED
        assert (session.attempt, upstream.opened) == (3, 3)
        assert session.error.code == "camera_hung_up"


def test_a_camera_that_rejects_the_password_is_connected_once():
    upstream = FakeUpstream("camera_wrong_password")
    with opened(upstream) as session:
        assert (session.state, upstream.opened) == (SessionState.FAILED, 1)


def test_changing_the_route_is_not_another_attempt():
    upstream = FakeUpstream("camera_jpeg", "camera_jpeg")
    upstream.reroutes = 2
    with opened(upstream) as session:
        assert (session.state, session.attempt, upstream.opened) == (SessionState.LIVE, 1, 3)


def test_a_route_is_changed_twice_at_most():
    upstream = FakeUpstream(*["camera_jpeg"] * 5)
    upstream.reroutes = 5
    with opened(upstream) as session:
        assert (session.state, upstream.opened) == (SessionState.FAILED, 3)


def test_a_camera_that_freezes_is_reconnected_and_its_receipts_say_silent():
    upstream = FakeUpstream()
    with opened(upstream) as session:
        upstream.readers[-1].frozen.set()
        until(lambda: upstream.opened == 2 and session.retries == 0)
        assert session.feed.interruptions(0) == {"camera_silent": 1}


def test_a_connection_that_breaks_is_connected_again_at_once_and_stays_live():
    upstream = FakeUpstream()
    with opened(upstream) as session:
        upstream.readers[-1].errors.put(StreamError("lost"))
        until(lambda: upstream.opened == 2 and session.retries == 0)
        assert session.state is SessionState.LIVE
        assert session.feed.interruptions(0) == {"connection_broke": 1}


def test_a_reader_that_lost_its_proxy_costs_the_camera_no_connection():
    upstream = FakeUpstream()
    with opened(upstream) as session:
        upstream.is_connected = True
        upstream.readers[-1].close()
        until(lambda: len(upstream.readers) == 2 and session.retries == 0)
        assert (session.state, upstream.opened) == (SessionState.LIVE, 1)


def opened_in_vain(upstream: FakeUpstream) -> tuple[Session, list[SessionState]]:
    """A session that keeps trying; the list gets its state at each change."""
    session = Session(SOURCE, "Bench", lambda source, path, clock: upstream, Clock())
    session.keep_trying()
    states: list[SessionState] = []
    session.changed.connect(lambda: states.append(session.state))
    session.start()
    return session, states


def test_a_session_that_keeps_trying_is_stale_without_news_until_its_camera_is_there():
    upstream = FakeUpstream(*["camera_refused"] * 30)
    session, changes = opened_in_vain(upstream)
    try:
        until(lambda: upstream.opened > 8)
        assert (session.state, session.error.code) == (SessionState.STALE, "camera_refused")
        noticed = len(changes)
        until(lambda: upstream.opened > 16)
        assert len(changes) == noticed
        until(lambda: session.state is SessionState.LIVE)
        assert session.error is None and SessionState.FAILED not in changes
    finally:
        session.close()


def test_a_session_that_keeps_trying_tells_of_another_reason():
    upstream = FakeUpstream(*["camera_refused"] * 6, *["camera_no_answer"] * 60)
    session, changes = opened_in_vain(upstream)
    try:
        until(lambda: upstream.opened > 5)
        noticed = len(changes)
        until(lambda: upstream.opened > 12)
        assert session.error.code == "camera_no_answer" and len(changes) == noticed + 1
    finally:
        session.close()


def test_a_session_that_keeps_trying_gives_up_if_the_password_is_wrong():
    upstream = FakeUpstream("camera_wrong_password")
    session, _ = opened_in_vain(upstream)
    try:
        until(lambda: session.state is SessionState.FAILED)
        assert (session.error.code, upstream.opened) == ("camera_wrong_password", 1)
    finally:
        session.close()


def test_a_camera_that_answers_nothing_is_tried_by_short_connections_until_it_answers():
    upstream = FakeUpstream(*["camera_no_answer"] * 4)
    upstream.answers = [False] * 20
    session, _ = opened_in_vain(upstream)
    try:
        until(lambda: session.state is SessionState.LIVE)
    finally:
        session.close()
    attempt = ["prepare", "open"]
    short = ["close", *["try"] * 20, "try"]  # one connection at a time
    assert upstream.calls == [*attempt * 3, *short, *attempt, "close", "try", *attempt, "close"]


def test_a_camera_that_answers_no_short_connection_is_opened_nevertheless(monkeypatch):
    monkeypatch.setattr(return_wait, "MAX_RETURN_WAIT_S", 0.05)
    upstream = FakeUpstream(*["camera_no_answer"] * 4)
    upstream.answers = [False] * 10_000
    session, _ = opened_in_vain(upstream)
    try:
        until(lambda: session.state is SessionState.LIVE)
        assert 0 < len(upstream.answers) < 10_000
    finally:
        session.close()


def test_a_session_closes_while_its_camera_answers_nothing():
    upstream = FakeUpstream(*["camera_no_answer"] * 3)
    upstream.answers = [False] * 10_000
    session, _ = opened_in_vain(upstream)
    until(lambda: upstream.calls.count("try") > 3)
    session.close()
    assert (session.state, upstream.opened) == (SessionState.CLOSED, 3)


@pytest.mark.parametrize(
    ("error", "accepts"),
    [
        (None, True),
        (TimeoutError(), False),
        (OSError(errno.EHOSTUNREACH, "no route to host"), False),
        (ConnectionRefusedError(), True),
        (AccessError("address_not_allowed", host="10.0.0.1"), True),
        (socket.gaierror(), True),
    ],
)
def test_a_camera_that_refuses_a_connection_is_there(error, accepts):
    """What else is wrong with it a full attempt finds out."""
    closed = []

    class Policy(NetworkPolicy):
        def connect(self, where, timeout=None, *_):
            assert where == ("10.0.0.1", 554) and timeout < 3
            if error is not None:
                raise error
            return SimpleNamespace(close=lambda: closed.append(True))

    upstream = MjpegUpstream(SOURCE, "x", Clock(), None, Policy())
    assert upstream.accepts_connections() is accepts
    assert bool(closed) is (error is None)
