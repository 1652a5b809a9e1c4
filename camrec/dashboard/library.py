"""The videos as cards: the newest in one row, or all of them by day with search and order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import param

from camrec.dashboard.video_component import VideoComponent, video_row

if TYPE_CHECKING:
    from camrec.library import VideoFile

# Videos told in one message: the first brings what a screen shows, at once.
FIRST_MESSAGE_VIDEOS, MAX_MESSAGE_VIDEOS = 100, 1000


class LatestVideos(VideoComponent):
    """The newest videos in one row; a card is a link to ``#videos/FILE``, where the player is."""

    NEWEST = 9  # as many as the widest page has room for

    count = param.Integer(default=0, doc="How many videos there are.")
    videos = param.List(default=[], item_type=dict, doc="The newest, as `row` makes them.")

    _script: ClassVar[str] = "components/latest_videos.js"

    def show(self, videos: list[VideoFile]) -> None:
        """`videos`: all of the library, newest first."""
        self.param.update(
            count=len(videos), videos=[video_row(each) for each in videos[: self.NEWEST]]
        )


class VideoLibraryView(VideoComponent):
    """All cards. The browser asks for them when they are first seen; then it is told changes only.

    A message is ``{gone: [filename], come: JSON of rows, left}``; `left` is how many are to come in
    further messages.
    """

    count = param.Integer(default=0, doc="How many videos there are.")

    _script: ClassVar[str] = "components/library.js"

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._videos: list[VideoFile] = []
        self._sent_videos: dict[str, VideoFile] | None = None  # None: the browser has not asked yet

    def show(self, videos: list[VideoFile]) -> None:
        """`videos`: all of the library, newest first."""
        if videos is self._videos:
            return
        self._videos = videos
        self.count = len(videos)
        if self._sent_videos is not None:
            self._send_changes(self._sent_videos)

    def do_list(self) -> None:
        self._send_changes({})

    def _send_changes(self, told: dict[str, VideoFile]) -> None:
        # The library gives the same object as long as nothing about a video has changed.
        now = {video.filename: video for video in self._videos}
        gone = [filename for filename in told if filename not in now]
        come = [video for video in self._videos if told.get(video.filename) is not video]
        self._sent_videos = now
        if told and not gone and not come:
            return
        pieces = [come[:FIRST_MESSAGE_VIDEOS]]
        pieces += [
            come[start : start + MAX_MESSAGE_VIDEOS]
            for start in range(FIRST_MESSAGE_VIDEOS, len(come), MAX_MESSAGE_VIDEOS)
        ]
        left = len(come)
        for piece in pieces:
            left -= len(piece)
            # As a text: Bokeh looks at every value of what is no text.
            told_now = json.dumps([video_row(video) for video in piece], separators=(",", ":"))
            self._send_msg({"gone": gone, "come": told_now, "left": left})
            gone = []
