"""The alerts as the page's bell lists them: the many losses of one camera are one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from camrec.alerts import group_losses
from camrec.dashboard.wire_types import AlertRow

if TYPE_CHECKING:
    from camrec.alerts import Alert
    from camrec.library import VideoFile

MAX_ALERT_LINES = 100
# The alerts for which the page offers the video.
FILMED_ALERT_KINDS = ("camera_lost", "ended_early")

_CAMERA_PREFIX = re.compile("\u00a0?: ")
_REST = re.compile("\u00a0?[,;:] ")


def list_alerts(
    alerts: Sequence[Alert],
    videos: Iterable[VideoFile],
    language: str,
    day_of: Callable[[int], date],
) -> list[AlertRow]:
    """Return the newest lines, in the page's language.

    alerts : the newest first.
    day_of : the day of a moment (UTC nanoseconds); no line has losses of two.
    """
    lines = group_losses(alerts, day_of)[:MAX_ALERT_LINES]
    wanted = {
        each.recording_id for line in lines for each in line if each.kind in FILMED_ALERT_KINDS
    }
    filenames = {
        video.receipt.recording_id: video.filename
        for video in videos
        if video.receipt is not None and video.receipt.recording_id in wanted
    }
    return [_row(line, filenames, language) for line in lines]


def split_message(alert: Alert, language: str) -> tuple[str, str]:
    """Return what happened, and why or what came of it; empty if the sentence says no more."""
    message = alert.message(language)
    prefix = _CAMERA_PREFIX.match(message, len(alert.camera)) if alert.camera else None
    found = _REST.search(message, 0 if prefix is None else prefix.end())
    return (message, "") if found is None else (message[: found.start()], message[found.end() :])


def _row(line: tuple[Alert, ...], filenames: Mapping[str, str], language: str) -> AlertRow:
    newest, oldest = line[0], line[-1]
    title, why = split_message(newest, language)
    until = None if newest.until is None else newest.until / 1e6
    lasting = next((each for each in line if each.lasts), None)
    names = [filenames.get(each.recording_id or "") for each in line]
    return {
        "alert_ids": [each.alert_id for each in line],
        "kind": newest.kind,
        "at": oldest.at / 1e6,
        "until": until,
        "title": title,
        "why": why,
        "camera": newest.camera or "",
        "lost": sum(each.until - each.at for each in line if each.until is not None) / 1e6,
        "lost_since": None if lasting is None else lasting.at / 1e6,
        "seen": all(each.seen for each in line),
        "filename": next(filter(None, names), None),
    }
