"""How much may be in flight to a viewer that acknowledges frames."""

from __future__ import annotations

from camrec.web.handlers import flow_control
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


def test_a_slow_viewer_has_few_messages_in_flight():
    flow = begun()
    assert filled(flow) == 4
    flow.acknowledge(1, 1)
    assert filled(flow) == 1
    flow.acknowledge(3, 1)
    assert filled(flow) == 3


def test_messages_that_are_not_shown_count_by_their_bytes():
    flow = begun()
    assert filled(flow, 1 << 10, shown=False) == MAX_IN_FLIGHT_BYTES >> 10


def test_one_large_frame_is_sent_and_none_after_it():
    flow = begun()
    assert filled(flow, 10 * MAX_IN_FLIGHT_BYTES) == 1
    flow.acknowledge(1, 1)
    assert flow.has_room


def test_a_viewer_that_acknowledges_many_at_once_is_sent_as_many_more():
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


def test_acknowledging_unsent_frames_raises_the_limit_only_to_its_maximum():
    flow = begun()
    flow.acknowledge(1000, 1000)
    assert filled(flow) == 3 + MAX_FRAMES_PER_REPLY


def test_the_lag_is_that_of_the_last_answered_or_of_one_that_waits_long(monkeypatch):
    now = 100.0
    monkeypatch.setattr(flow_control, "monotonic_s", lambda: now)
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
