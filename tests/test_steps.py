"""Trace.step against what others computed, for every operation that the stage will ever show; the envelope."""

import dataclasses
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import PADDING_MODES, Window
from cnnviz.ops import conv2d
from cnnviz.steps import FUNCTIONS, OUTSIDE, REDUCTIONS, TERMS, Trace
from oracles import convolve_by_onnxruntime
from traces import convolution, every_trace, some_cells

TRACES = every_trace()
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)

BINARY = np.array([[[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]], np.uint8)
CROSS = np.array([[[1, 0, 1], [0, 1, 0], [1, 0, 1]]])


def demo(**changes):
    """The 5 x 5 picture under the diagonal cross, or something else made of it."""
    settings = {"input": BINARY, "output": np.zeros((3, 3)), "rows": Window(3), "columns": Window(3), "channels": (0,),
                "weight": CROSS}  # fmt: skip
    return Trace(**settings | changes)


def every_cell(trace):
    return list(np.ndindex(trace.output.shape))


def test_the_demo_that_everybody_knows():
    trace = demo()
    assert [trace.step(*cell).result for cell in every_cell(trace)] == [4, 3, 4, 2, 4, 3, 2, 3, 4]
    first = trace.step(0, 0)
    assert first.values.tolist() == [[[1, 1, 1], [0, 1, 1], [0, 0, 1]]]
    assert first.terms.tolist() == [[[1, 0, 1], [0, 1, 0], [0, 0, 1]]]
    assert (first.row, first.column, first.reduced, first.magnitude) == (0, 0, 4, 4)


@pytest.mark.parametrize("name", TRACES)
def test_every_step_comes_to_what_the_oracle_computed(name):
    trace = TRACES[name]
    precision = {FLOAT32: 4e-7, FLOAT64: 1e-13}[trace.output.dtype]
    for row, column in every_cell(trace):
        step = trace.step(row, column)
        scale = abs(trace.scale) * step.magnitude + abs(trace.bias) + abs(step.result)
        assert abs(step.result - trace.output[row, column]) <= precision * scale, (row, column)


def test_the_traces_leave_nothing_out():
    seen = TRACES.values()
    assert {trace.term for trace in seen} == set(TERMS)
    assert {trace.reduction for trace in seen} == set(REDUCTIONS)
    assert {trace.function for trace in seen} == set(FUNCTIONS)
    assert {trace.outside for trace in seen} == set(OUTSIDE)
    for mode in PADDING_MODES:  # each mode with a border that is read, and one that is wider on one side
        padded = [trace for trace in seen if trace.outside == mode and trace.weight is not None]
        assert any(trace.rows.before != trace.rows.after for trace in padded), mode
        assert any(trace.columns.before != trace.columns.after for trace in padded), mode
    for setting in ("stride", "dilation", "kernel_size"):
        assert any(getattr(trace.rows, setting) != getattr(trace.columns, setting) for trace in seen), setting
    assert any(trace.channels[0] > 0 and len(trace.channels) == 3 for trace in seen)  # a group that is not the first
    assert sum(len(some_cells(trace)) for trace in seen) > 500


@pytest.mark.parametrize("seed", range(36))
def test_a_convolution_as_conv2d_and_as_onnxruntime(seed):
    trace, image, weight, options = convolution(seed)
    read = (image / np.float64(trace.divisor))[np.newaxis]
    number = next(n for n, filter in enumerate(weight) if np.array_equal(filter, trace.weight))
    ours = conv2d(read, weight, **options)[0, number]
    bias = options.pop("bias").astype(np.float32)
    theirs = convolve_by_onnxruntime(read.astype(np.float32), weight.astype(np.float32), bias, **options)[0, number]
    assert ours.shape == theirs.shape == trace.output.shape
    for cell in every_cell(trace):
        step = trace.step(*cell)
        scale = step.magnitude + abs(trace.bias)
        assert abs(step.result - ours[cell]) <= 1e-13 * scale, cell
        assert abs(step.result - theirs[cell]) <= 2e-6 * scale, cell


def test_ceil_mode_is_the_outputs_own_matter():
    hanging, dropped = TRACES["max pool 5 ceil 1"], TRACES["max pool 6 ceil 1"]
    # 6 x 14 under 3 x 3 at stride 2: the floor gives 2 x 6, ceil_mode one more of each, which hangs over the edge.
    assert TRACES["max pool 5 ceil 0"].output.shape == (2, 6) and hanging.output.shape == (3, 7)
    last = hanging.step(2, 6)
    assert np.isnan(last.values[0]).tolist() == [[False, False, True], [False, False, True], [True, True, True]]
    # 5 x 7 under 2 x 2 at stride 2, padding 1: one more would start in the padding behind, so there is none.
    assert dropped.output.shape == TRACES["max pool 6 ceil 0"].output.shape == (3, 4)
    with pytest.raises(ArrayError, match="An output of 4 rows has some that read nothing"):
        dataclasses.replace(dropped, output=np.zeros((4, 4)))
    # What hangs over the padding is not counted in an average, the padding itself is: 1 of 2 columns, 2 of 3 rows.
    counted = TRACES["average pool 0 ceil 1 counting 1"].step(2, 4)
    assert counted.reduced == pytest.approx(np.mean(TRACES["average pool 0 ceil 1 counting 1"].input[2, 4:6, 8]))


def test_a_tap_that_takes_no_part_is_nan_and_a_padded_one_is_zero():
    image = np.full((1, 2, 3), -5.0, np.float32)
    windows = {"rows": Window(2, padding=(1, 0)), "columns": Window(2, padding=(0, 1))}
    common = {**windows, "channels": (0,), "term": "value"}
    largest = Trace(image, np.full((2, 3), -5.0), **common, reduction="max", outside="none")
    assert np.isnan(largest.step(0, 2).values[0]).tolist() == [[True, True], [False, True]]
    assert largest.step(0, 2).result == -5
    mean = Trace(image, np.zeros((2, 3)), **common, reduction="mean", outside="zeros")
    assert mean.step(0, 2).values.tolist() == [[[0, 0], [-5, 0]]] and mean.step(0, 2).result == -1.25
    assert dataclasses.replace(mean, outside="none").step(0, 2).result == -5
    assert largest.step(0, 2).magnitude == 5


@pytest.mark.parametrize("kind", [np.float32, np.float64, float])
def test_numbers_of_any_precision_are_computed_with_in_float64(kind):
    image = np.array([[[0.1, 0.2]]], np.float32)
    trace = Trace(
        image, np.zeros((1, 1)), Window(1), Window(2), np.array([0]), np.array([[[0.3, 0.7]]], np.float32),
        divisor=kind(3), bias=kind(0.5), scale=kind(0.25), limit=kind(2))  # fmt: skip
    a, b, v, w = map(float, [*image.ravel(), *trace.weight.ravel()])
    assert trace.step(0, 0).result == 0.25 * (a / 3 * v + b / 3 * w) + 0.5
    header, _ = opened(trace.envelope())
    assert (header["bias"], header["scale"], header["channels"], header["limit"]) == (0.5, 0.25, [0], 2)


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name not in ("exp", "log")])
def test_functions_stand_any_number(function):
    numbers = [FUNCTIONS[function](x) for x in (-1e308, -800.0, -0.0, 800.0, 1e308)]
    assert all(math.isfinite(number) for number in numbers)
    at_zero = {"sigmoid": 0.5, "hard sigmoid": 0.5, "softplus": math.log(2)}.get(function, 0)
    assert numbers[2] == pytest.approx(at_zero, rel=1e-12, abs=0)


@pytest.mark.parametrize(("changes", "error", "words"), [
    ({"term": "sum"}, SettingError, "term is 'sum'; it is one of product, value, square, squared difference."),
    ({"reduction": "min"}, SettingError, "it is one of sum, mean, max."),
    ({"function": "swish"}, SettingError, "function is 'swish'; it is one of identity, relu"),
    ({"outside": "mirror"}, SettingError, "it is one of zeros, reflect, replicate, circular, none."),
    ({"divisor": 0}, SettingError, "divisor is 0; it must be a number above 0."),
    ({"divisor": math.nan}, SettingError, "divisor is nan; it must be a number above 0."),
    ({"limit": -1}, SettingError, "limit is -1; it must be a number of at least 0."),
    ({"input_limit": -2}, SettingError, "input_limit is -2; it must be a number of at least 0."),
    ({"bias": math.inf}, SettingError, "bias is inf; it must be a number that is finite."),
    ({"scale": math.nan}, SettingError, "scale is nan; it must be a number that is finite."),
    ({"channels": (0.5,)}, SettingError, "a channel is 0.5; it must be a whole number of at least 0."),
    ({"channels": (-1,)}, SettingError, "a channel is -1;"),
    ({"channels": (1,)}, ArrayError, "The map reads the channels (1,); the input has 1, counted from 0."),
    ({"channels": (), "weight": np.zeros((0, 3, 3))}, ArrayError, "The map reads the channels ()"),
    ({"input": BINARY[0]}, ArrayError, "an input of three axes and an output of two, not 2 and 2."),
    ({"output": BINARY}, ArrayError, "not 3 and 3."),
    ({"weight": None}, ArrayError, 'Terms that are a "product" need weights.'),
    ({"term": "value"}, ArrayError, 'Terms that are a "value" take no weights.'),
    ({"weight": CROSS[0]}, ArrayError, "The weights are (3, 3); the window needs (1, 3, 3)."),
    ({"channels": (0, 0)}, ArrayError, "the window needs (2, 3, 3)."),
    ({"input": BINARY / np.where(BINARY, 1, np.nan)}, ArrayError, "The input of a trace must hold real, finite"),
    ({"output": np.full((3, 3), np.inf)}, ArrayError, "The output of a trace must hold real, finite"),
    ({"weight": CROSS * 1j}, ArrayError, "The weight of a trace must hold real, finite"),
    ({"output": np.zeros((0, 3))}, ArrayError, "An output of 0 rows"),
    ({"output": np.zeros((6, 3))}, ArrayError, "An output of 6 rows has some that read nothing: Window(kernel_size=3)"),
    ({"output": np.zeros((3, 6))}, ArrayError, "An output of 6 columns"),
    ({"rows": Window(3, padding=5), "outside": "reflect"}, DoesNotFit, "at most 4 fits"),
    ({"columns": Window(3, padding=(0, 6)), "outside": "circular"}, DoesNotFit, "at most 5 fits"),
    ({"columns": Window(3, padding=(3, 0)), "outside": "none", "term": "value", "weight": None}, ArrayError,
     "An output of 3 columns has some that read nothing"),
])  # fmt: skip
def test_what_makes_no_trace_is_refused(changes, error, words):
    with pytest.raises(error) as caught:
        demo(**changes)
    assert words in str(caught.value)


@pytest.mark.parametrize("cell", [(3, 0), (0, 3), (-1, 0), (0, -1)])
def test_a_cell_that_is_none_is_refused(cell):
    with pytest.raises(SettingError, match=r"The output is \(3, 3\); it has no cell"):
        demo().step(*cell)


def test_a_trace_reads_well():
    assert repr(demo()) == (
        "Trace(5 x 5 x 1 -> 3 x 3, sum of products, Window(kernel_size=3) by Window(kernel_size=3))")
    assert repr(TRACES["max pool 3 ceil 0"]) == (
        "Trace(5 x 9 x 3 -> 5 x 5, max of values, Window(kernel_size=2, padding=1, dilation=2) by "
        "Window(kernel_size=3, padding=1, dilation=3))")  # fmt: skip


def test_the_palettes_limit_is_the_largest_output_but_not_what_rounding_left():
    def limit(**changes):
        return opened(demo(**changes).envelope())[0]["limit"]

    output = np.zeros((3, 3))
    assert limit(output=output) == 0
    output[1, 2] = -7
    assert limit(output=output) == 7
    assert limit(output=output, limit=2.5) == 2.5
    assert limit(output=output * 1e-15) == 0  # a zero after rounding: 7e-15 beside terms that can add up to 5
    assert limit(output=output * 1e-15, weight=CROSS * 1e-14) == 7e-15
    assert limit(output=output * 1e-15, divisor=1e14) == 7e-15
    assert limit(output=output * 1e-15, weight=CROSS * 1e-14, bias=1) == 0
    assert limit(output=output * 1e-15, function="sigmoid") == 7e-15  # squashed numbers may be that small
    assert limit(output=output * 1e-15, term="value", weight=None) == 7e-15


def opened(envelope):
    """The header and the arrays of an envelope, read without cnnviz."""
    length = int.from_bytes(envelope[:4], "little")
    header = json.loads(envelope[4 : 4 + length], parse_constant=pytest.fail)
    start, end, arrays = 4 + length, 4 + length, {}
    assert start % 8 == 0
    for name, described in header["arrays"].items():
        assert described["offset"] % 8 == 0 and described["offset"] + start >= end
        first, dtype = start + described["offset"], np.dtype(described["dtype"]).newbyteorder("<")
        array = np.frombuffer(envelope, dtype, math.prod(described["shape"]), first)
        arrays[name], end = array.reshape(described["shape"]), first + array.nbytes
    assert end <= len(envelope) < end + 8
    return header, arrays


@st.composite
def any_trace(draw):
    kernel, stride, dilation = (draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) for _ in range(3))
    before, after = (draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in range(2))
    windows = [Window(*axis[:2], axis[2:4], axis[4]) for axis in zip(kernel, stride, before, after, dilation)]
    size = [max(3, window.extent) + draw(st.integers(0, 4)) for window in windows]
    depth = draw(st.integers(1, 4))
    channels = tuple(draw(st.lists(st.integers(0, depth - 1), min_size=1, unique=True)))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    dtype = draw(st.sampled_from([np.uint8, np.float32, np.float64, np.float16, np.int16, np.int32, bool, ">f4"]))
    image = (rng.uniform(0, 200, (depth, *size))).astype(dtype)
    image = draw(st.sampled_from([np.asarray, np.asfortranarray, lambda array: array[:, ::-1]]))(image)
    term = draw(st.sampled_from(TERMS))
    weight = None if term in ("value", "square") else rng.standard_normal((len(channels), *kernel))
    return Trace(
        image, rng.standard_normal([w.output_size(n) for w, n in zip(windows, size)]), *windows, channels,
        weight, draw(st.floats(0.5, 255)), term,
        draw(st.sampled_from(REDUCTIONS)), draw(st.floats(-3, 3)), draw(st.floats(-3, 3)),
        draw(st.sampled_from(list(FUNCTIONS))), draw(st.sampled_from(PADDING_MODES)), draw(st.sampled_from([0, 2.5])),
        draw(st.sampled_from([0, 1.5])), Fraction(draw(st.integers(1, 5)), draw(st.integers(1, 9))),
        draw(st.dictionaries(st.sampled_from(["input", "output"]), st.text(max_size=9))),
    )  # fmt: skip


@given(any_trace(), st.booleans())
def test_an_envelope_holds_the_whole_trace(trace, autoplay):
    header, arrays = opened(trace.envelope(autoplay=autoplay))
    assert np.array_equal(arrays["input"], trace.input)  # no number changed, whatever its type
    assert arrays["input"].dtype in (np.uint8, np.float32, np.float64)
    assert np.array_equal(arrays["output"], trace.output.astype(np.float32))
    assert ("weight" in arrays) == (trace.weight is not None)
    assert trace.weight is None or np.array_equal(arrays["weight"], trace.weight)
    for name, window in (("rows", trace.rows), ("columns", trace.columns)):
        assert header[name] == {"kernel": window.kernel_size, "stride": window.stride, "before": window.before,
                                "after": window.after, "dilation": window.dilation}  # fmt: skip
    for name in ("divisor", "term", "reduction", "scale", "bias", "function", "outside", "names"):
        assert header[name] == getattr(trace, name), name
    assert tuple(header["channels"]) == trace.channels
    assert Fraction(*header["factor"]) == trace.factor
    assert header["limit"] == (trace.limit or np.abs(trace.output).max())
    assert header["inputLimit"] == trace.input_limit
    assert header["options"] == {"autoplay": autoplay}


def test_a_picture_of_levels_costs_a_byte_a_number():
    levels = np.zeros((3, 40, 50), np.uint8)
    trace = Trace(levels, np.zeros((40, 50), np.float32), Window(1), Window(1), (0, 1, 2), np.zeros((3, 1, 1)))
    assert len(trace.envelope()) < 40 * 50 * (3 + 4) + 1000
