"""Ends a recording without an end by the key ``q``, as programs for video do."""

from __future__ import annotations

import os
import sys
import threading

from camrec.receipt import EndReason


def stop_at_q(reasons: list[EndReason]) -> None:
    """Add a reason to end once a line of the standard input is ``q``.

    The thread never ends by itself: nothing can interrupt it while it reads. It reads past Python's
    own buffers, so it does not keep the process from ending.
    """
    if sys.stdin is None or not _may_read():
        return
    threading.Thread(target=_read, args=(reasons,), name="stop-key", daemon=True).start()


def _read(reasons: list[EndReason]) -> None:
    line = b""
    while True:
        try:
            read = os.read(0, 100)
        except OSError:
            return
        if not read:
            return  # the end of the input ends nothing: it may have been empty from the start
        *lines, line = (line + read).split(b"\n")
        if any(each.strip().lower() == b"q" for each in lines):
            reasons.append("stopped")
        line = line[-100:]


def _may_read() -> bool:
    """Whether reading would not stop this process: a terminal stops those in the background."""
    if sys.platform == "win32" or not os.isatty(0):
        return True
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
