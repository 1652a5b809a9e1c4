"""Time zones: which moment a wall clock means, also in the nights in which it is changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError

_EPOCH = datetime(1970, 1, 1)
_MAX_ZONE_CHARS = 100


def find_timezone(name: str) -> tzinfo:
    """The time zone with an IANA name such as ``Europe/Paris``; empty: this computer's.

    Raises
    ------
    InputError (``timezone_unknown``)
    """
    if not name:
        return SystemTimezone()
    try:
        if len(name) > _MAX_ZONE_CHARS:
            raise ValueError
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a path outside, no such zone
        raise InputError(
            "timezone_unknown", field="timezone", timezone=name[:_MAX_ZONE_CHARS]
        ) from None


class SystemTimezone(tzinfo):
    """The time zone of this computer, by the rules that its system has.

    Windows knows only the present rule of each zone and applies it to all years.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta:
        if moment is None:
            return timedelta(0)
        wall = moment.replace(tzinfo=None, microsecond=0)
        return wall.replace(fold=0) - _EPOCH - timedelta(seconds=int(wall.timestamp()))

    def dst(self, moment: datetime | None) -> None:
        """Not known."""
        return

    def tzname(self, moment: datetime | None) -> str | None:
        """The system's abbreviation."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        seconds = (moment.replace(tzinfo=None) - _EPOCH).total_seconds()
        return datetime.fromtimestamp(seconds).replace(tzinfo=self)


class WallClock:
    """What clocks on the wall show in one time zone. Moments are UTC nanoseconds."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone

    def first_moment(self, wall: datetime) -> int:
        """When a clock shows `wall`. If it does twice, the first time.

        If it never does, because it is set forward, this is the moment at which it is set.
        """
        return self._moment(wall, fold=0)

    def last_moment(self, wall: datetime) -> int:
        """As `first_moment`, but the second time if a clock shows `wall` twice."""
        return self._moment(wall, fold=1)

    def start_of_day(self, day: date) -> int:
        """When a day begins. Where midnight comes twice, the day begins with the first."""
        return self.first_moment(datetime(day.year, day.month, day.day))

    def day_of(self, moment: int) -> date:
        """The date at a moment."""
        return self.shown_at(moment).date()

    def shown_at(self, moment: int) -> datetime:
        """What a clock shows at a moment, to the second."""
        utc = _EPOCH + timedelta(seconds=moment // NS_PER_SECOND)
        return utc.replace(tzinfo=timezone.utc).astimezone(self.zone).replace(tzinfo=None, fold=0)

    def _moment(self, wall: datetime, fold: int) -> int:
        moment = _utc_seconds(wall, self.zone, fold)
        other = _utc_seconds(wall, self.zone, 1 - fold)
        # Where a clock never shows `wall`, the two are around the moment at which it is set, and
        # fold 0 means the later one (PEP 495).
        if (moment > other) == (fold == 0) and moment != other:
            return self._when_set(wall, min(moment, other), max(moment, other)) * NS_PER_SECOND
        return moment * NS_PER_SECOND

    def _when_set(self, wall: datetime, before: int, after: int) -> int:
        """The first second at which a clock shows more than `wall`; halves what is possible."""
        while after - before > 1:
            middle = (before + after) // 2
            if self.shown_at(middle * NS_PER_SECOND) < wall:
                before = middle
            else:
                after = middle
        return after


def _utc_seconds(wall: datetime, zone: tzinfo, fold: int) -> int:
    moment = wall.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc)
    return (moment.replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)
