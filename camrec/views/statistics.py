"""How one camera did in the last five minutes: plots in a dialog, there only while it is open."""

from __future__ import annotations

from typing import Any, ClassVar

import panel as pn
import param
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    DatetimeTickFormatter,
    Range1d,
    SingleIntervalTicker,
)
from bokeh.plotting import figure
from panel.viewable import Viewer

from camrec import i18n
from camrec.i18n import text
from camrec.views.component import Component
from camrec.views.history import SECONDS, History, Moment

EVERY = 1000  # ms
FONT = "Segoe UI Variable Text, Segoe UI, Inter, system-ui, sans-serif"
CLOCK = "%H:%M"
SCALES = (
    "microseconds",
    "milliseconds",
    "seconds",
    "minsec",
    "minutes",
    "hourmin",
    "hours",
    "days",
)

# What is drawn: a column of the source, and its colour on a light and on a dark page.
PLOTS = {
    "fps": ("#1d4fbf", "#5b93ff"),
    "rate": ("#0f766e", "#2dd4bf"),
    "lag": ("#6d3fc0", "#b69cff"),
    "lost": ("#9d174d", "#f472b6"),
}
INK = {False: ("#12161c", "#515a67", "#d9dde3"), True: ("#edf0f4", "#a3aebc", "#2b323c")}
MISSING = {False: "#b36b00", True: "#f0a020"}


class StatisticsHead(Component):
    """The dialog's title and its life; what is under it comes from Bokeh."""

    title = param.String(doc="The camera's name.")

    _script: ClassVar[str] = "statistics.js"
    _styles: ClassVar[str] = "statistics.css"

    def __init__(self, statistics: Statistics, **params: Any) -> None:
        super().__init__(**params)
        self._statistics = statistics

    def do_close(self) -> None:
        self._statistics.close()


class Statistics(Viewer):
    """Pictures a second, rate, lag, lost packets; hatched where there was no picture."""

    language = param.Selector(default="en", objects=list(i18n.LANGUAGES))

    def __init__(self, history: History, **params: Any) -> None:
        super().__init__(**params)
        self._history = history
        self._head = StatisticsHead(self, language=self.language, sizing_mode="stretch_width")
        self._plots = pn.Column(sizing_mode="stretch_width")
        self._column = pn.Column(self._head, self._plots, sizing_mode="stretch_width")
        self._session_id = ""
        self._figures: dict[str, Any] = {}
        self._last = 0.0
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
        self._session_id, self._last = session_id, moments[-1].at if moments else 0.0
        self._source = ColumnDataSource(self._columns(moments))
        self._gaps = ColumnDataSource({"x0": [], "x1": []})
        self._range = Range1d(0, 1)
        self._figures = {key: self._figure(key, dark) for key in PLOTS}
        self._tell(moments)
        self._plots.objects = [pn.pane.Bokeh(each) for each in self._figures.values()]
        self._head.title = name
        self._head._send_msg({"open": True})
        self._ticking = pn.state.add_periodic_callback(self._tick, period=EVERY)

    def close(self) -> None:
        """Draw nothing any more. Any number of times."""
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
            self._plots.objects = []
            self._figures = {}
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
        fresh = [each for each in moments if each.at > self._last]
        self._last = moments[-1].at
        self._source.stream(self._columns(fresh), rollover=SECONDS)
        self._tell(moments)

    def _tell(self, moments: list[Moment]) -> None:
        """The titles with what is so now, the gaps, and the minutes that are in sight."""
        latest = self._columns(moments[-1:])
        for key, each in self._figures.items():
            (value,) = latest[key] or [None]
            # Bokeh's own formatters know no comma.
            halves = {n + 0.5: self._said("rate", n + 0.5) for n in range(4)}
            each.yaxis.major_label_overrides = halves
            each.title.text = text(f"page.plot_{key}", self.language, value=self._said(key, value))
        if self._figures and moments:
            end = moments[-1].at + self._ahead
            self._range.update(start=end - 1000 * SECONDS, end=end)
            gaps = _gaps(moments, self._ahead)
            if gaps != self._gaps.data:
                self._gaps.data = gaps

    def _columns(self, moments: list[Moment]) -> dict[str, list[float]]:
        nothing = float("nan")
        return {
            "at": [each.at + self._ahead for each in moments],
            "fps": [nothing if each.fps is None else each.fps for each in moments],
            "rate": [nothing if each.bit_rate is None else each.bit_rate / 1e6 for each in moments],
            "lag": [nothing if each.lag is None else 1000 * each.lag for each in moments],
            "lost": [float(each.lost) for each in moments],
        }

    def _said(self, key: str, value: float | None) -> str:
        if value is None or value != value:
            return text("page.plot_nothing", self.language)
        said = f"{value:.1f}" if key in ("fps", "rate") else f"{value:.0f}"
        return said.replace(".", ",") if self.language == "fr" else said

    def _figure(self, key: str, dark: bool) -> Any:
        colour = PLOTS[key][dark]
        ink, second, line = INK[dark]
        made = figure(
            height=132,
            sizing_mode="stretch_width",
            x_range=self._range,
            toolbar_location=None,
            tools="",
            min_border_left=48,
            min_border_right=14,
            background_fill_color=None,
            border_fill_color=None,
            outline_line_color=None,
        )
        made.varea(x="at", y1=0, y2=key, source=self._source, fill_color=colour, fill_alpha=0.16)
        made.line(x="at", y=key, source=self._source, line_color=colour, line_width=2)
        made.vstrip(
            x0="x0",
            x1="x1",
            source=self._gaps,
            fill_color=MISSING[dark],
            fill_alpha=0.15,
            line_color=None,
            hatch_pattern="/",
            hatch_color=MISSING[dark],
            hatch_scale=7,
        )
        made.y_range.start = 0
        made.y_range.min_interval = 1
        made.y_range.range_padding = 0.4
        made.title.update(text_font=FONT, text_font_size="14px", text_font_style="normal")
        made.title.text_color = ink
        made.xaxis.formatter = DatetimeTickFormatter(**dict.fromkeys(SCALES, CLOCK))
        made.xaxis.ticker = SingleIntervalTicker(interval=60_000, num_minor_ticks=0)
        made.yaxis.ticker = BasicTicker(
            min_interval=0.5 if key == "rate" else 1, desired_num_ticks=4, num_minor_ticks=0
        )
        for axis in (made.xaxis, made.yaxis):
            axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = None
            axis.major_label_text_color = second
            axis.major_label_text_font = FONT
            axis.major_label_text_font_size = "13px"
        made.xgrid.grid_line_color = None
        made.ygrid.grid_line_color = line
        return made


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
