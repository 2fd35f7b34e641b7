"""Figures: the numbers in them, the colours on both themes, and what they cost the pages that draw none."""

import json
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from cnnviz import figures
from cnnviz.errors import ArrayError, SettingError
from server import ROOT

RNG = np.random.default_rng(5)


def sent(figure):
    """What the browser gets."""
    return json.loads(figure.to_json())


# --- lines ---


def test_lines_hold_their_numbers_in_order():
    figure = figures.lines({"a": ([1, 2, 4], [5.0, 6, 7]), "b": ([0], [1])}, x_title="x of it", y_title="y of it")
    assert [(line.name, list(line.x), list(line.y)) for line in figure.data] == [
        ("a", [1, 2, 4], [5, 6, 7]),
        ("b", [0], [1]),
    ]
    assert figure.layout.xaxis.title.text == "x of it" and figure.layout.yaxis.title.text == "y of it"
    assert figure.layout.yaxis.type is None


def test_a_logarithmic_axis_leaves_out_what_has_no_place_on_it():
    x = [1, 2, 3, 4]
    figure = figures.lines({"a": (x, [1e-300, 0.0, -1.0, 10.0])}, x_title="", y_title="", log_y=True)
    assert figure.layout.yaxis.type == "log"
    np.testing.assert_array_equal(figure.data[0].y, [1e-300, np.nan, np.nan, 10])
    assert 40 <= figure.layout.yaxis.dtick <= 60  # 301 powers of ten in about six parts


def test_a_logarithmic_axis_spans_all_that_float64_holds():
    """Its largest over its smallest is more than float64 holds."""
    figure = figures.lines({"a": ([1, 2], [1e-300, 1e300])}, x_title="", y_title="", log_y=True)
    assert figure.layout.yaxis.dtick == 100


def test_a_logarithmic_axis_with_nothing_to_show_is_no_error():
    assert figures.lines({"a": ([1], [0.0])}, x_title="", y_title="", log_y=True).data[0].name == "a"


def test_ranges_are_said_in_the_numbers_of_the_axis():
    figure = figures.lines({"a": ([1], [1])}, x_title="", y_title="", log_y=True, y_range=(1e-6, 100), x_range=(0, 30))
    assert figure.layout.yaxis.range == (-6, 2) and figure.layout.xaxis.range == (0, 30)


def test_what_is_foretold_has_the_colour_of_what_was_measured_and_is_thinner():
    series = {name: ([1, 2], [3, 4]) for name in ("sigmoid", "sigmoid, foretold", "ReLU", "ReLU, foretold")}
    lines = figures.lines(series, x_title="", y_title="", expected={"sigmoid, foretold", "ReLU, foretold"}).data
    colours = [line.line.color for line in lines]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert lines[1].line.width < lines[0].line.width and lines[1].line.dash == "dot"
    assert lines[0].line.dash != lines[2].line.dash  # not by colour alone


def test_marks_stand_at_their_x():
    marks = {"here": 20, "there": 25}
    for figure in (
        figures.lines({"a": ([1, 30], [1, 2])}, x_title="", y_title="", marks=marks),
        figures.histogram({"a": [1, 30]}, x_title="", marks=marks),
    ):
        assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(20, 20), (25, 25)]
        assert [note.text for note in figure.layout.annotations] == ["here", "there"]


@pytest.mark.parametrize(("x", "y"), [([1, 2], [1]), ([[1]], [[1]])])
def test_a_line_of_unequal_lengths_is_refused(x, y):
    with pytest.raises(ArrayError, match="The line a has"):
        figures.lines({"a": (x, y)}, x_title="", y_title="")


# --- bars ---


def test_bars_of_one_series():
    figure = figures.bars({"first": 3, "second": -2.5}, y_title="y", signed=True, words=["3", "−2.5"])
    (bar,) = figure.data
    assert list(bar.x) == ["first", "second"] and list(bar.y) == [3, -2.5] and list(bar.text) == ["3", "−2.5"]
    assert list(bar.marker.color) == [figures.POSITIVE, figures.NEGATIVE]
    assert figure.layout.showlegend is False


def test_bars_of_several_series_stand_in_groups():
    figure = figures.bars({"CONV": {"a": 1, "b": 2}, "FC": {"a": 3, "b": 4}}, y_title="y")
    assert [(bar.name, list(bar.x), list(bar.y)) for bar in figure.data] == [
        ("CONV", ["a", "b"], [1, 2]),
        ("FC", ["a", "b"], [3, 4]),
    ]
    assert figure.layout.barmode == "group" and figure.layout.showlegend is True
    assert figure.data[0].marker.color != figure.data[1].marker.color


def test_bars_across_have_their_names_on_the_left_and_the_first_on_top():
    figure = figures.bars({"a": 1, "b": 2}, y_title="how much", x_title="of what", across=True)
    (bar,) = figure.data
    assert bar.orientation == "h" and list(bar.y) == ["a", "b"] and list(bar.x) == [1, 2]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.title.text == "how much" and figure.layout.yaxis.title.text == "of what"


def test_logarithmic_bars_begin_a_power_below_the_smallest():
    figure = figures.bars({"a": 1000, "b": 0, "c": 2e9}, y_title="", log_y=True)
    assert list(figure.data[0].y) == [1000, None, 2e9]
    low, high = figure.layout.yaxis.range
    assert low == 2 and 2e9 < 10**high < 1e10
    assert figures.bars({"a": 5, "b": 0}, y_title="", log_y=True, y_range=(0.1, 10)).layout.yaxis.range == (-1, 1)
    assert list(figures.bars({"a": 0}, y_title="", log_y=True).data[0].y) == [None]


@pytest.mark.parametrize("option", [{"signed": True}, {"words": ["1"]}])
def test_several_series_take_no_colours_or_words_of_one(option):
    with pytest.raises(SettingError, match="2 series"):
        figures.bars({"a": {"x": 1}, "b": {"x": 2}}, y_title="", **option)


@pytest.mark.parametrize("series", [{"a": 1, "b": {"x": 2}}, {"b": {"x": 2}, "a": 1}])
def test_numbers_and_series_of_them_are_not_mixed(series):
    with pytest.raises(SettingError, match="a is a number and b a series of them"):
        figures.bars(series, y_title="")


# --- histograms ---


def test_a_histogram_is_numpys_with_the_same_bins_for_all():
    before = RNG.standard_normal((37, 53))
    after = np.maximum(0.7 * before, 0).astype(np.float32)
    figure = figures.histogram({"before": before, "after": after}, bins=41, x_title="")
    for bar, values in zip(figure.data, (before, after)):
        counts, edges = np.histogram(values.astype(float), 41, (before.min(), before.max()))
        np.testing.assert_allclose(bar.y, counts / values.size, rtol=1e-15)
        np.testing.assert_allclose(bar.x, (edges[1:] + edges[:-1]) / 2, rtol=1e-12)
        np.testing.assert_allclose(bar.customdata, np.stack([edges[:-1], edges[1:]], 1), rtol=1e-12)
        assert sum(bar.y) == pytest.approx(1)
    assert figure.layout.barmode == "overlay"


def test_shares_are_of_all_numbers_even_of_those_outside_the_range():
    figure = figures.histogram({"a": [0.0, 1, 2, 3]}, bins=2, range=(0, 2), x_title="")
    assert list(figure.data[0].y) == [0.25, 0.5] and figure.layout.xaxis.range == (0, 2)


def test_equal_numbers_have_a_bin_around_them():
    figure = figures.histogram({"a": np.full(7, 4.0)}, bins=5, x_title="")
    assert list(figure.data[0].y) == [0, 0, 1, 0, 0] and figure.layout.xaxis.range == (3.5, 4.5)


def test_an_empty_bin_has_no_place_on_a_logarithmic_axis():
    figure = figures.histogram({"a": [0.0, 0, 1]}, bins=3, log_y=True, x_title="")
    np.testing.assert_allclose(figure.data[0].y, [2 / 3, np.nan, 1 / 3])
    assert figure.layout.yaxis.type == "log"


def test_a_megapixel_travels_as_its_bins():
    map = RNG.standard_normal(1 << 20).astype(np.float32)
    assert len(figures.histogram({"before": map, "after": map * 2}, x_title="").to_json()) < 20_000


@pytest.mark.parametrize("low, high", [
    (1e20, 1e20), (-1e20, -1e20), (1.0, np.nextafter(1, 2)), (1e16, 1e16 + 4), (-1e300, -1e300), (0, 5e-324),
])  # fmt: skip
def test_numbers_too_close_together_for_bins_have_one_around_them(low, high):
    """Where float64 has no 60 numbers between the two ends to part the bins."""
    (bar,) = figures.histogram({"a": [low, high]}, x_title="").data
    edges = [*np.asarray(bar.customdata)[:, 0], bar.customdata[-1][1]]
    assert edges[0] <= low and high <= edges[-1] and len(set(edges)) == 61
    assert sum(bar.y) == pytest.approx(1)


@pytest.mark.parametrize(("series", "settings", "error", "words"), [
    ({}, {}, ArrayError, "nothing to count"),
    ({"a": [1.0]}, {"range": (1, 0)}, SettingError, "range.*from 1 to 0.*lower end first"),
    ({"a": [1.0]}, {"range": (0, np.inf)}, SettingError, "range.*from 0 to inf.*finite"),
    ({"a": [1.0]}, {"range": (np.nan, 1)}, SettingError, "range"),
    ({"a": [1.0]}, {"bins": 0}, SettingError, "bins is 0"),
    ({"a": [-1.7e308, 1.7e308]}, {}, ArrayError, "from -1.7e[+]308 to 1.7e[+]308"),
])  # fmt: skip
def test_a_histogram_that_cannot_be_drawn_is_refused(series, settings, error, words):
    with pytest.raises(error, match=words):
        figures.histogram(series, x_title="", **settings)


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf]])
def test_what_cannot_be_counted_is_refused(values):
    with pytest.raises(ArrayError, match="map has"):
        figures.histogram({"map": values}, x_title="")


# --- the look ---


def luminance(colour):
    """Relative luminance of a colour "#rrggbb" (WCAG 2)."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [*figures.COLOURS, figures.POSITIVE, figures.NEGATIVE])
def test_colours_stand_out_on_both_themes(colour, theme):
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    light, dark = sorted((luminance(colour), luminance(settings["theme"][theme]["backgroundColor"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 2.9  # WCAG 2 asks for 3 of graphics


@pytest.mark.parametrize(
    "figure",
    [
        figures.lines({"a": ([1], [1])}, x_title="", y_title="", height=321),
        figures.bars({"a": 1}, y_title="", height=321),
        figures.histogram({"a": [1]}, x_title="", height=321),
    ],
    ids=["lines", "bars", "histogram"],
)
def test_one_look(figure):
    layout = sent(figure)["layout"]
    assert layout["height"] == 321
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["xaxis"]["fixedrange"] is layout["yaxis"]["fixedrange"] is True
    assert max(layout["margin"].values()) <= 28


def test_plotly_is_imported_by_the_first_figure_and_not_before():
    ask = (
        "import sys; from cnnviz import figures; print('plotly' in sys.modules);"
        "figures.bars({'a': 1}, y_title=''); print('plotly' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", ask], cwd=ROOT, text=True).split() == ["False", "True"]
