"""How each camera did in the last minutes: one look a second, kept for all pages."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from camrec.session import Session, SessionState

log = logging.getLogger(__name__)

SAMPLE_INTERVAL_S = 1.0  # seconds
HISTORY_DURATION_S = 300
MISSING_FRAME_AFTER_S = 2.0  # seconds without a picture, or 2.5 usual distances: then there is none


@dataclass(frozen=True)
class StreamSample:
    """One look at a session.

    at : UTC in milliseconds.
    fps, bit_rate : pictures and bits a second over the last five seconds; None without picture.
    lost : packets that went missing since the look before.
    lag : seconds from sending a picture to the answer of the viewer that is farthest behind; None
        where nobody looks.
    """

    at: float
    fps: float | None
    bit_rate: float | None
    lost: int
    lag: float | None


class StreamHistory:
    """Looks at the sessions that it is told of, in a thread of its own."""

    def __init__(self, sessions: Callable[[], list[Session]], now: Callable[[], int]) -> None:
        self._sessions = sessions
        self._now = now
        self._samples: dict[str, deque[StreamSample]] = {}
        self._last_lost: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)

    def start(self) -> StreamHistory:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def of(self, session_id: str) -> list[StreamSample]:
        """Oldest first; at most `HISTORY_DURATION_S` looks."""
        with self._lock:
            return list(self._samples.get(session_id, ()))

    def look(self) -> None:
        """Once at every session; what is known of one that is gone is forgotten."""
        sessions = {session.session_id: session for session in self._sessions()}
        with self._lock:
            for gone in self._samples.keys() - sessions.keys():
                del self._samples[gone]
                self._last_lost.pop(gone, None)
            for session_id, session in sessions.items():
                if session.state in (SessionState.LIVE, SessionState.STALE):
                    kept = self._samples.setdefault(session_id, deque(maxlen=HISTORY_DURATION_S))
                    kept.append(self._take_sample(session))

    def _take_sample(self, session: Session) -> StreamSample:
        figures = session.feed.figures()
        before = self._last_lost.get(session.session_id, figures.lost)
        self._last_lost[session.session_id] = figures.lost
        patience = max(MISSING_FRAME_AFTER_S, 2.5 * session.feed.frame_interval)
        delivers = session.state is SessionState.LIVE and (figures.age or 0.0) < patience
        return StreamSample(
            at=self._now() / 1e6,
            fps=figures.fps if delivers else None,
            bit_rate=figures.bit_rate if delivers else None,
            lost=figures.lost - before,
            lag=session.live_views.lag if delivers else None,
        )

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_INTERVAL_S):
            try:
                self.look()
            except Exception:
                log.exception("the cameras' figures could not be looked at")
