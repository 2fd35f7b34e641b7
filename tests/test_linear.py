"""linear against ONNX Runtime and the loop that spells it out; what it refuses."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError
from cnnviz.ops import linear
from oracles import by_onnxruntime


@pytest.mark.parametrize(("samples", "reads", "units"), [(1, 1, 1), (3, 7, 5), (2, 400, 120), (5, 1, 4), (1, 84, 10)])
@pytest.mark.parametrize("biased", [False, True])
def test_as_onnxruntimes_gemm(samples, reads, units, biased):
    rng = np.random.default_rng(samples + units)
    features, weight = (rng.standard_normal(shape).astype(np.float32) for shape in ((samples, reads), (units, reads)))
    bias = rng.standard_normal(units).astype(np.float32) if biased else None
    arrays = (features, weight, bias) if biased else (features, weight)
    expected, output = by_onnxruntime("Gemm", *arrays, transB=1), linear(features, weight, bias)
    assert output.dtype == np.float32 and output.shape == (samples, units)
    np.testing.assert_allclose(output, expected, rtol=0, atol=2e-6 * np.sqrt(reads) * 4)


@pytest.mark.parametrize("shape", [(6,), (4, 6), (2, 3, 6), (0, 6)])
def test_every_unit_reads_every_feature(shape):
    rng = np.random.default_rng(3)
    features, weight, bias = rng.standard_normal(shape), rng.standard_normal((5, 6)), rng.standard_normal(5)
    output = linear(features, weight, bias)
    assert output.shape == (*shape[:-1], 5) and output.dtype == np.float64
    for *place, unit in np.ndindex(output.shape):
        total = bias[unit] + sum(weight[unit, i] * features[(*place, i)] for i in range(6))
        assert output[(*place, unit)] == pytest.approx(total, abs=1e-13)


def test_by_hand():
    assert linear([1, 2, 3], [[1, 0, -1], [0.5, 0.5, 0.5]]).tolist() == [-2, 3]
    assert linear([1, 2, 3], [[1, 0, -1], [0.5, 0.5, 0.5]], [10, 20]).tolist() == [8, 23]


@pytest.mark.parametrize(
    ("features", "weight", "bias", "result"),
    [
        ("float32", "float32", None, "float32"),
        ("float32", "float64", None, "float64"),
        ("uint8", "uint8", "uint8", "float32"),
        ("bool", "float32", None, "float32"),
        ("int32", "float32", None, "float64"),
        ("float32", "float32", "float64", "float64"),
        (">f8", "<f4", None, "float64"),
    ],
)
def test_kinds_of_numbers(features, weight, bias, result):
    arrays = [np.array([[1, 0, 1]]) * (1 if features == "bool" else 200), np.full((2, 3), 200), np.array([100, 200])]
    given = [array.astype(kind) for array, kind in zip(arrays, (features, weight, bias), strict=True) if kind]
    for array in given:
        array.flags.writeable = False
    output = linear(*given)
    assert output.dtype == np.dtype(result) and output.dtype.isnative
    assert np.array_equal(output, arrays[0] @ arrays[1].T + (arrays[2] if bias else 0))  # nothing wraps


def test_overflow_gives_no_warning():
    assert linear(np.float32([3e38, 3e38]), np.float32([[1, 1], [1, -1], [-1, -1]])).tolist() == [np.inf, 0, -np.inf]
    assert np.isnan(linear([np.inf], [[1.0], [-1.0]], [-np.inf, 0])).tolist() == [True, False]


FEATURES, WEIGHT = np.zeros((2, 3)), np.zeros((4, 3))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((FEATURES, WEIGHT[0]), r"weight has shape \(3,\); it must be \(out_features, in_features\)"),
        ((FEATURES[:, :2], WEIGHT), "input has 2 features, but each unit reads 3;"),
        ((5.0, WEIGHT), "input is a single number; it must be .* 3"),
        ((FEATURES, WEIGHT, np.zeros(3)), r"bias has shape \(3,\); 4 units need shape \(4,\)"),
        ((FEATURES, WEIGHT, 0.0), r"bias has shape \(\); 4 units"),
        ((FEATURES * 1j, WEIGHT), "input holds complex128"),
        ((FEATURES, WEIGHT.astype(object)), "weight holds object"),
        ((FEATURES, WEIGHT, ["a"] * 4), "bias holds <U1"),
    ],
)
def test_what_is_refused_and_how(arguments, words):
    with pytest.raises(ArrayError, match=words):
        linear(*arguments)
