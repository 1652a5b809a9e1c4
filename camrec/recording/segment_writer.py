"""Puts frames and audio into segments, and starts the next segment when one ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from camrec.clock import Clock
from camrec.feed import MediaFeed
from camrec.media import MediaUnit
from camrec.receipt import Gap, RecordingWarning
from camrec.recording.ffmpeg_segment import FFmpegSegment, SegmentEnded
from camrec.recording.gaps import GapTracker
from camrec.recording.recent_gops import RecentGops
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.retime import RATE_WARNING_CODE
from camrec.recording.segment import Segment
from camrec.recording.segment_factory import SegmentFactory
from camrec.recording.segment_retry import SegmentRetry
from camrec.recording.segment_start import create_timeline, has_decodable_frame, is_audio_due
from camrec.recording.timeline import ClockMap
from camrec.recording.track_change_limit import TrackChangeLimiter
from camrec.recording.warning_list import WarningList

log = logging.getLogger(__name__)


class SegmentWriter:
    """Writes the segments of one recording. One thread writes; any thread may read the results.

    Each frame is written, kept for the next segment, or counted as left out. Gaps and warnings are
    right only if one class sees all three happen.

    Parameters
    ----------
    period
        When the recording runs. Frames that arrive from its deadline on are not written.
    notify
        Called after each change of the segments or the gaps.
    save_journal
        Called when `segments` changes: before each segment is started, and when it turns out that
        one began earlier than assumed.
    earlier, last_written
        The segments that an earlier camrec wrote, and when it last wrote, monotonic nanoseconds.
    first_shown
        The frame that the video begins with; None: the one that was on the screen at the start.

    Attributes
    ----------
    current_segment : the one that is being written, or None.
    warnings : for the receipt.
    left_out : whether frames were left out on purpose since the newest one that was written.
    """

    def __init__(
        self,
        feed: MediaFeed,
        period: RecordingPeriod,
        factory: SegmentFactory,
        clock: Clock,
        *,
        recording_id: str,
        notify: Callable[[], None],
        save_journal: Callable[[], None],
        earlier: Sequence[Segment] = (),
        last_written: int = 0,
        first_shown: MediaUnit | None = None,
    ) -> None:
        self.current_segment: FFmpegSegment | None = None
        self.warnings = WarningList()
        self.left_out = False
        self._feed = feed
        self._period = period
        self._factory = factory
        self._clock = clock
        self._recording_id = recording_id
        self._notify = notify
        self._save_journal = save_journal
        self._first_shown = first_shown
        self._earlier_segments = tuple(earlier)
        self._started_segments: list[FFmpegSegment] = []
        self._recent_gops = RecentGops()
        self._clock_map = ClockMap()
        self._gap_tracker: GapTracker | None = None
        if earlier:
            self._gap_tracker = GapTracker(earlier[0].origin)
            self._gap_tracker.newest = last_written
        self._track_changes = TrackChangeLimiter()
        self._retry = SegmentRetry()
        self._had_audio = False

    # Any thread.

    @property
    def failed(self) -> Literal["disk", "error"] | None:
        """Why nothing more can be written; None if all is well."""
        return self._retry.failed

    @property
    def paths(self) -> list[Path]:
        """The files of the segments, without those of an earlier camrec."""
        return [segment.path for segment in list(self._started_segments)]

    @property
    def last_message(self) -> str:
        """The last line that FFmpeg printed; empty if there is none."""
        return self._started_segments[-1].last_message if self._started_segments else ""

    def segments(self) -> list[Segment]:
        """All segments so far, in order, with those of an earlier camrec."""
        started = [segment.to_segment() for segment in list(self._started_segments)]
        return [*self._earlier_segments, *started]

    def gaps(self, now: int) -> list[Gap]:
        """The gaps up to `now`, in seconds from the start of the video."""
        return self._gap_tracker.gaps_until(now, self._feed) if self._gap_tracker else []

    # The thread that writes.

    @property
    def has_nothing_to_write(self) -> bool:
        """Whether there is no segment, and no frame to start one with."""
        return self.current_segment is None and not self._recent_gops.units()

    def remember(self, unit: MediaUnit) -> None:
        """Keep a frame from before the start: the first segment needs the whole GOP."""
        self._recent_gops.keep(unit, all_of_it=True)

    def take(self, unit: MediaUnit) -> None:
        """Write a frame or an audio packet, or keep it until a segment can start."""
        if unit.dropped_frames:
            self._skip_frames(unit, unit.dropped_frames)
        if self._recent_gops.is_other_track(unit):
            if not unit.key or not self._track_changes.take(unit.arrived):
                self._skip_frames(unit)
                return
            self.open(patient=False)
            self.close("the video format changed")
            self._recent_gops.clear()
        self._recent_gops.keep(unit, all_of_it=self.current_segment is None)
        if self.current_segment is not None and not self.current_segment.fits(unit):
            self.close("the audio format changed")
        if self.current_segment is not None:
            self._write(unit)
        else:
            self.open(now=unit.arrived)

    def open(self, patient: bool = True, now: int | None = None) -> None:
        """Start a segment with the recent GOPs, if there is none and it is time for one.

        Parameters
        ----------
        patient
            Whether to wait for expected audio, for a frame that can be decoded, and after a failed
            start.
        now
            Monotonic nanoseconds; None: the current time. `take` passes the arrival of its unit,
            because later ones may already be waiting.
        """
        units = self._recent_gops.units()
        if self.current_segment is not None or self.failed or not units:
            return
        now = self._clock.monotonic_ns() if now is None else now
        if patient and not self._may_start(units, now):
            return
        segment = self.current_segment = self._create_segment(units)
        self._started_segments.append(segment)
        self.warnings.add_once(self._factory.copy_warning(units[0].video_track))
        if self._feed.unsupported_audio:
            codec = self._feed.unsupported_audio
            self.warnings.add_once(RecordingWarning.of("audio_left_out", codec=codec))
        self._had_audio = segment.has_audio
        self._save_journal()
        self._notify()
        try:
            segment.start()
        except (OSError, SegmentEnded) as error:
            reason = getattr(error, "strerror", None) or str(error)
            segment.last_message = segment.last_message or reason
            self._handle_ffmpeg_exit()
        for unit in units:
            if self.current_segment is segment and segment.fits(unit):
                self._write(unit)

    def close(self, reason: str) -> None:
        """End the segment. The next one starts with the recent GOPs. `reason` is for the log."""
        segment, self.current_segment = self.current_segment, None
        if segment is None:
            return
        segment.finish()
        log.info("recording %s: %s ends: %s", self._recording_id, segment.path.name, reason)
        self._notify()

    def forget(self) -> None:
        """Drop the recent GOPs: no further segment will start."""
        self._recent_gops.clear()
        self._note_rate_proof()

    def flush(self) -> None:
        """Pass to FFmpeg what was taken, and notice if it has ended."""
        segment = self.current_segment
        if segment is None:
            return
        try:
            segment.flush()
        except SegmentEnded:
            self._handle_ffmpeg_exit()
        else:
            if segment.has_ended:
                self._handle_ffmpeg_exit()

    def handle_discontinuity(self) -> None:
        """End the segment because the stream broke. The next one gets new clock offsets."""
        self.open(patient=False)
        self.close("the stream broke")
        self._mark_discontinuity()
        self._note_rate_proof()
        self._clock_map = ClockMap()

    def handle_overflow(self) -> None:
        """End the segment because frames were dropped: FFmpeg was too slow."""
        self.close("FFmpeg is too slow")
        self._mark_discontinuity()
        self.left_out = True
        self.warnings.append(RecordingWarning.of("frames_dropped"))
        log.warning("recording %s: FFmpeg is too slow, frames are lost", self._recording_id)

    def _may_start(self, units: Sequence[MediaUnit], now: int) -> bool:
        if self._retry.is_pausing(now):
            return False
        expects_audio = self._had_audio or self._feed.audio is not None
        if expects_audio and is_audio_due(units, now, self._period.video_start):
            return False
        return self._gap_tracker is not None or has_decodable_frame(units)

    def _create_segment(self, units: Sequence[MediaUnit]) -> FFmpegSegment:
        is_first = self._gap_tracker is None
        newest = self._gap_tracker.newest if self._gap_tracker else None
        self._clock_map.learn(units, after=newest)
        video_start = self._period.video_start if is_first else None
        timeline = create_timeline(units, self._clock_map, video_start, self._first_shown)
        self._gap_tracker = self._gap_tracker or GapTracker(timeline.origin)
        if not self._started_segments:
            self._factory.adapt_encoding(units[0])
        return self._factory.create(timeline)

    def _write(self, unit: MediaUnit) -> None:
        if unit.arrived >= self._period.deadline:
            return
        if unit.lost and unit.arrived >= self._period.video_start:
            self.warnings.count_lost_packets(unit)
        shown_at = self._clock_map.to_monotonic(unit)
        assert self.current_segment is not None and self._gap_tracker is not None
        is_video = unit.track.medium == "video"
        left_out = is_video and (self.left_out or unit.dropped_frames > 0)
        self.current_segment.write(unit, left_out)
        self.current_segment.av_sync.note(unit.track, shown_at, unit.arrived)
        if is_video:
            self._clock_map.delays.note(unit.time, unit.arrived)
            self._gap_tracker.left_out = self._gap_tracker.left_out or left_out
            self.left_out = False
            if self._clock_map.refine(unit):
                self._save_journal()
            if self._gap_tracker.note(shown_at, unit.arrived, self._feed):
                self._notify()

    def _skip_frames(self, unit: MediaUnit, frames: int = 1) -> None:
        """Note that frames before `unit`, or `unit` itself, are not written."""
        if unit.arrived < self._period.deadline:
            self.left_out = True
            self.warnings.count_left_out(frames)

    def _note_rate_proof(self) -> None:
        """Note whether the reader has proved a wrong frame rate for the stream that ends now."""
        for notice in self._feed.notices:
            if notice.code == RATE_WARNING_CODE:
                self._clock_map.note_rate_proof(notice.at)

    def _mark_discontinuity(self) -> None:
        """Note that frames are missing between the last one and the next."""
        self._recent_gops.clear()
        if self._gap_tracker is not None:
            self._gap_tracker.is_discontinuous = True

    def _handle_ffmpeg_exit(self) -> None:
        segment = self.current_segment
        assert segment is not None
        self.close("FFmpeg ended")
        reason, number = segment.last_message, self._factory.number - 1
        self.warnings.append(RecordingWarning.of("ffmpeg_stopped", part=number, reason=reason))
        log.warning("recording %s: FFmpeg ended: %s", self._recording_id, reason)
        self._retry.note_exit(segment, self._clock.monotonic_ns())
