"""Windows is about to end camrec: the console window is closed, or the session ends."""

from __future__ import annotations

import threading

import pytest

from camrec.process.console_events import CONSOLE_END_EVENTS, ConsoleEvents


def test_closing_the_console_window_starts_the_orderly_end_and_waits_for_it():
    """Windows ends the process when the handler returns, so it returns only at the end."""
    saved, reported = threading.Event(), []
    events = ConsoleEvents(wait=lambda: saved.wait(20))
    events.on_end = reported.append
    results = []
    windows = threading.Thread(target=lambda: results.append(events.handle(2)))
    windows.start()
    windows.join(0.1)
    assert windows.is_alive() and not results
    saved.set()
    windows.join()
    assert results == [True] and reported == ["CTRL_CLOSE_EVENT"]


@pytest.mark.parametrize("event", CONSOLE_END_EVENTS)
def test_log_off_and_shutdown_are_reported_by_name(event):
    reported = []
    events = ConsoleEvents(wait=lambda: None)
    events.on_end = reported.append
    assert events.handle(event) is True
    assert reported == [CONSOLE_END_EVENTS[event]]


@pytest.mark.parametrize("event", [0, 1])
def test_ctrl_c_and_ctrl_break_are_left_to_python(event):
    events = ConsoleEvents(wait=lambda: pytest.fail("it waits"))
    events.on_end = lambda name: pytest.fail(name)
    assert events.handle(event) is False


def test_without_a_listener_windows_ends_the_process_at_once():
    assert ConsoleEvents(wait=lambda: pytest.fail("it waits")).handle(2) is False
