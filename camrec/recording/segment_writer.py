"""Puts units into parts: opens one when there is enough to begin with, another when it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from camrec.clock import Clock
from camrec.media import AudioTrack, Interruption, StreamNotice, Unit
from camrec.receipt import Gap, RecordingWarning
from camrec.recording.concat import Written
from camrec.recording.encoding import USUAL, Coding
from camrec.recording.ffmpeg_segment import Part, PartEnded
from camrec.recording.gaps import Account
from camrec.recording.recent_gops import Memory
from camrec.recording.timeline import SECOND, Moments, Timeline
from camrec.recording.track_change_limit import Changes

log = logging.getLogger(__name__)

SOUND_PATIENCE = 1.0  # seconds that a part waits for sound that is expected
PAUSES = (0.2, 1.0, 2.0)  # seconds before the next part, after one that wrote nothing


class Pace(Protocol):
    """What the writer asks of the feed."""

    audio: AudioTrack | None
    unheard: str
    notices: tuple[StreamNotice, ...]
    usual_distance: float

    def interruptions(self, since: int) -> Mapping[Interruption, int]: ...


class Writer:
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
    part : the one that is being written, or None.
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
        pace: Pace,
        *,
        began: int,
        deadline: int,
        tell: Callable[[], None],
        keep: Callable[[], None],
        earlier: Sequence[Written] = (),
        newest: int = 0,
        coding: Coding = USUAL,
    ) -> None:
        self.part: Part | None = None
        self.parts: list[Part] = []
        self.failed: str | None = None
        self.warnings: list[RecordingWarning] = []
        self._name = name
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._coding = coding
        self._clock = clock
        self._pace = pace
        self._began = began
        self._deadline = deadline
        self._tell = tell
        self._keep = keep
        self._earlier = tuple(earlier)
        self._memory = Memory()
        self._moments = Moments()
        self._account: Account | None = None
        if earlier:
            self._account = Account(earlier[0].zero)
            self._account.newest = newest
        self._changes = Changes()
        self._left_out = 0
        self._packets_lost = self._frames_hit = 0
        self.left_out = False
        self._fruitless = 0
        self._not_before = 0
        self._sounded = False

    def remember(self, unit: Unit) -> None:
        """A unit of the group that was there before the button: the first part needs it all."""
        self._memory.keep(unit, all_of_it=True)

    def take(self, unit: Unit) -> None:
        if unit.dropped:
            self._leave_out(unit, unit.dropped)
        if self._memory.breaks(unit):
            if not unit.key or not self._changes.take(unit.arrived):
                self._leave_out(unit)
                return
            self.open(patient=False)
            self.close("the picture's form changed")
            self._memory.clear()
        self._memory.keep(unit, all_of_it=self.part is None)
        if self.part is not None and not self.part.fits(unit):
            self.close("the sound's form changed")
        if self.part is not None:
            self._write(unit)
        else:
            self.open(now=unit.arrived)

    def open(self, patient: bool = True, now: int | None = None) -> None:
        """Begin a part with what is remembered, where there is none and it is time for one.

        now : monotonic nanoseconds; of what is taken its arrival, since more may wait behind it.
        """
        units = self._memory.units()
        if self.part is not None or self.failed or not units:
            return
        now = self._clock.monotonic_ns() if now is None else now
        if patient and (
            now < self._not_before
            or self._waits_for_sound(units, now)
            or self._waits_for_a_picture(units)
        ):
            return
        self._moments.learn(units, after=self._account.newest if self._account else None)
        timeline = self._timeline(units)
        self._account = self._account or Account(timeline.zero)
        if not self.parts:
            self._coding = self._coding.for_stream(units[0])
        path = self._folder / f"part-{len(self._earlier) + len(self.parts) + 1}.mp4"
        part = self.part = Part(path, self._ffmpeg, timeline, self._coding)
        self.parts.append(part)
        self._warn(self._coding.warning(timeline.video.track))
        if self._pace.unheard:
            self._warn(RecordingWarning.of("audio_left_out", codec=self._pace.unheard))
        self._sounded = part.sounds
        self._keep()
        self._tell()
        try:
            part.start()
        except (OSError, PartEnded) as error:
            part.complaint = part.complaint or getattr(error, "strerror", None) or str(error)
            self._died()
        for unit in units:
            if self.part is part and part.fits(unit):
                self._write(unit)

    def close(self, why: str) -> None:
        """End the part; the next one begins with what is remembered."""
        part, self.part = self.part, None
        if part is None:
            return
        part.finish()
        log.info("recording %s: %s ends: %s", self._name, part.path.name, why)
        self._tell()

    def forget(self) -> None:
        """No further part is begun: what is remembered is of no use."""
        self._memory.clear()

    def look_after(self) -> None:
        """Give FFmpeg what was taken; it may also have ended though there was nothing to give."""
        if self.part is None:
            return
        try:
            self.part.flush()
        except PartEnded:
            self._died()
        else:
            if self.part.dead:
                self._died()

    def stream_broke(self) -> None:
        """What comes next has no tie to what was."""
        self.open(patient=False)
        self.close("the stream broke")
        self._break_off()
        self._moments = Moments()

    def units_lost(self) -> None:
        """FFmpeg was too slow for what came."""
        self.close("FFmpeg is too slow")
        self._break_off()
        self.left_out = True
        self.warnings.append(RecordingWarning.of("frames_dropped"))
        log.warning("recording %s: FFmpeg is too slow, pictures are lost", self._name)

    def heed(self, since: int) -> None:
        """Warn of what was noticed of the stream since a moment, monotonic nanoseconds."""
        for notice in self._pace.notices:
            if notice.at >= since:
                self._warn(RecordingWarning.of(notice.code, **notice.facts))
        for cause, count in self._pace.interruptions(since).items():
            self._warn(RecordingWarning.of(cause, count=count))

    @property
    def empty_handed(self) -> bool:
        """There is no part, and nothing to begin one with."""
        return self.part is None and not self._memory.units()

    def gaps(self, now: int) -> list[Gap]:
        """Times without pictures up to `now`, in seconds from the start of the video."""
        return self._account.until(now, self._pace) if self._account else []

    def written(self) -> list[Written]:
        return [
            *self._earlier,
            *(
                Written(
                    part.path,
                    part.zero,
                    part.whole,
                    part.shown if part.complete else None,
                    part.step,
                    tuple(part.left_out),
                )
                for part in list(self.parts)
            ),
        ]

    def _timeline(self, units: list[Unit]) -> Timeline:
        """The first part's time counts from the picture at the button, all others' from the key."""
        video = [unit for unit in units if unit.track.medium == "video"]
        audio = next((u.track for u in reversed(units) if u.track.medium == "audio"), None)
        first = shown = video[0]
        if self._account is None:
            ready = [unit for unit in video if not unit.dependent and unit.time >= first.time]
            before = [unit for unit in ready if self._moments.of(unit) <= self._began]
            shown = min(ready, key=lambda unit: unit.time, default=first)
            shown = max(before, key=lambda unit: unit.time, default=shown)
        return Timeline(self._moments, first, shown, first.track, audio)

    def _write(self, unit: Unit) -> None:
        if unit.arrived >= self._deadline:
            return
        if unit.lost and unit.arrived >= self._began:
            self._note_loss(unit)
        moment = self._moments.of(unit)
        assert self.part is not None and self._account is not None
        video = unit.track.medium == "video"
        missing = video and (self.left_out or unit.dropped > 0)
        self.part.write(unit, missing)
        self.part.step.note(unit.track, moment, unit.arrived)
        if video:
            self._account.left_out = self._account.left_out or missing
            self.left_out = False
            if self._moments.refine(unit):
                self._keep()
            if self._account.note(moment, unit.arrived, self._pace):
                self._tell()

    def _waits_for_sound(self, units: list[Unit], now: int) -> bool:
        """Sound that is expected gets a second to come, so that the part begins with it."""
        expected = self._sounded or self._pace.audio is not None
        if not expected or any(unit.track.medium == "audio" for unit in units):
            return False
        since = max(units[0].arrived, self._began)
        return now - since < SOUND_PATIENCE * SECOND

    def _waits_for_a_picture(self, units: list[Unit]) -> bool:
        """The video begins with one that is right: where a camera renews its pictures bit by bit,
        those that come first are not.
        """
        video = [unit for unit in units if unit.track.medium == "video"]
        return self._account is None and all(unit.dependent for unit in video)

    def _leave_out(self, unit: Unit, pictures: int = 1) -> None:
        """Pictures that come before this one, or itself, are not written."""
        if unit.arrived >= self._deadline:
            return
        self.left_out = True
        self._left_out += pictures
        self._warn_anew(RecordingWarning.of("frames_left_out", frames=self._left_out))

    def _note_loss(self, unit: Unit) -> None:
        """Packets are missing in front of it, or in it."""
        self._packets_lost += unit.lost
        self._frames_hit += unit.track.medium == "video"
        lost = {"packets": self._packets_lost, "frames": self._frames_hit}
        self._warn_anew(RecordingWarning.of("packets_lost", **lost))

    def _warn_anew(self, warning: RecordingWarning) -> None:
        """Instead of what was said under the same code."""
        others = [each for each in self.warnings if each.code != warning.code]
        self.warnings = [*others, warning]

    def _warn(self, warning: RecordingWarning | None) -> None:
        if warning is not None and warning not in self.warnings:
            self.warnings.append(warning)

    def _break_off(self) -> None:
        """Between what was and what comes pictures are missing."""
        self._memory.clear()
        if self._account is not None:
            self._account.broken = True

    def _died(self) -> None:
        part = self.part
        assert part is not None
        self.close("FFmpeg ended")
        number = len(self._earlier) + len(self.parts)
        stopped = RecordingWarning.of("ffmpeg_stopped", part=number, reason=part.complaint)
        self.warnings.append(stopped)
        log.warning("recording %s: FFmpeg ended: %s", self._name, part.complaint)
        if part.no_room:
            self.failed = "disk"
        elif part.size > 0:
            self._fruitless = 0
        elif self._fruitless == len(PAUSES):
            self.failed = "error"
        else:
            pause = PAUSES[self._fruitless]
            self._fruitless += 1
            self._not_before = self._clock.monotonic_ns() + int(pause * SECOND)
