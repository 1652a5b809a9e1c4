"""Writes one recording: passes frames from the feed to the segment writer, then finalizes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from camrec.clock import NS_PER_SECOND
from camrec.errors import CameraError, ServiceError, StateError
from camrec.feed import MediaFeed
from camrec.i18n import Phrase
from camrec.journal import SeriesRecord
from camrec.media import MediaUnit
from camrec.receipt import EndReason, Gap, Receipt
from camrec.recording.ffmpeg_segment import FFmpegSegment
from camrec.recording.finalize import finalize
from camrec.recording.host_clock_record import HostClockRecord
from camrec.recording.options import RecordingOptions, RecordingServices
from camrec.recording.recording_input import RecordingInput
from camrec.recording.recording_period import RecordingEnd, RecordingPeriod
from camrec.recording.recording_state import RecordingState
from camrec.recording.reserved_space import ReservedSpace
from camrec.recording.segment import Segment
from camrec.recording.segment_factory import SegmentFactory
from camrec.recording.segment_writer import SegmentWriter
from camrec.recording.video_join import Handover, Item, VideoJoin
from camrec.recording.video_receipt import RecordingFacts

log = logging.getLogger(__name__)


class RecordingStop:
    """Asks a recording to end. Any thread may set it; the first reason counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reason: EndReason | None = None

    def set(self, reason: EndReason) -> None:
        """Ask for the end, unless that was done before."""
        with self._lock:
            self._reason = self._reason or reason

    @property
    def reason(self) -> EndReason | None:
        """The first reason; None if nobody asked."""
        return self._reason


@dataclass(frozen=True)
class _Joint:
    """How a video ends where the next one begins. See `Recorder.join_next`."""

    join: VideoJoin
    start_next: Callable[[Handover], bool]


class Recorder:
    """The run loop of one recording, from its start to its end; used once.

    It subscribes to the feed when it is created, so that no key frame is missed. Only the thread of
    the recording may call `run`, `finalize` and, once that thread runs, `close`. All others may be
    called from any thread.

    A turn of the loop decides whether the end is due, takes and writes frames, and may hand over to
    the next video. In several classes, a frame could come between two of these steps and be lost.

    Parameters
    ----------
    start_utc
        When the recording started, UTC nanoseconds; 0: now.
    notify
        Called after each change of the segments or the gaps.
    save_journal
        Called when `segments` changes, before each segment is started, and when the recording has
        ended. It raises no OSError.
    set_state
        Called repeatedly with WRITING or WAITING.
    handover
        What it takes over from the recorder of the video before; None: it subscribes to the feed.

    Attributes
    ----------
    period : when the recording runs.
    calibrated_delay : the measured delay that the camera had when the recording began.
    host_clock : what happened to this computer's clock meanwhile; the watchdog checks it.
    end : why and when it ended; None while it runs.
    newest_frame : the last frame that it has taken; None before the first.
    """

    def __init__(
        self,
        feed: MediaFeed,
        options: RecordingOptions,
        services: RecordingServices,
        start_utc: int,
        stop_request: RecordingStop,
        *,
        notify: Callable[[], None],
        save_journal: Callable[[], None],
        set_state: Callable[[RecordingState], object],
        handover: Handover | None = None,
    ) -> None:
        self._feed = feed
        self._options = options
        self._services = services
        self._clock = services.clock
        self._stop_request = stop_request
        self._save_journal = save_journal
        self._set_state = set_state
        self.end: RecordingEnd | None = None
        self.newest_frame: MediaUnit | None = None
        self._end_lock = threading.Lock()  # held while the end is changed or decided
        self._due: EndReason | None = None  # why it is about to end
        self._error_text = ""
        self._reserved_space = ReservedSpace(options.folder)
        self._joint: _Joint | None = None
        now, self._subscribed_at = self._clock.utc_ns(), self._clock.monotonic_ns()
        if handover is not None:
            start_utc = now - (self._subscribed_at - handover.begins_at)
        start_utc = start_utc or now
        start = self._subscribed_at - max(0, now - start_utc)
        self.period = RecordingPeriod(start_utc, start, options.duration, options.preroll)
        self.calibrated_delay = (
            options.resume.calibrated_delay
            if options.resume
            else services.find_delay(options.camera_id)
        )
        self.host_clock = HostClockRecord(self._clock, self.period, options.recording_id)
        # Subscribe before the journal is written: on a slow disk a key frame would be missed.
        since = self.period.video_start if options.preroll else None
        self._has_input = handover is None
        self._input = (
            RecordingInput(feed, self._clock, since) if handover is None else handover.input
        )
        self._taken_over: tuple[Item, ...] = () if handover is None else handover.items
        self._first_shown = None if handover is None else handover.first
        resume = options.resume
        last_written = resume.last_written(options.folder) if resume else start_utc
        self._writer = self._create_writer(last_written, notify)
        ends_at = self.period.to_utc(self.period.deadline)
        if handover is None:
            self._writer.warnings.add_downtime(last_written, now, ends_at)

    def _create_writer(self, last_written: int, notify: Callable[[], None]) -> SegmentWriter:
        options, services = self._options, self._services
        earlier = [
            Segment.from_record(record, options.folder, self.period)
            for record in (options.resume.segments if options.resume else ())
        ]
        return SegmentWriter(
            self._feed,
            self.period,
            SegmentFactory(
                options.folder, services.ffmpeg, services.encoding, number=len(earlier) + 1
            ),
            self._clock,
            recording_id=options.recording_id,
            notify=notify,
            save_journal=self._save_journal,
            earlier=earlier,
            last_written=self.period.to_monotonic(last_written),
            first_shown=self._first_shown,
        )

    # Any thread.

    def stop(self, reason: EndReason) -> None:
        """Ask the recording to end now; returns at once. The first reason counts."""
        self._stop_request.set(reason)
        self._input.wake()

    def join_next(self, join: VideoJoin, start_next: Callable[[Handover], bool]) -> None:
        """End where `join` says, and let the next video begin there.

        start_next : starts its recorder, and returns whether that was possible.
        """
        self._joint = _Joint(join, start_next)

    def note_series(self, series: SeriesRecord) -> None:
        """Change what the receipt says about the series of this video."""
        self._options = replace(self._options, series=series)

    def change_duration(self, seconds: float | None, series: SeriesRecord | None) -> None:
        """Let the recording end at another time; None: only when it is stopped.

        series : as for `note_series`. Raises StateError (``not_recording``) if it is ending.
        """
        with self._end_lock:
            if self._due is not None or self.end is not None:
                raise StateError("not_recording")
            self.period.duration = seconds
            self._options = replace(self._options, series=series)
        self._input.wake()

    @property
    def current_segment(self) -> FFmpegSegment | None:
        """The segment that is being written."""
        return self._writer.current_segment

    @property
    def must_not_block(self) -> bool:
        """Whether an FFmpeg that reads nothing would delay the end or lose frames now."""
        is_over = self.end is not None or self._find_end_reason() is not None
        return is_over or self._input.overflowed

    @property
    def segments(self) -> list[Segment]:
        """All segments so far, those of an earlier camrec included."""
        return self._writer.segments()

    @property
    def growing_files(self) -> list[Path]:
        """The files of the segments that this recorder has started."""
        return self._writer.paths

    @property
    def elapsed(self) -> float:
        """Seconds since the start, up to the end."""
        return (self._now_or_end - self.period.start) / NS_PER_SECOND

    @property
    def gaps(self) -> list[Gap]:
        """The gaps so far, including one that still lasts."""
        return self._writer.gaps(self._now_or_end)

    @property
    def _now_or_end(self) -> int:
        end = self.end
        return self._clock.monotonic_ns() if end is None else end.at

    # The thread of the recording.

    def close(self) -> None:
        """End the subscription, unless the next video has it; what is waiting is dropped."""
        if self._has_input:
            self._input.close()

    def run(self) -> None:
        """Write until the recording ends. An unexpected error ends it, and is logged."""
        self._has_input = True
        self._reserved_space.take()
        try:
            self._end_if_over()
            taken_over, self._taken_over = list(self._taken_over), ()
            if self._joint is not None:
                taken_over = self._joint.join.sort(taken_over)
            for item in taken_over:
                self._take_over(item)
            self._write_units()
        except Exception as error:
            log.exception("recording %s: writing failed", self._options.recording_id)
            self._error_text = str(error)
            self._end("error")

    def finalize(self) -> Sequence[tuple[str, Receipt]]:
        """Make the video of the segments, after `run`: the file name and receipt of each video.

        Raises
        ------
        CameraError
            ``recording_no_key_frame``, ``recording_empty``
        ServiceError
            ``ffmpeg_failed``
        OSError, av.error.FFmpegError, CamrecError
            As `camrec.recording.finalize.finalize`.
        """
        end = self.end
        self._writer.close(end.reason if end else "error")
        self._writer.forget()
        self._reserved_space.release()
        self.host_clock.add_warnings(self._writer.warnings)
        self._writer.warnings.add_stream_notices(self._feed, self.period.start)
        folder, services = self._options.folder, self._services
        facts = RecordingFacts(
            options=self._options,
            period=self.period,
            end=end or RecordingEnd("error", self.period.deadline),
            frame_interval=self._feed.frame_interval,
            warnings=self._writer.warnings.items,
            left_out=self._writer.left_out,
            host_clock=self.host_clock.error,
            calibrated_delay=self.calibrated_delay,
        )
        saved = finalize(self.segments, folder, facts, services.save_video, services.disk)
        if not saved:
            raise self._explain_empty()
        return saved

    def _explain_empty(self) -> CameraError | ServiceError:
        """Why there is no video."""
        if self._writer.paths or self._error_text:
            reason = self._error_text or self._writer.last_message
            return ServiceError(
                "ffmpeg_failed",
                reason=reason or Phrase("reasons.nothing_written"),
                folder=str(self._options.folder),
            )
        newest = self._feed.newest
        came = newest is not None and newest.arrived > self.period.start
        return CameraError("recording_no_key_frame" if came else "recording_empty")

    def _write_units(self) -> None:
        while self.end is None:
            self._input.wait(self.period.deadline)
            self._input.set_low_latency(self._needs_low_latency)
            due = self._find_end_reason()
            if due:
                self._input.await_in_flight()
                due = self._decide_end()
            self._take(self._sort(self._input.take(), is_over=due is not None))
            self._writer.open()
            self._writer.flush()
            self._update_state()
            if due is None and self._writer.failed is None:
                self._join_if_complete()
            if self._has_input and self._input.overflowed:
                self._writer.handle_overflow()
                self._input.resubscribe()
            if reason := self._writer.failed or due:
                self._end(reason)
        self._writer.flush()
        self._writer.open(patient=False)

    def _take(self, items: Iterable[Item]) -> None:
        for item in items:
            if not isinstance(item, MediaUnit):
                self._writer.handle_discontinuity()
                continue
            self._note_frame(item)
            if item.arrived <= self._subscribed_at and not self._writer.paths:
                self._writer.remember(item)
            else:
                self._writer.take(item)

    def _take_over(self, item: Item) -> None:
        """Take what the recorder before has passed on. The first segment begins with all of it."""
        if isinstance(item, MediaUnit):
            self._note_frame(item)
            self._writer.remember(item)
        else:
            self._writer.open(patient=False)
            self._writer.handle_discontinuity()

    def _note_frame(self, unit: MediaUnit) -> None:
        if unit.track.medium == "video" and unit.arrived < self.period.deadline:
            self.newest_frame = unit

    # The join with the next video.

    def _sort(self, items: list[Item], *, is_over: bool) -> list[Item]:
        """Without what may belong to the next video."""
        if self._joint is None:
            return items
        if is_over:
            return [*self._joint.join.cancel(), *items]
        return self._joint.join.sort(items)

    def _join_if_complete(self) -> None:
        """Hand the input over to the next video if it is known where that begins."""
        joint, now = self._joint, self._clock.monotonic_ns()
        if joint is None or not joint.join.is_complete(now):
            return
        split = joint.join.split()
        if joint.start_next(Handover(self._input, split.after, split.begins_at)):
            self._has_input = False
            self._take(split.before)
            self._end("time", self.period.to_utc(split.ends_at))
        else:
            joint.join.postpone(now)
            self._take(joint.join.cancel())

    def _end_if_over(self) -> None:
        """End at once if an earlier camrec ended the recording, or if its time is over."""
        resume = self._options.resume
        if resume is None:
            return
        if resume.end_reason is not None:
            self._end(resume.end_reason, resume.ended_at)
        elif self._clock.monotonic_ns() >= self.period.deadline:
            self._end("crash", resume.ended_at)

    def _end(self, reason: EndReason, ended_at: int | None = None) -> None:
        """Set `end`, once. `ended_at`: UTC nanoseconds; None: now."""
        if self.end is not None:
            return
        at = self._clock.monotonic_ns()
        if ended_at is not None:
            at = self.period.to_monotonic(ended_at)
        self.end = RecordingEnd(reason, min(at, self.period.deadline))
        self._save_journal()

    def _update_state(self) -> None:
        if self._writer.current_segment is not None:
            self._set_state(RecordingState.WRITING)
        elif self._writer.has_nothing_to_write:
            self._set_state(RecordingState.WAITING)

    def _decide_end(self) -> EndReason | None:
        """Why the recording ends now. After that its end cannot be changed any more."""
        with self._end_lock:
            self._due = self._find_end_reason()
            return self._due

    def _find_end_reason(self) -> EndReason | None:
        """Why the recording should end now."""
        if self._stop_request.reason is not None:
            return self._stop_request.reason
        if self._clock.monotonic_ns() >= self.period.deadline:
            return "time"
        return "closed" if self._input.closed else None

    @property
    def _needs_low_latency(self) -> bool:
        """Whether each frame is needed at once: at the start of a segment and at the end."""
        left = self.period.deadline - self._clock.monotonic_ns()
        return (
            self._writer.current_segment is None
            or self._stop_request.reason is not None
            or left < NS_PER_SECOND
        )
