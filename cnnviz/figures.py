"""Arrays -> Plotly figures, all with one look: for charts that values are read off.

Backgrounds are left to the page, and every colour stands out from a light one and a dark one alike. Show them with
`st.plotly_chart(figure, config={"displayModeBar": False}, key=...)`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cnnviz.checks import told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.numbers import grouped, number, percent
from cnnviz.signatures import checked

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BLUE, PINK, GREEN, OLIVE, GREY = "#0072B2", "#CC79A7", "#009E73", "#A08C1A", "#7F8A96"
COLOURS = (BLUE, PINK, GREEN, OLIVE, GREY)
"""Blue, reddish purple and bluish green of M. Okabe and K. Ito's set ("Color universal design", 2008), its yellow
darkened until it can be seen on white, and a grey. Not their orange and vermilion: those are the window's."""
POSITIVE, NEGATIVE = "#1B7837", "#9970AB"
"""Of the signed palette (ColorBrewer's PRGn)."""

MOST_BINS = 10_000
LEAST_HEIGHT, MOST_HEIGHT = 10, 10_000  # pixels; Plotly draws nothing below the first
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # so that lines differ without their colours
_POWERS = {"size": 13}  # of a logarithmic axis: Plotly draws exponents in 0.875 of it, and 11 pixels can be read
_GRID = "rgba(128, 138, 150, 0.22)"
_ZERO = "rgba(128, 138, 150, 0.75)"


@checked
def lines(
    series: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    x_title: str,
    y_title: str,
    log_y: bool = False,
    marks: Mapping[str, float] | None = None,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    expected: Collection[str] = (),
    dots: bool = False,
    height: int = 300,
) -> Figure:
    """One line for each name: its x and y.

    log_y     a logarithmic y axis; what is not above 0 has no place on it and is left out
    marks     upright lines, each a name and its x
    x_range, y_range  what the axes show; all of it where nothing is said
    expected  names of what is foretold, not measured: drawn thin and dotted, in the colour of the line before it
    dots      a dot at each point, for few points that can be counted
    height    pixels

    Raises ArrayError for an x and a y of different lengths, SettingError for a logarithmic axis from 0 or below.
    """
    _check_range(y_range, log_y)
    figure = _figure(x_title, y_title, height)
    colour, solid = 0, -1
    for name, (x, y) in series.items():
        across, up = np.asarray(x), np.asarray(y)
        if across.shape != up.shape or up.ndim != 1:
            raise ArrayError(f"The line {name} has an x of shape {across.shape} and a y of shape {up.shape}.")
        is_expected = name in expected
        if not is_expected or solid < 0:
            solid += 1
            colour = solid % len(COLOURS)
        if log_y:
            up = np.where(up > 0, up, np.nan)
        figure.add_scatter(
            x=across,
            y=up,
            name=name,
            mode="lines+markers" if dots and not is_expected else "lines",
            line={
                "color": COLOURS[colour],
                "width": 1.5 if is_expected else 2.5,
                "dash": "dot" if is_expected else _DASHES[solid % len(_DASHES)] if not dots else "solid",
            },
            marker={"size": 6, "symbol": solid % len(COLOURS)},
            hovertext=_told(up),
            hovertemplate="%{hovertext}",
        )
    for name, at in (marks or {}).items():
        _mark(figure, name, at)
    figure.update_layout(hovermode="x unified")
    _legend(figure, len(series) > 1)
    figure.update_xaxes(range=x_range)
    if log_y:
        figure.update_yaxes(type="log", dtick=_decades(figure), tickfont=_POWERS)
    figure.update_yaxes(range=np.log10(y_range).tolist() if log_y and y_range else y_range)
    return figure


def _decades(figure: Figure) -> int:
    """How many powers of ten lie between two lines of the grid, so that there are about six of them."""
    values = np.concatenate([np.asarray(line.y, float) for line in figure.data] or [np.ones(1)])
    values = values[np.isfinite(values)]
    # A difference of logarithms: the quotient may be more than float64 holds.
    span = float(np.log10(values.max()) - np.log10(values.min())) if values.size else 0.0
    return max(1, round(span / 6))


@checked
def bars(
    series: Mapping[str, float | Mapping[str, float]],
    *,
    x_title: str = "",
    y_title: str,
    log_y: bool = False,
    across: bool = False,
    signed: bool = False,
    words: Sequence[str] | None = None,
    y_range: tuple[float, float] | None = None,
    height: int = 300,
) -> Figure:
    """A bar for each name; or, of several series, a group of bars for each name.

    series    {name: number}, or {series: {name: number}}; names keep their order
    log_y     a logarithmic axis; a bar of 0 is left out
    across    bars from left to right, the first on top: for long names. x_title then stands at the names
    signed    green above zero and purple below, for one series
    words     what stands at each bar of one series, instead of nothing
    height    pixels

    Raises SettingError for `signed` or `words` with more than one series, for numbers beside series of them, and for an
    end of a logarithmic axis at 0 or below.
    """
    _check_range(y_range, log_y)
    nested = {name: value for name, value in series.items() if isinstance(value, Mapping)}
    alone = [name for name in series if name not in nested]
    if nested and alone:
        raise SettingError(
            f"{alone[0]} is a number and {next(iter(nested))} a series of them; bars are all of one kind."
        )
    one_series = {name: float(of) for name, of in series.items() if not isinstance(of, Mapping)}
    groups: dict[str, Mapping[str, float]] = nested or {"": one_series}
    if len(groups) > 1 and (signed or words is not None):
        raise SettingError(f"Bars of {len(groups)} series are told apart by colour, and take no words of their own.")
    titles = (y_title, x_title) if across else (x_title, y_title)
    figure = _figure(*titles, height)
    for place, (group, values) in enumerate(groups.items()):
        names, sizes = list(values), [float(value) for value in values.values()]
        shown = [value if value > 0 else None for value in sizes] if log_y else sizes
        colour = [POSITIVE if value >= 0 else NEGATIVE for value in sizes] if signed else COLOURS[place % len(COLOURS)]
        name_of = "y" if across else "x"
        told = "%{fullData.name}" if len(groups) > 1 else ""
        figure.add_bar(
            x=shown if across else names,
            y=names if across else shown,
            name=group,
            orientation="h" if across else "v",
            marker={"color": colour, "line": {"width": 0}},
            text=None if words is None else list(words),
            textposition="auto",
            hovertext=_told(shown),
            hovertemplate=f"%{{{name_of}}}: %{{hovertext}}<extra>{told}</extra>",
        )
    figure.update_layout(barmode="group", bargap=0.35, bargroupgap=0.08)
    _legend(figure, len(groups) > 1)
    of_numbers, of_names = (figure.update_xaxes, figure.update_yaxes) if across else (
        figure.update_yaxes, figure.update_xaxes)  # fmt: skip
    of_names(type="category", showgrid=False, zeroline=False, autorange="reversed" if across else None)
    of_numbers(
        type="log" if log_y else "linear",
        range=_log_range(groups, y_range) if log_y else y_range,
        rangemode="tozero" if not log_y else "normal",
        showgrid=True,
        dtick=1 if log_y else None,
        tickfont=_POWERS if log_y else None,
    )
    return figure


def _log_range(groups: Mapping[str, Mapping[str, float]], asked: tuple[float, float] | None) -> list[float] | None:
    """The ends of a logarithmic axis, as powers of ten: what is asked for, or a whole power below the smallest bar."""
    if asked:
        return np.log10(asked).tolist()
    sizes = [size for values in groups.values() for size in values.values() if size > 0]
    return [float(np.ceil(np.log10(min(sizes))) - 1), float(np.log10(max(sizes)) + 0.3)] if sizes else None


@checked
def histogram(
    series: Mapping[str, npt.ArrayLike],
    *,
    bins: int = 60,
    x_title: str,
    y_title: str = "share of the numbers",
    range: tuple[float, float] | None = None,
    log_y: bool = False,
    marks: Mapping[str, float] | None = None,
    height: int = 260,
) -> Figure:
    """How often which numbers come: for each name the share of its numbers that falls into each bin.

    The bins are NumPy's (the last holds its upper end too) and the same for all names, so that a megapixel travels as
    `bins` numbers. Shares are of ALL numbers of an array: what lies outside `range` is in no bin, and they then
    add up to less than 1.

    range  from .. to; from the smallest of all numbers to the largest where nothing is said
    log_y  a logarithmic y axis: where one bin holds nearly all
    marks  upright lines, each a name and its x

    Raises ArrayError for no array, for one that is empty or holds nan or inf, and where the numbers are so far apart
    that float64 does not hold the distance; SettingError for a `range` that is none and for no bins.
    """
    if whole(bins, "bins", 1) > MOST_BINS:
        raise SettingError(f"bins is {told(bins)}; at most {grouped(MOST_BINS)} can be told apart.")
    if not series:
        raise ArrayError("There is nothing to count; a histogram needs at least one array.")
    # In float64, for NumPy's bins have the precision of the numbers that they count.
    arrays = {name: np.asarray(values, np.float64).ravel() for name, values in series.items()}
    for name, values in arrays.items():
        if not values.size or not np.isfinite(values).all():
            raise ArrayError(f"{name} has {values.size} numbers; a histogram needs some, and all of them finite.")
    low, high = range or (
        min(float(values.min()) for values in arrays.values()),
        max(float(values.max()) for values in arrays.values()),
    )
    if range and not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise SettingError(f"The range is from {low:g} to {high:g}; it must be finite, the lower end first.")
    low, high = _parted(low, high, bins)
    figure = _figure(x_title, y_title, height)
    for place, (name, values) in enumerate(arrays.items()):
        counts, edges = np.histogram(values, bins, (low, high))
        shares = counts / values.size
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=np.where(shares > 0, shares, np.nan) if log_y else shares,
            width=np.diff(edges),
            name=name,
            customdata=np.stack([edges[:-1], edges[1:]], axis=1),
            hovertext=[
                f"{number(start)} to {number(end)}: {percent(share)}".replace("\u00a0", " ")  # as JSON five bytes less
                for start, end, share in zip(edges, edges[1:], shares, strict=False)
            ],
            marker={"color": COLOURS[place % len(COLOURS)], "opacity": 0.62 if len(arrays) > 1 else 0.9,
                    "line": {"width": 0}},
            hovertemplate="%{hovertext}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    for name, at in (marks or {}).items():
        _mark(figure, name, at, above=True)
    figure.update_layout(barmode="overlay", bargap=0)
    _legend(figure, len(arrays) > 1)
    if marks:
        figure.update_layout(margin={"t": 28})
    figure.update_xaxes(range=(low, high))
    marked = _shares([share for bar in figure.data for share in bar.y if share > 0], log_y)
    figure.update_yaxes(
        type="log" if log_y else "linear",
        tickvals=marked,
        ticktext=[f"{number(100 * share)}\u00a0%" for share in marked],
    )
    return figure


def _told(values: Iterable[float | None]) -> list[str]:
    """The numbers as they are said where one points at them."""
    return ["" if value is None else number(value) for value in values]


def _shares(found: Sequence[float], log_y: bool) -> list[float]:
    """Where an axis of shares is marked: at each power of ten, or at about four round shares from 0."""
    if not found:
        return [0.0, 1.0]
    if log_y:
        return [
            10.0**power for power in range(math.floor(math.log10(min(found))), math.ceil(math.log10(max(found))) + 1)
        ]
    power = 10.0 ** math.floor(math.log10(max(found) / 4))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= 0.999 * max(found) / 4)
    return [at * step for at in range(math.floor(max(found) / step + 1e-9) + 1)]


def _parted(low: float, high: float, bins: int) -> tuple[float, float]:
    """The ends of a histogram's x axis, moved apart where float64 has not enough numbers between them for the bins."""
    if not math.isfinite(high - low):
        raise ArrayError(
            f"The numbers go from {low:g} to {high:g}; a histogram spans at most {sys.float_info.max:.2g}."
        )
    needed = 2 * bins * float(np.spacing(max(abs(low), abs(high))))
    if low < high and high - low >= needed:
        return low, high
    room = max(needed, 0.5 * (low == high))
    return low - room, high + room


def _mark(figure: Figure, name: str, at: float, *, above: bool = False) -> None:
    """An upright line at x = `at`, its name at its foot; or `above` the chart, where bars would stand behind it."""
    figure.add_vline(
        at, line={"color": GREY, "width": 1.5, "dash": "dash"}, annotation={"text": name},
        annotation_position="top" if above else "bottom right",
    )  # fmt: skip


def _legend(figure: Figure, is_shown: bool) -> None:
    """A legend above the chart, or its room given to the chart."""
    figure.update_layout(showlegend=is_shown, margin={"t": 28 if is_shown else 10})


def _check_range(range: tuple[float, float] | None, log: bool) -> None:
    if range and log and not min(range) > 0:
        raise SettingError(f"The range is {told(range)}; on a logarithmic axis both ends are above 0.")


def _figure(x_title: str, y_title: str, height: int) -> Figure:
    """An empty figure in the one look. Raises SettingError for a height that is none."""
    if not LEAST_HEIGHT <= height <= MOST_HEIGHT:
        raise SettingError(f"height is {told(height)}; it is {LEAST_HEIGHT} to {grouped(MOST_HEIGHT)} pixels.")
    # Here and not above, so that pages without a chart do not wait for Plotly: its first figure costs some 30 ms.
    from plotly.graph_objects import Figure

    axis: dict[str, Any] = {
        "gridcolor": _GRID, "zerolinecolor": _ZERO, "zeroline": True, "zerolinewidth": 1, "automargin": True,
        "fixedrange": True, "showline": False, "ticks": "",
        "exponentformat": "power", "minexponent": 5, "separatethousands": True,
    }  # fmt: skip
    return Figure(
        layout={
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 10, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {**axis, "title": {"text": x_title, "standoff": 6}},
            "yaxis": {**axis, "title": {"text": y_title, "standoff": 6}},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
            "hoverlabel": {"namelength": -1},
            "dragmode": False,
        }
    )
