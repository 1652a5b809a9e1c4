"""Waits for the return of a camera that answered no connection.

A full attempt with such a camera takes up to 15 s, and the system asks less and less often in it:
after 1, 3, 7 and 15 s. A single short connection shows sooner that the camera is there again.
"""

from __future__ import annotations

from collections.abc import Callable

from camrec.clock import monotonic_s
from camrec.session.retry_policy import UNANSWERED_PAUSE_S
from camrec.session.upstream import Upstream

# A full attempt follows at the latest after so long: it finds out more than a short connection.
MAX_RETURN_WAIT_S = 30.0


def wait_for_return(upstream: Upstream, wait: Callable[[float], bool]) -> bool:
    """Wait until the camera accepts a connection, or `MAX_RETURN_WAIT_S` have passed.

    Parameters
    ----------
    upstream
        It is closed first: it may still try to connect.
    wait
        Waits for some seconds; returns True if the session closes meanwhile.

    Returns
    -------
    bool
        True if the session closes.
    """
    upstream.close()
    end = monotonic_s() + MAX_RETURN_WAIT_S
    while monotonic_s() < end:
        began = monotonic_s()
        if upstream.accepts_connections():
            return wait(0.0)
        if wait(max(0.0, began + UNANSWERED_PAUSE_S - monotonic_s())):
            return True
    return False
