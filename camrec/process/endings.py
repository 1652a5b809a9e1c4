"""The signals by which we are asked to end."""

from __future__ import annotations

import signal

# Ctrl+C, the end of the machine, a terminal that is closed (POSIX, Windows).
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def endings() -> list[signal.Signals]:
    """Those of this system, but for a closed terminal that ``nohup`` wants us to outlive."""
    found = [signal.Signals[name] for name in NAMES if hasattr(signal, name)]
    return [
        each
        for each in found
        if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN
    ]
