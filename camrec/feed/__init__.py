"""The stream of a session, which any number of consumers can read from its current GOP on."""

from camrec.feed.feed import Feed
from camrec.feed.media_feed import MediaFeed
from camrec.feed.stream_stats import StreamStats
from camrec.feed.subscription import DISCONTINUITY, Discontinuity, Subscription

__all__ = ["DISCONTINUITY", "Discontinuity", "Feed", "MediaFeed", "StreamStats", "Subscription"]
