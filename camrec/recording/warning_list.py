"""The warnings of a recording, for its receipt."""

from __future__ import annotations

from camrec.clock import NS_PER_SECOND, format_iso
from camrec.feed import MediaFeed
from camrec.media import MediaUnit
from camrec.receipt import RecordingWarning

MIN_REPORTED_DOWNTIME_S = 5.0


class WarningList:
    """Collects warnings, and counts lost packets and frames that were left out."""

    def __init__(self) -> None:
        self._items: list[RecordingWarning] = []
        self._frames_left_out = 0
        self._packets_lost = 0
        self._damaged_frames = 0

    @property
    def items(self) -> tuple[RecordingWarning, ...]:
        """All warnings, in the order in which they were added."""
        return tuple(self._items)

    def append(self, warning: RecordingWarning) -> None:
        """Add a warning, also if the same one is there already."""
        self._items.append(warning)

    def add_once(self, warning: RecordingWarning | None) -> None:
        """Add a warning unless it is None or is there already."""
        if warning is not None and warning not in self._items:
            self._items.append(warning)

    def add_downtime(self, last_written: int, now: int, ends_at: int) -> None:
        """Warn if camrec was not running for a while after it last wrote. UTC nanoseconds."""
        if now - last_written > MIN_REPORTED_DOWNTIME_S * NS_PER_SECOND:
            facts = {"start": format_iso(last_written), "end": format_iso(min(now, ends_at))}
            self.append(RecordingWarning.of("camrec_was_down", **facts))

    def add_sleep(self, start: int, end: int) -> None:
        """Warn that this computer slept. UTC nanoseconds."""
        facts = {"start": format_iso(start), "end": format_iso(end)}
        self.append(RecordingWarning.of("computer_slept", **facts))

    def add_clock_step(self, at: int, seconds: float) -> None:
        """Warn that this computer's clock was set. `at`: UTC nanoseconds, without that step."""
        self.append(RecordingWarning.of("clock_jumped", at=format_iso(at), seconds=seconds))

    def add_stream_notices(self, feed: MediaFeed, since: int) -> None:
        """Add what the feed noticed since a time in monotonic nanoseconds."""
        for notice in feed.notices:
            if notice.at >= since:
                self.add_once(RecordingWarning.of(notice.code, **notice.facts))
        for cause, count in feed.interruptions(since).items():
            self.add_once(RecordingWarning.of(cause, count=count))

    def count_left_out(self, frames: int) -> None:
        """Count frames that were left out on purpose."""
        self._frames_left_out += frames
        self._replace(RecordingWarning.of("frames_left_out", frames=self._frames_left_out))

    def count_lost_packets(self, unit: MediaUnit) -> None:
        """Count the packets that are missing before or in `unit`."""
        self._packets_lost += unit.lost
        self._damaged_frames += unit.track.medium == "video"
        facts = {"packets": self._packets_lost, "frames": self._damaged_frames}
        self._replace(RecordingWarning.of("packets_lost", **facts))

    def _replace(self, warning: RecordingWarning) -> None:
        """Add a warning in place of those with the same code."""
        self._items = [*(each for each in self._items if each.code != warning.code), warning]
