"""How one camera did in the last five minutes: plots in a dialog, there only while it is open."""

from __future__ import annotations

from typing import Any, ClassVar

import panel as pn
import param
from panel.viewable import Viewer

from camrec import i18n
from camrec.dashboard.component import Component
from camrec.dashboard.plots import NAN, StreamPlots, format_value, sample_columns
from camrec.dashboard.stream_history import HISTORY_DURATION_S, StreamHistory, StreamSample
from camrec.i18n import translate

PLOT_INTERVAL_MS = 1000  # ms


class StatisticsHeader(Component):
    """The dialog's title and its life; what is under it comes from Bokeh."""

    title = param.String(doc="The camera's name.")

    _script: ClassVar[str] = "components/stream_plots.js"

    def __init__(self, statistics: StreamStatistics, **params: Any) -> None:
        super().__init__(**params)
        self._statistics = statistics

    def open_dialog(self) -> None:
        self._send_msg({"open": True})

    def close_dialog(self) -> None:
        """Close it in the browser, which then sends ``close``."""
        self._send_msg({"open": False})

    def release_plots(self) -> None:
        """Let the browser's Bokeh forget the plots that were taken off the page."""
        self._send_msg({"gone": True})

    def do_close(self) -> None:
        self._statistics.close()


class StreamStatistics(Viewer):
    """The plots of one session, streamed to one page."""

    language = param.Selector(default="en", objects=list(i18n.LANGUAGES))

    def __init__(self, history: StreamHistory, **params: Any) -> None:
        super().__init__(**params)
        self._history = history
        self._title_bar = StatisticsHeader(
            self, language=self.language, sizing_mode="stretch_width"
        )
        self._plot_column = pn.Column(sizing_mode="stretch_width")
        self._column = pn.Column(self._title_bar, self._plot_column, sizing_mode="stretch_width")
        self._session_id = ""
        self._plots: StreamPlots | None = None
        self._last_sample: StreamSample | None = None
        self._clock_offset_ms = 0.0  # ms by which what is drawn is ahead of UTC
        self._update_timer: Any = None

    def __panel__(self) -> pn.Column:
        return self._column

    def show(self, session_id: str, name: str, dark: bool, east: float = 0) -> None:
        """Draw what is known of a session, and go on once a second until `close`.

        east : minutes by which the browser's clock is ahead of UTC. Bokeh's axes know UTC only, and
            a formatter in JavaScript would have to be let past the page's security policy.
        """
        self.close()
        self._clock_offset_ms = 60_000 * east
        moments = self._history.of(session_id)
        self._session_id, self._last_sample = session_id, moments[-1] if moments else None
        self._plots = StreamPlots(dark)
        self._plots.sample_source.data = sample_columns(list(map(self._column_values, moments)))
        self._update_titles(moments)
        self._plot_column.objects = [pn.pane.Bokeh(each) for each in self._plots.figures.values()]
        self._title_bar.title = name
        self._title_bar.open_dialog()
        self._update_timer = pn.state.add_periodic_callback(
            self._update_plots, period=PLOT_INTERVAL_MS
        )

    def close(self) -> None:
        """Draw nothing any more. Any number of times."""
        if self._update_timer is not None:
            self._update_timer.stop()
            self._update_timer = None
            self._plot_column.objects = []
            self._plots = None
            self._title_bar.release_plots()

    @param.depends("language", watch=True)
    def _update_texts(self) -> None:
        self._title_bar.language = self.language
        self._update_titles(self._history.of(self._session_id))

    def _update_plots(self) -> None:
        moments = self._history.of(self._session_id)
        if not moments:  # the camera was closed
            self._title_bar.close_dialog()
            return
        before, self._last_sample = self._last_sample, moments[-1]
        fresh = [
            self._column_values(each) for each in moments if before is None or each.at > before.at
        ]
        if self._plots is not None:
            told = sample_columns(fresh, None if before is None else self._column_values(before))
            self._plots.sample_source.stream(told, rollover=HISTORY_DURATION_S)
        self._update_titles(moments)

    def _update_titles(self, moments: list[StreamSample]) -> None:
        """The titles with what is so now, the gaps, and the minutes that are in sight."""
        plots = self._plots
        if plots is None:
            return
        plots.set_language(self.language)
        latest = self._column_values(moments[-1]) if moments else {}
        for key, each in plots.figures.items():
            value = latest.get(key)
            each.title.text = translate(
                f"page.plot_{key}", self.language, value=self._format_value(key, value)
            )
        if moments:
            end = moments[-1].at + self._clock_offset_ms
            plots.time_range.update(start=end - 1000 * HISTORY_DURATION_S, end=end)
            gaps = _find_gaps(moments, self._clock_offset_ms)
            if gaps != plots.gaps.data:
                plots.gaps.data = gaps

    def _column_values(self, moment: StreamSample) -> dict[str, float]:
        """A moment as `sample_columns` takes it."""
        return {
            "at": moment.at + self._clock_offset_ms,
            "fps": NAN if moment.fps is None else moment.fps,
            "rate": NAN if moment.bit_rate is None else moment.bit_rate / 1e6,
            "lag": NAN if moment.lag is None else 1000 * moment.lag,
            "lost": float(moment.lost),
        }

    def _format_value(self, key: str, value: float | None) -> str:
        if value is None or value != value:
            return translate("page.plot_nothing", self.language)
        return format_value(key, value, self.language)


def _find_gaps(moments: list[StreamSample], ahead: float = 0.0) -> dict[str, list[float]]:
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
