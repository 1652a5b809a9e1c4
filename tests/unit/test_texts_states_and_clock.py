"""The modules that all others use: texts, callbacks, states, formats of time."""

from __future__ import annotations

import threading
from enum import Enum
from pathlib import Path
from types import SimpleNamespace

import pytest

from camrec import i18n, windows_api
from camrec.callbacks import Callbacks
from camrec.clock import format_iso, parse_iso
from camrec.state_machine import InvalidTransition, StateMachine

PACKAGE = Path(i18n.__file__).parent


def test_french_counts_nothing_as_one():
    i18n.catalogue("en")["test.n"] = {"one": "{count} camera", "other": "{count} cameras"}
    i18n.catalogue("fr")["test.n"] = {"one": "{count} caméra", "other": "{count} caméras"}
    try:
        said = [
            i18n.translate("test.n", language, count=n)
            for language in ("en", "fr")
            for n in range(3)
        ]
        assert said == ["0 cameras", "1 camera", "2 cameras", "0 caméra", "1 caméra", "2 caméras"]
    finally:
        for language in i18n.LANGUAGES:
            del i18n.catalogue(language)["test.n"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de,en;q=0.5,fr;q=0.7", "fr"),
        ("fr_FR", "fr"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
        ("fr;q=x, en", "en"),
    ],
)
def test_the_language_that_a_browser_prefers_is_chosen(accept, language):
    assert i18n.best_language(accept) == language


@pytest.mark.parametrize(
    ("variables", "menus", "language"),
    [
        ({}, "fr", "fr"),
        ({}, "", "en"),
        ({"LANG": "en_US.UTF-8"}, "fr", "en"),
        ({"LANG": "fr"}, "en", "fr"),
    ],
)
def test_the_language_on_windows_is_that_of_its_menus_unless_a_variable_sets_it(
    monkeypatch, variables, menus, language
):
    """A stand-in for another language of Windows, which has only one."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(i18n, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(windows_api, "ui_language", lambda: menus)
    assert i18n.system_language() == language


def test_a_failing_subscriber_does_not_affect_others(caplog):
    heard = []
    signal = Callbacks()
    signal.connect(lambda word: 1 / 0)
    disconnect = signal.connect(heard.append)
    signal.emit("a")
    disconnect()
    disconnect()
    signal.emit("b")
    assert heard == ["a"]
    assert "a callback failed" in caplog.text
    assert len(signal) == 1


class Lamp(Enum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


MOVES = {Lamp.OFF: frozenset({Lamp.ON}), Lamp.ON: frozenset({Lamp.OFF, Lamp.BROKEN})}


def test_a_state_machine_follows_its_table_and_reports_each_change():
    lamp, told = StateMachine(Lamp.OFF, MOVES), []
    lamp.changed.connect(lambda old, new: told.append((old, new)))
    assert lamp.transition(Lamp.ON)
    assert not lamp.transition(Lamp.ON)
    assert not lamp.transition(Lamp.BROKEN, only_from=Lamp.OFF)
    assert lamp.transition(Lamp.BROKEN)
    assert told == [(Lamp.OFF, Lamp.ON), (Lamp.ON, Lamp.BROKEN)]
    with pytest.raises(InvalidTransition):
        lamp.transition(Lamp.ON)


def test_waiting_for_a_state_ends_when_it_comes():
    lamp = StateMachine(Lamp.OFF, MOVES)
    assert not lamp.wait(lambda state: state is Lamp.ON, timeout=0)
    waiter = threading.Thread(target=lamp.wait, args=(lambda state: state is Lamp.ON,))
    waiter.start()
    lamp.transition(Lamp.ON)
    waiter.join(10)
    assert not waiter.is_alive()


def test_timestamps_are_formatted_in_utc():
    assert format_iso(0) == "1970-01-01T00:00:00.000000Z"
    assert format_iso(1_764_000_000_123_456_789) == "2025-11-24T16:00:00.123456Z"


@pytest.mark.parametrize(
    ("end", "microsecond"),
    [("Z", 0), (".5Z", 500_000), (".1234567Z", 123_456), ("+00:00", 0), (".123456+01:00", 123_456)],
)
def test_iso_times_are_read_alike_on_every_python(end, microsecond):
    moment = parse_iso(f"2026-11-24T14:03:00{end}")
    assert moment.utcoffset() is not None and moment.microsecond == microsecond
