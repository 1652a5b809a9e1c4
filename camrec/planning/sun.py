"""When the sun rises and sets at a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Literal

from astral import Observer
from astral.sun import elevation

from camrec.errors import InputError

SunEvent = Literal["sunrise", "sunset"]
# Why there is no sunrise or sunset: the sun is up all day, down all day, or it rises or sets just
# before or after this day, which happens around polar day and where clocks are far from the sun.
NoSunReason = Literal["sun_up_all_day", "sun_down_all_day", "no_sunrise", "no_sunset"]
NO_SUN_EVENT: Mapping[SunEvent, NoSunReason] = {"sunrise": "no_sunrise", "sunset": "no_sunset"}

# Where the middle of the sun is when its upper edge is at the horizon, with the usual refraction of
# the air: 16 and 34 minutes of arc.
HORIZON_DEGREES = -0.833

_ONE_DAY = timedelta(days=1)
_HALF_DAY = timedelta(hours=12)
_MIN_BEND = 1e-4  # degrees


@dataclass(frozen=True)
class Coordinates:
    """Degrees north of the equator, and degrees east of Greenwich."""

    latitude: float
    longitude: float


def parse_place(values: Sequence[object]) -> Coordinates | None:
    """The place of the setting `place`: latitude and longitude; None if the list is empty.

    Raises
    ------
    InputError (``place_invalid``)
    """
    if not values:
        return None
    numbers = [
        float(each)
        for each in values
        if isinstance(each, (int, float)) and not isinstance(each, bool)
    ]
    if len(values) != 2 or len(numbers) != 2:
        raise InputError("place_invalid", field="place")
    latitude, longitude = numbers
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # false for a NaN, too
        raise InputError("place_invalid", field="place")
    return Coordinates(latitude, longitude)


def find_sun_event(
    event: SunEvent, place: Coordinates, day: date, zone: tzinfo
) -> datetime | NoSunReason:
    """The sunrise or sunset that `zone` has on `day`, in UTC to the second; or why there is none.

    Only the elevation of the sun is astral's. Its own `sunrise` and `sunset` (3.2) find nothing on
    some days on which there is one: in 2026 on eleven in Tromsø, and on one at 65 degrees north.
    """
    observer = Observer(place.latitude, place.longitude)
    reason = NO_SUN_EVENT[event]
    for solar_day in (day, day - _ONE_DAY, day + _ONE_DAY):
        found = _find_on_solar_day(event, observer, solar_day)
        if isinstance(found, datetime):
            if found.astimezone(zone).date() == day:
                return found
        elif solar_day == day:
            reason = found
    return reason


def _find_on_solar_day(
    event: SunEvent, observer: Observer, day: date
) -> datetime | Literal["sun_up_all_day", "sun_down_all_day"]:
    """The sunrise before or the sunset after the solar noon of `day`."""
    noon = _find_noon(observer, day)
    # Before and after noon the sun is lowest about half a day away.
    night = noon - _HALF_DAY if event == "sunrise" else noon + _HALF_DAY
    if _elevation(observer, noon) < HORIZON_DEGREES:
        return "sun_down_all_day"
    if _elevation(observer, night) > HORIZON_DEGREES:
        return "sun_up_all_day"
    up, down = noon, night
    while abs(up - down) > timedelta(seconds=1):
        middle = up + (down - up) / 2
        if _elevation(observer, middle) > HORIZON_DEGREES:
            up = middle
        else:
            down = middle
    return up.replace(microsecond=0)


def _find_noon(observer: Observer, day: date) -> datetime:
    """When the sun is highest: the vertex of a parabola around noon by the longitude.

    The two are less than 17 minutes apart (the equation of time).
    """
    middle = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc)
    middle -= timedelta(minutes=4 * observer.longitude)
    step = timedelta(minutes=20)
    before, at, after = (
        _elevation(observer, moment) for moment in (middle - step, middle, middle + step)
    )
    bend = before - 2 * at + after
    # At a pole the sun is as high all day, and any moment is noon.
    shift = 0.0 if abs(bend) < _MIN_BEND else (before - after) / (2 * bend)
    return middle + max(-1.0, min(1.0, shift)) * step


def _elevation(observer: Observer, moment: datetime) -> float:
    return elevation(observer, moment, with_refraction=False)
