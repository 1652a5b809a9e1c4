"""NTP timestamps (RFC 5905, section 6) as UTC: 32 bits of seconds since 1900, 32 of a fraction."""

from __future__ import annotations

from camrec.clock import NS_PER_SECOND

NTP_TO_UNIX_S = 2_208_988_800  # from 1900 to 1970
NTP_ERA_S = 2**32  # the seconds start at 0 again on 2036-02-07
# A timestamp is read in another era only if that makes it so close to this machine's time. A clock
# that counts the seconds since the camera started would otherwise be one of 2036.
MAX_NEXT_ERA_DISTANCE_S = 366 * 86_400


def ntp_to_utc_ns(ntp: int, near_utc_ns: int) -> int:
    """Nanoseconds since 1970-01-01 UTC of a 64-bit NTP timestamp; negative before 1970.

    Parameters
    ----------
    ntp
        The timestamp.
    near_utc_ns
        This machine's time, nanoseconds since 1970. It decides between the years 1900 to 2036 and
        the years 2036 to 2172: the later ones are meant if they are within a year of it.
    """
    seconds = (ntp >> 32) - NTP_TO_UNIX_S
    if abs(seconds + NTP_ERA_S - near_utc_ns // NS_PER_SECOND) < MAX_NEXT_ERA_DISTANCE_S:
        seconds += NTP_ERA_S
    return seconds * NS_PER_SECOND + ((ntp & 0xFFFFFFFF) * NS_PER_SECOND + 2**31 >> 32)
