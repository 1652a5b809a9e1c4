"""How one camera did in the last five minutes: plots in a dialog, there only while it is open."""

from __future__ import annotations

from typing import Any, ClassVar

import panel as pn
import param
from panel.viewable import Viewer

from camrec import i18n
from camrec.dashboard.component import Component
from camrec.dashboard.plots import NAN, Plots, columns, said
from camrec.dashboard.stream_history import SECONDS, History, Moment
from camrec.i18n import text

EVERY = 1000  # ms


class StatisticsHead(Component):
    """The dialog's title and its life; what is under it comes from Bokeh."""

    title = param.String(doc="The camera's name.")

    _script: ClassVar[str] = "components/stream_plots.js"

    def __init__(self, statistics: Statistics, **params: Any) -> None:
        super().__init__(**params)
        self._statistics = statistics

    def do_close(self) -> None:
        self._statistics.close()


class Statistics(Viewer):
    """The plots of one session, streamed to one page."""

    language = param.Selector(default="en", objects=list(i18n.LANGUAGES))

    def __init__(self, history: History, **params: Any) -> None:
        super().__init__(**params)
        self._history = history
        self._head = StatisticsHead(self, language=self.language, sizing_mode="stretch_width")
        self._drawn = pn.Column(sizing_mode="stretch_width")
        self._column = pn.Column(self._head, self._drawn, sizing_mode="stretch_width")
        self._session_id = ""
        self._plots: Plots | None = None
        self._last: Moment | None = None
        self._ahead = 0.0  # ms by which what is drawn is ahead of UTC
        self._ticking: Any = None

    def __panel__(self) -> pn.Column:
        return self._column

    def show(self, session_id: str, name: str, dark: bool, east: float = 0) -> None:
        """Draw what is known of a session, and go on once a second until `close`.

        east : minutes by which the browser's clock is ahead of UTC. Bokeh's axes know UTC only, and
            a formatter in JavaScript would have to be let past the page's security policy.
        """
        self.close()
        self._ahead = 60_000 * east
        moments = self._history.of(session_id)
        self._session_id, self._last = session_id, moments[-1] if moments else None
        self._plots = Plots(dark)
        self._plots.moments.data = columns(list(map(self._values, moments)))
        self._tell(moments)
        self._drawn.objects = [pn.pane.Bokeh(each) for each in self._plots.figures.values()]
        self._head.title = name
        self._head._send_msg({"open": True})
        self._ticking = pn.state.add_periodic_callback(self._tick, period=EVERY)

    def close(self) -> None:
        """Draw nothing any more. Any number of times."""
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
            self._drawn.objects = []
            self._plots = None
            self._head._send_msg({"gone": True})

    @param.depends("language", watch=True)
    def _speak(self) -> None:
        self._head.language = self.language
        self._tell(self._history.of(self._session_id))

    def _tick(self) -> None:
        moments = self._history.of(self._session_id)
        if not moments:  # the camera was closed
            self._head._send_msg({"open": False})
            return
        before, self._last = self._last, moments[-1]
        fresh = [self._values(each) for each in moments if before is None or each.at > before.at]
        if self._plots is not None:
            told = columns(fresh, None if before is None else self._values(before))
            self._plots.moments.stream(told, rollover=SECONDS)
        self._tell(moments)

    def _tell(self, moments: list[Moment]) -> None:
        """The titles with what is so now, the gaps, and the minutes that are in sight."""
        plots = self._plots
        if plots is None:
            return
        plots.speak(self.language)
        latest = self._values(moments[-1]) if moments else {}
        for key, each in plots.figures.items():
            value = latest.get(key)
            each.title.text = text(f"page.plot_{key}", self.language, value=self._said(key, value))
        if moments:
            end = moments[-1].at + self._ahead
            plots.minutes.update(start=end - 1000 * SECONDS, end=end)
            gaps = _gaps(moments, self._ahead)
            if gaps != plots.gaps.data:
                plots.gaps.data = gaps

    def _values(self, moment: Moment) -> dict[str, float]:
        """A moment as `columns` takes it."""
        return {
            "at": moment.at + self._ahead,
            "fps": NAN if moment.fps is None else moment.fps,
            "rate": NAN if moment.bit_rate is None else moment.bit_rate / 1e6,
            "lag": NAN if moment.lag is None else 1000 * moment.lag,
            "lost": float(moment.lost),
        }

    def _said(self, key: str, value: float | None) -> str:
        if value is None or value != value:
            return text("page.plot_nothing", self.language)
        return said(key, value, self.language)


def _gaps(moments: list[Moment], ahead: float = 0.0) -> dict[str, list[float]]:
    """From the last look with pictures to the first with them again."""
    found: dict[str, list[float]] = {"x0": [], "x1": []}
    before = None
    missing = False
    for each in moments:
        if each.fps is None and not missing:
            found["x0"].append(each.at if before is None else before.at)
            found["x1"].append(each.at)
        elif each.fps is None or missing:
            found["x1"][-1] = each.at
        missing = each.fps is None
        before = each
    return {edge: [at + ahead for at in moved] for edge, moved in found.items()}
