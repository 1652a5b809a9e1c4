"""The alerts as the page's bell lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from camrec.dashboard.wire_types import AlertRow

if TYPE_CHECKING:
    from camrec.alerts import Alert
    from camrec.library import VideoFile

MAX_LISTED_ALERTS = 100
# The alerts for which the page offers the video.
FILMED_ALERT_KINDS = ("camera_lost", "ended_early")


def list_alerts(
    alerts: Sequence[Alert], videos: Iterable[VideoFile], language: str
) -> list[AlertRow]:
    """Return the newest of `alerts`, in the page's language.

    alerts : the newest first.
    """
    newest = alerts[:MAX_LISTED_ALERTS]
    wanted = {each.recording_id for each in newest if each.kind in FILMED_ALERT_KINDS}
    filenames = {
        video.receipt.recording_id: video.filename
        for video in videos
        if video.receipt is not None and video.receipt.recording_id in wanted
    }
    return [
        {
            "alert_id": each.alert_id,
            "kind": each.kind,
            "at": each.at / 1e6,
            "until": None if each.until is None else each.until / 1e6,
            "message": each.message(language),
            "seen": each.seen,
            "filename": filenames.get(each.recording_id or ""),
        }
        for each in newest
    ]
