"""The Activations page: counts, gradients and tiny numbers against other programs; the page; the curve in a browser."""

from __future__ import annotations

import io
import json
import math
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Event

import numpy as np
import pytest
import scipy.special
from PIL import Image
from playwright.sync_api import expect

from cnnviz import kernels
from cnnviz.errors import CnnvizError
from cnnviz.experiments.saturation import steepest
from cnnviz.experiments.vanishing import INITIALISATIONS, vanishing
from cnnviz.geometry import same_padding
from cnnviz.ops import ACTIVATIONS
from cnnviz.pictures import SAMPLES, open_picture, sample
from cnnviz.ui import cached, settings
from cnnviz.ui.lessons.activations import activations_floats as floats
from cnnviz.ui.lessons.activations import activations_map as counts
from cnnviz.ui.lessons.activations import activations_stack as stack
from cnnviz.ui.lessons.activations import activations_timing as timing
from cnnviz.ui.lessons.activations.activations_view import BY_NAME, OFFERED
from cnnviz.ui.settings import START
from cnnviz.ui.words import number
from lab import Lab
from node import asked
from oracles import convolve_by_loops
from server import ROOT
from visitor import LESSONS, Visitor, numbers_of

RANDOM = kernels.KERNELS["random"].name
GELU_AT_ROOT_2 = 1.1289041  # its steepest place: Φ(√2) + √2 φ(√2), by a table of the normal distribution

FUNCTIONS = {
    "relu": lambda x: np.where(x > 0, x, 0.0),
    "leaky relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "sigmoid": scipy.special.expit,
    "tanh": np.tanh,
    "gelu": lambda x: x / 2 * scipy.special.erfc(-x / math.sqrt(2)),
}


def slope(key: str, x: np.ndarray) -> np.ndarray:
    """By central differences of SciPy's functions; no x may lie at a kink."""
    return (FUNCTIONS[key](x + 1e-5) - FUNCTIONS[key](x - 1e-5)) / 2e-5


def map_of(numbers: np.ndarray, divisor: float = 1.0) -> counts.SignedMap:
    numbers = np.asarray(numbers, np.float32)
    return counts.SignedMap(numbers, float(np.abs(numbers).max()), divisor, numbers.tobytes().hex())


SOME = map_of([[-3.0, -0.1, 0.0, 0.2], [5.0, -8.0, 4.0, -900.0]])


# --- the map that goes in ---


@pytest.mark.parametrize("k", [1, 2, 3, 6, 15])
@pytest.mark.parametrize("lab", [{}, {"s": 3, "p": 9, "d": 4, "border": "circular", "sides": "1, 2, 3, 40"}])
def test_whatever_the_lab_was_set_to_the_map_keeps_the_size_and_repeats_the_edge(k, lab):
    picture = sample(next(iter(SAMPLES))).at(17, "rgb")
    _, height, width = picture.shape
    assert height != width
    state = {**START, **lab, "kernel": RANDOM, "k": k}
    windows, filter = counts.windows(state), settings.filter_of(state, 3)
    found = cached.trace(picture, filter, windows, 255.0).output
    assert found.shape == (height, width)
    weight = filter.weight[np.newaxis]
    ends = same_padding(k)
    padded = np.pad(picture.levels() / 255.0, [(0, 0), ends, ends], "edge")
    plain = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1, "padding_mode": "zeros"}
    expected = convolve_by_loops(padded[np.newaxis], weight, np.array([filter.bias]), **plain)[0, 0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_rounding_leaves_of_a_zero_is_a_zero():
    """A flat picture has no edges, though its three weighted planes add up to some 1e-14."""
    file = io.BytesIO()
    Image.new("RGB", (12, 9), (255, 201, 77)).save(file, "PNG")
    flat = open_picture(file.getvalue(), "flat").at(12, "rgb")
    filter = settings.filter_of(START, 3)
    assert cached.convolve(flat, filter, counts.windows(START), 1.0).output.any()
    found = counts.signed_map(flat, filter, 1.0)
    assert found.largest == 0 and not found.numbers.any()
    assert counts.counted(found, ACTIVATIONS["relu"]).zeroed == 0


# --- before and after ---


@pytest.mark.parametrize("key", OFFERED)
def test_before_and_after_share_one_scale_and_nothing_is_rescaled(key):
    for map in (SOME, map_of([[0.1, -0.2, 0.0]])):
        found = counts.trace(map, ACTIVATIONS[key])
        np.testing.assert_array_equal(found.input[0], map.numbers)
        expected = FUNCTIONS[key](map.numbers.astype(float))
        np.testing.assert_allclose(found.output, expected, rtol=1e-6, atol=1e-12)
        largest = np.float32(max(np.abs(map.numbers).max(), np.abs(expected).max()))
        assert found.limit == found.input_limit == pytest.approx(largest)
        for row, column in np.ndindex(found.output.shape):
            assert found.step(row, column).result == pytest.approx(found.output[row, column], rel=1e-6, abs=1e-12)


def test_zeroed_and_saturated_counted_by_hand():
    zeroed = {key: counts.counted(SOME, ACTIVATIONS[key]).zeroed for key in OFFERED}
    # -3, -0.1, -8 and -900 become 0; the 0 was one before. GELU's x Φ(x) is below the smallest double at -900 alone.
    assert zeroed == {"relu": 4, "leaky relu": 0, "sigmoid": 1, "tanh": 0, "gelu": 1}
    assert scipy.special.expit(-900.0) == 0
    saturated = {key: counts.counted(SOME, ACTIVATIONS[key]).saturated for key in OFFERED}
    # The five numbers that are not above 0; for sigmoid those beyond 4.36, for tanh beyond 2.18; for GELU, whose slope
    # crosses 0 at -0.75 and is -0.012 at -3, the three far below 0.
    assert saturated == {"relu": 5, "leaky relu": 5, "sigmoid": 3, "tanh": 5, "gelu": 3}


@pytest.mark.parametrize("key", OFFERED)
def test_counts_on_many_numbers_are_those_of_other_programs(key):
    numbers = np.random.default_rng(3).normal(0, 3, (61, 47)).astype(np.float32)
    map = map_of(numbers)
    found, x = counts.counted(map, ACTIVATIONS[key]), numbers.astype(float)
    after, steep = FUNCTIONS[key](x), np.abs(slope(key, x))
    most = {"relu": 1, "leaky relu": 1, "sigmoid": 0.25, "tanh": 1, "gelu": GELU_AT_ROOT_2}[key]
    assert steepest(key) == pytest.approx(most, rel=1e-5)
    assert found.zeroed == ((x != 0) & (after == 0)).sum()
    assert found.saturated == (steep < 0.05 * most).sum()
    assert (found.least, found.most) == pytest.approx((after.min(), after.max()), rel=1e-9)
    assert found.slope == pytest.approx(steep.mean(), rel=1e-6)


@pytest.mark.parametrize(("key", "at"), [("sigmoid", 4.4), ("tanh", 2.2)])
def test_the_places_that_are_called_flat_are(key, at):
    assert slope(key, np.array(at)) < 0.05 * steepest(key) < slope(key, np.array(at - 0.1))


# --- gradients ---


def stack_of(depth: int, start: str, *keys: str) -> stack.GradientStack:
    image = sample(next(iter(SAMPLES))).at(16, "grey").pixels
    return stack.GradientStack({key: vanishing(image, depth, key, start) for key in keys}, depth, start)


def test_the_sentence_says_what_was_measured_whoever_wins():
    he = stack_of(20, "He (2015)", "sigmoid", "relu")
    told = stack.verdict(he)
    assert number(he.left("sigmoid")) in told and number(he.left("relu")) in told
    assert 0.9 < he.left("relu") ** (1 / 19) < 1.1 and "ReLU’s gradient does not vanish" in told and "balance" in told
    small = stack_of(12, "normal 0.01", "sigmoid", "relu", "tanh")
    assert small.left("relu") < 0.01 and "vanishes with depth" in stack.verdict(small)
    assert "tanh" in stack.verdict(small)
    assert "Give the stack more layers" in stack.verdict(stack_of(1, "He (2015)", "sigmoid", "relu"))


@pytest.mark.parametrize(("depth", "start"), [(2, "normal 0.01"), (8, "Glorot (2010)"), (30, "Glorot (2010)")])
def test_a_gradient_that_shrinks_at_each_layer_is_not_said_to_stay(depth, start):
    found = stack_of(depth, start, "sigmoid", "relu")
    told, factor = stack.verdict(found), found.left("relu") ** (1 / (depth - 1))
    assert factor < 0.9 and f"shrinks too, to {number(factor)} of itself at each layer" in told
    assert "balance" not in told and "does not vanish" not in told


@pytest.mark.parametrize(
    ("factor", "word"), [(0.89, "vanishes with"), (0.91, "balance"), (1.09, "balance"), (1.2, "grows")]
)
def test_what_is_said_follows_the_factor_a_layer_not_the_end(factor, word, monkeypatch):
    monkeypatch.setattr(stack.GradientStack, "left", lambda self, key: factor ** (self.depth - 1))
    for depth in (2, 30):
        told = stack.verdict(stack.GradientStack(dict.fromkeys(("sigmoid", "relu")), depth, "He (2015)"))
        assert [said for said in ("vanishes with", "balance", "grows") if said in told] == [word]


@pytest.mark.parametrize("depth", [2, 12, 13, 30])
def test_layers_are_ticked_in_whole_numbers(depth):
    ticks = page(layers=str(depth)).charts()[1]["layout"]["xaxis"]["tickvals"]
    assert ticks == ([*range(1, depth + 1)] if depth <= 12 else [1, *range(5, depth + 1, 5)])


def test_whose_times_they_are_is_said():
    assert "this program’s times in NumPy, not the functions’ own" in page().source()


def test_what_a_layer_leaves_multiplies_up_to_what_is_left():
    found = stack_of(9, "Glorot (2010)", "sigmoid", "relu")
    for key in found.found:
        assert found.each(key) ** 8 == pytest.approx(found.left(key))
        assert found.left(key) == found.found[key].layers[0].gradient
        assert found.foretold(key) == found.found[key].layers[0].predicted
        behind = found.found[key].layers[1:]
        assert math.prod(layer.derivative * layer.weights for layer in behind) == pytest.approx(found.foretold(key))


# --- tiny numbers ---


def test_the_tanh_form_is_exactly_0_at_minus_20_and_the_stable_one_is_not():
    value, steep = floats.naive(np.float32([-20]))
    assert value.dtype == steep.dtype == np.float32 and value[0] == steep[0] == 0
    value, steep = floats.stable(np.float32([-20]))
    assert value.dtype == steep.dtype == np.float32
    assert value[0] == pytest.approx(2.0611536e-09, rel=1e-6) and steep[0] == pytest.approx(2.0611536e-09, rel=1e-6)


def test_the_stable_form_keeps_its_digits_all_the_way():
    x = np.linspace(-40, 0, 161, dtype=np.float32)
    exact = scipy.special.expit(x.astype(float))
    value, steep = floats.stable(x)
    np.testing.assert_allclose(value, exact, rtol=1e-6)
    np.testing.assert_allclose(steep, exact * scipy.special.expit(-x.astype(float)), rtol=1e-6)


def test_what_is_said_of_a_tiny_number():
    assert "exactly 0" in floats.said(-40) and "exactly 0" in floats.said(-20)
    assert "still agree" in floats.said(0) and "still agree" in floats.said(-8)
    assert re.search(r"is 5\.9\d\u00a0% off", floats.said(-16))
    # 2.06e-9 to the fifth is 3.7e-44, to the fourth 1.8e-35: float32 drops digits below 1.2e-38.
    assert "after 5 such layers" in floats.said(-20)


# --- the cost ---


def test_the_cost_is_measured_of_all_and_a_layer(monkeypatch):
    monkeypatch.setattr(timing, "MILLION", 1000)
    monkeypatch.setattr(timing, "TIMES", 1)
    found = timing.measured()
    assert [*found["forwards"]] == [*BY_NAME, timing.LAYER] and [*found["backwards"]] == [*BY_NAME]
    assert all(0 < time < 10_000 for side in found.values() for time in side.values())


def test_two_visitors_do_not_measure_at_once(monkeypatch):
    one, other, asked = page(), page(), []
    begun, over = Event(), Event()

    def slowly() -> None:
        asked.append(begun.set())
        assert over.wait(20)

    monkeypatch.setattr(timing, "measured", slowly)
    with ThreadPoolExecutor(1) as thread:
        pressed = thread.submit(one.press, "measure")
        assert begun.wait(20)
        assert "Someone else measures just now" in other.press("measure").said() and len(asked) == 1
        over.set()
        pressed.result()
    assert "Someone else" not in other.press("measure").said() and len(asked) == 2


def test_a_measurement_that_fails_leaves_the_next_visitor_free(monkeypatch):
    at, asked = page(), []
    monkeypatch.setattr(timing, "measured", lambda: 1 / 0)
    with pytest.raises(AssertionError, match="encountered an error"):
        at.press("measure")
    monkeypatch.setattr(timing, "measured", lambda: asked.append(1))
    page().press("measure")
    assert asked == [1]


def test_what_is_said_of_the_cost_follows_the_numbers():
    costs = {
        "forwards": {"ReLU": 1.0, "leaky ReLU": 2.0, "sigmoid": 6.0, "tanh": 3.0, "GELU": 9.0, timing.LAYER: 3.0},
        "backwards": {"ReLU": 9.0, "leaky ReLU": 2.0, "sigmoid": 6.0, "tanh": 0.5, "GELU": 9.0},
    }
    told = timing.said(costs)
    assert "sigmoid takes 6 times as long as ReLU (6 against 1 ms)" in told
    assert (
        "in both directions together is tanh" in told and "25\u00a0% of" in told and "with sigmoid 66.7\u00a0%" in told
    )
    costs["forwards"]["sigmoid"] = 0.5
    assert "only 0.5 times as long as" in timing.said(costs)


# --- the page, without a browser ---


def page(**link: str) -> Visitor:
    return Visitor("activations", **{"size": "24", **link})


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("values", ["0–255", "0–1"])
def test_stage_and_curve_are_of_the_same_map_and_counts_are_its(name, values):
    at = page(activation=name, values=values)
    stage, curve = at.stage(), at.told("curve")
    key = BY_NAME[name].key
    map = stage["input"][0]
    bins = np.linspace(-curve.header["reach"], curve.header["reach"], len(curve["counts"]) + 1)
    np.testing.assert_array_equal(curve["counts"], [
        ((low <= map) & ((map < high) | (high == bins[-1]))).sum() for low, high in pairwise(bins)
    ])  # fmt: skip
    assert [*curve.arrays] == ["counts"]  # the map itself goes over once, to the stage
    np.testing.assert_allclose(stage["output"], FUNCTIONS[key](map.astype(float)), rtol=1e-6, atol=1e-12)
    limit = stage.header["limit"]
    assert limit == stage.header["inputLimit"] == pytest.approx(max(np.abs(map).max(), np.abs(stage["output"]).max()))
    assert curve.header["group"] == stage.header["options"]["group"]
    assert curve.header["reach"] == pytest.approx(max(6, np.abs(map).max()))
    zeroed = int(((map != 0) & (FUNCTIONS[key](map.astype(float)) == 0)).sum())
    row = re.search(rf'<tr class="chosen"><th scope="row">{name}</th>(.*?)</tr>', at.source())
    assert row and f"<small>{zeroed:,}</small>" in row[1]
    before, after = at.charts()[0]["data"]
    counted = np.histogram(map.astype(float), 81, (-limit, limit))[0] / map.size
    np.testing.assert_allclose(np.nan_to_num(numbers_of(before["y"])), counted, rtol=1e-9)
    assert np.nansum(numbers_of(after["y"])) == pytest.approx(1)


@pytest.mark.parametrize("start", INITIALISATIONS)
def test_the_gradients_are_of_this_picture(start):
    at = page(activation="tanh", start=start, layers="7", depth="Grey")
    small = sample(next(iter(SAMPLES))).at(32, "grey")
    chart = at.charts()[1]["data"]
    assert [line["name"] for line in chart][::2] == ["sigmoid", "ReLU", "tanh"]
    for line, expected, key in zip(chart[::2], chart[1::2], ("sigmoid", "relu", "tanh")):
        layers = vanishing(small.pixels, 7, key, start).layers
        np.testing.assert_allclose(numbers_of(line["y"]), [layer.gradient for layer in layers], rtol=1e-12)
        np.testing.assert_allclose(numbers_of(expected["y"]), [layer.predicted for layer in layers], rtol=1e-12)
        assert number(layers[0].gradient) in at.source()
    assert f"Through 7 layers that start as {start}" in at.source()


@pytest.mark.parametrize("depth", ["1", "2", "30"])
def test_every_depth_of_the_stack_is_drawn(depth):
    assert len(page(layers=depth, start="normal 0.01").charts()) == 3


def test_x_can_be_moved_from_a_link():
    assert "At x = −37 the first form stops every gradient" in page(tiny="-37").source()


def test_settings_that_give_no_map_are_explained_and_the_rest_stays():
    name = next(  # a kernel that has no size of 2
        kernel.name for kernel in kernels.KERNELS.values() if not kernel.allows(2)
    )
    for link in ({"kernel": name, "k": "2"}, {"kernel": "Your own numbers", "weights": "a"}):
        at = page(**link)
        assert not at.shows("stage") and "Do gradients vanish?" in at.source()
        assert at.remedies()
        for key in at.remedies():
            fixed = page(**link).press(key)
            assert fixed.shows("stage"), key


def test_the_button_changes_the_values_and_the_cost_is_measured_when_asked(monkeypatch):
    monkeypatch.setattr(timing, "MILLION", 1000)
    monkeypatch.setattr(timing, "TIMES", 1)
    at = page(activation="sigmoid")
    assert "next to white" in at.source() and len(at.charts()) == 3
    at.press("other-values")
    assert at.setting("values") == "0–1" and "next to white" not in at.source()
    at.press("measure")
    assert len(at.charts()) == 4 and "on this machine" in json.dumps(at.charts()[3]["layout"])


def test_it_is_a_lesson():
    assert LESSONS["pages/activations.py"] == "Activations"
    with pytest.raises(CnnvizError):
        vanishing(np.ones((1, 4, 4)), 31, "relu", "He (2015)")


# --- the curve's arithmetic ---


def test_the_curve_computes_as_python_does(tmp_path):
    x = [-900, -40, -20, -5.5, -1, -1e-3, 0, 1e-9, 0.3, 2, 7.25, 30, 800]
    said = asked(
        ROOT / "cnnviz" / "ui" / "curve" / "slopes.js",
        f"const xs = {json.dumps(x)}, keys = {json.dumps(OFFERED)};\n"
        "const said = {};\n"
        "for (const key of keys) said[key] = {\n"
        "  values: xs.map((x) => valueAt(key, x)), slopes: xs.map((x) => slopeAt(key, x)),\n"
        "  words: xs.map((x) => [valueWords(key, x), slopeWords(key, x, valueAt(key, x))]) };\n"
        "said.passing = [0, 1, 0.25, 1.13, -0.1].map(passing);\n"
        "answer(said);",
        tmp_path,
    )
    for key in OFFERED:
        values, slopes = ACTIVATIONS[key].function(np.array(x)), ACTIVATIONS[key].derivative(np.array(x))
        np.testing.assert_allclose(said[key]["values"], values, rtol=1e-12, atol=1e-14, err_msg=key)
        np.testing.assert_allclose(said[key]["slopes"], slopes, rtol=1e-12, atol=1e-14, err_msg=key)
        assert all("NaN" not in part and "undefined" not in part for pair in said[key]["words"] for part in pair)
    two = x.index(2)
    assert said["relu"]["words"][two] == ["max(0, 2)", "2 is above 0"]
    assert said["sigmoid"]["words"][two] == ["1 / (1 + e^{−2})", "0.880797 × 0.119203"]
    assert said["tanh"]["words"][two][1] == "(1 − t)(1 + t) = 0.0359724 × 1.96403"
    assert said["leaky relu"]["words"][x.index(-5.5)][0] == "0.01 × (−5.5)"
    assert said["gelu"]["words"][two] == ["2 × 0.97725", "0.97725 + 2 × 0.053991"]
    assert said["passing"] == [
        ": no gradient passes", ": a gradient passes whole", " of a gradient passes", " times the gradient",
        ": a gradient changes its sign",
    ]  # fmt: skip


# --- in a browser ---


@pytest.fixture(scope="module")
def link() -> str:
    return "activations?activation=sigmoid&values=0%E2%80%931&size=64"


def test_the_curve_follows_the_stage_and_the_first_screen_is_whole(open_page, link):
    page = open_page(link)
    lab = Lab(page).ready()
    curve = page.locator(".curve[data-ready]")
    expect(curve).to_be_visible()

    def point() -> tuple[float, float, float]:
        found = curve.evaluate("element => ({ ...element.dataset })")
        return float(found["x"]), float(found["y"]), float(found["slope"])

    # From the start it is where the stage is.
    expect(curve.locator("header span")).to_have_text(re.compile("^row .*column"))
    assert point()[1] == pytest.approx(lab.numbers()[1], rel=1e-6)
    before = point()
    lab.hover("output", 40, 30)
    x, y, steep = point()
    assert (x, y) != before[:2] and y == pytest.approx(lab.numbers()[0], rel=1e-12)
    assert y == pytest.approx(scipy.special.expit(x), rel=1e-9) and steep == pytest.approx(y * (1 - y), rel=1e-9)
    row, column = re.search(r"Row (\d+) of \d+, column (\d+)", lab.line.inner_text()).groups()
    assert curve.locator("header span").inner_text() == f"row {row}, column {column}"
    # The pointer on the curve itself reads any number off it.
    box = curve.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.98, box["y"] + 40)
    expect(curve.locator("header span")).to_have_text("the pointer's number")
    assert point()[0] == pytest.approx(6)
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] + 200)
    # A guess is not given away.
    page.get_by_role("button", name="guess first").click()
    expect(curve.locator(".value output")).to_have_text("?")
    expect(curve.locator(".slope output")).to_have_text("?")
    for width, height in ((1440, 900), (1024, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        lab.painted()
        stage, beside = page.locator(".stage").bounding_box(), curve.bounding_box()
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        for part in (stage, beside):
            assert part["x"] >= 0 and part["x"] + part["width"] <= width
        if width > 400:
            assert max(stage["y"] + stage["height"], beside["y"] + beside["height"]) <= height
        else:
            assert stage["y"] + stage["height"] <= height and beside["y"] >= stage["y"] + stage["height"]
        assert curve.evaluate(
            "curve => [...curve.querySelectorAll('p')].every(p => p.scrollWidth <= p.clientWidth + 1)"
        )
