"""The data that the statistics are drawn from."""

from __future__ import annotations

from itertools import chain
from types import SimpleNamespace

from camrec.dashboard.plots import NAN, PLOT_COLOURS, sample_columns
from camrec.dashboard.stream_history import HISTORY_DURATION_S, StreamHistory, StreamSample
from camrec.dashboard.stream_plots import _find_gaps
from camrec.feed.stream_stats import StreamStats
from camrec.session import SessionState


class Seen(SimpleNamespace):
    """A session as the history sees it."""

    age = 0.0
    live_views = SimpleNamespace(lag=0.05)

    @property
    def feed(self):
        figures = StreamStats(self.fps, 1e6 * self.fps, 1.0, self.lost, 0, self.age)
        usual = 1 / self.fps if self.fps else 0.0
        return SimpleNamespace(figures=lambda: figures, frame_interval=usual)


def test_five_minutes_are_kept_of_each_session_that_is_there():
    live = Seen(session_id="a", state=SessionState.LIVE, fps=25.0, lost=3)
    stale = Seen(session_id="b", state=SessionState.STALE, fps=0.0, lost=0)
    opening = Seen(session_id="c", state=SessionState.OPENING, fps=0.0, lost=0)
    there = [live, stale, opening]
    moments = iter(range(10**9, 10**15, 10**9))
    history = StreamHistory(lambda: there, lambda: next(moments))
    history.take_samples()
    live.lost = 5
    history.take_samples()
    assert history.of("a") == [
        StreamSample(1000.0, 25.0, 25e6, 0, 0.05),
        StreamSample(3000.0, 25.0, 25e6, 2, 0.05),
    ]
    assert history.of("b")[0] == StreamSample(2000.0, None, None, 0, None)
    assert history.of("c") == []
    for _ in range(HISTORY_DURATION_S):
        history.take_samples()
    assert len(history.of("a")) == HISTORY_DURATION_S
    there.remove(live)
    history.take_samples()
    assert history.of("a") == []


def test_the_history_has_no_frame_rate_once_the_newest_frame_is_old():
    session = Seen(session_id="a", state=SessionState.LIVE, fps=10.0, lost=0)
    history = StreamHistory(lambda: [session], lambda: 0)
    for rate, age in ((10.0, 1.9), (10.0, 2.1), (0.5, 4.9), (0.5, 5.1)):
        session.fps, session.age = rate, age
        history.take_samples()
    assert [each.fps for each in history.of("a")] == [10.0, None, 0.5, None]


def test_a_gap_reaches_from_the_last_frames_to_the_next_ones():
    rates = [5, 5, None, None, 5, 5, None]
    moments = [StreamSample(1000.0 * at, rate, rate, 0, None) for at, rate in enumerate(rates)]
    assert _find_gaps(moments) == {"x0": [1000.0, 5000.0], "x1": [4000.0, 6000.0]}
    assert _find_gaps(moments, 500.0) == {"x0": [1500.0, 5500.0], "x1": [4500.0, 6500.0]}
    assert _find_gaps([]) == {"x0": [], "x1": []}


def test_the_plotted_area_is_zero_across_a_time_without_frames():
    """An area has points of its own there: down to zero at the last value, up again at the next."""

    def moment(at: float, fps: float) -> dict[str, float]:
        return {"at": at, "fps": fps, "rate": fps, "lag": 5.0, "lost": 0.0}

    moments = [moment(1, 25.0), moment(2, 25.0), moment(3, NAN), moment(4, NAN), moment(5, 20.0)]
    made = sample_columns(moments)
    assert made["at"] == [1, 2, 2, 3, 4, 5, 5]
    assert made["fps_area"] == [25.0, 25.0, 0.0, 0.0, 0.0, 0.0, 20.0]
    assert [value != value for value in made["fps"]] == [False, False, *[True] * 4, False]
    assert made["lag_area"] == [5.0] * 7, "what is there all the time has no break"
    parts = [
        sample_columns(moments[:2]),
        sample_columns(moments[2:4], moments[1]),
        sample_columns(moments[4:], moments[3]),
    ]
    for key in ("at", *(f"{key}_area" for key in PLOT_COLOURS)):
        assert list(chain.from_iterable(part[key] for part in parts)) == made[key]
