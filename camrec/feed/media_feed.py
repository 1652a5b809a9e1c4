"""What the consumers of a session's feed see of it."""

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
        """The newest frame, kept when the stream breaks; None before the first."""

    @property
    def video(self) -> VideoTrack | None:
        """The track of the frames; None before the first, and after a break until the next."""

    @property
    def audio(self) -> AudioTrack | None:
        """The audio track; None unless audio arrived in the last five seconds."""

    @property
    def unsupported_audio(self) -> str:
        """The codec of audio that camrec cannot read; empty if there is none."""

    @property
    def frame_interval(self) -> float:
        """Recent seconds between two frames; 0 before there are two."""

    @property
    def has_frame_interval(self) -> bool:
        """Whether `frame_interval` is that of the stream since its last break."""

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        """What a receipt should say about the stream: the latest notice of each code."""

    def interruptions(self, since: int) -> Mapping[Interruption, int]:
        """How often the stream broke since a monotonic time in nanoseconds, by cause."""

    def interrupted_gop(self) -> Sequence[MediaUnit]:
        """The GOP that a break ended, until the next key frame; empty if there is none."""

    def current_gop(self) -> Sequence[MediaUnit]:
        """The newest key frame and everything after it; empty if there is none."""

    def figures(self) -> StreamStats:
        """The statistics of the stream now."""

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
