"""The start of a recording as people type it: ``22:30``, or a date with a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from typer import BadParameter

from camrec.cli.console import cli_text, print_message
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns, parse_iso, utc_ns
from camrec.planning import WallClock, find_timezone, parse_time_of_day


def parse_start_time(text: str, now: int, clock: WallClock) -> int:
    """Return a start in UTC nanoseconds. A time of day is the next one after `now`.

    A date with a time but without an offset from UTC is one of `clock`. Raises BadParameter.
    """
    time_of_day = parse_time_of_day(text)
    if time_of_day is not None:
        wall = datetime.combine(clock.shown_at(now), time_of_day)
        for day in (wall, wall + timedelta(days=1)):
            if (moment := clock.first_moment(day)) > now:
                return moment
    try:
        return _parse_date_with_time(text, clock)
    except (ValueError, OverflowError):
        raise BadParameter(cli_text("record.bad_at", text=text)) from None


def _parse_date_with_time(text: str, clock: WallClock) -> int:
    """Raises ValueError, and OverflowError if it is so far away that it cannot be converted."""
    moment_there = parse_iso(text)
    if moment_there.tzinfo is not None:
        return iso_to_utc_ns(text)
    fraction = moment_there.microsecond * (NS_PER_SECOND // 10**6)
    wall = datetime(*moment_there.timetuple()[:6])
    return clock.first_moment(wall) + fraction


def describe_wait(start_at: int, now: int, clock: WallClock) -> str:
    """Say when a recording begins and how long that is. Times are UTC nanoseconds."""
    begins, today = clock.shown_at(start_at), clock.day_of(now)
    at = f"{begins:%H:%M}" if begins.date() == today else f"{begins:%Y-%m-%d %H:%M}"
    return cli_text("record.begins", at=at, wait=_describe_length(start_at - now))


def print_wait(start_at: int | None, timezone: str) -> None:
    """Print when a recording that waits begins; nothing if it begins now."""
    now = utc_ns()
    if start_at is not None and start_at > now:
        print_message(describe_wait(start_at, now, WallClock(find_timezone(timezone))))


def _describe_length(length_ns: int) -> str:
    seconds = max(0, round(length_ns / NS_PER_SECOND))
    if seconds < 60:
        return cli_text("record.seconds", seconds=seconds)
    hours, minutes = divmod(seconds // 60, 60)
    if hours == 0:
        return cli_text("record.minutes", minutes=minutes)
    return cli_text("record.hours", hours=hours, minutes=f"{minutes:02}")
