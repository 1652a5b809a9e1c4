"""The Bokeh plots of a camera's last minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

from bokeh.embed import json_item
from bokeh.layouts import column
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    DataRange1d,
    DatetimeTickFormatter,
    Range1d,
    SingleIntervalTicker,
)
from bokeh.models.annotations.labels import Title
from bokeh.plotting import figure

from camrec import i18n

if TYPE_CHECKING:
    from bokeh.models.text import BaseText

NAN = float("nan")
PLOT_FONT = "Segoe UI Variable Text, Segoe UI, Inter, system-ui, sans-serif"
PLOT_HEIGHT_PX = 132
CLOCK_FORMAT = "%H:%M"
MS_PER_MINUTE = 60_000

# Each column of the source that is drawn, with its colour on a light and on a dark page.
PLOT_COLOURS = {
    "fps": ("#1d4fbf", "#5b93ff"),
    "rate": ("#0f766e", "#2dd4bf"),
    "lag": ("#6d3fc0", "#b69cff"),
    "lost": ("#9d174d", "#f472b6"),
}
# The colours of the titles, the labels and the grid, on a light (False) and a dark (True) page.
TEXT_AND_LINE_COLOURS = {
    False: ("#12161c", "#515a67", "#d9dde3"),
    True: ("#edf0f4", "#a3aebc", "#2b323c"),
}
GAP_COLOURS = {False: "#b36b00", True: "#f0a020"}

# The keys are the names of the columns: "at" and the keys of PLOT_COLOURS.
SampleValues = Mapping[str, float]
Columns = dict[str, list[float]]


class StreamPlots:
    """Frame rate, bit rate, latency and lost packets over time; gaps are hatched.

    Attributes
    ----------
    figures : one plot for each column, by its name.
    sample_source : the columns that `sample_columns` returns.
    gaps : the columns ``x0`` and ``x1``: the start and the end of each gap, in ms.
    time_range : the time that all plots show, in ms.
    """

    def __init__(self, dark: bool) -> None:
        self.sample_source = ColumnDataSource({**sample_columns([])}, name="moments")
        self.gaps = ColumnDataSource({"x0": [], "x1": []}, name="gaps")
        self.time_range = Range1d(start=0, end=1, name="minutes")
        self.figures = {key: self._make_figure(key, dark) for key in PLOT_COLOURS}

    def set_language(self, language: str) -> None:
        """Set the axis labels with a fraction, because Bokeh cannot write a decimal comma."""
        halves: dict[float | str, str | BaseText] = {
            place + 0.5: format_value("rate", place + 0.5, language) for place in range(4)
        }
        for each in self.figures.values():
            each.yaxis.major_label_overrides = halves

    def set_title(self, key: str, text: str) -> None:
        title = self.figures[key].title
        assert isinstance(title, Title)
        title.text = text

    def _make_figure(self, key: str, dark: bool) -> figure:
        text_colour, _, _ = TEXT_AND_LINE_COLOURS[dark]
        made = figure(
            name=key,
            height=PLOT_HEIGHT_PX,
            sizing_mode="stretch_width",
            x_range=self.time_range,
            y_range=DataRange1d(start=0, min_interval=1, range_padding=0.4),
            title=Title(
                text_font=PLOT_FONT,
                text_font_size="14px",
                text_font_style="normal",
                text_color=text_colour,
            ),
            toolbar_location=None,
            tools="",
            min_border_left=48,
            min_border_right=14,
            background_fill_color=None,
            border_fill_color=None,
            outline_line_color=None,
        )
        self._draw_samples(made, key, PLOT_COLOURS[key][dark])
        self._draw_gaps(made, GAP_COLOURS[dark])
        _style_axes(made, key, dark)
        return made

    def _draw_samples(self, plot: figure, key: str, colour: str) -> None:
        plot.varea(
            x="at",
            y1=0,
            y2=f"{key}_area",
            source=self.sample_source,
            fill_color=colour,
            fill_alpha=0.16,
        )
        plot.line(x="at", y=key, source=self.sample_source, line_color=colour, line_width=2)

    def _draw_gaps(self, plot: figure, colour: str) -> None:
        plot.vstrip(
            x0="x0",
            x1="x1",
            source=self.gaps,
            fill_color=colour,
            fill_alpha=0.15,
            line_color=None,
            hatch_pattern="/",
            hatch_color=colour,
            hatch_scale=7,
        )


def _style_axes(plot: figure, key: str, dark: bool) -> None:
    _, label_colour, grid_colour = TEXT_AND_LINE_COLOURS[dark]
    plot.xaxis.formatter = DatetimeTickFormatter(
        microseconds=CLOCK_FORMAT,
        milliseconds=CLOCK_FORMAT,
        seconds=CLOCK_FORMAT,
        minsec=CLOCK_FORMAT,
        minutes=CLOCK_FORMAT,
        hourmin=CLOCK_FORMAT,
        hours=CLOCK_FORMAT,
        days=CLOCK_FORMAT,
    )
    plot.xaxis.ticker = SingleIntervalTicker(interval=MS_PER_MINUTE, num_minor_ticks=0)
    plot.yaxis.ticker = BasicTicker(
        min_interval=0.5 if key == "rate" else 1, desired_num_ticks=4, num_minor_ticks=0
    )
    for axis in (plot.xaxis, plot.yaxis):
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = None
        axis.major_label_text_color = label_colour
        axis.major_label_text_font = PLOT_FONT
        axis.major_label_text_font_size = "13px"
    plot.xgrid.grid_line_color = None
    plot.ygrid.grid_line_color = grid_colour


def sample_columns(samples: Sequence[SampleValues], before: SampleValues | None = None) -> Columns:
    """Return the columns of `StreamPlots.sample_source` for some samples.

    The columns are ``at`` (ms), ``fps``, ``rate`` (Mbit/s), ``lag`` (ms) and ``lost``, and each of
    the last four again as ``..._area``. If a value is missing (NaN), the line is interrupted, but
    the area is 0. Rows are added so that the area drops and rises vertically.

    Parameters
    ----------
    before
        The sample before these, if they continue earlier ones.
    """
    rows: list[SampleValues] = []
    for now in samples:
        if before is not None:
            ended = {key: NAN for key in PLOT_COLOURS if isnan(now[key]) and not isnan(before[key])}
            begun = {key: NAN for key in PLOT_COLOURS if isnan(before[key]) and not isnan(now[key])}
            rows += [{**before, **ended}] if ended else []
            rows += [{**now, **begun}] if begun else []
        rows.append(now)
        before = now
    columns = {key: [row[key] for row in rows] for key in ("at", *PLOT_COLOURS)}
    for key in PLOT_COLOURS:
        columns[f"{key}_area"] = [0.0 if isnan(value) else value for value in columns[key]]
    return columns


def format_value(key: str, value: float, language: str) -> str:
    """Return the text for a value of a column in a title or at an axis."""
    text = f"{value:.1f}" if key in ("fps", "rate") else f"{value:.0f}"
    return text.replace(".", ",") if language == "fr" else text


def plots_json(dark: bool, language: str) -> str:
    """Return empty plots as JSON, for a page that has BokehJS and fills them and their titles."""
    plots = StreamPlots(dark)
    plots.set_language(language)
    return json.dumps(json_item(column(*plots.figures.values(), sizing_mode="stretch_width")))


# The arguments of `plots_json`, by the name of the file that contains its result.
PLOT_FILES = {
    f"plots-{'dark' if dark else 'light'}-{language}.json": (dark, language)
    for dark in (False, True)
    for language in i18n.LANGUAGES
}
