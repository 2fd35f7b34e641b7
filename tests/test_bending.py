"""Activations with a number of their own: as ONNX Runtime has them, their slopes, what a unit is told, from files."""

import math

import numpy as np
import pytest

from cnnviz import ops
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.formats import open_network
from cnnviz.layers import ELU, Activate, Clip, LeakyReLU, PReLU
from cnnviz.layers.typed import read, written
from cnnviz.network import Network
from cnnviz.tracing import layer_trace
from onnx_files import file_of
from oracles import by_onnxruntime
from stacks import run

GIVEN = np.random.default_rng(5).standard_normal((6, 4, 5)) * 3
SLOPES = np.array([0.1, -0.4, 2, 0, 0.25, 1])
LAYERS = ((LeakyReLU(0.2), {}), (LeakyReLU(0), {}), (ELU(0.4), {}), (PReLU(), {"weight": SLOPES[:1]}),
          (PReLU(6), {"weight": SLOPES}), (Clip(-1, 2.5), {}), (Clip(0.5, math.inf), {}))  # fmt: skip


@pytest.mark.parametrize(("layer", "given"), LAYERS, ids=repr)
@pytest.mark.parametrize("shape", [(6, 4, 5), (6,)])
def test_as_onnxruntime(layer, given, shape):
    x = GIVEN.reshape(-1)[: math.prod(shape)].reshape(1, *shape).astype(np.float32)
    found = layer.forward(x, given)
    (operator,) = layer.written(shape, given)
    arrays = [np.asarray(value, np.float32) for value in operator.constants.values()]
    expected = by_onnxruntime(operator.kind, x, *arrays, **operator.attributes)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    assert layer.forward(x.astype(np.float32), {k: v.astype(np.float32) for k, v in given.items()}).dtype == np.float32


@pytest.mark.parametrize(("layer", "given"), LAYERS, ids=repr)
@pytest.mark.parametrize("shape", [(2, 6, 4, 5), (6, 4, 5), (3, 6), (6,)])
def test_gradients_are_slopes(layer, given, shape):
    rng, step = np.random.default_rng(6), 1e-6
    x, towards = rng.standard_normal((2, *shape)) * 2
    for_input, learnt = layer.backward(x, given, towards)
    difference = (layer.forward(x + step, given) - layer.forward(x - step, given)) * towards / (2 * step)
    np.testing.assert_allclose(for_input, difference, rtol=1e-5, atol=1e-8)
    for name, gradient in learnt.items():
        for at in range(gradient.size):
            ends = []
            for sign in (1, -1):
                moved = given[name].copy()
                moved[at] += sign * step
                ends.append((layer.forward(x, {name: moved}) * towards).sum())
            assert gradient[at] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("layer", "given"), LAYERS, ids=repr)
def test_a_unit_is_told_as_it_came_about(layer, given):
    levels = np.random.default_rng(1).integers(0, 256, (6, 4, 5), np.uint8)
    for input, divisor in ((GIVEN, 1.0), (levels, 255.0)):
        output = layer.forward(input / divisor, given)
        for channel in range(6):
            trace = layer_trace(layer, input, output, given, channel, divisor=divisor)
            told = [trace.step(row, column).result for row, column in np.ndindex(4, 5)]
            assert told == pytest.approx(output[channel].ravel(), abs=1e-9)


def test_with_the_usual_number_they_are_the_functions():
    np.testing.assert_array_equal(LeakyReLU(0.01).forward(GIVEN, {}), Activate("leaky relu").forward(GIVEN, {}))
    np.testing.assert_array_equal(ELU(1).forward(GIVEN, {}), Activate("elu").forward(GIVEN, {}))
    np.testing.assert_array_equal(Clip(0, 6).forward(GIVEN, {}), Activate("relu6").forward(GIVEN, {}))
    for layer, function in ((LeakyReLU(0.01), "leaky relu"), (ELU(1), "elu"), (Clip(0, 6), "relu6")):
        edges = np.array([[[-1.0, 0, 1, 6, 7]]])
        slopes = layer.backward(edges, {}, np.ones_like(edges))[0]
        np.testing.assert_array_equal(slopes, ops.ACTIVATIONS[function].derivative(edges))


def test_a_slope_that_is_learnt_starts_at_a_quarter():
    network = Network((6, 4, 5), read("prelu 6; prelu; fc 3; prelu 3"))
    start = network.initial(3)
    assert [each["weight"].tolist() for each in (start[0], start[1], start[3])] == [[0.25] * 6, [0.25], [0.25] * 3]
    assert [row.parameters for row in network.rows] == [6, 1, 363, 3]
    with pytest.raises(DoesNotFit, match="4 slopes, and 6 channels come in; one for all fits, or one for each"):
        Network((6, 4, 5), read("prelu 4"))


def test_they_are_typed():
    layers = LeakyReLU(0.1), Activate("leaky relu"), ELU(0.5), Activate("elu"), PReLU(), PReLU(16)
    text = "leaky relu slope 0.1; leaky relu; elu alpha 0.5; elu; prelu; prelu 16"
    assert written(layers) == text and read(text) == layers
    assert read("LReLU 0.1; leaky relu; elu .5; ELU; parametric relu; prelu slopes 16") == layers


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: LeakyReLU(-1), SettingError, "negative_slope is -1; it must be a finite number of at least 0"),
        (lambda: ELU(math.nan), SettingError, "alpha is nan"),
        (lambda: PReLU(0), SettingError, "num_parameters is 0"),
        (lambda: Clip(1, 0), SettingError, "The least, 1, is above the most, 0"),
        (lambda: Clip("a", 0), SettingError, "least is 'a'; it is a number"),
        (lambda: ops.prelu(GIVEN, SLOPES[:4]), ArrayError, "6 channels need as many, or one"),
        (lambda: ops.prelu_gradients(GIVEN, SLOPES, GIVEN[1:]), ArrayError, "the output has"),
    ],
)
def test_what_they_refuse(call, error, words):
    with pytest.raises(error, match=words):
        call()


FILES = {
    "leaky": [("LeakyRelu", [], {"alpha": 0.2})],
    "elu": [("Elu", [], {"alpha": 0.3})],
    "one slope": [("PRelu", [np.float64([0.3])], {})],
    "slopes": [("PRelu", [SLOPES.reshape(6, 1, 1)], {})],
    "slopes of a row": [("Flatten", [], {}), ("Gemm", [np.ones((120, 6)) * SLOPES], {}), ("PRelu", [SLOPES], {})],
    "hardtanh": [("Clip", [np.float64(-1), np.float64(1)], {})],
    "above": [("Clip", [np.float64(0.5)], {})],
    "not at all": [("Clip", [], {}), ("Relu", [], {})],
    "hard sigmoid": [("HardSigmoid", [], {"alpha": 0.2, "beta": 0.4})],
    "selu": [("Selu", [], {})],
    "selu of one's own": [("Selu", [], {"alpha": 2.0, "gamma": 3.0})],
    "celu": [("Celu", [], {"alpha": 0.5})],
    "mish": [("Mish", [], {})],
}


@pytest.mark.parametrize("name", FILES)
def test_they_open_from_files(name):
    model, input = file_of(FILES[name], 18), GIVEN.astype(np.float32)
    opened = open_network(model.SerializeToString())
    assert not opened.stopped
    expected = run(model, input)[-1]
    found = opened.network.output(input, opened.parameters)
    assert np.abs(found.reshape(expected.shape) - expected).max() <= 1e-6 * np.abs(expected).max()


def test_a_slope_for_each_number_is_refused_in_a_sentence():
    opened = open_network(file_of([("Relu", [], {}), ("PRelu", [GIVEN], {})], 18).SerializeToString())
    assert "one for each map, or one for all, open here" in opened.stopped
