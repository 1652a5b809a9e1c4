"""The dialog with the plots of one camera's last five minutes, and what dates its frames.

The plots exist only while it is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import panel as pn
import param
from panel.io.callbacks import PeriodicCallback
from panel.viewable import Viewer

from camrec import i18n
from camrec.dashboard.clock_details import ClockDetails
from camrec.dashboard.component import Component
from camrec.dashboard.plots import (
    MS_PER_MINUTE,
    NAN,
    Columns,
    SampleValues,
    StreamPlots,
    format_value,
    sample_columns,
)
from camrec.dashboard.stream_history import HISTORY_DURATION_S, StreamHistory, StreamSample
from camrec.i18n import translate

PLOT_INTERVAL_MS = 1000


class StatisticsHeader(Component):
    """The dialog's title, which opens and closes the dialog. Bokeh draws the plots below it."""

    title = param.String(doc="The camera's name.")

    _script: ClassVar[str] = "components/stream_plots.js"

    def __init__(self, statistics: StreamStatistics, **params: object) -> None:
        super().__init__(**params)
        self._statistics = statistics

    def open_dialog(self) -> None:
        self._send_msg({"open": True})

    def close_dialog(self) -> None:
        """Close it in the browser, which then sends ``close``."""
        self._send_msg({"open": False})

    def release_plots(self) -> None:
        """Let Bokeh in the browser release the plots that were removed from the page."""
        self._send_msg({"gone": True})

    def do_close(self) -> None:
        self._statistics.close()


class StreamStatistics(Viewer):
    """The plots of one session, updated on one page."""

    language: param.Selector[str] = param.Selector(default="en", objects=list(i18n.LANGUAGES))

    def __init__(self, history: StreamHistory, clock: ClockDetails, language: str) -> None:
        super().__init__(language=language)  # type: ignore[no-untyped-call]  # Panel has no type
        self._history = history
        self._clock = clock
        self._title_bar = StatisticsHeader(self, language=language, sizing_mode="stretch_width")
        self._plot_column = pn.Column(sizing_mode="stretch_width")
        self._column = pn.Column(
            self._title_bar, self._plot_column, clock, sizing_mode="stretch_width"
        )
        self._session_id = ""
        self._plots: StreamPlots | None = None
        self._last_sample: StreamSample | None = None
        self._clock_offset_ms = 0.0  # the plots show UTC plus this
        self._update_timer: PeriodicCallback | None = None

    def __panel__(self) -> pn.Column:
        return self._column

    def open(self, session_id: str, name: str, dark: bool, utc_offset_minutes: float = 0) -> None:
        """Draw the history of a session, and add to it once per second until `close`.

        utc_offset_minutes : how far the browser's local time is ahead of UTC. The plots are shifted
            by this, because Bokeh's axes show only UTC, and the page's security policy does not
            allow a formatter in JavaScript.
        """
        self.close()
        self._clock_offset_ms = MS_PER_MINUTE * utc_offset_minutes
        samples = self._history.of(session_id)
        self._session_id, self._last_sample = session_id, samples[-1] if samples else None
        self._plots = plots = StreamPlots(dark)
        plots.sample_source.data = {**sample_columns(list(map(self._column_values, samples)))}
        self._update_titles(samples)
        self._clock.show_session(session_id)
        self._plot_column.objects = list(map(_figure_pane, plots.figures.values()))
        self._title_bar.title = name
        self._title_bar.open_dialog()
        self._update_timer = pn.state.add_periodic_callback(
            self._update_plots, period=PLOT_INTERVAL_MS
        )

    def close(self) -> None:
        """Remove the plots. Further calls have no effect."""
        if self._update_timer is not None:
            self._update_timer.stop()  # type: ignore[no-untyped-call]  # Panel has no type
            self._update_timer = None
            self._plot_column.objects = []
            self._plots = None
            self._title_bar.release_plots()

    @param.depends("language", watch=True)
    def _update_texts(self) -> None:
        self._title_bar.language = self.language
        self._update_titles(self._history.of(self._session_id))

    def _update_plots(self) -> None:
        samples = self._history.of(self._session_id)
        if not samples:  # the camera was closed
            self._title_bar.close_dialog()
            return
        self._clock.refresh()
        before, self._last_sample = self._last_sample, samples[-1]
        added = [
            self._column_values(each) for each in samples if before is None or each.at > before.at
        ]
        if self._plots is not None:
            columns = sample_columns(added, None if before is None else self._column_values(before))
            self._plots.sample_source.stream({**columns}, rollover=HISTORY_DURATION_S)
        self._update_titles(samples)

    def _update_titles(self, samples: Sequence[StreamSample]) -> None:
        """Update the titles with the latest values, the gaps, and the range of the time axes."""
        plots = self._plots
        if plots is None:
            return
        plots.set_language(self.language)
        latest = self._column_values(samples[-1]) if samples else {}
        for key in plots.figures:
            value = self._format_value(key, latest.get(key))
            plots.set_title(key, translate(f"page.plot_{key}", self.language, value=value))
        if samples:
            end = samples[-1].at + self._clock_offset_ms
            plots.time_range.update(start=end - 1000 * HISTORY_DURATION_S, end=end)
            gaps = _find_gaps(samples, self._clock_offset_ms)
            if gaps != plots.gaps.data:
                plots.gaps.data = {**gaps}

    def _column_values(self, sample: StreamSample) -> SampleValues:
        """Return the values of a sample, for `sample_columns`."""
        return {
            "at": sample.at + self._clock_offset_ms,
            "fps": NAN if sample.fps is None else sample.fps,
            "rate": NAN if sample.bit_rate is None else sample.bit_rate / 1e6,
            "lag": NAN if sample.lag is None else 1000 * sample.lag,
            "lost": float(sample.lost),
        }

    def _format_value(self, key: str, value: float | None) -> str:
        if value is None or value != value:
            return translate("page.plot_nothing", self.language)
        return format_value(key, value, self.language)


def _figure_pane(plot: object) -> pn.pane.Bokeh:
    return pn.pane.Bokeh(plot)  # type: ignore[no-untyped-call]  # Panel has no type for it


def _find_gaps(samples: Sequence[StreamSample], offset_ms: float = 0.0) -> Columns:
    """Return the gaps, each from the last sample with frames to the next one with frames."""
    found: Columns = {"x0": [], "x1": []}
    before = None
    missing = False
    for each in samples:
        if each.fps is None and not missing:
            found["x0"].append(each.at if before is None else before.at)
            found["x1"].append(each.at)
        elif each.fps is None or missing:
            found["x1"][-1] = each.at
        missing = each.fps is None
        before = each
    return {edge: [at + offset_ms for at in times] for edge, times in found.items()}
