"""Shows videos as cards: the newest ones in a row, or all by day, with search and sorting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

import param

from camrec.dashboard.video_component import VideoActions, VideoComponent, video_row

if TYPE_CHECKING:
    from camrec.library import VideoFile

# Videos in one message. The first message is short, so that a screen of videos appears at once.
FIRST_MESSAGE_VIDEOS, MAX_MESSAGE_VIDEOS = 100, 1000


class LatestVideos(VideoComponent):
    """The newest videos in a row. Each card links to ``#videos/FILE``, which shows the player."""

    NEWEST = 9  # as many as fit on the widest page

    count = param.Integer(default=0, doc="How many videos there are.")
    videos = param.List(default=[], item_type=dict, doc="The newest, as `video_row` makes them.")

    _script: ClassVar[str] = "components/latest_videos.js"

    def show_videos(self, videos: list[VideoFile]) -> None:
        """Show the newest of `videos`, which are all videos of the library, newest first."""
        self.param.update(
            count=len(videos), videos=[video_row(each) for each in videos[: self.NEWEST]]
        )


class VideoLibraryView(VideoComponent):
    """All videos. The browser requests them when it first shows the view, and then gets changes.

    A message is ``{gone: [filename], come: JSON of rows, left}``: the videos that were removed, and
    the videos that are new or have changed. `left` more of these follow in further messages.
    """

    count = param.Integer(default=0, doc="How many videos there are.")

    _script: ClassVar[str] = "components/library.js"

    def __init__(self, *, actions: VideoActions, **params: object) -> None:
        super().__init__(actions=actions, **params)
        self._videos: list[VideoFile] = []
        # The keys are file names. None: the browser has not requested the videos yet.
        self._sent_videos: dict[str, VideoFile] | None = None

    def show_videos(self, videos: list[VideoFile]) -> None:
        """Show `videos`, which are all videos of the library, newest first."""
        if videos is self._videos:
            return
        self._videos = videos
        self.count = len(videos)
        if self._sent_videos is not None:
            self._send_changes(self._sent_videos)

    def do_list(self) -> None:
        self._send_changes({})

    def _send_changes(self, sent: dict[str, VideoFile]) -> None:
        # The library returns the same object for a video until the video changes.
        now = {video.filename: video for video in self._videos}
        removed = [filename for filename in sent if filename not in now]
        changed = [video for video in self._videos if sent.get(video.filename) is not video]
        self._sent_videos = now
        if sent and not removed and not changed:
            return
        batches = [changed[:FIRST_MESSAGE_VIDEOS]]
        batches += [
            changed[start : start + MAX_MESSAGE_VIDEOS]
            for start in range(FIRST_MESSAGE_VIDEOS, len(changed), MAX_MESSAGE_VIDEOS)
        ]
        left = len(changed)
        for batch in batches:
            left -= len(batch)
            # The rows are JSON in a string, because Bokeh would examine each value of a list.
            rows = json.dumps([video_row(video) for video in batch], separators=(",", ":"))
            self._send_msg({"gone": removed, "come": rows, "left": left})
            removed = []
