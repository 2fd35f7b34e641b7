"""The layers that LeNet-5 had in 1998: against plain loops and ONNX Runtime, counted by hand, and what they refuse."""

import math

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Window
from cnnviz.layers import Activate, Conv2d, Linear, PartialConv2d, Rbf, Subsample
from cnnviz.network import Network
from cnnviz.ops import squared_distances
from cnnviz.tracing import layer_trace
from stacks import by_onnxruntime, some_parameters
from traces import some_cells

TABLE = ((2, 0), (1,), (0, 1, 2, 3), (3, 1))  # of four maps, in no order, unequally many


def stack(padding=0):
    shape = (4, 13, 18)
    layers = (
        PartialConv2d(TABLE, (2, 3), padding), Subsample((3, 2)), Activate("scaled tanh"), Linear(6), Rbf(5),
    )  # fmt: skip
    network = Network(shape, layers)
    parameters = some_parameters(network, 8)
    rng = np.random.default_rng(9)
    parameters[1]["weight"] = rng.standard_normal(4).astype(np.float32)
    return network, parameters, rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("padding", [0, ((2, 0), (1, 3))])
def test_every_map_is_onnxruntimes_and_a_batch_is_its_pictures(padding):
    network, parameters, given = stack(padding)
    maps = network.forward(given, parameters)
    for row, map, other in zip(
        network.rows, maps[1:], by_onnxruntime(network.layers, parameters, given)[1:], strict=True
    ):
        assert map.shape == other.shape == row.output_shape and map.dtype == np.float32
        np.testing.assert_allclose(map, other, rtol=1e-4, atol=1e-5, err_msg=row.layer.name)
    batch = np.stack([given, given[:, ::-1] * 2])
    for map, single in zip(network.forward(batch, parameters), network.forward(batch[1], parameters)):
        np.testing.assert_allclose(map[1], single, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padding", [0, ((2, 0), (1, 3))])
def test_every_map_traced(padding):
    network, parameters, given = stack(padding)
    maps = network.forward(given, parameters)
    for row in network.rows:
        for channel in range(len(maps[row.index + 1])):
            trace = layer_trace(row.layer, maps[row.index], maps[row.index + 1], parameters[row.index], channel)
            for cell in some_cells(trace, 5):
                step = trace.step(*cell)
                reach = abs(trace.scale) * max(step.magnitude, 1) + abs(trace.bias)
                assert abs(step.result - trace.output[cell]) <= 1e-5 * reach
    traces = [layer_trace(network.layers[0], given, maps[1], parameters[0], channel) for channel in range(4)]
    assert [trace.channels for trace in traces] == [(0, 2), (1,), (0, 1, 2, 3), (1, 3)]
    trace = layer_trace(network.layers[1], maps[1], maps[2], parameters[1], 2)
    assert (trace.channels, trace.term, trace.reduction) == ((2,), "value", "sum")
    assert trace.scale == parameters[1]["weight"][2] and trace.bias == parameters[1]["bias"][2]


def test_counts():
    network, _, _ = stack()
    partial, subsample, _, linear, rbf = network.rows
    links = 2 + 1 + 4 + 2
    assert partial.output_shape == (4, 12, 16) and partial.parameters == links * 6 + 4
    assert (
        partial.multiply_adds == links * 6 * 12 * 16 == partial.layer.operations(partial.input_shape)["multiply-adds"]
    )
    assert partial.layer.in_a_window(partial.input_shape) == 4 * 6
    assert subsample.output_shape == (4, 4, 8) and subsample.parameters == 8 and subsample.multiply_adds == 0
    assert subsample.layer.operations(subsample.input_shape) == {"additions": 4 * 32 * 5, "scales and shifts": 4 * 32}
    assert linear.parameters == 6 * 128 + 6
    assert rbf.parameters == rbf.multiply_adds == 0
    assert rbf.layer.operations((6,)) == {"squared differences": 30}
    assert [row.layer.kind for row in network.rows] == ["CONV", "POOL", "ACTIVATION", "FC", "RBF"]
    assert [row.layer.name for row in network.rows[:2]] == [
        "CONV 2 × 3",
        "SUBSAMPLE 3 × 2",
    ] and rbf.layer.name == "RBF 5"
    assert Rbf(3).windows((2, 5, 7)) == (Window(5), Window(7)) and network.over_budget == ""
    assert subsample.fields[0].size == 4 and subsample.fields[1].size == 4


def test_what_stands_where_there_is_no_link_makes_no_difference():
    network, parameters, given = stack()
    weight = np.where(network.layers[0].links(4), parameters[0]["weight"], np.float32(7))
    changed = [{**parameters[0], "weight": weight}, *parameters[1:]]
    assert (weight == 7).any()
    assert (network.forward(given, changed)[-1] == network.forward(given, parameters)[-1]).all()


@pytest.mark.parametrize("padding", [0, ((2, 0), (1, 3))])
def test_all_links_are_an_ordinary_convolution(padding):
    whole, ordinary = PartialConv2d(((0, 1, 2),) * 5, 3, padding), Conv2d(5, 3, padding=padding)
    shape = (3, 9, 7)
    assert whole.parameters(shape) == ordinary.parameters(shape)
    assert whole.multiply_adds(shape) == ordinary.multiply_adds(shape)
    given, parameters = (
        np.random.default_rng(1).standard_normal(shape),
        ordinary.initial(shape, np.random.default_rng(2)),
    )
    assert (whole.forward(given, parameters) == ordinary.forward(given, parameters)).all()
    ones = np.ones(ordinary.output_shape(shape))
    back, found = whole.backward(given, parameters, ones), ordinary.backward(given, parameters, ones)
    assert (back[0] == found[0]).all() and (back[1]["weight"] == found[1]["weight"]).all()


def test_where_learning_starts():
    rng = np.random.default_rng(3)
    table = tuple((filter % 7,) if filter % 2 else tuple(range(7)) for filter in range(400))
    start = PartialConv2d(table, 5).initial((7, 9, 9), rng)
    links = PartialConv2d(table, 5).links(7)
    assert (start["weight"][~np.broadcast_to(links, (400, 7, 5, 5))] == 0).all() and not start["bias"].any()
    assert start["weight"].dtype == np.float32
    for first, inputs in ((0, 7 * 25), (1, 25)):  # He et al., equation 10: variance 2 / inputs
        drawn = start["weight"][first::2]
        assert drawn[drawn != 0].std() == pytest.approx(math.sqrt(2 / inputs), rel=0.03)
    mean = Subsample((2, 3)).initial((4, 6, 6), rng)
    assert mean["weight"] == pytest.approx(1 / 6) and mean["weight"].shape == (4,) and not mean["bias"].any()
    codes = Rbf(10).initial((84,), rng)["codes"]
    assert codes.shape == (10, 84) and {*codes.ravel()} == {-1, 1}


def test_rows_and_columns_over_are_left_out():
    given = np.arange(35.0).reshape(1, 5, 7)
    output = Subsample(2).forward(given, {"weight": np.array([0.5]), "bias": np.array([1.0])})
    assert output.tolist() == [[[9, 13, 17], [37, 41, 45]]]  # (0 + 1 + 7 + 8) / 2 + 1 = 9


def test_whole_numbers_do_not_wrap():
    small = {"weight": np.array([100], np.int8), "bias": np.array([1], np.int8)}
    assert Subsample(2).forward(np.ones((1, 2, 2), np.float32), small).tolist() == [[[401]]]
    assert squared_distances(np.array([200], np.uint8), np.array([[0], [255]], np.uint8)).tolist() == [40000, 3025]


@pytest.mark.parametrize(("make", "told"), [
    (lambda: PartialConv2d((), 3), "connections is (); it is a row of maps for each filter, at least one"),
    (lambda: PartialConv2d(7, 3), "connections is 7"),
    (lambda: PartialConv2d(((0,), ()), 3), "Filter 2 reads (); it reads at least one map, such as (0, 1, 2)"),
    (lambda: PartialConv2d(((0,), 1), 3), "Filter 2 reads 1;"),
    (lambda: PartialConv2d(((1, 0, 1),), 3), "Filter 1 reads (0, 1, 1); it reads a map once"),
    (lambda: PartialConv2d(((-1,),), 3), "a map that filter 1 reads is -1"),
    (lambda: PartialConv2d(((0.5,),), 3), "a map that filter 1 reads is 0.5"),
    (lambda: PartialConv2d(((0,),), 0), "kernel_size is 0"),
    (lambda: Subsample(0), "kernel_size is 0"),
    (lambda: Subsample((2, 2, 2)), "two: (height, width)"),
    (lambda: Rbf(0), "out_features is 0"),
])  # fmt: skip
def test_settings_that_make_no_sense(make, told):
    with pytest.raises(SettingError) as problem:
        make()
    assert told in str(problem.value)


@pytest.mark.parametrize(("shape", "layer", "told"), [
    ((3, 9, 9), PartialConv2d(TABLE, 3), "CONV 3 × 3: filter 3 reads map 3, counted from 0, and 3 come in; at least 4"),
    ((4, 2, 9), PartialConv2d(TABLE, 3), "a kernel of at most 2 fits"),
    ((9,), PartialConv2d(TABLE, 3), "fits before the first FC"),
    ((4, 1, 9), Subsample(2), "SUBSAMPLE 2 × 2: the map before it is only 1 × 9; a kernel of at most 1 fits."),
    ((9,), Subsample(2), "fits before the first FC"),
])  # fmt: skip
def test_where_they_cannot_follow(shape, layer, told):
    with pytest.raises(DoesNotFit) as problem:
        Network(shape, [layer])
    assert told in str(problem.value)


def test_codes_of_another_size_are_refused():
    network = Network((6,), [Rbf(3)])
    with pytest.raises(ArrayError, match=r"Layer 1, RBF 3: its codes is \(3, 5\), not \(3, 6\)"):
        network.forward(np.zeros(6), [{"codes": np.zeros((3, 5))}])


@pytest.mark.parametrize("shape", [(6,), (4, 6), (2, 3, 6), (0, 6)])
def test_squared_distances_by_loops(shape):
    rng = np.random.default_rng(5)
    points, codes = rng.standard_normal(shape), rng.standard_normal((4, 6))
    points.flags.writeable = codes.flags.writeable = False
    found = squared_distances(points, codes)
    assert found.shape == (*shape[:-1], 4) and found.dtype == np.float64
    for *place, unit in np.ndindex(found.shape):
        total = sum((points[(*place, i)] - codes[unit, i]) ** 2 for i in range(6))
        assert found[(*place, unit)] == pytest.approx(total, rel=1e-12)
    assert squared_distances(points.astype("f4"), codes.astype("f4")).dtype == np.float32


@pytest.mark.parametrize(("points", "codes", "told"), [
    (np.zeros(3), np.zeros((2, 4)), "The input has 3 features, and each code 4; they must agree"),
    (np.float64(3), np.zeros((2, 4)), "a single number, and each code 4"),
    (np.zeros(4), np.zeros(4), "The codes have shape (4,)"),
    (np.array("a"), np.zeros((2, 4)), "The input holds"),
])  # fmt: skip
def test_what_has_no_distance(points, codes, told):
    with pytest.raises(ArrayError) as problem:
        squared_distances(points, codes)
    assert told in str(problem.value)
