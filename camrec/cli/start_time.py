"""The start of a recording as people type it: ``22:30``, or a date with a time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from typer import BadParameter

from camrec.cli.console import cli_text
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns, parse_iso
from camrec.planning import WallClock

_TIME_PATTERN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def parse_start_time(text: str, now: int, clock: WallClock) -> int:
    """Return a start in UTC nanoseconds. A time of day is the next one after `now`.

    A date with a time but without an offset from UTC is one of `clock`. Raises BadParameter.
    """
    found = _TIME_PATTERN.fullmatch(text)
    if found is not None:
        hour, minute, second = (int(each or 0) for each in found.groups())
        today = clock.shown_at(now)
        wall = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
        for day in (wall, wall + timedelta(days=1)):
            if (moment := clock.first_moment(day)) > now:
                return moment
    try:
        moment_there = parse_iso(text)
    except (ValueError, OverflowError):
        raise BadParameter(cli_text("record.bad_at", text=text)) from None
    if moment_there.tzinfo is not None:
        return iso_to_utc_ns(text)
    fraction = moment_there.microsecond * (NS_PER_SECOND // 10**6)
    wall = datetime(*moment_there.timetuple()[:6])
    return clock.first_moment(wall) + fraction
