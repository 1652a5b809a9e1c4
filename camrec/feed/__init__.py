"""One a session: units in, the current group of pictures kept, fan-out that nobody can hold up."""

from camrec.feed.feed import Feed
from camrec.feed.stream_stats import Figures
from camrec.feed.subscription import BREAK, Break, Subscription

__all__ = ["BREAK", "Break", "Feed", "Figures", "Subscription"]
