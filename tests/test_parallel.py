"""Layers side by side: against ONNX Runtime's Concat, against counts by hand, and pixel by pixel for what they see."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import Window
from cnnviz.layers import Activate, AvgPool2d, Conv2d, Dropout, GlobalAvgPool, Linear, MaxPool2d, Parallel
from cnnviz.network import Network
from cnnviz.tracing import layer_trace
from stacks import some_parameters

SHAPE = (3, 8, 11)
LOPSIDED = Parallel((
    Conv2d(2, (3, 5), stride=(2, 1), padding=(1, 2)),
    MaxPool2d((2, 3), stride=(2, 1), padding=(0, 1)),
    Conv2d(4, 1, stride=(2, 1), bias=False),
))  # fmt: skip


def by_concat(parameters, images):
    """LOPSIDED as an ONNX graph of its own."""
    nodes = [
        helper.make_node("Conv", ["in", "w0", "b0"], ["a"], strides=[2, 1], pads=[1, 2, 1, 2]),
        helper.make_node("MaxPool", ["in"], ["b"], kernel_shape=[2, 3], strides=[2, 1], pads=[0, 1, 0, 1]),
        helper.make_node("Conv", ["in", "w2"], ["c"], strides=[2, 1]),
        helper.make_node("Concat", ["a", "b", "c"], ["out"], axis=1),
    ]
    constants = {"w0": parameters["0.weight"], "b0": parameters["0.bias"], "w2": parameters["2.weight"]}
    graph = helper.make_graph(
        nodes, "parallel", [helper.make_tensor_value_info("in", TensorProto.FLOAT, images.shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [None] * 4)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"in": images})[0]


def lopsided(seed=1):
    network = Network(SHAPE, [LOPSIDED])
    images = np.random.default_rng(seed).standard_normal((2, *SHAPE)).astype(np.float32)
    (parameters,) = some_parameters(network, seed)
    parameters["0.bias"] += np.float32([0.5, -1.5])
    return network, parameters, images


def test_as_onnxruntime_concatenates():
    network, parameters, images = lopsided()
    expected = by_concat(parameters, images)
    assert network.shapes[-1] == expected.shape[1:] == (9, 4, 11)
    np.testing.assert_allclose(network.forward(images, [parameters])[-1], expected, atol=1e-5)
    np.testing.assert_allclose(network.forward(images[1], [parameters])[-1], expected[1], atol=1e-5)


def test_counts_by_hand():
    row = Network(SHAPE, [LOPSIDED]).rows[0]
    assert row.layer.parameter_shapes(SHAPE) == {"0.weight": (2, 3, 3, 5), "0.bias": (2,), "2.weight": (4, 3, 1, 1)}
    assert row.parameters == 2 * 3 * 15 + 2 + 4 * 3
    assert row.multiply_adds == 4 * 11 * (2 * 3 * 15 + 4 * 3)
    pools = MaxPool2d((2, 3), (2, 1), (0, 1)).operations(SHAPE)["comparisons"]
    assert row.layer.operations(SHAPE) == {"multiply-adds": row.multiply_adds, "comparisons": pools}
    assert row.layer.in_a_window(SHAPE) == 3 * 3 * 5
    assert row.layer.handled(SHAPE) == sum(branch.handled(SHAPE) for branch in LOPSIDED.branches)
    assert row.layer.name == "CONV 3 × 5 + MAX POOL 2 × 3 + CONV 1 × 1"


def test_each_branch_starts_by_its_own_rule():
    layer = Parallel((Conv2d(200, 3, padding=1), Conv2d(300, 1), AvgPool2d(1)))
    start = layer.initial((50, 6, 6), np.random.default_rng(0))
    assert {name: array.shape for name, array in start.items()} == layer.parameter_shapes((50, 6, 6))
    assert start["0.weight"].std() == pytest.approx((2 / 450) ** 0.5, rel=0.02)
    assert start["1.weight"].std() == pytest.approx((2 / 50) ** 0.5, rel=0.02)
    assert not start["1.bias"].any()


def test_dropout_in_a_branch_draws_in_training():
    layer, given = Parallel((Dropout(0.5), Activate("tanh"))), np.full((20, 5, 5), 3.0)
    assert (layer.forward(given, {})[:20] == 3).all()
    made = layer.forward(given, {}, training=True, rng=np.random.default_rng(0))
    assert set(np.unique(made[:20])) == {0, 6} and (made[20:] == np.tanh(3.0)).all()


def test_rows_of_numbers_stand_one_behind_the_other():
    network = Network((4,), [Parallel((Linear(3), Activate("relu")))])
    (parameters,), batch = network.initial(0), np.random.default_rng(1).standard_normal((5, 4))
    made = network.forward(batch, [parameters])[-1]
    assert network.shapes[-1] == (7,) and made.shape == (5, 7)
    np.testing.assert_allclose(made[:, :3], batch @ parameters["0.weight"].T)
    np.testing.assert_array_equal(made[:, 3:], np.maximum(batch, 0))
    np.testing.assert_allclose(network.forward(batch[2], [parameters])[-1], made[2])


def seen(network, parameters, layer, channel=slice(None)):
    """What each unit of a layer sees, found by moving one pixel after another: {(row, column): set of pixels}."""
    height, width = network.input_shape[1:]
    picture = np.random.default_rng(9).standard_normal(network.input_shape)
    moves = np.eye(height * width).reshape(-1, 1, height, width)
    still, moved = (network.forward(given, parameters)[layer + 1] for given in (picture, picture + moves))
    changed = (moved != still)[:, channel].reshape(height, width, -1, *still.shape[1:]).any(2)
    found = {}
    for row, column, down, across in np.argwhere(changed).tolist():
        found.setdefault((down, across), set()).add((row, column))
    return found


@pytest.mark.parametrize(
    ("first", "second"), [(((1, 1), (0, 2)), 0), (((2, 0), (1, 1)), ((0, 1), (0, 0))), (((2, 0), (2, 0)), 0)]
)
def test_its_windows_hold_those_of_all_branches(first, second):
    """Windows that reach out to different sides: that of the whole may be none of theirs."""
    kernel = (2, 1) if second else 1
    layer = Parallel((Conv2d(2, 3, padding=first), Conv2d(3, kernel, padding=second), AvgPool2d(1)))
    network = Network((2, 6, 7), [layer])
    parameters = some_parameters(network, 2)
    windows = layer.windows((2, 6, 7))
    found = seen(network, parameters, 0)
    assert len(found) == 6 * 7
    for unit, pixels in found.items():
        for axis, window in enumerate(windows):
            taps = [tap for tap in window.taps(unit[axis]) if 0 <= tap < (6, 7)[axis]]
            assert {pixel[axis] for pixel in pixels} == set(taps)
        assert windows[0].output_size(6) == 6 and windows[1].output_size(7) == 7


def test_a_window_wider_than_each_branch():
    layer = Parallel((Conv2d(1, 3, padding=((2, 0), (0, 2))), Conv2d(1, 3, padding=((0, 2), (1, 1)))))
    assert layer.windows((1, 6, 7)) == (Window(5, padding=2), Window(4, padding=(1, 2)))
    layer = Parallel((Conv2d(1, 1), Conv2d(1, 2, padding=2, dilation=4)))
    assert layer.windows((1, 6, 7)) == (Window(2, padding=2, dilation=4),) * 2


def test_a_map_of_the_narrow_branch_sees_less():
    layers = [
        Conv2d(3, (3, 2)), Activate("tanh"), Parallel((Conv2d(2, 1), Conv2d(3, (3, 5), padding=(1, 2)))),
        Activate("tanh"), AvgPool2d(2), Conv2d(2, 1), Parallel((AvgPool2d(1), AvgPool2d(1))), GlobalAvgPool(),
    ]  # fmt: skip
    network = Network((2, 12, 13), layers)
    parameters = some_parameters(network, 4)
    for index, channel in ((-1, 0), (8, 0), (2, 5), (2, -1)):
        with pytest.raises(SettingError, match=f"no map {channel} of a layer {index}, both counted from 0"):
            network.fields(index, channel)
    for layer, channel in ((0, 1), (2, 0), (2, 2), (3, 1), (3, 4), (4, 1), (4, 3), (5, 0), (6, 3), (7, 2)):
        fields = network.fields(layer, channel)
        for unit, pixels in seen(network, parameters, layer, channel).items():
            for axis, field in enumerate(fields):
                inside = {pixel for pixel in field.pixels(unit[axis]) if 0 <= pixel < (12, 13)[axis]}
                assert {pixel[axis] for pixel in pixels} == inside, (layer, channel, unit)
    assert network.fields(4, 3) == network.rows[4].fields != network.fields(4, 1)
    assert network.fields(4, 1)[1].size == 3 and network.fields(4, 3)[1].size == 7


def test_layers_side_by_side_inside_of_one():
    """A map of the innermost sees what it sees alone; a pool in a branch sees no more than the map that it pools."""
    inside = Parallel((Conv2d(1, 3, padding=1), Conv2d(1, (5, 3), padding=(2, 1))))
    first = Parallel((Conv2d(1, 1), inside))
    network = Network((1, 9, 8), [first, Parallel((AvgPool2d(1), Conv2d(2, 1), Parallel((AvgPool2d(3, 1, 1),))))])
    parameters = some_parameters(network, 3)
    for layer, channel in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 3), (1, 5), (1, 6), (1, 7)):
        fields = network.fields(layer, channel)
        for unit, pixels in seen(network, parameters, layer, channel).items():
            for axis, field in enumerate(fields):
                inside = {pixel for pixel in field.pixels(unit[axis]) if 0 <= pixel < (9, 8)[axis]}
                assert {pixel[axis] for pixel in pixels} == inside, (layer, channel, unit)
    assert [network.fields(0, channel)[0].size for channel in range(3)] == [1, 3, 5]
    assert [network.fields(1, channel)[0].size for channel in range(8)] == [1, 3, 5, 5, 5, 3, 5, 7]


def test_each_map_is_traced_as_its_branch_made_it():
    network, parameters, images = lopsided(5)
    expected = by_concat(parameters, images)[0]
    made = network.forward(images[0], [parameters])[-1]
    kinds = {
        0: ("product", "sum"),
        1: ("product", "sum"),
        2: ("value", "max"),
        4: ("value", "max"),
        8: ("product", "sum"),
    }
    for channel, (term, reduction) in kinds.items():
        trace = layer_trace(LOPSIDED, images[0], made, parameters, channel, output="both")
        assert (trace.term, trace.reduction) == (term, reduction) and trace.names == {"output": "both"}
        layer, _ = LOPSIDED.maker(SHAPE, channel)
        assert (trace.rows, trace.columns) == layer.windows(SHAPE)
        for cell in np.ndindex(4, 11):
            assert trace.step(*cell).result == pytest.approx(expected[channel][cell], abs=1e-5)
    pooled = layer_trace(LOPSIDED, images[0], made, parameters, 4)
    assert pooled.channels == (2,)


def test_what_is_refused():
    for given in ((), [], None, Conv2d(3, 1)):
        with pytest.raises(SettingError, match="a row of at least one layer"):
            Parallel(given)
    with pytest.raises(SettingError, match="A branch is 'relu'; each is a layer"):
        Parallel((Activate(), "relu"))
    with pytest.raises(DoesNotFit, match="Layer 1, .*branch 1 makes 8 × 11 and branch 2 makes 6 × 9; maps of one size"):
        Network(SHAPE, [Parallel((Conv2d(2, 1), Conv2d(2, 3)))])
    with pytest.raises(DoesNotFit, match="branch 2 makes a row of numbers"):
        Network(SHAPE, [Parallel((Conv2d(2, 1), Linear(3)))])
    with pytest.raises(DoesNotFit, match="different strides; one stride for all"):
        Network((1, 2, 2), [Parallel((Conv2d(2, 2, stride=2), Conv2d(2, 2)))])
    with pytest.raises(DoesNotFit, match="CONV 9 × 9: the map before it is only 8 × 11"):
        Network(SHAPE, [Parallel((Conv2d(2, 1), Conv2d(2, 9)))])
    with pytest.raises(SettingError, match="makes 9 maps; there is no map 9, counted from 0"):
        LOPSIDED.branch(SHAPE, 9)
    assert LOPSIDED.branch(SHAPE, 4) == (1, 2) and LOPSIDED.branch(SHAPE, 5) == (2, 5)
