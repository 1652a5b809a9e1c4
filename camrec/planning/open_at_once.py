"""How many cameras are open at once because of plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from camrec.planning.disk_forecast import PlannedSpan


def most_open_at_once(
    own: Iterable[PlannedSpan], others: Iterable[PlannedSpan], open_ids: Collection[str]
) -> int:
    """The most cameras that are open at a moment of `own`; 0: `own` is empty.

    others : what else will be recorded then.
    open_ids : cameras that stay open all the time.
    """
    # At one moment, what ends comes before what begins.
    marks = [mark for each in own for mark in _marks(each, True)]
    marks += [mark for each in others for mark in _marks(each, False)]
    active: Counter[str] = Counter(open_ids)
    most = own_count = 0
    for _, step, camera_id, is_own in sorted(marks):
        active[camera_id] += step
        own_count += step if is_own else 0
        if own_count:
            most = max(most, sum(count > 0 for count in active.values()))
    return most


def _marks(span: PlannedSpan, is_own: bool) -> tuple[tuple[int, int, str, bool], ...]:
    return (
        (span.start, 1, span.camera_id, is_own),
        (span.end, -1, span.camera_id, is_own),
    )
