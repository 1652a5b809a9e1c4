"""Why an occurrence was not recorded for a while."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from camrec.clock import NS_PER_SECOND
from camrec.planning.facts import Outage
from camrec.planning.plan_state import Delay, DelayReason

# What takes no longer is not a delay: a camera needs some seconds until it is live.
MIN_LATENESS_NS = 5 * NS_PER_SECOND


def explain_missing_time(
    start: int,
    end: int,
    delays: Iterable[Delay],
    outages: Iterable[Outage],
    otherwise: DelayReason | None = "not_running",
) -> tuple[Delay, ...]:
    """Divide the time from `start` to `end` by its reasons, in order.

    An outage counts before what the dispatcher noted, because that goes on in the notes while
    camrec can do nothing. What has neither is time in which camrec was not running. Reasons that
    took only a moment are left out, unless there is no other.

    otherwise : the reason of what has neither; None: that is left out.
    """
    reasons: list[Delay] = [
        *(Delay(reason=each.kind, start=each.start, end=each.end) for each in outages),
        *delays,
    ]
    marks = {start, end}
    for each in reasons:
        marks.update(
            mark for mark in (each.start, each.end) if mark is not None and start < mark < end
        )
    found: list[Delay] = []
    ordered = sorted(marks)
    for left, right in pairwise(ordered):
        reason: DelayReason | None = next(
            (each.reason for each in reasons if _covers(each, left, right)), otherwise
        )
        if reason is None:
            continue
        if found and found[-1].reason == reason:
            found[-1] = found[-1].model_copy(update={"end": right})
        else:
            found.append(Delay(reason=reason, start=left, end=right))
    long = tuple(each for each in found if _length(each) > MIN_LATENESS_NS)
    return long or tuple(each for each in [main_delay(found)] if each is not None)


def main_delay(delays: Iterable[Delay]) -> Delay | None:
    """The longest delay: the one that is shown."""
    return max(delays, key=_length, default=None)


def _covers(delay: Delay, left: int, right: int) -> bool:
    return delay.start <= left and (delay.end is None or delay.end >= right)


def _length(delay: Delay) -> int:
    return 0 if delay.end is None else delay.end - delay.start
