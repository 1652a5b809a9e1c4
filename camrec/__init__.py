"""camrec records cameras on your own machine, from a dashboard, a notebook cell or a script."""

__version__ = "1.0.0"
