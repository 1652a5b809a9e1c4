"""The events of a video as a WebVTT track, for players and other programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from camrec.library.event_places import PlacedEvent

CUE_SECONDS = 2.0  # of an event without a length, unless the next one comes earlier
MIN_CUE_SECONDS = 0.1  # a player may leave out a shorter one


def write_event_track(events: Sequence[PlacedEvent]) -> str:
    """Return the events, the earliest first, as WebVTT: one cue each, which has the event's id."""
    cues = ["WEBVTT\n"]
    for this, following in zip_longest(events, events[1:]):
        end = this.end_second
        if end is None:
            end = this.second + CUE_SECONDS
            if following is not None:
                end = min(end, following.second)
        end = max(end, this.second + MIN_CUE_SECONDS)
        times = f"{_format_time(this.second)} --> {_format_time(end)}"
        cues.append(f"{this.event.id}\n{times}\n{_cue_text(this)}\n")
    return "\n".join(cues)


def _cue_text(placed: PlacedEvent) -> str:
    """The text and the value; a line of a cue may not be empty, or contain its arrow."""
    event = placed.event
    text = ": ".join(str(each) for each in (event.text or None, event.value) if each is not None)
    return (text.strip() or "-").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _format_time(seconds: float) -> str:
    """``HH:MM:SS.mmm``"""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
