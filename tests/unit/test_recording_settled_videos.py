"""What a series keeps of its videos that are over. The videos are stand-ins."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

from camrec.errors import ServiceError, StateError
from camrec.recording.settled_videos import SettledVideos


@dataclass
class MadeVideo:
    """A video that is over, with `events` of which the receipts have all or none."""

    filenames: list[str]
    events: int = 0
    is_placed: bool = True
    bytes: int = 10
    error: Exception | None = None
    event_log: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.event_log = SimpleNamespace(count=self.events, is_released=self.is_placed)


def test_the_videos_are_counted_once_each_in_their_order():
    settled = SettledVideos()
    settled.add_saved(["1.mp4", "2.mp4"])
    settled.add(MadeVideo(["2.mp4"]))  # it was saved just before camrec was killed
    settled.add(MadeVideo(["3.mp4"], bytes=30))
    assert settled.filenames == ["1.mp4", "2.mp4", "3.mp4"] and settled.bytes == 40


def test_a_video_is_kept_until_the_receipts_have_its_events():
    settled = SettledVideos()
    late = MadeVideo(["1.mp4"], events=2, is_placed=False)
    for each in (late, MadeVideo(["2.mp4"], events=3), MadeVideo(["3.mp4"], is_placed=False)):
        settled.add(each)
    assert settled.unplaced == [late] and settled.events == 3
    late.event_log.is_released = True
    settled.forget_placed()
    assert settled.unplaced == [] and settled.events == 5
    settled.forget_placed()
    assert settled.events == 5


def test_the_last_error_counts():
    settled = SettledVideos()
    first, last = ServiceError("internal"), StateError("recording_cancelled", name="Door")
    for error in (first, None, last, None):
        settled.add(MadeVideo([], error=error))
    assert settled.error is last
