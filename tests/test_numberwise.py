"""Functions, powers and numbers of each place: against ONNX Runtime, differences, and as they are told on the stage."""

import numpy as np
import pytest

from cnnviz import ops
from cnnviz.errors import ArrayError, SettingError
from cnnviz.layers import Elementary, Gain, Offset, Power
from cnnviz.network import Network
from cnnviz.tracing import layer_trace
from oracles import by_onnxruntime

RNG = np.random.default_rng(5)
MAPS = RNG.standard_normal((2, 3, 4, 5))
OF = {"bias": RNG.standard_normal((3, 4, 5))}, {"weight": RNG.standard_normal((3, 4, 5))}
# What is done, the numbers that it is given, its parameters, and what ONNX Runtime makes of them.
LAYERS = {
    **{of: (Elementary(of), MAPS, {}, lambda x, of=of: by_onnxruntime(of.capitalize(), x))
       for of in ("erf", "exp", "abs")},
    "log": (Elementary("log"), np.abs(MAPS), {}, lambda x: by_onnxruntime("Log", x)),
    "root": (Power(0.5), np.abs(MAPS), {}, lambda x: by_onnxruntime("Sqrt", x)),
    "over": (Power(-1), MAPS, {}, lambda x: by_onnxruntime("Reciprocal", x)),
    "square": (Power(2), MAPS, {}, lambda x: by_onnxruntime("Pow", x, np.array(2.0, x.dtype))),
    "cube": (Power(3), MAPS, {}, lambda x: by_onnxruntime("Pow", x, np.array(3.0, x.dtype))),
    "bent": (Power(-0.4), np.abs(MAPS), {}, lambda x: by_onnxruntime("Pow", x, np.array(-0.4, x.dtype))),
    "nothing": (Power(0), MAPS, {}, np.ones_like),
    "offset": (Offset(), MAPS, OF[0], lambda x: x + OF[0]["bias"]),
    "gain": (Gain(), MAPS, OF[1], lambda x: x * OF[1]["weight"]),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_numbers_and_their_gradients(name):
    layer, input, given, oracle = LAYERS[name]
    found = layer.forward(input, given)
    np.testing.assert_allclose(found, oracle(input), rtol=2e-6, atol=2e-7)
    single = input.astype(np.float32)
    less = {key: array.astype(np.float32) for key, array in given.items()}
    assert layer.forward(single, less).dtype == np.float32
    np.testing.assert_allclose(layer.forward(single, less), found, rtol=1e-4, atol=1e-6)
    gradient = RNG.standard_normal(found.shape)
    back, learnt = layer.backward(input, given, gradient)
    step = 1e-6
    slope = (layer.forward(input + step, given) - layer.forward(input - step, given)) / (2 * step)
    np.testing.assert_allclose(back, slope * gradient, rtol=1e-4, atol=1e-6)
    for key, array in given.items():
        slope = (layer.forward(input, {key: array + step}) - layer.forward(input, {key: array - step})) / (2 * step)
        np.testing.assert_allclose(learnt[key], (slope * gradient).sum(0), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("divisor", [1.0, 2.0])
def test_each_step_comes_to_the_number(name, divisor):
    layer, input, given, _ = LAYERS[name]
    output = layer.forward(input[1] / divisor, given)
    trace = layer_trace(layer, input[1], output, given, 2, divisor=divisor)
    for cell in np.ndindex(4, 5):
        assert trace.step(*cell).result == pytest.approx(output[(2, *cell)], rel=1e-6, abs=1e-9)


def test_numbers_of_each_place_are_counted_and_begin_as_what_changes_nothing():
    for layer, operation in ((Offset(), "additions"), (Gain(), "multiplications")):
        network = Network((3, 4, 5), [layer])
        assert network.parameters == 60 and layer.operations((3, 4, 5)) == {operation: 60}
        np.testing.assert_array_equal(network.forward(MAPS[0], network.initial(1))[-1], MAPS[0])


def test_what_no_number_is_comes_out_without_a_warning():
    x = np.array([-1.0, 0.0, np.inf, np.nan])
    np.testing.assert_array_equal(ops.power(x, 0.5), [np.nan, 0, np.inf, np.nan])
    np.testing.assert_array_equal(ops.power(x, -1), [-1, np.inf, 0, np.nan])
    np.testing.assert_array_equal(ops.PARTS["log"].function(x), [np.nan, -np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(ops.power_slope(x, 0), np.zeros(4))


def test_what_makes_no_sense_is_refused():
    with pytest.raises(SettingError, match="The function is 'sin'; it is one of erf, exp, log, abs"):
        Elementary("sin")
    with pytest.raises(SettingError, match="exponent is"):
        Power(float("inf"))
    with pytest.raises(ArrayError, match="its bias is"):
        Offset().forward(MAPS, {"bias": np.ones(3)})
