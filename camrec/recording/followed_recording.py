"""The recording that another one of the same camera follows, without a lost or a doubled frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import MediaFeed
from camrec.media import MediaUnit
from camrec.receipt import EndReason
from camrec.recording.recording_input import RecordingInput
from camrec.recording.recording_state import ENDED_RECORDING_STATES, RecordingState
from camrec.recording.video_join import Handover, Item

# The feed keeps so much of a camera that is recorded, because a recording that follows starts a
# moment after the other one has ended.
FOLLOW_HISTORY_S = 3.0
MAX_FRAME_WAIT_NS = NS_PER_SECOND
MAX_END_ERROR_NS = NS_PER_SECOND // 1000  # an end is computed from a start and a length


class EndingRecording(Protocol):
    """What a recording says of its end."""

    @property
    def state(self) -> RecordingState: ...
    @property
    def end_reason(self) -> EndReason | None: ...
    @property
    def ends_at(self) -> int | None: ...
    @property
    def ended_monotonic_ns(self) -> int | None: ...
    @property
    def last_frame(self) -> MediaUnit | None: ...


class FollowedRecording:
    """A recording after which another one begins, with the first frame that it does not have.

    Parameters
    ----------
    recording
        The recording.
    connect
        Calls a function at each of its changes, until the returned function is called.
    not_before
        The other one begins no earlier, UTC nanoseconds; unless the recording was to run until then
        and its time is over. That it is earlier now means that the clock was set back.
    """

    def __init__(
        self,
        recording: EndingRecording,
        connect: Callable[[Callable[[], object]], Callable[[], None]],
        not_before: int,
    ) -> None:
        self._recording = recording
        self.connect = connect
        self._not_before = not_before

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or never began."""
        is_ended = self._recording.state in ENDED_RECORDING_STATES
        return is_ended or self._recording.ended_monotonic_ns is not None

    def next_start(self, clock: Clock) -> int | None:
        """When the other one begins, UTC nanoseconds; None: it does not end, or never began."""
        end = self._recording.ended_monotonic_ns
        if end is None:
            return None
        ended_at = clock.utc_ns() - (clock.monotonic_ns() - end)
        return ended_at if self._ran_until(self._not_before) else max(ended_at, self._not_before)

    def create_handover(self, feed: MediaFeed, clock: Clock) -> Handover | None:
        """What the other one begins with. Waits for a frame; None: the frames do not join."""
        last, end = self._recording.last_frame, self._recording.ended_monotonic_ns
        if last is None or end is None:
            return None
        is_early = clock.utc_ns() - (clock.monotonic_ns() - end) < self._not_before
        if is_early and not self._ran_until(self._not_before):
            return None
        source = RecordingInput(feed, clock, since=last.arrived)
        items: list[Item] = []
        deadline = clock.monotonic_ns() + MAX_FRAME_WAIT_NS
        while True:
            source.set_low_latency(True)
            items += source.take()
            following = _frames_after(items, last)
            if following is None or clock.monotonic_ns() >= deadline or source.closed:
                source.close()
                return None
            if len(following) > last.video_track.reorder:
                break
            source.wait(deadline)
        first = min(following, key=lambda unit: unit.time)
        return Handover(source, tuple(_starting_with(first, items)), end, first)

    def _ran_until(self, moment: int) -> bool:
        """Whether its time was to be over at `moment` or later, and is over now."""
        ends_at = self._recording.ends_at
        is_over = self._recording.end_reason == "time"
        return is_over and ends_at is not None and ends_at > moment - MAX_END_ERROR_NS


# See `RecordingJob`.
TakeTurn = Callable[[str], FollowedRecording | None]


def _frames_after(items: Sequence[Item], last: MediaUnit) -> list[MediaUnit] | None:
    """The frames after `last`; None if that is missing, or if the stream broke."""
    units = [item for item in items if isinstance(item, MediaUnit)]
    if len(units) < len(items):
        return None
    frames = [unit for unit in units if unit.track.medium == "video"]
    at = next((at for at, unit in enumerate(frames) if unit is last), None)
    return None if at is None else frames[at + 1 :]


def _starting_with(first: MediaUnit, items: Sequence[Item]) -> list[Item]:
    """Everything that is needed to show `first` and what comes later, a key frame first."""
    if not first.key or first.open or first.dependent:
        return list(items)
    at = next(at for at, item in enumerate(items) if item is first)
    began = first.time + first.offset
    audio = [
        item
        for item in items[:at]
        if isinstance(item, MediaUnit)
        and item.track.medium == "audio"
        and item.time + item.offset >= began
    ]
    return [first, *audio, *items[at + 1 :]]
