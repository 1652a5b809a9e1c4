"""The start of a recording as people type it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from typer import BadParameter

from camrec.cli import console
from camrec.cli.start_time import describe_wait, parse_start_time
from camrec.planning import WallClock

PARIS = ZoneInfo("Europe/Paris")


def moment(*wall: int) -> int:
    return int(datetime(*wall, tzinfo=PARIS).timestamp()) * 10**9


NOW = moment(2026, 11, 30, 8, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:30", moment(2026, 11, 30, 22, 30)),
        ("8:31", moment(2026, 11, 30, 8, 31)),
        ("08:30", moment(2026, 12, 1, 8, 30)),
        ("10", moment(2026, 11, 30, 10)),
        ("24:00", moment(2026, 12, 1)),
        ("08:30:05", moment(2026, 11, 30, 8, 30, 5)),
        ("2026-12-24T22:30", moment(2026, 12, 24, 22, 30)),
        ("2026-12-24T22:30:00+00:00", moment(2026, 12, 24, 23, 30)),
        ("2026-12-24T22:30:00Z", moment(2026, 12, 24, 23, 30)),
    ],
)
def test_a_start_is_a_time_of_day_or_a_date_with_a_time(text, expected):
    assert parse_start_time(text, NOW, WallClock(PARIS)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "24:01", "noon", "2026-13-01T10:00", "25", "12:60"),
        # Before the first and after the last year that can be converted.
        *("0001-01-01T00:00", "0001-01-01T00:00+09:00", "9999-12-31T23:59-05:00"),
    ],
)
def test_what_is_no_time_is_rejected(text):
    with pytest.raises(BadParameter):
        parse_start_time(text, NOW, WallClock(PARIS))


@pytest.mark.parametrize(
    ("start", "at", "wait"),
    [
        (moment(2026, 11, 30, 13, 34), "13:34", "5 h 04"),
        (moment(2026, 11, 30, 8, 34), "08:34", "4 min"),
        (moment(2026, 11, 30, 8, 30, 9), "08:30", "9 s"),
        (moment(2026, 12, 2, 8, 30), "2026-12-02 08:30", "48 h 00"),
    ],
)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Begins at {} (in {}). Ctrl+C cancels."),
        ("fr", "Commence à {} (dans {}). Ctrl+C annule."),
    ],
)
def test_a_recording_that_waits_says_when_it_begins(monkeypatch, start, at, wait, language, text):
    monkeypatch.setattr(console, "CONSOLE_LANGUAGE", language)
    shown = describe_wait(start, NOW, WallClock(PARIS))
    assert shown.replace("\N{NO-BREAK SPACE}", " ") == text.format(at, wait)
