"""How a camera did in the last minutes, as Bokeh draws it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from bokeh.embed import json_item
from bokeh.layouts import column
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    DatetimeTickFormatter,
    Range1d,
    SingleIntervalTicker,
)
from bokeh.plotting import figure

from camrec import i18n

NAN = float("nan")
PLOT_FONT = "Segoe UI Variable Text, Segoe UI, Inter, system-ui, sans-serif"
CLOCK_FORMAT = "%H:%M"
TIME_SCALES = (
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
PLOT_COLOURS = {
    "fps": ("#1d4fbf", "#5b93ff"),
    "rate": ("#0f766e", "#2dd4bf"),
    "lag": ("#6d3fc0", "#b69cff"),
    "lost": ("#9d174d", "#f472b6"),
}
TEXT_AND_LINE_COLOURS = {
    False: ("#12161c", "#515a67", "#d9dde3"),
    True: ("#edf0f4", "#a3aebc", "#2b323c"),
}
GAP_COLOURS = {False: "#b36b00", True: "#f0a020"}


class StreamPlots:
    """Pictures a second, rate, lag, lost packets; hatched where there was no picture.

    figures : by the columns' names.
    sample_source : as `sample_columns` makes them.
    gaps : columns ``x0``, ``x1`` (ms).
    time_range : what is in sight, of all figures (ms).
    """

    def __init__(self, dark: bool) -> None:
        self.sample_source = ColumnDataSource(sample_columns([]), name="moments")
        self.gaps = ColumnDataSource({"x0": [], "x1": []}, name="gaps")
        self.time_range = Range1d(0, 1, name="minutes")
        self.figures = {key: self._make_figure(key, dark) for key in PLOT_COLOURS}

    def set_language(self, language: str) -> None:
        """Bokeh's own formatters know no comma."""
        halves = {place + 0.5: format_value("rate", place + 0.5, language) for place in range(4)}
        for each in self.figures.values():
            each.yaxis.major_label_overrides = halves

    def _make_figure(self, key: str, dark: bool) -> Any:
        colour = PLOT_COLOURS[key][dark]
        ink, second, line = TEXT_AND_LINE_COLOURS[dark]
        made = figure(
            name=key,
            height=132,
            sizing_mode="stretch_width",
            x_range=self.time_range,
            toolbar_location=None,
            tools="",
            min_border_left=48,
            min_border_right=14,
            background_fill_color=None,
            border_fill_color=None,
            outline_line_color=None,
        )
        made.varea(
            x="at",
            y1=0,
            y2=f"{key}_area",
            source=self.sample_source,
            fill_color=colour,
            fill_alpha=0.16,
        )
        made.line(x="at", y=key, source=self.sample_source, line_color=colour, line_width=2)
        made.vstrip(
            x0="x0",
            x1="x1",
            source=self.gaps,
            fill_color=GAP_COLOURS[dark],
            fill_alpha=0.15,
            line_color=None,
            hatch_pattern="/",
            hatch_color=GAP_COLOURS[dark],
            hatch_scale=7,
        )
        made.y_range.start = 0
        made.y_range.min_interval = 1
        made.y_range.range_padding = 0.4
        made.title.update(text_font=PLOT_FONT, text_font_size="14px", text_font_style="normal")
        made.title.text_color = ink
        made.xaxis.formatter = DatetimeTickFormatter(**dict.fromkeys(TIME_SCALES, CLOCK_FORMAT))
        made.xaxis.ticker = SingleIntervalTicker(interval=60_000, num_minor_ticks=0)
        made.yaxis.ticker = BasicTicker(
            min_interval=0.5 if key == "rate" else 1, desired_num_ticks=4, num_minor_ticks=0
        )
        for axis in (made.xaxis, made.yaxis):
            axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = None
            axis.major_label_text_color = second
            axis.major_label_text_font = PLOT_FONT
            axis.major_label_text_font_size = "13px"
        made.xgrid.grid_line_color = None
        made.ygrid.grid_line_color = line
        return made


def sample_columns(
    moments: Sequence[Mapping[str, float]], before: Mapping[str, float] | None = None
) -> dict[str, list[float]]:
    """``at`` (ms), ``fps``, ``rate`` (Mbit/s), ``lag`` (ms), ``lost``, each with its ``..._area``.

    A line breaks where there is no value (NaN). An area does not: it goes down to nothing there,
    and up again, at moments of its own.

    Parameters
    ----------
    before
        The moment in front of these, where they go on from it.
    """
    rows: list[Mapping[str, float]] = []
    for now in moments:
        if before is not None:
            gone = {key: NAN for key in PLOT_COLOURS if isnan(now[key]) and not isnan(before[key])}
            come = {key: NAN for key in PLOT_COLOURS if isnan(before[key]) and not isnan(now[key])}
            rows += [{**before, **gone}] if gone else []
            rows += [{**now, **come}] if come else []
        rows.append(now)
        before = now
    made = {key: [row[key] for row in rows] for key in ("at", *PLOT_COLOURS)}
    for key in PLOT_COLOURS:
        made[f"{key}_area"] = [0.0 if isnan(value) else value for value in made[key]]
    return made


def format_value(key: str, value: float, language: str) -> str:
    """A value of a column as it is read."""
    told = f"{value:.1f}" if key in ("fps", "rate") else f"{value:.0f}"
    return told.replace(".", ",") if language == "fr" else told


def plots_json(dark: bool, language: str) -> str:
    """For a page that has BokehJS and fills them by itself, the titles too."""
    plots = StreamPlots(dark)
    plots.set_language(language)
    return json.dumps(json_item(column(*plots.figures.values(), sizing_mode="stretch_width")))


# By their names: what they are made with.
PLOT_FILES = {
    f"plots-{'dark' if dark else 'light'}-{language}.json": (dark, language)
    for dark in (False, True)
    for language in i18n.LANGUAGES
}
