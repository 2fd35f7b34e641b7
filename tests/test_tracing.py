"""Every map of every layer as a Trace: what `Trace.step` adds up is what the network computed, and ONNX Runtime too."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError
from cnnviz.layers import Activate, Dropout, Linear, MaxPool2d
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.tracing import layer_trace
from stacks import by_onnxruntime, every_kind, some_parameters
from traces import some_cells


def check(trace, expected):
    """Each step of a trace against another's map, to the rounding of float32."""
    assert trace.output.shape == expected.shape
    for cell in some_cells(trace, 7):
        step = trace.step(*cell)
        reach = abs(trace.scale) * max(step.magnitude, 1) + abs(trace.bias)
        assert abs(step.result - expected[cell]) <= 1e-5 * reach, (trace, cell)


def channels_of(output):
    return sorted({0, len(output) // 2, len(output) - 1})


@pytest.mark.parametrize("number", range(len(every_kind())))
def test_every_layer_kind_as_onnxruntime(number):
    shape, layers = every_kind()[number]
    network, given = Network(shape, layers), np.random.default_rng(2).standard_normal(shape).astype(np.float32)
    parameters = some_parameters(network, 5)
    maps, others = network.forward(given, parameters), by_onnxruntime(layers, parameters, given)
    for row in network.rows:
        before, after = maps[row.index], maps[row.index + 1]
        for channel in channels_of(after):
            trace = layer_trace(row.layer, before, after, parameters[row.index], channel, output=row.layer.name)
            assert trace.names == {"output": row.layer.name}
            check(trace, np.atleast_2d(others[row.index + 1][channel]))


def test_batch_norm_and_dropout_in_training():
    layers = read("batch norm eps 0.01; dropout 0.4; conv 3 2x3; fc 6; dropout 0.3")
    network, given = Network((2, 7, 9), layers), np.random.default_rng(3).standard_normal((2, 7, 9)) * 5 + 2
    parameters = some_parameters(network, 6)
    maps = network.forward(given, parameters, training=True, rng=np.random.default_rng(4))
    dropped = 0
    for row in network.rows:
        before, after = maps[row.index], maps[row.index + 1]
        for channel in channels_of(after):
            trace = layer_trace(row.layer, before, after, parameters[row.index], channel, training=True)
            check(trace, np.atleast_2d(after[channel]))
            if isinstance(row.layer, Dropout):
                assert trace.scale == 1 / (1 - row.layer.p)
                zeros = trace.input[channel] == 0
                assert (zeros == (np.atleast_2d(after[channel]) == 0)).all()
                dropped += int(zeros.sum())
    assert dropped > 10


def test_levels_stay_levels_and_are_divided():
    levels = np.random.default_rng(5).integers(0, 256, (3, 8, 10), np.uint8)
    for text in ("conv 4 3x3 g1", "conv 3 2x2 g3 replicate p1", "max 3 p1", "avg 2", "sigmoid", "fc 5", "global avg"):
        network = Network((3, 8, 10), read(text))
        parameters = some_parameters(network, 1)
        maps = network.forward(levels / 255, parameters)
        trace = layer_trace(network.layers[0], levels, maps[1], parameters[0], 2, divisor=255)
        assert trace.input is levels
        check(trace, np.atleast_2d(maps[1][2]))
    network = Network((3, 8, 10), read("batch norm"))
    maps = network.forward(levels / 255, network.initial(0), training=True)
    trace = layer_trace(network.layers[0], levels, maps[1], network.initial(0)[0], 1, divisor=255, training=True)
    check(trace, maps[1][1])


@pytest.mark.parametrize("values", [[[0.0, 3.0], [1.5, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
def test_a_map_is_drawn_as_one_and_levels_as_a_picture(values):
    """A map after ReLU has no negatives, and must not turn grey where a layer reads it; one of zeros stays white."""
    map = np.array([values], np.float32)
    found = layer_trace(MaxPool2d(2), map, MaxPool2d(2).forward(map, {}), {}, 0)
    assert found.input_limit == (map.max() or 1)
    levels = (map * 10).astype(np.uint8)
    assert layer_trace(MaxPool2d(2), levels, MaxPool2d(2).forward(levels, {}), {}, 0).input_limit == 0


def test_a_group_reads_its_own_channels():
    network = Network((6, 5, 5), read("conv 9 3x3 g3"))
    parameters, given = network.initial(0), np.ones((6, 5, 5))
    maps = network.forward(given, parameters)
    reads = [layer_trace(network.layers[0], given, maps[1], parameters[0], channel).channels for channel in range(9)]
    assert reads == [(0, 1)] * 3 + [(2, 3)] * 3 + [(4, 5)] * 3


def test_a_row_of_numbers_is_maps_of_one_by_one():
    network = Network((4,), [Linear(3), Activate("tanh")])
    parameters, given = network.initial(1), np.array([1.0, -2.0, 3.0, 0.5])
    maps = network.forward(given, parameters)
    trace = layer_trace(network.layers[0], given, maps[1], parameters[0], 2)
    assert trace.input.shape == (4, 1, 1) and trace.weight.shape == (4, 1, 1) and trace.channels == (0, 1, 2, 3)
    trace = layer_trace(network.layers[1], maps[1], maps[2], {}, 1)
    assert trace.input.shape == (3, 1, 1) and trace.channels == (1,) and trace.output.shape == (1, 1)


def test_what_cannot_be_traced():
    given = np.zeros((2, 3, 4))
    with pytest.raises(ArrayError, match="2 maps; there is no map 2, counted from 0"):
        layer_trace(Activate(), given, given, {}, 2)
    with pytest.raises(ArrayError, match="not a batch"):
        layer_trace(Activate(), given[np.newaxis], given[np.newaxis], {}, 0)
