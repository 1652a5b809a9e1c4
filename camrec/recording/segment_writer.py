"""Puts units into parts: opens one when there is enough to begin with, another when it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import MediaFeed
from camrec.media import MediaUnit
from camrec.receipt import Gap, RecordingWarning
from camrec.recording.concat import Segment
from camrec.recording.encoding import DEFAULT_ENCODING, EncodingPolicy
from camrec.recording.ffmpeg_segment import FFmpegSegment, SegmentEnded
from camrec.recording.gaps import GapTracker
from camrec.recording.recent_gops import RecentGops
from camrec.recording.timeline import ClockMap, SegmentTimeline
from camrec.recording.track_change_limit import TrackChangeLimiter

log = logging.getLogger(__name__)

AUDIO_WAIT_S = 1.0  # seconds that a part waits for sound that is expected
SEGMENT_RETRY_PAUSES_S = (
    0.2,
    1.0,
    2.0,
)  # seconds before the next part, after one that wrote nothing


class SegmentWriter:
    """Used by one thread; what it has so far may be looked at by any.

    Parameters
    ----------
    began, deadline
        The video begins with what was on the screen then; pictures that arrive from the deadline
        on are not written. Monotonic nanoseconds: both are by our clock, whatever the camera's.
    tell
        Called after each change of the parts or the gaps.
    keep
        Called when `written` tells something else: before each part is begun, and when it turns
        out that one began earlier than was thought.
    earlier, newest
        The parts that an earlier camrec wrote, and when it last did, monotonic nanoseconds.

    Attributes
    ----------
    current_segment : the one that is being written, or None.
    parts : all, in order.
    failed : why nothing more can be written: "disk", "error", or None.
    warnings : what a reader of the receipt should know.
    left_out : whether pictures were left out on purpose since the newest that was written.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        ffmpeg: Path,
        clock: Clock,
        pace: MediaFeed,
        *,
        began: int,
        deadline: int,
        tell: Callable[[], None],
        keep: Callable[[], None],
        earlier: Sequence[Segment] = (),
        newest: int = 0,
        coding: EncodingPolicy = DEFAULT_ENCODING,
    ) -> None:
        self.current_segment: FFmpegSegment | None = None
        self.parts: list[FFmpegSegment] = []
        self.failed: str | None = None
        self.warnings: list[RecordingWarning] = []
        self._name = name
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._encoding = coding
        self._clock = clock
        self._feed = pace
        self._video_start = began
        self._deadline = deadline
        self._notify = tell
        self._save_journal = keep
        self._earlier_segments = tuple(earlier)
        self._recent_gops = RecentGops()
        self._clock_map = ClockMap()
        self._gap_tracker: GapTracker | None = None
        if earlier:
            self._gap_tracker = GapTracker(earlier[0].origin)
            self._gap_tracker.newest = newest
        self._track_changes = TrackChangeLimiter()
        self._frames_left_out = 0
        self._packets_lost = self._damaged_frames = 0
        self.left_out = False
        self._failed_starts = 0
        self._retry_at = 0
        self._had_audio = False

    def remember(self, unit: MediaUnit) -> None:
        """A unit of the group that was there before the button: the first part needs it all."""
        self._recent_gops.keep(unit, all_of_it=True)

    def take(self, unit: MediaUnit) -> None:
        if unit.dropped_frames:
            self._skip_frames(unit, unit.dropped_frames)
        if self._recent_gops.is_other_track(unit):
            if not unit.key or not self._track_changes.take(unit.arrived):
                self._skip_frames(unit)
                return
            self.open(patient=False)
            self.close("the picture's form changed")
            self._recent_gops.clear()
        self._recent_gops.keep(unit, all_of_it=self.current_segment is None)
        if self.current_segment is not None and not self.current_segment.fits(unit):
            self.close("the sound's form changed")
        if self.current_segment is not None:
            self._write(unit)
        else:
            self.open(now=unit.arrived)

    def open(self, patient: bool = True, now: int | None = None) -> None:
        """Begin a part with what is remembered, where there is none and it is time for one.

        now : monotonic nanoseconds; of what is taken its arrival, since more may wait behind it.
        """
        units = self._recent_gops.units()
        if self.current_segment is not None or self.failed or not units:
            return
        now = self._clock.monotonic_ns() if now is None else now
        if patient and (
            now < self._retry_at
            or self._is_waiting_for_audio(units, now)
            or self._is_waiting_for_frame(units)
        ):
            return
        self._clock_map.learn(units, after=self._gap_tracker.newest if self._gap_tracker else None)
        timeline = self._create_timeline(units)
        self._gap_tracker = self._gap_tracker or GapTracker(timeline.origin)
        if not self.parts:
            self._encoding = self._encoding.for_stream(units[0])
        path = self._folder / f"part-{len(self._earlier_segments) + len(self.parts) + 1}.mp4"
        part = self.current_segment = FFmpegSegment(path, self._ffmpeg, timeline, self._encoding)
        self.parts.append(part)
        self._add_warning(self._encoding.copy_warning(timeline.video.track))
        if self._feed.unsupported_audio:
            self._add_warning(
                RecordingWarning.of("audio_left_out", codec=self._feed.unsupported_audio)
            )
        self._had_audio = part.has_audio
        self._save_journal()
        self._notify()
        try:
            part.start()
        except (OSError, SegmentEnded) as error:
            part.last_message = part.last_message or getattr(error, "strerror", None) or str(error)
            self._handle_ffmpeg_exit()
        for unit in units:
            if self.current_segment is part and part.fits(unit):
                self._write(unit)

    def close(self, why: str) -> None:
        """End the part; the next one begins with what is remembered."""
        part, self.current_segment = self.current_segment, None
        if part is None:
            return
        part.finish()
        log.info("recording %s: %s ends: %s", self._name, part.path.name, why)
        self._notify()

    def forget(self) -> None:
        """No further part is begun: what is remembered is of no use."""
        self._recent_gops.clear()

    def flush(self) -> None:
        """Give FFmpeg what was taken; it may also have ended though there was nothing to give."""
        if self.current_segment is None:
            return
        try:
            self.current_segment.flush()
        except SegmentEnded:
            self._handle_ffmpeg_exit()
        else:
            if self.current_segment.has_ended:
                self._handle_ffmpeg_exit()

    def handle_discontinuity(self) -> None:
        """What comes next has no tie to what was."""
        self.open(patient=False)
        self.close("the stream broke")
        self._mark_discontinuity()
        self._clock_map = ClockMap()

    def handle_overflow(self) -> None:
        """FFmpeg was too slow for what came."""
        self.close("FFmpeg is too slow")
        self._mark_discontinuity()
        self.left_out = True
        self.warnings.append(RecordingWarning.of("frames_dropped"))
        log.warning("recording %s: FFmpeg is too slow, pictures are lost", self._name)

    def add_stream_warnings(self, since: int) -> None:
        """Warn of what was noticed of the stream since a moment, monotonic nanoseconds."""
        for notice in self._feed.notices:
            if notice.at >= since:
                self._add_warning(RecordingWarning.of(notice.code, **notice.facts))
        for cause, count in self._feed.interruptions(since).items():
            self._add_warning(RecordingWarning.of(cause, count=count))

    @property
    def has_nothing_to_write(self) -> bool:
        """There is no part, and nothing to begin one with."""
        return self.current_segment is None and not self._recent_gops.units()

    def gaps(self, now: int) -> list[Gap]:
        """Times without pictures up to `now`, in seconds from the start of the video."""
        return self._gap_tracker.gaps_until(now, self._feed) if self._gap_tracker else []

    def written(self) -> list[Segment]:
        return [
            *self._earlier_segments,
            *(
                Segment(
                    part.path,
                    part.origin,
                    part.progressive,
                    part.shown if part.ended_cleanly else None,
                    part.av_sync,
                    tuple(part.left_out),
                )
                for part in list(self.parts)
            ),
        ]

    def _create_timeline(self, units: list[MediaUnit]) -> SegmentTimeline:
        """The first part's time counts from the picture at the button, all others' from the key."""
        video = [unit for unit in units if unit.track.medium == "video"]
        audio = next((u.track for u in reversed(units) if u.track.medium == "audio"), None)
        first = shown = video[0]
        if self._gap_tracker is None:
            ready = [unit for unit in video if not unit.dependent and unit.time >= first.time]
            before = [unit for unit in ready if self._clock_map.of(unit) <= self._video_start]
            shown = min(ready, key=lambda unit: unit.time, default=first)
            shown = max(before, key=lambda unit: unit.time, default=shown)
        return SegmentTimeline(self._clock_map, first, shown, first.track, audio)

    def _write(self, unit: MediaUnit) -> None:
        if unit.arrived >= self._deadline:
            return
        if unit.lost and unit.arrived >= self._video_start:
            self._count_loss(unit)
        moment = self._clock_map.of(unit)
        assert self.current_segment is not None and self._gap_tracker is not None
        video = unit.track.medium == "video"
        missing = video and (self.left_out or unit.dropped_frames > 0)
        self.current_segment.write(unit, missing)
        self.current_segment.av_sync.note(unit.track, moment, unit.arrived)
        if video:
            self._gap_tracker.left_out = self._gap_tracker.left_out or missing
            self.left_out = False
            if self._clock_map.refine(unit):
                self._save_journal()
            if self._gap_tracker.note(moment, unit.arrived, self._feed):
                self._notify()

    def _is_waiting_for_audio(self, units: list[MediaUnit], now: int) -> bool:
        """Sound that is expected gets a second to come, so that the part begins with it."""
        expected = self._had_audio or self._feed.audio is not None
        if not expected or any(unit.track.medium == "audio" for unit in units):
            return False
        since = max(units[0].arrived, self._video_start)
        return now - since < AUDIO_WAIT_S * NS_PER_SECOND

    def _is_waiting_for_frame(self, units: list[MediaUnit]) -> bool:
        """The video begins with one that is right: where a camera renews its pictures bit by bit,
        those that come first are not.
        """
        video = [unit for unit in units if unit.track.medium == "video"]
        return self._gap_tracker is None and all(unit.dependent for unit in video)

    def _skip_frames(self, unit: MediaUnit, pictures: int = 1) -> None:
        """Pictures that come before this one, or itself, are not written."""
        if unit.arrived >= self._deadline:
            return
        self.left_out = True
        self._frames_left_out += pictures
        self._replace_warning(RecordingWarning.of("frames_left_out", frames=self._frames_left_out))

    def _count_loss(self, unit: MediaUnit) -> None:
        """Packets are missing in front of it, or in it."""
        self._packets_lost += unit.lost
        self._damaged_frames += unit.track.medium == "video"
        lost = {"packets": self._packets_lost, "frames": self._damaged_frames}
        self._replace_warning(RecordingWarning.of("packets_lost", **lost))

    def _replace_warning(self, warning: RecordingWarning) -> None:
        """Instead of what was said under the same code."""
        others = [each for each in self.warnings if each.code != warning.code]
        self.warnings = [*others, warning]

    def _add_warning(self, warning: RecordingWarning | None) -> None:
        if warning is not None and warning not in self.warnings:
            self.warnings.append(warning)

    def _mark_discontinuity(self) -> None:
        """Between what was and what comes pictures are missing."""
        self._recent_gops.clear()
        if self._gap_tracker is not None:
            self._gap_tracker.is_discontinuous = True

    def _handle_ffmpeg_exit(self) -> None:
        part = self.current_segment
        assert part is not None
        self.close("FFmpeg ended")
        number = len(self._earlier_segments) + len(self.parts)
        stopped = RecordingWarning.of("ffmpeg_stopped", part=number, reason=part.last_message)
        self.warnings.append(stopped)
        log.warning("recording %s: FFmpeg ended: %s", self._name, part.last_message)
        if part.disk_full:
            self.failed = "disk"
        elif part.size > 0:
            self._failed_starts = 0
        elif self._failed_starts == len(SEGMENT_RETRY_PAUSES_S):
            self.failed = "error"
        else:
            pause = SEGMENT_RETRY_PAUSES_S[self._failed_starts]
            self._failed_starts += 1
            self._retry_at = self._clock.monotonic_ns() + int(pause * NS_PER_SECOND)
