"""One a session: units in, the current group of pictures kept, fan-out that nobody can hold up."""

from camrec.feed.feed import Feed
from camrec.feed.stream_stats import StreamStats
from camrec.feed.subscription import DISCONTINUITY, Discontinuity, Subscription

__all__ = ["DISCONTINUITY", "Discontinuity", "Feed", "StreamStats", "Subscription"]
