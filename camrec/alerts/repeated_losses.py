"""Which losses are said in one line: those of a camera that comes and goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from camrec.alerts.alert import Alert
from camrec.clock import NS_PER_HOUR

MIN_SUMMED_LOSSES = 5
SUMMED_WITHIN_NS = NS_PER_HOUR


def group_losses(alerts: Sequence[Alert], day_of: Callable[[int], date]) -> list[tuple[Alert, ...]]:
    """Return the alerts of each line, in the order of `alerts`: the newest first.

    If `MIN_SUMMED_LOSSES` losses of a camera begin within an hour of one day, they are one line,
    with all that follow as closely. Every other alert is a line of its own.
    """
    by_camera: defaultdict[str | None, list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.kind == "camera_lost":
            by_camera[alert.camera_id or alert.camera].append(alert)
    runs: dict[str, tuple[Alert, ...]] = {}
    for camera, losses in by_camera.items():
        if camera is not None and len(losses) >= MIN_SUMMED_LOSSES:
            for run in _find_runs(losses, day_of):
                runs.update({each.alert_id: run for each in run})
    lines: dict[str, tuple[Alert, ...]] = {}
    for alert in alerts:
        line = runs.get(alert.alert_id, (alert,))
        lines.setdefault(line[0].alert_id, line)
    return list(lines.values())


def _find_runs(losses: Iterable[Alert], day_of: Callable[[int], date]) -> list[tuple[Alert, ...]]:
    days: defaultdict[date, list[Alert]] = defaultdict(list)
    for loss in losses:
        days[day_of(loss.at)].append(loss)
    return [run for day in days.values() for run in _find_runs_of_day(day)]


def _find_runs_of_day(losses: list[Alert]) -> list[tuple[Alert, ...]]:
    losses = sorted(losses, key=lambda each: each.at)
    runs: list[list[Alert]] = []
    end = 0  # those before are in runs
    for last in range(MIN_SUMMED_LOSSES - 1, len(losses)):
        first = last - MIN_SUMMED_LOSSES + 1
        if losses[last].at - losses[first].at > SUMMED_WITHIN_NS:
            continue
        if first < end:
            runs[-1] += losses[end : last + 1]
        else:
            runs.append(losses[first : last + 1])
        end = last + 1
    return [tuple(reversed(run)) for run in runs]
