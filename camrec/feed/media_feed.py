"""The interface of a session's feed for its consumers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from camrec.feed.stream_stats import StreamStats
from camrec.feed.subscription import Subscription
from camrec.media import AudioTrack, Interruption, MediaUnit, StreamNotice, VideoTrack


class MediaFeed(Protocol):
    """A session's frames and audio packets, for the live view, recordings and the web.

    `Feed` implements it. A consumer reads and subscribes; only the session publishes.
    """

    @property
    def newest(self) -> MediaUnit | None:
        """The newest frame, which stays when the stream is interrupted; None before the first."""

    @property
    def video(self) -> VideoTrack | None:
        """The track of the frames; None until the first frame, also after an interruption."""

    @property
    def audio(self) -> AudioTrack | None:
        """The audio track; None unless audio arrived in the last five seconds."""

    @property
    def unsupported_audio(self) -> str:
        """The codec of audio that camrec cannot read; empty if there is none."""

    @property
    def frame_interval(self) -> float:
        """Seconds between two recent frames (the median); 0 before there are two."""

    @property
    def has_frame_interval(self) -> bool:
        """Whether `frame_interval` was measured since the last interruption."""

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        """What a receipt should say about the stream: the latest notice of each code."""

    def interruptions(self, since: int) -> Mapping[Interruption, int]:
        """Return how often the stream was interrupted since a monotonic time (ns), by cause."""

    def interrupted_gop(self) -> Sequence[MediaUnit]:
        """Return the GOP before an interruption. From the next key frame on, it is empty."""

    def current_gop(self) -> Sequence[MediaUnit]:
        """Return the newest key frame and everything after it; empty if there is none."""

    def figures(self) -> StreamStats:
        """Return the statistics of the stream now."""

    def subscribe(
        self,
        *,
        max_bytes: int,
        media: Collection[str] = ("video", "audio"),
        since: int | None = None,
        low_latency: bool = True,
        on_ready: Callable[[], object] | None = None,
    ) -> Subscription:
        """Get the current GOP, and every unit from now on; see `Feed.subscribe`."""
