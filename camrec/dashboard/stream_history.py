"""Stores one sample per second of each camera's statistics, for the last minutes and all pages."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from camrec.session import Session, SessionState

log = logging.getLogger(__name__)

SAMPLE_INTERVAL_S = 1.0
HISTORY_DURATION_S = 300  # with one sample per second, also the number of samples
# A camera counts as sending no frames if its last frame is older than both of these limits.
MISSING_FRAME_AFTER_S = 2.0
MISSING_FRAME_INTERVALS = 2.5


@dataclass(frozen=True)
class StreamSample:
    """The statistics of one session at one moment.

    at : UTC in milliseconds.
    fps, bit_rate : frames and bits per second over the last five seconds; None: no frames arrive.
    lost : packets that were lost since the previous sample.
    lag : seconds from sending a frame until the slowest viewer has acknowledged it; None: no
        frames arrive, or no viewer has acknowledged one.
    """

    at: float
    fps: float | None
    bit_rate: float | None
    lost: int
    lag: float | None


class StreamHistory:
    """Takes a sample of each session once per second, in its own thread.

    Parameters
    ----------
    sessions
        Returns all sessions.
    now
        Returns UTC in nanoseconds.
    """

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
        """Return the samples of a session, oldest first; at most `HISTORY_DURATION_S`."""
        with self._lock:
            return list(self._samples.get(session_id, ()))

    def take_samples(self) -> None:
        """Take a sample of each session, and drop the samples of sessions that no longer exist."""
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
        missing_after = MISSING_FRAME_INTERVALS * session.feed.frame_interval
        missing_after = max(MISSING_FRAME_AFTER_S, missing_after)
        delivers = session.state is SessionState.LIVE and (figures.age or 0.0) < missing_after
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
                self.take_samples()
            except Exception:
                log.exception("the figures of the cameras could not be read")
