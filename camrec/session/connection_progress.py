"""The progress of a session that connects to its camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from camrec.errors import CamrecError
from camrec.session.opening_wait import WaitingFor


@dataclass
class ConnectionProgress:
    """How far a session has come. Its threads write this; any thread may read it.

    notify : called after a change that a view may show.
    attempt : which attempt of the opening runs, 1 to `MAX_OPEN_ATTEMPTS`.
    retries : attempts since the camera went away; 0 while it is live.
    frames_seen : frames that arrived in the current or last attempt.
    waiting_for : what the current attempt waits for, see `OpeningWait`; None between attempts.
    error : why the last attempt failed; None while the camera is live.
    """

    notify: Callable[[], None]
    attempt: int = 1
    retries: int = 0
    frames_seen: int = 0
    waiting_for: WaitingFor | None = None
    error: CamrecError | None = None

    def show_waiting_for(self, waiting_for: WaitingFor) -> None:
        """Change what the attempt waits for. That a retry waits for an answer is no news."""
        if waiting_for != self.waiting_for:
            self.waiting_for = waiting_for
            if not self.retries or waiting_for != "answer":
                self.notify()

    def show_error(self, error: CamrecError) -> None:
        """Change why the last attempt failed. The same reason again is no news."""
        is_new = self.error is None or str(self.error) != str(error)
        self.error = error
        if is_new:
            self.notify()
