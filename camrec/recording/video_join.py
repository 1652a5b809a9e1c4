"""Where one video of a series ends and the next one begins: to the frame, with each frame once."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND
from camrec.feed import Discontinuity, MediaFeed
from camrec.media import MediaUnit
from camrec.recording.recording_input import RecordingInput
from camrec.recording.timeline import ClockMap

Item = MediaUnit | Discontinuity

# Audio may arrive so long before the frame that it belongs to, and so long after it.
MAX_HELD_AUDIO_NS = 2 * NS_PER_SECOND
MAX_AUDIO_LAG_NS = NS_PER_SECOND
JOIN_RETRY_PAUSE_NS = 10 * NS_PER_SECOND  # after a failed join


@dataclass(frozen=True)
class Handover:
    """What the recorder of the next video takes over, so that nothing is lost between them.

    input : the subscription, which goes on without a break.
    items : what the next video begins with, a key frame first.
    begins_at : when the first frame that it shows was sent, monotonic nanoseconds.
    first : the first frame that it shows; None: the one that `begins_at` says.
    """

    input: RecordingInput
    items: tuple[Item, ...]
    begins_at: int
    first: MediaUnit | None = None

    @property
    def newest_arrival(self) -> int:
        """When the newest of `items` arrived, monotonic nanoseconds."""
        return max(item.arrived for item in self.items if isinstance(item, MediaUnit))


@dataclass(frozen=True)
class Split:
    """The two sides of a join.

    before : what still belongs to the video that ends.
    after : what belongs to the next one. A frame is in both only if the next video hides it,
        because decoding has to start there.
    begins_at : when the first frame that the next one shows was sent, monotonic nanoseconds.
    ends_at : when it arrived: there the video ends.
    """

    before: tuple[Item, ...]
    after: tuple[Item, ...]
    begins_at: int
    ends_at: int


class VideoJoin:
    """Holds back what may belong to the next video, until it is known where that begins.

    It begins with the first key frame that arrives from `due_at` on (monotonic nanoseconds). If
    decoding cannot really start at that key frame, because frames after it need frames from before
    it, the next video hides them and begins with the first one that does not.

    Audio belongs to the video of the frames that were sent at the same time. It may arrive earlier
    or later than they do, so a join takes up to `MAX_AUDIO_LAG_NS`. One thread uses it.

    has_frames : whether the video that is written has frames: an empty one does not end.
    """

    def __init__(self, due_at: int, feed: MediaFeed, *, has_frames: bool) -> None:
        self._due_at = due_at
        self._feed = feed
        self._has_frames = has_frames
        self._audio: list[MediaUnit] = []  # sent later than the newest frame
        self._items: list[Item] = []  # from the key frame on
        self._key: MediaUnit | None = None

    def sort(self, items: list[Item]) -> list[Item]:
        """Take what has arrived, in order. Return what belongs to the video that is written."""
        passed: list[Item] = []
        for item in items:
            if self._key is not None and self._ends_search(item):
                passed += self.cancel()
            if self._key is not None:
                self._items.append(item)
            elif not isinstance(item, MediaUnit):
                passed += [*self.cancel(), item]
            elif item.arrived < self._due_at or not self._has_frames:
                passed.append(item)
                self._has_frames = self._has_frames or (item.track.medium == "video" and item.key)
            elif item.track.medium == "audio":
                self._audio.append(item)
            elif item.key:
                passed += self._release_audio(_sent(item))
                self._key = item
                self._items = [item, *self._audio]
                self._audio = []
            else:
                passed += [*self._release_audio(_sent(item)), item]
        if self._audio and self._audio[-1].arrived - self._audio[0].arrived > MAX_HELD_AUDIO_NS:
            passed += self.cancel()  # no frames come
        return passed

    def is_complete(self, now: int) -> bool:
        """Whether `split` may be called: the first frame and all audio before it are here."""
        first = self._first_shown()
        if self._key is None or first is None:
            return False
        if self._is_interrupted or now - first.arrived > MAX_AUDIO_LAG_NS:
            return True
        heard = [unit for unit in self._units if unit.track.medium == "audio"]
        if not heard:
            return self._feed.audio is None
        return any(_sent(unit) >= _sent(first) for unit in heard)

    def split(self) -> Split:
        """The two sides, when `is_complete`. Nothing changes."""
        key, first = self._key, self._first_shown()
        assert key is not None and first is not None
        # The recorder of the next video computes the same times from the same units.
        clock_map = ClockMap()
        clock_map.learn(self._units, None)
        begins_at = clock_map.to_monotonic(first)
        before: list[Item] = []
        after: list[Item] = []
        for unit in self._units:
            if unit.track.medium == "audio":
                is_before = clock_map.to_monotonic(unit) < begins_at
                (before if is_before else after).append(unit)
                continue
            is_before = first is not key and unit.time < first.time
            if is_before:
                before.append(unit)
            if not is_before or unit.time >= key.time:  # what is earlier, nothing later needs
                after.append(unit)
        after += self._items[len(self._units) :]
        return Split(tuple(before), tuple(after), begins_at, first.arrived)

    def cancel(self) -> list[Item]:
        """Give back what was held, in order: it belongs to the video that is written."""
        held = [*self._audio, *self._items]
        self._audio, self._items, self._key = [], [], None
        return held

    def postpone(self, now: int) -> None:
        """Join at a later key frame, because the next video cannot begin now."""
        self._due_at = now + JOIN_RETRY_PAUSE_NS

    @property
    def _units(self) -> list[MediaUnit]:
        """The frames and audio since the key frame, up to an interruption."""
        units = []
        for item in self._items:
            if not isinstance(item, MediaUnit):
                break
            units.append(item)
        return units

    @property
    def _is_interrupted(self) -> bool:
        return len(self._units) < len(self._items)

    def _first_shown(self) -> MediaUnit | None:
        """The first frame that the next video shows; None: it has not arrived."""
        key = self._key
        if key is None or not (key.open or key.dependent):
            return key
        later = [
            unit
            for unit in self._units
            if unit.track.medium == "video" and not unit.dependent and unit.time > key.time
        ]
        if len(later) <= key.video_track.reorder and not self._is_interrupted:
            return None
        return min(later, key=lambda unit: unit.time, default=None)

    def _ends_search(self, item: Item) -> bool:
        """Whether the key frame turned out to be no place to join: `item` comes too early."""
        if self._first_shown() is not None:
            return False
        is_frame = isinstance(item, MediaUnit) and item.track.medium == "video"
        return not isinstance(item, MediaUnit) or (is_frame and item.key)

    def _release_audio(self, until: int) -> list[Item]:
        """The held audio that was sent before a moment."""
        released: list[Item] = [unit for unit in self._audio if _sent(unit) < until]
        self._audio = [unit for unit in self._audio if _sent(unit) >= until]
        return released


def _sent(unit: MediaUnit) -> int:
    """About when a unit was sent, monotonic nanoseconds."""
    return unit.time + unit.offset
