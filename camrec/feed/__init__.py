"""A session's frames and audio packets, sent to any number of consumers; keeps the current GOP."""

from camrec.feed.feed import Feed
from camrec.feed.media_feed import MediaFeed
from camrec.feed.stream_stats import StreamStats
from camrec.feed.subscription import DISCONTINUITY, Discontinuity, Subscription

__all__ = ["DISCONTINUITY", "Discontinuity", "Feed", "MediaFeed", "StreamStats", "Subscription"]
