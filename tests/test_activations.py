"""Activations, their derivatives and softmax against ONNX Runtime, SciPy, 200 digits and differences."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import scipy.special
import scipy.stats

from cnnviz import ops
from cnnviz.errors import ArrayError, SettingError
from cnnviz.ops import ACTIVATIONS, Activation, gelu, leaky_relu, relu, scaled_tanh, sigmoid, softmax, tanh
from oracles import by_onnxruntime

SMOOTH = ("identity", "sigmoid", "tanh", "scaled tanh", "gelu")
NUMBERS = np.concatenate([np.random.default_rng(1).standard_normal(301) * 4, np.linspace(-90, 90, 61), [0.0, -0.0]])
HUGE = [-np.inf, -1e308, -1e5, -800.0, 800.0, 1e5, 1e308, np.inf]


def in_many_digits(name, x):
    """(function, derivative) of x as the textbook writes them; 200 digits leave no room for a loss."""
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 200, -(10**6), 10**6
        number = Decimal(float(x)) * {"scaled tanh": Decimal(2) / 3}.get(name, 1)
        rise, fall = number.exp(), (-number).exp()
        if name == "sigmoid":
            value = 1 / (1 + fall)
            return float(value), float(value * (1 - value))
        value = (rise - fall) / (rise + fall)
        amplitude, slope = {"tanh": (1, 1), "scaled tanh": (Decimal("1.7159"), Decimal(2) / 3)}[name]
        return float(amplitude * value), float(amplitude * slope * (1 - value * value))


def test_there_is_one_of_each():
    names = (
        "relu", "leaky relu", "sigmoid", "tanh", "scaled tanh", "gelu", "gelu tanh", "relu6", "hard sigmoid",
        "hard swish", "silu", "elu", "softplus",
    )  # fmt: skip
    functions = [getattr(ops, name.replace(" ", "_")) for name in names]
    assert [activation.function for activation in ACTIVATIONS.values()][1:] == functions
    assert list(ACTIVATIONS) == ["identity", *names]
    for key, activation in ACTIVATIONS.items():
        assert isinstance(activation, Activation) and activation.key == key
        texts = (activation.name, activation.formula, activation.derivative_formula, activation.source)
        assert all(texts) and not any(mark in text for text in texts for mark in "*$\\`")  # plain text, no markup


@pytest.mark.parametrize(
    ("function", "operation", "attributes"),
    [
        (relu, "Relu", {}),
        (leaky_relu, "LeakyRelu", {"alpha": 0.01}),
        (sigmoid, "Sigmoid", {}),
        (tanh, "Tanh", {}),
        (lambda x: leaky_relu(x, 0.3), "LeakyRelu", {"alpha": 0.3}),
        (lambda x: leaky_relu(x, -2), "LeakyRelu", {"alpha": -2.0}),
        (ops.hard_sigmoid, "HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
        (ops.hard_swish, "HardSwish", {}),
        (ops.elu, "Elu", {}),
        (ops.softplus, "Softplus", {}),
        (softmax, "Softmax", {}),
        (lambda x: softmax(x, 1), "Softmax", {"axis": 1}),
        (lambda x: softmax(x, -4), "Softmax", {"axis": 0}),
    ],
)
def test_as_onnxruntime(function, operation, attributes):
    x = (np.random.default_rng(2).standard_normal((2, 3, 4, 5)) * 5).astype(np.float32)
    output = function(x)
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, by_onnxruntime(operation, x, **attributes), rtol=1e-6, atol=2e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "scaled tanh"])
def test_functions_and_derivatives_keep_their_digits(name, dtype):
    x = NUMBERS[np.abs(NUMBERS) < 80].astype(dtype)
    expected = np.array([in_many_digits(name, number) for number in x]).T
    # x itself is rounded where it is multiplied (2x/3), which exp makes |x| times as large.
    for output, right in zip((ACTIVATIONS[name].function(x), ACTIVATIONS[name].derivative(x)), expected, strict=True):
        assert output.dtype == dtype
        worst = np.abs(output - right) / np.maximum(np.abs(right), np.finfo(dtype).tiny)
        assert (worst <= (6 + 2 * np.abs(x)) * np.finfo(dtype).eps).all()


def test_small_results_are_not_lost():
    def near(value, precision):
        return pytest.approx(value, rel=precision, abs=0)

    assert sigmoid(np.float32(-20)) == near(2.0611536e-9, 1e-6)
    assert sigmoid(np.float32(-85)) == near(math.exp(-85), 1e-5)
    assert sigmoid(np.float32(-95)) == near(math.exp(-95), 1e-2)  # below float32's normal range, which ends at 1e-38
    assert sigmoid(-720.0) == near(math.exp(-720), 1e-6)
    for x in (20, -20):
        assert ACTIVATIONS["sigmoid"].derivative(np.float32(x)) == near(2.0611536e-9, 1e-6)
        assert ACTIVATIONS["tanh"].derivative(np.float32(x)) == near(4 * math.exp(-40), 1e-6)
    assert gelu(-20.0) == near(-20 * scipy.stats.norm.sf(20), 1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gelu_as_scipys_normal_distribution(dtype):
    x = NUMBERS[np.abs(NUMBERS) < (13 if dtype == np.float32 else 37)].astype(dtype)
    wide = x.astype(np.float64)
    value = wide * np.array([math.erfc(-number / math.sqrt(2)) / 2 for number in wide])
    slope = scipy.stats.norm.cdf(wide) + wide * scipy.stats.norm.pdf(wide)
    tolerance = (8 + wide**2) * np.finfo(dtype).eps
    output, derivative = gelu(x), ACTIVATIONS["gelu"].derivative(x)
    assert output.dtype == derivative.dtype == dtype
    assert (np.abs(output - value) <= tolerance * np.abs(value)).all()
    # Near -0.75 the two terms cancel, for that is where GELU is lowest.
    assert (
        np.abs(derivative - slope)
        <= tolerance * scipy.stats.norm.pdf(wide) * (1 + np.abs(wide)) + tolerance * (wide > 0)
    ).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_against_differences(name):
    x = NUMBERS[(np.abs(NUMBERS) < 8) & (np.abs(NUMBERS) > 1e-4)]
    for kink in {"relu6": (6,), "hard sigmoid": (-3, 3), "hard swish": (-3, 3)}.get(name, ()):
        x = x[np.abs(x - kink) > 1e-4]
    step = 1e-5
    function = ACTIVATIONS[name].function
    difference = (function(x + step) - function(x - step)) / (2 * step)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(x), difference, rtol=0, atol=1e-9)


def test_derivatives_at_the_kink_and_at_the_origin():
    at_zero = {
        name: [float(slope) for slope in activation.derivative([0.0, -0.0])] for name, activation in ACTIVATIONS.items()
    }
    assert at_zero == {
        "identity": [1, 1], "relu": [0, 0], "leaky relu": [0.01, 0.01], "sigmoid": [0.25, 0.25], "tanh": [1, 1],
        "scaled tanh": [1.7159 * 2 / 3] * 2, "gelu": [0.5, 0.5], "gelu tanh": [0.5, 0.5], "relu6": [0, 0],
        "hard sigmoid": [1 / 6] * 2,
        "hard swish": [0.5, 0.5], "silu": [0.5, 0.5], "elu": [1, 1], "softplus": [0.5, 0.5],
    }  # fmt: skip
    at_kinks = {"relu6": [0.0, 0.0, 1, 0], "hard sigmoid": [0, 1 / 6, 0, 0], "hard swish": [0, 0.5, 1, 1]}
    for name, slopes in at_kinks.items():  # at -3, 0, 3 and 6, as PyTorch takes them
        assert ACTIVATIONS[name].derivative([-3.0, 0, 3, 6]).tolist() == slopes
    tiny = np.array([5e-324, -5e-324])
    assert ACTIVATIONS["relu"].derivative(tiny).tolist() == [1, 0]
    assert ACTIVATIONS["leaky relu"].derivative(tiny).tolist() == [1, 0.01]
    assert f"{1.7159 * 2 / 3:.4f}" in ACTIVATIONS["scaled tanh"].derivative_formula


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_numbers_of_any_size_come_to_the_limit_without_a_warning(name, dtype):
    with np.errstate(over="ignore"):
        x = np.array(HUGE).astype(dtype)
    low, high = {
        "sigmoid": (0, 1), "tanh": (-1, 1), "scaled tanh": (-1.7159, 1.7159), "relu6": (0, 6), "hard sigmoid": (0, 1),
    }.get(name, (None, None))  # fmt: skip
    values, slopes = ACTIVATIONS[name].function(x), ACTIVATIONS[name].derivative(x)
    if low is not None:
        np.testing.assert_allclose(values, [low] * 4 + [high] * 4, rtol=1e-6, atol=1e-300)
        np.testing.assert_allclose(slopes, 0, atol=1e-300)
    else:
        np.testing.assert_array_equal(values[4:], x[4:])
        left = {"identity": 1, "leaky relu": 0.01}.get(name, 0)
        finite = np.isfinite(x)  # GELU has nan at -inf, and its slope at both, for 0 * inf is nan, as in PyTorch
        far = -1 if name == "elu" else left * x[:4][finite[:4]]
        np.testing.assert_allclose(values[:4][finite[:4]], far, rtol=1e-6, atol=1e-300)
        np.testing.assert_allclose(slopes[finite], np.where(x < 0, left, 1)[finite], rtol=1e-6)
    assert np.isnan(ACTIVATIONS[name].function([np.nan, 1.0])).tolist() == [True, False]


@pytest.mark.parametrize("function", [
    *[activation.function for activation in ACTIVATIONS.values()],
    *[activation.derivative for activation in ACTIVATIONS.values()], softmax,
])  # fmt: skip
def test_any_shape_and_kind_and_nothing_given_is_changed(function):
    for kind, result in (("float32", "float32"), ("float64", "float64"), ("float16", "float32"), ("uint8", "float32"),
                         ("bool", "float32"), ("int64", "float64"), (">f4", "float32")):  # fmt: skip
        x = np.array([[1, 0, 1], [0, 0, 1]]).astype(kind)
        x.flags.writeable = False
        output = function(x)
        assert output.dtype == np.dtype(result) and output.dtype.isnative and output.shape == (2, 3)
        assert not np.shares_memory(output, x) and output.flags.writeable
        np.testing.assert_allclose(output, function(x.astype(float)), rtol=1e-6)
    assert function(np.zeros((0, 4))).shape == (0, 4) and function(np.zeros((3, 0))).shape == (3, 0)
    for bad, words in ((["a"], "input holds <U1"), ([1j], "input holds complex128"), ([[1], [2, 3]], "no array")):
        with pytest.raises(ArrayError, match=words):
            function(bad)


def test_a_number_alone_is_an_array_of_no_axes():
    for activation in ACTIVATIONS.values():
        for function in (activation.function, activation.derivative):
            assert isinstance(function(2), np.ndarray) and function(2).shape == ()


def test_a_slope_that_float32_does_not_hold_spoils_nothing_above_zero():
    x = np.float32([2, 0, -0.0, -1e-30, -1, np.inf, np.nan])
    for slope, tiny in ((1e60, -1e30), (-1e60, 1e30)):
        output = leaky_relu(x, slope)
        expected = np.float32([2, 0, 0, tiny, -np.inf if slope > 0 else np.inf, np.inf, np.nan])
        assert output.dtype == np.float32
        np.testing.assert_allclose(output, expected, rtol=1e-6)


def test_the_scaled_tanh_of_lenet_keeps_one_at_one():
    np.testing.assert_allclose(scaled_tanh([-1.0, 1.0]), [-1, 1], atol=1e-5)


def test_softmax_as_scipy_and_where_it_is_hard():
    x = np.random.default_rng(4).standard_normal((3, 4, 5)) * 30
    for axis in (-3, -1, 0, 1, 2):
        np.testing.assert_allclose(softmax(x, axis), scipy.special.softmax(x, axis), rtol=1e-13)
    assert softmax([1000.0, 1000.0, -1000.0]).tolist() == [0.5, 0.5, 0]
    assert softmax([1e308, -1e308]).tolist() == [1, 0]
    assert softmax([-np.inf, 0.0]).tolist() == [0, 1]
    assert np.isnan(softmax([[np.inf, 0.0], [-np.inf, -np.inf], [np.nan, 0.0]])).all(axis=1).tolist() == [True] * 3
    assert softmax(np.uint8([0, 255])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((leaky_relu, [1.0], "a"), SettingError, "negative_slope is 'a'; it must be a finite number."),
        ((leaky_relu, [1.0], np.nan), SettingError, "negative_slope is nan"),
        ((leaky_relu, [1.0], True), SettingError, "negative_slope is True"),
        ((leaky_relu, [1.0], 10**400), SettingError, "slope is a number that float64 does not hold; .*finite"),
        ((leaky_relu, [1.0], -(10**5000)), SettingError, "slope is a number that float64 does not hold; .*finite"),
        ((softmax, 3.0), ArrayError, "input is a single number"),
        ((softmax, [1.0, 2.0], 1), SettingError, "axis is 1; the input has 1"),
        ((softmax, [1.0, 2.0], -2), SettingError, "axis is -2"),
        ((softmax, [1.0, 2.0], 0.5), SettingError, "axis is 0.5"),
    ],
)
def test_what_is_refused_and_how(arguments, error, words):
    function, *rest = arguments
    with pytest.raises(error, match=words):
        function(*rest)
