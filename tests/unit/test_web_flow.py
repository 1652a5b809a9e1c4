"""How much may be in flight to a viewer that acknowledges frames."""

from __future__ import annotations

import time

from camrec.web.handlers.flow_control import MAX_FRAMES_PER_REPLY, MAX_IN_FLIGHT_BYTES, FlowControl


def begun() -> FlowControl:
    flow = FlowControl()
    flow.restart(4)
    return flow


def filled(flow: FlowControl, size: int = 100, *, shown: bool = True) -> int:
    """How many more frames fit."""
    count = 0
    while flow.has_room:
        flow.record_sent(size, shown=shown)
        count += 1
    return count


def test_few_messages_are_on_their_way_to_a_slow_viewer():
    flow = begun()
    assert filled(flow) == 4
    flow.acknowledge(1, 1)
    assert filled(flow) == 1
    flow.acknowledge(3, 1)
    assert filled(flow) == 3


def test_those_that_are_not_shown_count_by_their_bytes():
    flow = begun()
    assert filled(flow, 1 << 10, shown=False) == MAX_IN_FLIGHT_BYTES >> 10


def test_one_large_frame_may_go_and_nothing_behind_it():
    flow = begun()
    assert filled(flow, 10 * MAX_IN_FLIGHT_BYTES) == 1
    flow.acknowledge(1, 1)
    assert flow.has_room


def test_one_who_answers_many_at_once_is_sent_as_many_more():
    flow = begun()
    filled(flow)
    flow.acknowledge(4, 8)
    assert filled(flow) == 11
    flow.acknowledge(11, 8)
    assert filled(flow, MAX_IN_FLIGHT_BYTES // 4) == 8  # twice the bytes
    # ... until each is acknowledged again
    flow.acknowledge(8, 1)
    assert filled(flow) == 4


def test_flow_control_of_another_stream_begins_with_few_messages():
    flow = begun()
    flow.acknowledge(1, 8)
    flow.restart(2)
    assert filled(flow) == 2


def test_nobody_is_sent_more_for_a_promise():
    flow = begun()
    flow.acknowledge(1000, 1000)
    assert filled(flow) == 3 + MAX_FRAMES_PER_REPLY


def test_the_lag_is_that_of_the_last_answered_or_of_one_that_waits_long(monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    flow = begun()
    assert flow.lag == 0
    flow.record_sent(1)
    now += 0.3
    flow.record_sent(1)
    # An acknowledgement may wait for so long.
    assert flow.lag == 0
    now += 0.1
    flow.acknowledge(2, 2)
    assert round(flow.lag, 6) == 0.1
    flow.record_sent(1)
    now += 3
    assert round(flow.lag, 6) == 3
